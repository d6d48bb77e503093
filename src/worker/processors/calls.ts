/** Calls from sealing threads to the processor children. */
import { handOver } from '../../threads/hand-over.js';
import type { ProcessAnswer, ProcessCalls } from '../border/contract.js';
import { type LargeAnswers, largeAnswer } from './large-answers.js';
import type { Processors } from './processors.js';

/** Bytes; a longer line has its own ArrayBuffer (src/processes/lines.ts). */
const longLine = 1024 * 1024;

/** The calls of one thread. */
export function processCalls(
  processors: Pick<Processors, 'request' | 'takeUp'>,
  large: Pick<LargeAnswers, 'enter'>,
  index: number,
): ProcessCalls {
  const bounded = async (answer: ProcessAnswer): Promise<ProcessAnswer> => {
    const { line } = answer;
    if (line instanceof Uint8Array && line.length > largeAnswer) await large.enter(index);
    return handed(answer);
  };
  return {
    takeUp: async (stage, digest) => {
      const answer = await processors.takeUp(index, stage, digest);
      return answer && bounded(answer);
    },
    request: async (...task) => bounded(await processors.request(index, ...task)),
  };
}

/** Hands a long line over without a copy; a short one is cheap to copy. */
function handed(answer: ProcessAnswer): ProcessAnswer {
  const { line } = answer;
  if (line instanceof Uint8Array && line.length > longLine) handOver(line);
  return answer;
}
