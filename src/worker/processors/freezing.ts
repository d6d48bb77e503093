/** A stage frozen where it stands: its process is stopped before the pause is written, and continues at the resume. */
import { SealvisorError } from '../../protocol/errors.js';
import type { CommandOutcome, PauseHow, ThreadMode, ThreadView } from '../../protocol/thread.js';

/** The processes that work for threads. */
export interface FreezeDesk {
  /** Stops the process that works for the thread: `none` does, or it works for others as well. */
  freeze(index: number): 'frozen' | 'none' | readonly number[];
  /** Lets it continue. */
  thaw(index: number): void;
  /** What was started is nobody's: a process that is frozen for the thread, or works for a dead one alone, is ended. */
  abandon(index: number): void;
  /** Ends the process that works for the thread, frozen or not: `none` does, or it works for others as well. */
  end(index: number): 'ended' | 'none' | readonly number[];
}

const atWork: readonly ThreadMode[] = ['running', 'pausing', 'waiting'];

const listed = (indexes: readonly number[]) => indexes.map((index) => `#${index}`).join(' and ');

function whyNot(answer: 'waits' | 'none' | readonly number[], stage: string): string {
  if (answer === 'waits') return `its ${stage} waits for a slot`;
  if (answer === 'none') return `its ${stage} runs inside the thread, in no process of its own`;
  return `the process of its ${stage} works for ${listed(answer)} as well`;
}

/** Whether the work of a thread is frozen now; nothing is to be frozen while none is done. @throws freeze_refused */
function freeze(processes: FreezeDesk, { index, mode, processor, stage }: ThreadView): boolean {
  // Only heavy work is frozen: everything else pauses by itself.
  if (processor === null || !atWork.includes(mode)) return false;
  // In line in the middle of its stage: nothing works for it now.
  const answer = mode === 'waiting' ? 'waits' : processes.freeze(index);
  if (answer === 'frozen') return true;
  throw new SealvisorError(
    'freeze_refused',
    `thread #${index} cannot be frozen: ${whyNot(answer, stage)}; pause after the stage, or with --now`,
  );
}

/** Nobody waits for what an aborted stage's process does: what it uses is to be free. */
function aborted(
  processes: FreezeDesk,
  { index, stage }: ThreadView,
  outcome: CommandOutcome,
): CommandOutcome {
  const answer = processes.end(index);
  if (answer === 'none') return outcome;
  if (answer === 'ended') {
    if (outcome.changed) return outcome;
    // The thread was paused already, after its death; what it had left running was not.
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
      // What works before the pause matters to these two alone.
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
        // The stage ended while its process was being stopped, or the thread takes no pause now.
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

/** What was answered before, under the same id, was done then. */
const isNews = ({ changed, isRepeat }: CommandOutcome) => changed && isRepeat !== true;
const isFrozenIn = ({ mode, processor }: ThreadView) => mode === 'paused' && processor !== null;
