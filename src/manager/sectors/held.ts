/** What a worker holds, as its heartbeat names it: heard as a report is, and the answer says of which a report is wanted. */
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
  /** Under which name its worker reports; null = that of the heartbeat. */
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

  /** Of a sector that is not the caller's its report was refused already. */
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

  /** Whether the answer to its report would tell its worker something, or the report this manager. */
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
