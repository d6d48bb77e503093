/** The other end: what a processor of ours does inside its process. */
import { lineSplitter } from './lines.js';
import { readyLine } from './protocol.js';

export interface ServeOptions {
  readonly stage: string;
  readonly run: (task: unknown, signal: AbortSignal) => Promise<unknown>;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly log: (line: string) => void;
}

/** Answers each request line when its work is done, in any order; resolves when the input ends: then whoever asked is gone. */
export async function serveProcessor({ stage, run, input, output, log }: ServeOptions): Promise<void> {
  const over = new AbortController();
  const answer = (id: number, err: string | null, result: unknown) =>
    output.write(`${JSON.stringify({ id, err_msg: err, output: result })}\n`);
  const onLine = (line: Buffer) => {
    const request = requestOf(line);
    if (!request) {
      log(`no request: ${line.toString('utf8', 0, 100)}`);
      return;
    }
    run(request.task, over.signal).then(
      (result) => answer(request.id, null, result),
      (thrown: unknown) =>
        answer(request.id, thrown instanceof Error ? thrown.message : String(thrown), null),
    );
  };
  const ended = new Promise<void>((resolve) => {
    input.once('end', resolve);
    input.once('close', resolve);
  });
  input.on('data', lineSplitter(onLine));
  output.write(`${readyLine(stage)}\n`);
  await ended;
  over.abort(new Error('the worker is gone'));
}

function requestOf(line: Buffer): { readonly id: number; readonly task: unknown } | undefined {
  try {
    const request: unknown = JSON.parse(line.toString());
    if (typeof request !== 'object' || request === null || !('id' in request)) return undefined;
    if (typeof request.id !== 'number') return undefined;
    return { id: request.id, task: 'task' in request ? request.task : null };
  } catch {
    return undefined;
  }
}
