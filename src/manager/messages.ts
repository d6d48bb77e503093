/** Messages to the mock chain: one for a submission, however often it is asked for. Pure. */
import type { PollAnswer } from '../protocol/sealer.js';
import type { SubmitAnswer } from '../protocol/sector-answers.js';

export type MessageState = 'packed' | 'landed' | 'failed';

/** What became by epoch `now` of a message sent at `epoch`, which lands or fails `after` epochs later. */
export function messageState(
  { epoch, fails = false }: { readonly epoch: number; readonly fails?: boolean },
  now: number,
  after: number,
): MessageState {
  if (now < epoch + after) return 'packed';
  return fails ? 'failed' : 'landed';
}

/**
 * What a submission is answered, from the message before it and whether that one says the same. A new message goes out
 * only where there is none, or behind one that failed: `reset` asks for it, and other words do.
 */
export function submission(
  before: { readonly state: MessageState; readonly isSame: boolean } | null,
  reset: boolean,
): SubmitAnswer {
  if (before === null) return accepted;
  if (before.state === 'failed' && (reset || !before.isSame)) return accepted;
  return before.isSame ? duplicate : mismatched;
}

const accepted: SubmitAnswer = { Res: 1, Desc: null };
const duplicate: SubmitAnswer = { Res: 2, Desc: null };
const mismatched: SubmitAnswer = { Res: 3, Desc: 'another submission was made for this sector' };

export function pollAnswer(state: MessageState): PollAnswer {
  switch (state) {
    case 'packed':
      return { State: 2, Desc: null };
    case 'landed':
      return { State: 3, Desc: null };
    case 'failed':
      return { State: 5, Desc: 'the mock chain let the message fail' };
  }
}
