import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Manager, type ManagerOptions, startManager } from '#src/manager/manager.js';
import type { Summary } from '#src/protocol/thread.js';
import { toldEvents } from '../protocol/told-events.js';

export const epochMs = 1000;
export const sectorSize = 2048;
export const summary: Summary = { threads: 3, empty: 1, paused: 1, running: 1, waiting: 0, errors: 1 };

/** A fresh directory that is gone after the test. */
export function freshDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sealvisor-manager-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A minute ago: a file of that date is complete. */
const aMinuteAgo = () => Date.now() / 1000 - 60;

/** Writes files of the given sizes (or texts), as if a minute ago, and gives their directory. */
export function filesIn(files: Readonly<Record<string, number | string>>, dir = freshDir()): string {
  for (const [name, content] of Object.entries(files)) {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : Buffer.alloc(content, `${name} `));
    utimesSync(path, aMinuteAgo(), aMinuteAgo());
  }
  return dir;
}

/** A clock that stands still until it is turned. */
export function stoppedClock(startMs = Date.parse('2026-11-22T10:00:00.000Z')) {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

export interface Fixture {
  readonly manager: Manager;
  readonly clock: ReturnType<typeof stoppedClock>;
  readonly home: string;
  readonly warnings: readonly string[];
  /** Lets the chain go on by whole epochs. */
  epochs(count: number): void;
  /** The same manager again, stopped and started on its home. */
  restart(options?: Partial<ManagerOptions>): Promise<Manager>;
}

export async function setup(options: Partial<ManagerOptions> = {}): Promise<Fixture> {
  const clock = stoppedClock();
  const home = options.home ?? freshDir();
  const { emit, warnings } = toldEvents();
  const start = (more: Partial<ManagerOptions> = {}) =>
    startManager({
      home,
      miner: 10000,
      sectorSize,
      epochMs,
      pieceRoots: [tmpdir()],
      emit,
      clock,
      ...options,
      ...more,
    });
  let manager = await start();
  onTestFinished(() => manager.stop());
  return {
    manager,
    clock,
    home,
    warnings,
    epochs: (count) => clock.pass(count * epochMs),
    restart: async (more) => {
      await manager.stop();
      manager = await start(more);
      return manager;
    },
  };
}

/** A pre-commit, `seed` tells two apart. */
export function preCommitOf(seed = 1) {
  return {
    CommR: Array.from({ length: 32 }, () => seed),
    CommD: Array.from({ length: 32 }, () => 0),
    Ticket: { Ticket: Buffer.alloc(32, seed).toString('base64'), Epoch: 0 },
    Deals: [],
  };
}
