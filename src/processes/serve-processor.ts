/** The other side of the protocol: what our own processor does in its process. */
import { idleClock, sleep } from '../actors/system-clock.js';
import { SealvisorError } from '../protocol/errors.js';
import type { Progress } from '../protocol/thread.js';
import { lineSplitter } from './lines.js';
import { headId, longestAnswer, readyLine } from './protocol.js';

/** Longest line that is read, bytes: our own outputs are far shorter. */
const longestTask = longestAnswer + 1024 * 1024;
const progressEveryMs = 200;
/** How long running tasks may take to close their files once the requester is gone, ms. */
const lettingGoMs = 1000;

export interface ServeOptions {
  readonly stage: string;
  /** Does one task; its result is the output, what it throws is the failure. */
  readonly run: (
    task: unknown,
    work: { readonly signal: AbortSignal; progress(progress: Progress): void },
  ) => Promise<unknown>;
  /** The text of a failure. */
  readonly failureText: (thrown: unknown) => string;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly log: (line: string) => void;
}

/**
 * Answers each request when its work is done, in any order. When the input ends the requester is gone: running tasks
 * are aborted, and it resolves within a second.
 */
export async function serveProcessor(options: ServeOptions): Promise<void> {
  const { stage, run, input, output, log } = options;
  const over = new AbortController();
  const running = new Set<Promise<unknown>>();
  const answer = (id: number, err: string | null, result: unknown, key: 'output' | 'result' = 'output') =>
    output.write(`${JSON.stringify({ id, err_msg: err, [key]: result })}\n`);
  const onLine = (line: Buffer, bytes: number) => {
    if (bytes > longestTask) {
      const id = headId(line);
      if (id === undefined) log(`not a request: ${bytes.toLocaleString('en')} bytes without an id in front`);
      else answer(id, options.failureText(tooLarge(stage, bytes)), null);
      return;
    }
    const request = requestOf(line);
    if (!request) {
      log(`not a request: ${line.toString('utf8', 0, 100)}`);
      return;
    }
    const { id, key } = request;
    let toldAt = Number.NEGATIVE_INFINITY;
    const progress = (now: Progress) => {
      if (performance.now() - toldAt < progressEveryMs) return;
      toldAt = performance.now();
      output.write(`${JSON.stringify({ id, progress: now })}\n`);
    };
    const work = (async () => run(request.task, { signal: over.signal, progress }))().then(
      (result) => answer(id, null, result, key),
      (thrown: unknown) => answer(id, options.failureText(thrown), null, key),
    );
    running.add(work);
    void work.finally(() => running.delete(work));
  };
  const ended = new Promise<void>((resolve) => {
    input.once('end', resolve);
    input.once('close', resolve);
    output.once('error', () => resolve());
  });
  input.on('data', lineSplitter(onLine, { longest: longestTask }));
  output.write(`${readyLine(stage)}\n`);
  await ended;
  over.abort(new Error('the requester is gone'));
  await Promise.race([Promise.allSettled(running), sleep(lettingGoMs, undefined, idleClock)]);
}

function tooLarge(stage: string, bytes: number): SealvisorError {
  const [size, limit] = [bytes, longestTask].map((each) => each.toLocaleString('en'));
  return new SealvisorError(
    'body_too_large',
    `the task has ${size} bytes, and our own ${stage} reads at most ${limit}: what another's processor gave is for its own ${stage}; add [[processors.${stage}]], restart the worker, then resume`,
  );
}

interface Request {
  readonly id: number;
  readonly task: unknown;
  /** The key under which the requester reads the output. */
  readonly key: 'output' | 'result';
}

/** Upstream's v0.2 to v0.3.1 write `data` for `task`, and read `result` for `output`. */
function requestOf(line: Buffer): Request | undefined {
  try {
    const request: unknown = JSON.parse(line.toString());
    if (typeof request !== 'object' || request === null || !('id' in request)) return undefined;
    const { id } = request;
    if (typeof id !== 'number') return undefined;
    if ('task' in request) return { id, task: request.task, key: 'output' };
    return 'data' in request ? { id, task: request.data, key: 'result' } : undefined;
  } catch {
    return undefined;
  }
}
