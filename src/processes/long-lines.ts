/** Assigns a long line to its request before the end of the line has arrived. */
import { SealvisorError } from '../protocol/errors.js';
import type { Progress } from '../protocol/thread.js';
import { type LongAnswer, type LongAnswerTaker, longAnswer } from './long-answer.js';
import { TooLarge } from './output-file.js';
import { headId, largestOutput, longestAnswer, shortened } from './protocol.js';

/** A request that waits for its answer. */
export interface Asker {
  readonly onProgress: (progress: Progress) => void;
  /** The file for a long output. */
  readonly into: string | undefined;
  resolve(answer: Buffer | LongAnswer): void;
  reject(reason: unknown): void;
}

export function tooLarge(
  stage: string,
  bytes: number,
  most = longestAnswer,
  advice = 'docs/processors.md',
): SealvisorError {
  const [size, limit] = [bytes, most].map((each) => each.toLocaleString('en'));
  return new SealvisorError(
    'body_too_large',
    `the answer of the ${stage} processor is too large: ${size} bytes, at most ${limit} are taken (${advice})`,
  );
}

export interface LongLinesOptions {
  readonly stage: string;
  /** By id; answered requests are removed. */
  readonly pending: Map<number, Asker>;
  /** @default 4 GiB */
  readonly most?: (() => number) | undefined;
}

export function longLines({ stage, pending, most: mostNow = () => largestOutput }: LongLinesOptions) {
  let current: { readonly asker: Asker; readonly taker: LongAnswerTaker } | undefined;
  return {
    /** Takes a line whose output goes to a file: for the request whose id is at its beginning, or for the only one. */
    take: (begun: Buffer, log: (line: string) => void): LongAnswerTaker | undefined => {
      // A line that is not an object is a stray line and is handled as one.
      if (!/^\s*\{/.test(begun.toString('latin1', 0, 64))) return undefined;
      const [only] = pending.size === 1 ? pending.keys() : [];
      const id = headId(begun) ?? only;
      const asker = pending.get(id ?? -1);
      if (id === undefined || asker?.into === undefined) return undefined;
      const most = mostNow();
      const taker = longAnswer({
        ...{ begun, id, into: asker.into, most },
        onAnswer: (answer) => {
          // From now on its outcome does not depend on the process, and another line with its id is not for it.
          pending.delete(id);
          current = undefined;
          answer.then(asker.resolve, (thrown: unknown) =>
            asker.reject(
              thrown instanceof TooLarge
                ? tooLarge(
                    stage,
                    thrown.bytes,
                    most,
                    'set [sealvisor] largest_output higher, reload, then resume',
                  )
                : thrown,
            ),
          );
        },
        onOther: (head) => {
          current = undefined;
          log(shortened(head));
        },
      });
      current = { asker, taker };
      return taker;
    },
    /**
     * The process has ended. The request whose answer was cut is rejected only when its file is removed, since it may
     * be retried.
     */
    cut: (error: () => SealvisorError): void => {
      const { asker: cutOne, taker } = current ?? {};
      for (const asker of pending.values()) if (asker !== cutOne) asker.reject(error());
      pending.clear();
      if (cutOne) void taker?.cut().then(() => cutOne.reject(error()));
    },
  };
}
