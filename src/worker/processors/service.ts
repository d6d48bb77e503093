/** The worker's side of a thread's calls for a process. */
import { handOver } from '../../threads/hand-over.js';
import { leftService, processService } from '../thread/process.js';
import { type LargeAnswers, largeAnswer } from './large-answers.js';
import type { ProcessAnswer, Processors } from './processors.js';

/** Bytes; a longer line has its ArrayBuffer to itself (src/processes/lines.ts). */
const longLine = 1024 * 1024;

/** Undefined when the call is none for a process. */
export function processCalls(
  processors: Pick<Processors, 'request' | 'takeUp'>,
  large: Pick<LargeAnswers, 'enter'>,
) {
  const bounded = async (index: number, answer: ProcessAnswer): Promise<ProcessAnswer> => {
    const { line } = answer;
    if (line instanceof Uint8Array && line.length > largeAnswer) await large.enter(index);
    return handed(answer);
  };
  return (name: string, args: readonly unknown[]): Promise<ProcessAnswer | null> | undefined => {
    // Both are sent by `processTask` alone, in this order.
    if (name === leftService) {
      const [index, stage, digest] = args as [number, string, string];
      return processors.takeUp(index, stage, digest).then((answer) => answer && bounded(index, answer));
    }
    if (name !== processService) return undefined;
    const [index, ...task] = args as Parameters<Processors['request']>;
    return processors.request(index, ...task).then((answer) => bounded(index, answer));
  };
}

/** A short line costs nothing to copy. */
function handed(answer: ProcessAnswer): ProcessAnswer {
  const { line } = answer;
  if (line instanceof Uint8Array && line.length > longLine) handOver(line);
  return answer;
}
