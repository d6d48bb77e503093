/** Commands run in this process, against a worker's real doors over a control that only pretends. */
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, onTestFinished, vi } from 'vitest';
import { serve } from '#src/http/serve.js';
import type { HistoryRow, ThreadView } from '#src/protocol/thread.js';
import type { WorkerControl } from '#src/worker/control-words.js';
import { workerDoors } from '../http/setup.js';

/** What is written to stdout and stderr during a test; the exit code is put back after it. */
export function captured() {
  const said = { out: '', err: '' };
  beforeEach(() => {
    Object.assign(said, { out: '', err: '' });
    for (const [stream, key] of [
      [process.stdout, 'out'],
      [process.stderr, 'err'],
    ] as const)
      vi.spyOn(stream, 'write').mockImplementation((text) => {
        said[key] += String(text);
        return true;
      });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = undefined;
  });
  return said;
}

/** A worker that listens; `own` stands in for functions of its control. */
export async function listening(views: readonly ThreadView[], own: Partial<WorkerControl> = {}, name = 'w1') {
  const doors = workerDoors(views, own, { name });
  const served = await serve(doors.app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => served.close());
  return { ...doors, served, worker: `127.0.0.1:${served.port}` };
}

/** A stage of C2 that is done, but for `facts`. */
export function rowOf(facts: Partial<HistoryRow> = {}): HistoryRow {
  return {
    seq: 1,
    at: '2026-11-22T10:00:17.900Z',
    kind: 'transition',
    sector: 's-t010000-2',
    from: 'C1Done',
    to: 'C2Done',
    event: 'C2',
    stage: 'C2',
    durationMs: 1234,
    level: null,
    message: null,
    by: null,
    reason: null,
    command: null,
    ...facts,
  };
}

/** For the rest of the test, a person at a terminal who types `line`; undefined = nobody, as in a script. */
export function atTerminal(line: string | undefined): void {
  const isTTY = line !== undefined;
  const before = [
    [process, 'stdin', Object.getOwnPropertyDescriptor(process, 'stdin')],
    [process.stderr, 'isTTY', Object.getOwnPropertyDescriptor(process.stderr, 'isTTY')],
  ] as const;
  const stdin = Object.assign(new PassThrough(), { isTTY });
  stdin.end(`${line ?? ''}\n`);
  Object.defineProperty(process, 'stdin', { value: stdin, configurable: true });
  Object.defineProperty(process.stderr, 'isTTY', { value: isTTY, configurable: true });
  onTestFinished(() => {
    for (const [of, key, descriptor] of before)
      if (descriptor) Object.defineProperty(of, key, descriptor);
      else Reflect.deleteProperty(of, key);
  });
}
