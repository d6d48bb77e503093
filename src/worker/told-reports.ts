/**
 * What the manager knows from the threads' reports, which pass through the worker's main thread. The heartbeat lists the held
 * sectors, so that no thread has to repeat a report only to learn what the manager wants.
 */

import { endStates } from '../../machines/plan.js';
import { timestamp } from '../protocol/clock.js';
import { messageOf } from '../protocol/errors.js';
import type { GivenBy } from '../protocol/identity.js';
import { type HeldSector, pingAnswerParts } from '../protocol/ping.js';
import type { SectorService, StateReport, Verdict } from '../protocol/sealer.js';
import { formatSectorId, type SectorId } from '../protocol/sector.js';
import type { ReportRefused } from '../protocol/thread.js';
import { isNeverAccepted } from './border/report-refusal.js';

export interface ToldReports {
  /**
   * The same service, with its reports recorded once they are settled. A verdict may leave further requests to the heartbeat
   * (`byHeartbeat`) only while heartbeat answers carry them: a forwarded heartbeat may be answered by a manager on the way.
   */
  following(service: SectorService, given: GivenBy | null | undefined): SectorService;
  held(): readonly HeldSector[];
  /** Why the manager refused the last report of that sector from that location; undefined if it did not. */
  refusalOf(location: string, sector: string): ReportRefused | undefined;
  /** The answer to a heartbeat that named `held`. */
  answered(answer: unknown): void;
}

export interface ToldReportsOptions {
  /** Locations of the current threads. */
  readonly locations: () => readonly string[];
  /** @throws if the manager that answers now is not the one that gave it */
  readonly check: (given: GivenBy | null | undefined) => void;
  /** Makes the thread at that location report that sector once more. */
  readonly ask: (location: string, id: SectorId) => void;
  /** Heartbeat answers no longer say what the manager wants: each thread has to ask. */
  readonly askAll: () => void;
  /** The refusal of the last report from that location has changed. */
  readonly onRefusal: (location: string) => void;
}

interface Told {
  readonly id: SectorId;
  readonly given: GivenBy | null | undefined;
  readonly state: string;
  readonly instance: string;
  readonly refused: ReportRefused | undefined;
}

export function toldReports(options: ToldReportsOptions): ToldReports {
  const { locations, check, ask, askAll } = options;
  const last = new LastReports(options.onRefusal);
  let isAnswered = false;
  const isGiven = ({ given }: Told) => {
    try {
      check(given);
      return true;
    } catch {
      // The thread gets this error from its own calls.
      return false;
    }
  };

  return {
    following: (service, given) => ({
      ...service,
      reportState: (id, body) =>
        service.reportState(id, body).then(
          (verdict) => {
            last.settled({ id, body, given });
            return isAnswered ? verdict : withoutHeartbeat(verdict);
          },
          (thrown: unknown) => {
            if (isNeverAccepted(thrown)) last.settled({ id, body, given }, thrown);
            throw thrown;
          },
        ),
    }),
    held: () =>
      locations().flatMap((location) => {
        const told = last.at(location);
        if (!told || !isGiven(told)) return [];
        const { id, state, given, instance } = told;
        const ID = { Miner: id.miner, Number: id.number };
        return [
          { ID, State: state, Location: location, Request: given?.request ?? null, Instance: instance },
        ];
      }),
    refusalOf: (location, sector) => {
      const told = last.at(location);
      return told && formatSectorId(told.id) === sector ? told.refused : undefined;
    },
    answered: (answer) => {
      const { data } = pingAnswerParts.reportAgain.safeParse(answer);
      if (!data && isAnswered) askAll();
      isAnswered = data !== undefined;
      for (const { Miner: miner, Number: number } of data?.ReportAgain ?? [])
        for (const location of locations()) {
          const id = last.at(location)?.id;
          if (id?.miner === miner && id.number === number) ask(location, id);
        }
    },
  };
}

function withoutHeartbeat(verdict: Verdict): Verdict {
  return verdict.byHeartbeat === undefined ? verdict : { ...verdict, byHeartbeat: false };
}

/** The last report from each location, with the manager's answer. */
class LastReports {
  readonly #byLocation = new Map<string, Told>();
  readonly #onRefusal: (location: string) => void;

  constructor(onRefusal: (location: string) => void) {
    this.#onRefusal = onRefusal;
  }

  at(location: string): Told | undefined {
    return this.#byLocation.get(location);
  }

  settled(of: { id: SectorId; body: StateReport; given: Told['given'] }, error?: unknown): void {
    const { Location, Instance: instance } = of.body.Worker;
    const state = of.body.StateChange.Next;
    const at = timestamp(Date.now());
    const refused = error === undefined ? undefined : { state, message: messageOf(error), at };
    // In an end state the thread releases its sector.
    const isOver = endStates.includes(state);
    this.#keep(Location, isOver ? undefined : { id: of.id, given: of.given, state, instance, refused });
  }

  #keep(location: string, told: Told | undefined): void {
    const before = this.at(location)?.refused;
    if (told) this.#byLocation.set(location, told);
    else this.#byLocation.delete(location);
    if (before?.message !== told?.refused?.message || before?.state !== told?.refused?.state)
      this.#onRefusal(location);
  }
}
