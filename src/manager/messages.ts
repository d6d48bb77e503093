/** Messages to the mock chain: one for each submission, even if it is repeated. Pure. */
import type { PollAnswer } from '../protocol/sealer.js';
import type { SubmitAnswer } from '../protocol/sector-answers.js';

export type MessageState = 'packed' | 'landed' | 'failed';

/** The state at epoch `now` of a message that was sent at `epoch` and lands or fails `after` epochs later. */
export function messageState(
  { epoch, fails = false }: { readonly epoch: number; readonly fails?: boolean },
  now: number,
  after: number,
): MessageState {
  if (now < epoch + after) return 'packed';
  return fails ? 'failed' : 'landed';
}

/**
 * The answer to a submission, from the previous message and whether its content is the same. A new message is sent only
 * if there is none yet, or if the previous one failed and either `reset` is set or the content differs.
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
