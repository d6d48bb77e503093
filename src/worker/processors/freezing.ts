/** Freezing a stage in progress: its process is stopped before the pause is recorded, and continues at the resume. */
import { SealvisorError } from '../../protocol/errors.js';
import type { CommandOutcome, PauseHow, ThreadMode, ThreadView } from '../../protocol/thread.js';

/** The processes that work for threads. */
export interface FreezeDesk {
  /** Freezes the process that works for the thread. `none`: no process does; indexes: the process is shared with these threads. */
  freeze(index: number): 'frozen' | 'none' | readonly number[];
  /** Lets it continue. */
  thaw(index: number): void;
  /** Drops the work that was started for the thread: its process is ended if it is frozen, or works only for a dead thread. */
  abandon(index: number): void;
  /** Ends the process that works for the thread, frozen or not. `none`: no process does; indexes: it is shared with these threads. */
  end(index: number): 'ended' | 'none' | readonly number[];
}

const atWork: readonly ThreadMode[] = ['running', 'pausing', 'waiting'];

const listed = (indexes: readonly number[]) => indexes.map((index) => `#${index}`).join(' and ');

function whyNot(answer: 'waits' | 'none' | readonly number[], stage: string): string {
  if (answer === 'waits') return `its ${stage} waits for a slot`;
  if (answer === 'none') return `its ${stage} runs inside the thread, in no process of its own`;
  return `the process of its ${stage} works for ${listed(answer)} as well`;
}

/** Freezes the work of a thread; false when it has no process to freeze. @throws freeze_refused */
function freeze(processes: FreezeDesk, { index, mode, processor, stage }: ThreadView): boolean {
  // Only work in a process is frozen: everything else pauses by itself.
  if (processor === null || !atWork.includes(mode)) return false;
  // Queued within its stage: no process works for it now.
  const answer = mode === 'waiting' ? 'waits' : processes.freeze(index);
  if (answer === 'frozen') return true;
  throw new SealvisorError(
    'freeze_refused',
    `thread #${index} cannot be frozen: ${whyNot(answer, stage)}; pause after the stage, or with --now`,
  );
}

/** Ends the process of an aborted stage: its result is not needed, and its resources must be freed. */
function aborted(
  processes: FreezeDesk,
  { index, stage }: ThreadView,
  outcome: CommandOutcome,
): CommandOutcome {
  const answer = processes.end(index);
  if (answer === 'none') return outcome;
  if (answer === 'ended') {
    if (outcome.changed) return outcome;
    // The thread was already paused after its death, but the process that it left was still running.
    const message = `${outcome.message}; the process of its ${stage} is ended, and the stage starts over`;
    return { changed: true, message, view: { ...outcome.view, processor: null } };
  }
  const goesOn = `the process of its ${stage} works for ${listed(answer)} as well, and does the work to its end`;
  return { ...outcome, message: `${outcome.message}; ${goesOn}` };
}

export function freezing(processes: FreezeDesk) {
  return {
    pause: async (
      slot: { view(): ThreadView },
      how: PauseHow,
      send: () => Promise<CommandOutcome>,
    ): Promise<CommandOutcome> => {
      // Only `now` and freezing depend on the process that works before the pause.
      const view = how === 'after-stage' ? null : slot.view();
      if (view === null || how === 'now' || !freeze(processes, view)) {
        const outcome = await send();
        const holds = outcome.changed || outcome.view.mode === 'paused';
        return view && how === 'now' && holds && outcome.isRepeat !== true
          ? aborted(processes, view, outcome)
          : outcome;
      }
      try {
        const outcome = await send();
        // The stage ended while its process was being frozen, or the thread refuses the pause.
        if (!isFrozenIn(outcome.view)) processes.thaw(view.index);
        return outcome;
      } catch (error) {
        processes.thaw(view.index);
        throw error;
      }
    },
    resume: async (
      index: number,
      state: string | null,
      send: () => Promise<CommandOutcome>,
    ): Promise<CommandOutcome> => {
      const outcome = await send();
      if (!isNews(outcome)) return outcome;
      if (state === null) processes.thaw(index);
      else processes.abandon(index);
      return outcome;
    },
  };
}

/** A repeated answer for the same id has no effect: the command was carried out the first time. */
const isNews = ({ changed, isRepeat }: CommandOutcome) => changed && isRepeat !== true;
const isFrozenIn = ({ mode, processor }: ThreadView) => mode === 'paused' && processor !== null;
