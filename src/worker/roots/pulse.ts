/**
 * Whether the disks in use answer. A thread that hangs in its disk cannot report it. Here the disk is probed, off the
 * main thread, so that views and errors can say what the thread waits for.
 */

import type { Clock } from '../../actors/index.js';
import type { DiskGate } from '../../disks/disk-gate.js';
import { touchRoot } from '../../disks/touch-root.js';
import { timestamp } from '../../protocol/clock.js';
import { SealvisorError } from '../../protocol/errors.js';
import type { Emit } from '../../protocol/events/table.js';

/** A disk that is in use now. */
export interface DiskInUse {
  readonly path: string;
  /** The thread that uses it is silent: the disk is probed at once. */
  readonly isUrgent: boolean;
}

export interface DiskPulseOptions {
  readonly clock: Clock;
  /** Wall time in ms since the epoch. */
  readonly wall: () => number;
  readonly gate: DiskGate;
  readonly emit: Emit;
  /** @default touchRoot */
  readonly ask?: (path: string) => Promise<unknown>;
}

export interface DiskWatch {
  readonly inUse: () => readonly DiskInUse[];
  /** Called after each check, and when a disk stops answering or answers again. */
  readonly onLook: () => void;
}

export interface DiskPulse {
  /** Since when the disk of a root has not answered, RFC 3339; undefined while it answers, or if it was never probed. */
  hungSince(path: string): string | undefined;
  /** Probes the disk now. @throws disk_hung when it does not answer in time */
  demand(path: string): Promise<void>;
  /** Checks the disks in use from now on. */
  start(watch: DiskWatch): void;
  stop(): void;
}

const lookEveryMs = 1000;
/** How often a disk is probed while nothing indicates a hang. */
const askEveryMs = 5000;

export function diskPulse(options: DiskPulseOptions): DiskPulse {
  const { clock, wall, gate, emit, ask = touchRoot } = options;
  /** Since when the disk has hung, by path. */
  const hung = new Map<string, string>();
  const asking = new Set<string>();
  const askedAt = new Map<string, number>();
  let alarm: unknown;
  let isStopped = false;
  let onLook: () => void = () => undefined;

  const answered = (path: string) => {
    const since = hung.get(path);
    if (since === undefined) return;
    hung.delete(path);
    if (isStopped) return;
    emit({ event: 'disk.answersAgain', path, since });
    onLook();
  };
  const silent = (path: string, since: string) => {
    if (hung.has(path) || isStopped) return;
    hung.set(path, since);
    emit({ event: 'disk.silent', path, since });
    onLook();
  };
  const demand = async (path: string) => {
    const since = timestamp(wall());
    askedAt.set(path, clock.now());
    try {
      await gate.within(path, () => ask(path).finally(() => answered(path)));
      answered(path);
    } catch (cause) {
      silent(path, since);
      throw diskHung(path, hung.get(path) ?? since, cause);
    }
  };
  const look = (inUse: DiskWatch['inUse']) => {
    alarm = clock.setTimeout(() => look(inUse), lookEveryMs);
    for (const { path, isUrgent } of inUse()) {
      const isDue = clock.now() - (askedAt.get(path) ?? -askEveryMs) >= askEveryMs;
      if (asking.has(path) || !(isDue || isUrgent || hung.has(path))) continue;
      asking.add(path);
      // The hang is already recorded.
      void demand(path)
        .catch(() => undefined)
        .finally(() => asking.delete(path));
    }
    onLook();
  };
  return {
    hungSince: (path) => hung.get(path),
    demand,
    start: (watch) => {
      onLook = watch.onLook;
      look(watch.inUse);
    },
    stop: () => {
      isStopped = true;
      clock.clearTimeout(alarm);
    },
  };
}

export function diskHung(path: string, since: string, cause?: unknown): SealvisorError {
  return new SealvisorError(
    'disk_hung',
    `the disk of ${path} has not answered since ${since}: check it; what waits for it resumes by itself when it answers`,
    { cause, data: { path, since, mayPass: true } },
  );
}
