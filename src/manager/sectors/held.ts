/**
 * What a worker holds, as listed in its heartbeat: it counts as a report, and the answer lists the sectors that need
 * a full one.
 */
import type { WallClock } from '../../protocol/clock.js';
import type { SectorId } from '../../protocol/sector.js';
import type { FleetStore } from '../../store/fleet-store.js';
import type { JobReports } from '../jobs/reports.js';
import type { GivenCheck } from './given.js';
import { isHeardAgain, isOver } from './life.js';
import type { Lives } from './lives.js';

export interface Held {
  readonly id: SectorId;
  readonly state: string;
  readonly location: string;
  readonly request: string | null;
  /** The name that its worker reports with; null = that of the heartbeat. */
  readonly instance: string | null;
}

export interface HeldOptions {
  readonly lives: Lives;
  readonly jobs: Pick<JobReports, 'heard'>;
  readonly given: GivenCheck;
  readonly store: Pick<FleetStore, 'together'>;
  readonly clock: WallClock;
}

export class HeldSectors {
  constructor(private readonly options: HeldOptions) {}

  /**
   * Sectors whose report is wanted: those with news for either side, and those that another worker has by now. One
   * that was never the caller's is left out.
   */
  reportsWanted(held: readonly Held[], worker: string, caller: string | null): readonly SectorId[] {
    const { lives, given, store } = this.options;
    return store.together(() =>
      held
        .filter((each) => {
          const by = { worker: caller, given: each.request, expects: null };
          if (lives.find(each.id) === undefined) return false;
          if (given.isGivenTo(each.id, by)) return this.#isWanted(each, worker);
          return given.isGivenElsewhere(each.id, by);
        })
        .map(({ id }) => id),
    );
  }

  /** Whether a report would give this manager something new, or its answer the worker. */
  #isWanted({ id, state, location, instance }: Held, name: string): boolean {
    const { lives, jobs, clock } = this.options;
    const by = { Instance: instance ?? name, Location: location };
    const ofJob = jobs.heard(id, by, state);
    if (ofJob !== null) return ofJob;
    const life = lives.of(id);
    const isKnown =
      life.state === state && life.worker?.Instance === by.Instance && life.worker.Location === location;
    if (!isKnown || isOver(life) || life.abortReason !== null) return true;
    if (!isHeardAgain(life, {}, clock.now())) lives.keep(id, { heardMs: clock.now() });
    return false;
  }
}
