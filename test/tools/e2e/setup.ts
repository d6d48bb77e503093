/** Real processes of the built commands, in directories of their own, ended with the test that started them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';

export const project = fileURLToPath(new URL('../../..', import.meta.url));

/** The commands where the package says they are. */
const { bin: bins } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
  bin: Readonly<Record<string, string>>;
};

/** The built file of a command. @throws when the package has no such command */
export function fileOf(bin: string): string {
  const file = bins[bin];
  if (file !== undefined) return join(project, file);
  throw new Error(`the package has no command ${bin}`);
}

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly lines: readonly string[];
  /** The first line, of those from number `from` on, that matches; rejects when the process ends without it. */
  line(pattern: RegExp, from?: number): Promise<RegExpExecArray>;
  readonly ended: Promise<Ended>;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ended>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
}

// Far over what is needed on an idle machine: these processes share it with the rest of the tests.
const lineDeadlineMs = 45_000;
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** Starts `venus-worker`, `venus-sector-manager` or `sealvisor`; it is killed at the end of the test. */
export function start(bin: string, args: readonly string[], options: RunOptions = {}): Running {
  const { NODE_EXTRA_CA_CERTS, SEALVISOR_MANAGER, SEALVISOR_WORKER, NODE_OPTIONS, ...inherited } =
    process.env;
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), fileOf(bin), ...args], {
    cwd: options.cwd ?? project,
    env: { ...inherited, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  alive.add(child);
  const lines: string[] = [];
  const text = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  let hasEnded = false;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      text[name] += chunk.toString();
    });
    createInterface({ input: child[name] }).on('line', (line) => {
      lines.push(line);
      for (const look of watchers) look();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      alive.delete(child);
      hasEnded = true;
      for (const look of watchers) look();
      resolve({ code, ...text });
    });
  });
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  onTestFinished(async () => void (await end('SIGKILL')));
  const line = (pattern: RegExp, from = 0) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const settle = (act: () => void) => {
        watchers.delete(look);
        clearTimeout(timer);
        act();
      };
      const told = (why: string) => new Error(`${bin} ${why} ${pattern}:\n${lines.join('\n')}`);
      const look = () => {
        const found = lines.slice(from).map((each) => pattern.exec(each));
        const first = found.find((each) => each !== null);
        if (first) settle(() => resolve(first));
        else if (hasEnded) settle(() => reject(told('ended without the line')));
      };
      const timer = setTimeout(() => settle(() => reject(told('did not print'))), lineDeadlineMs);
      watchers.add(look);
      look();
    });
  return { pid: child.pid ?? 0, lines, line, ended, end };
}

/** Runs a command to its end. */
export function run(bin: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return start(bin, args, options).ended;
}

/** A fresh directory, gone after the test and after the processes started in it. */
export function freshDir(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'sealvisor-e2e-')));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A port nothing listened on a moment ago, for daemons that must be found at the same place again. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Writes a file and the directories above it; gives its path. */
export function write(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Bytes without a pattern, the same for the same seed. */
export function bytes(length: number, seed: number): Buffer {
  const out = Buffer.alloc(length);
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[at] = state >>> 24;
  }
  return out;
}
