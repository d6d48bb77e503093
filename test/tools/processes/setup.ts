/** Child processes of small scripts, and what is seen of them from outside. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import type { ProcessChild, ProcessChildOptions, ProcessorOptions } from '#src/processes/index.js';
import { parseAnswer, processChild, processorChild } from '#src/processes/index.js';

const built = (path: string) => JSON.stringify(new URL(`../../../dist/src/${path}`, import.meta.url).href);
export const venusWorker = fileURLToPath(new URL('../../../dist/cli/venus-worker.cjs', import.meta.url));

export function freshDir(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'sealvisor-processes-')));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A script that may use our built code: `processes` and `StageError` are there. */
export function scriptFile(body: string): string {
  const path = join(freshDir(), 'script.mjs');
  const head = `import * as processes from ${built('processes/index.js')};
import { StageError } from ${built('protocol/level.js')};
import { spawn } from 'node:child_process';
`;
  writeFileSync(path, head + body);
  return path;
}

/** A processor of stage `work` whose task says what to do; every step is a word of its own. */
const obedientAt = (stage: string) => `
await processes.serveProcessor({
  stage: '${stage}',
  run: async (task, work) => {
    work.progress({ done: 1, total: 2, unit: 'steps' });
    for (const line of task.print ?? []) process.stdout.write(line + '\\n');
    if (task.fail) throw new StageError(task.fail, 'as asked');
    if (task.hold) await new Promise((resolve) => held.set(task.hold, resolve));
    if (task.release) held.get(task.release)();
    if (task.size) return 'x'.repeat(task.size);
    return task.echo ?? null;
  },
  failureText: (thrown) => thrown.level + ': ' + thrown.message,
  input: process.stdin, output: process.stdout, log: (line) => console.error(line),
});
process.exit();`;
export const obedient = obedientAt('work');
export const obedientFile = (stage = 'work') => scriptFile(`const held = new Map();\n${obedientAt(stage)}`);

export interface Watched {
  readonly child: ProcessChild;
  readonly lines: readonly string[];
  readonly logs: readonly string[];
  /** The first line on stdout or stderr that matches. */
  line(pattern: RegExp): Promise<string>;
}

/** Starts a child for the test, which kills it at its end. */
export async function started(options: Partial<ProcessChildOptions> & { readonly script?: string }) {
  const seen = watch();
  const start = processChild({
    name: 'child',
    command: process.execPath,
    args: options.script === undefined ? [] : [scriptFile(options.script)],
    onLine: (line) => seen.see('lines', line.toString()),
    onLog: (line) => seen.see('logs', line),
    ...options,
  });
  const child = await start();
  onTestFinished(async () => {
    child.kill();
    await child.exited;
  });
  const watched: Watched = { child, lines: seen.lines, logs: seen.logs, line: seen.line };
  return watched;
}

/** Collects lines and resolves who waits for one. */
export function watch() {
  const lines: string[] = [];
  const logs: string[] = [];
  const waiting: { pattern: RegExp; resolve(line: string): void }[] = [];
  return {
    lines,
    logs,
    see: (where: 'lines' | 'logs', line: string) => {
      (where === 'lines' ? lines : logs).push(line);
      for (const { pattern, resolve } of waiting) if (pattern.test(line)) resolve(line);
    },
    line: (pattern: RegExp) =>
      new Promise<string>((resolve) => {
        const found = [...lines, ...logs].find((line) => pattern.test(line));
        if (found === undefined) waiting.push({ pattern, resolve });
        else resolve(found);
      }),
  };
}

/** What carries the mark of a home. */
export function markedPids(mark: string): readonly number[] {
  const environment = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    } catch {
      return [];
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => environment(pid).includes(`SEALVISOR_CHILD_OF=${mark}`)).map(Number);
}

/** Whether anything of the process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !['Z', 'X'].includes(stateOf(pid));
}

/** R, S, T (stopped) and so on. */
export function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '';
  } catch {
    return 'X';
  }
}

/** Looks until it is so: what the system does to a process is told to its parent only. */
export async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo, { interval: 5, timeout: 20_000 }).toBe(true);
}

/** A processor of stage `work`, which does as its task says unless it is told otherwise, and what it logs. */
export async function processor(options: Partial<ProcessorOptions> = {}) {
  const seen = watch();
  const child = await processorChild({
    stage: 'work',
    stableWaitMs: 20_000,
    command: process.execPath,
    args: [obedientFile()],
    onLog: (line) => seen.see('logs', line),
    ...options,
  })();
  onTestFinished(async () => {
    child.kill();
    await child.exited;
  });
  const ask = async (task: unknown) => parseAnswer(await child.request(task));
  return { child, ask, logs: seen.logs, line: seen.line };
}
