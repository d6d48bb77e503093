/** A report of a sector, and who sends it. */
import type { Clock } from '../../actors/index.js';
import type { StageEvent } from '../../protocol/events/table.js';
import type { GivenBy } from '../../protocol/identity.js';
import type { StateReport, Verdict } from '../../protocol/sealer.js';
import type { SectorId } from '../../protocol/sector.js';

export interface SectorReport {
  readonly id: SectorId;
  readonly body: StateReport;
  /** Under what the sector was given. */
  readonly given?: GivenBy | null | undefined;
}

export interface SectorReportsOptions {
  readonly send: (id: SectorId, body: StateReport, given?: GivenBy | null) => Promise<Verdict>;
  /** Told once per sector that the manager gave it up, or holds it for done while the thread does not. */
  readonly onVerdict: (sector: SectorId, verdict: Verdict) => void;
  /** How often a manager that does not ask by the heartbeat is asked, by the accepted report of a sector that is held, what it wants of it, ms. */
  readonly everyMs: () => number;
  /** Told of a report that the manager does not accept. @default nothing */
  readonly onRefused?: (event: StageEvent) => void;
  /** The same, with what it was refused with; true = it is dealt with. @default false */
  readonly onRefusal?: (sector: SectorId, error: unknown) => boolean;
  /** @default the timers of this process */
  readonly clock?: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
}

export interface SectorReports {
  /** Sends it when those before it have been heard. */
  tell(report: SectorReport): void;
  /** Another manager may answer now: what was not heard is sent at once, else the latest once more. */
  again(): void;
  /** The manager asks for the latest once more, if it is of that sector: its answer says something that was not heard yet. */
  asked(id: SectorId): void;
  /** What was not heard is dropped. Safe twice. */
  stop(): void;
}
