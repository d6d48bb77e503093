/**
 * What the manager knows by the threads' reports, as the worker's main thread sees them pass: its heartbeat names the sectors that are held,
 * so that no thread has to report a state again to hear what the manager wants of it.
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
   * The same service, whose reports are followed to their ends. A verdict that leaves what is wanted to the heartbeat does so only while
   * heartbeats are answered with it: one that is passed on to another manager may be answered on the way.
   */
  following(service: SectorService, given: GivenBy | null | undefined): SectorService;
  held(): readonly HeldSector[];
  /** Why the manager refused the last report of that sector from there; undefined where it did not. */
  refusalOf(location: string, sector: string): ReportRefused | undefined;
  /** The answer to a heartbeat that named `held`. */
  answered(answer: unknown): void;
}

export interface ToldReportsOptions {
  /** Locations of the threads of now. */
  readonly locations: () => readonly string[];
  /** @throws when the manager of now is not the one that gave it */
  readonly check: (given: GivenBy | null | undefined) => void;
  /** Has the thread at that location report that sector once more. */
  readonly ask: (location: string, id: SectorId) => void;
  /** The manager does not answer to heartbeats any more what it wants: each thread has to ask. */
  readonly askAll: () => void;
  /** Whether the last report from there was refused has changed. */
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
      // Its thread is told so by its own calls.
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

/** The last report from each location, as the manager answered it. */
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
    // Behind the end states the thread lets its sector go.
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
