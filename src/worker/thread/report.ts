/** A report of a sector, and the interface of its sender. */
import type { Clock } from '../../actors/index.js';
import type { StageEvent } from '../../protocol/events/table.js';
import type { GivenBy } from '../../protocol/identity.js';
import type { StateReport, Verdict } from '../../protocol/sealer.js';
import type { SectorId } from '../../protocol/sector.js';

export interface SectorReport {
  readonly id: SectorId;
  readonly body: StateReport;
  /** The manager and request that the sector came from; null = not known. */
  readonly given?: GivenBy | null | undefined;
}

export interface SectorReportsOptions {
  readonly send: (id: SectorId, body: StateReport, given?: GivenBy | null) => Promise<Verdict>;
  /** Called once per sector if the manager aborted it, or considers it done while the thread does not. */
  readonly onVerdict: (sector: SectorId, verdict: Verdict) => void;
  /** Interval, ms, at which a held sector's accepted report is repeated to a manager that does not ask through the heartbeat. */
  readonly everyMs: () => number;
  /** Called with the event of a report that the manager does not accept. @default nothing */
  readonly onRefused?: (event: StageEvent) => void;
  /** Called first, with the refusal's error; true = it is handled, and `onRefused` is not called. @default false */
  readonly onRefusal?: (sector: SectorId, error: unknown) => boolean;
  /** @default the timers of this process */
  readonly clock?: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
}

export interface SectorReports {
  /** Sends it once the reports before it are delivered or refused. */
  tell(report: SectorReport): void;
  /** Another manager may answer now: sends undelivered reports at once, or else the latest one again. */
  again(): void;
  /** The manager asks for the latest report again, if it is of that sector: its answer will carry something new. */
  asked(id: SectorId): void;
  /** Drops undelivered reports. Safe twice. */
  stop(): void;
}
