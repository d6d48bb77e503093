/** The worker's side of a thread's calls for a process. */
import { handOver } from '../threads/hand-over.js';
import { type LargeAnswers, largeAnswer } from './large-answers.js';
import type { ProcessAnswer, Processors } from './processors.js';
import { processService } from './thread-process.js';

/** Bytes; a longer line has its ArrayBuffer to itself (src/processes/lines.ts). */
const longLine = 1024 * 1024;

/** Undefined when the call is none for a process. */
export function processCalls(processors: Pick<Processors, 'request'>, large: Pick<LargeAnswers, 'enter'>) {
  return (name: string, args: readonly unknown[]): Promise<ProcessAnswer> | undefined => {
    if (name !== processService) return undefined;
    // Sent by `processTask` alone, in this order.
    const [index, stage, task] = args as [number, string, Uint8Array];
    return processors.request(index, stage, task).then(async (answer) => {
      if (answer.line.length > largeAnswer) await large.enter(index);
      return handed(answer);
    });
  };
}

/** A short line costs nothing to copy. */
function handed(answer: ProcessAnswer): ProcessAnswer {
  if (answer.line.length > longLine) handOver(answer.line);
  return answer;
}
