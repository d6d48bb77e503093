/** A processor as a child process: ready line, requests in any order, and no request outlives it. */
import type { Child } from '../actors/index.js';
import { SealvisorError } from '../protocol/errors.js';
import { type ProcessOptions, startProcess } from './process-child.js';
import { answerId, type Progress, progressOf, readyLine, requestLine, shortened } from './protocol.js';

export interface ProcessorOptions extends Omit<ProcessOptions, 'name' | 'onLine'> {
  readonly stage: string;
  /** How long the child may take until it prints its ready line, ms. */
  readonly stableWaitMs: number;
}

export interface Processor extends Child {
  readonly pid: number;
  readonly stage: string;
  inFlight(): number;
  /** Sends a task; gives the line of its answer, unparsed. @throws process_gone when the child ends first */
  request(task: unknown, options?: { readonly onProgress?: (progress: Progress) => void }): Promise<Buffer>;
  freeze(): void;
  thaw(): void;
}

interface Asker {
  readonly onProgress: (progress: Progress) => void;
  resolve(line: Buffer): void;
  reject(reason: unknown): void;
}

/** Starts a processor and resolves when it is ready. @throws start_failed; nothing is left running */
export async function startProcessor(options: ProcessorOptions): Promise<Processor> {
  const { stage } = options;
  const pending = new Map<number, Asker>();
  let lastId = 0;
  let isReady = false;
  let gone: SealvisorError | undefined;
  let ready: () => void = () => undefined;
  const up = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const child = await startProcess({
    ...options,
    name: `processor ${stage}`,
    onLine: (line) => {
      if (!isReady && line.toString().trim() === readyLine(stage)) {
        isReady = true;
        ready();
        return;
      }
      const asker = pending.get(answerId(line) ?? -1);
      const progress = asker && progressOf(line);
      if (progress) asker.onProgress(progress);
      else if (asker) asker.resolve(line);
      else options.onLog(`is no answer to anything: ${shortened(line)}`);
    },
  });
  void child.exited.then(() => {
    gone = new SealvisorError('process_gone', `child process exited: ${stage}`);
    for (const asker of pending.values()) asker.reject(gone);
    pending.clear();
  });
  await readyInTime(up, child, options);
  return {
    pid: child.pid,
    stage,
    exited: child.exited,
    inFlight: () => pending.size,
    request: (task, { onProgress = () => undefined } = {}) =>
      new Promise<Buffer>((resolve, reject) => {
        if (gone) {
          reject(gone);
          return;
        }
        const id = ++lastId;
        pending.set(id, {
          onProgress,
          resolve: (line) => {
            pending.delete(id);
            resolve(line);
          },
          reject,
        });
        // A pipe that breaks is the child's end, which is told by `exited`.
        child.write(requestLine(id, task)).catch(() => undefined);
      }),
    stop: () => child.stop(),
    kill: () => child.kill(),
    freeze: () => child.freeze(),
    thaw: () => child.thaw(),
  };
}

async function readyInTime(
  up: Promise<void>,
  child: Child,
  { stage, stableWaitMs }: ProcessorOptions,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(
      () => resolve(`it did not print "${readyLine(stage)}" within ${stableWaitMs} ms`),
      stableWaitMs,
    );
  });
  const died = child.exited.then(() => 'it ended before it was ready');
  const why = await Promise.race([up.then(() => undefined), late, died]);
  clearTimeout(timer);
  if (why === undefined) return;
  child.kill();
  await child.exited;
  throw new SealvisorError('start_failed', `processor ${stage} did not start: ${why}`);
}
