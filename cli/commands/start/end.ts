/** When a run of `sealvisor start` ends, and what it prints then. */
import type { Manager } from '../../../src/manager/manager.js';
import { formatSectorId } from '../../../src/protocol/sector.js';
import type { Worker } from '../../../src/worker/worker.js';
import type { MadePieces } from './pieces.js';

export interface StartEnd {
  /** Checks whether everything is sealed: call it whenever that may have changed. */
  readonly look: () => void;
  /** Sets the worker whose threads' sectors count as held; the run does not end before. */
  serve(worker: Pick<Worker, 'control'>): void;
  /** Resolves when the run has nothing more to do, if it is to end then (`--sectors`). */
  readonly ended: Promise<void>;
}

export function startEnd(options: {
  /** Number of requested sectors; Infinity = the run keeps serving. */
  readonly limit: number;
  /** Whether no sector is sealed without pieces. */
  readonly onlyWithDeals: boolean;
  readonly pieces: string;
  /** Pieces that the run may make when the existing ones are used up; undefined if it may not. */
  readonly made: MadePieces | undefined;
  readonly manager: Pick<Manager, 'sectors' | 'pendingPieces'>;
  readonly say: (line: string) => void;
}): StartEnd {
  const { limit, onlyWithDeals, pieces, made, manager, say } = options;
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let worker: Pick<Worker, 'control'> | undefined;
  let isOver = false;
  let isTold = false;
  let isMaking = false;
  const look = () => {
    if (!worker || isOver) return;
    const { sealed, withPieces, isLeft } = standing(manager, worker);
    const isMakingMore = made !== undefined && onlyWithDeals && withPieces < limit && !isLeft;
    const isAllSealed = onlyWithDeals && sealed === withPieces && !isLeft && !isMakingMore;
    if (sealed >= limit) {
      isOver = true;
      return end();
    }
    if (isMakingMore && !made.isPending()) {
      if (!isMaking)
        say(
          `the files of ${pieces} are in sectors: to come to ${limit}, further sectors get pieces made in ${made.directory}; to seal your own, put files into ${pieces}`,
        );
      isMaking = true;
      made.make();
    }
    if (!isAllSealed) {
      isTold = false;
      return;
    }
    if (isTold) return;
    isTold = true;
    say(`every piece is sealed, ${sealed} sector${sealed === 1 ? '' : 's'} in all`);
    if (Number.isFinite(limit)) {
      say(
        `--sectors ${limit} asks for more than there are pieces for: put files into ${pieces}, then start again`,
      );
      isOver = true;
      return end();
    }
    say(`to seal more, put files into ${pieces}: they are picked up by themselves; Ctrl-C stops`);
  };
  return {
    look,
    serve: (serving) => {
      worker = serving;
    },
    ended,
  };
}

/** Progress of the run's sectors; `isLeft`: pieces wait for a sector. */
function standing(manager: Pick<Manager, 'sectors' | 'pendingPieces'>, worker: Pick<Worker, 'control'>) {
  const held = new Set(worker.control.threads().map((view) => view.sector?.id));
  const lives = manager.sectors.lives().filter(({ life }) => life.abortReason === null);
  return {
    // A thread still has to clean up after a sector that it holds.
    sealed: lives.filter(({ id, life }) => life.finalized && !held.has(formatSectorId(id))).length,
    // A sector that got no pieces waits for the next ones: it does not prevent the end.
    withPieces: lives.filter(({ life }) => life.finalized || life.deals !== null).length,
    isLeft: manager.sectors.waiting().length > 0 || manager.pendingPieces() > 0,
  };
}
