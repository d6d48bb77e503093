/** How a sealing thread is launched: its code, its heap, what it may call and say. */
import { type SpareThreads, spareThreads, type ThreadChild, threadChild } from '../../threads/index.js';
import { dispatcher } from '../border/calls.js';
import type { MainSide } from '../border/contract.js';
import type { ThreadNews, ThreadSetup } from '../border/setup.js';

const entry = new URL(import.meta.resolve('#src/worker/thread/entry.cjs'));
/**
 * What a thread allocates is short-lived: a small nursery costs no time and saves 1.7 MiB a thread (npm run bench).
 * Sectors are streamed, so a heap that grows to this size is a fault; only the thread ends by it.
 */
export const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 256 };
/** A worker that stops has drained its threads already: what still works then is over its time. */
const graceMs = 100;

/** Booted threads for any of a worker's slots. */
export function sparesOf(count: number): SpareThreads {
  return spareThreads({ entry, count, resourceLimits });
}

/** What a slot gives to its launcher. */
export interface LaunchOptions {
  /** For messages and for the debugger. */
  readonly name: string;
  /** Whether the disk keeps the thread's loop from turning. */
  readonly isHeldUp: () => boolean;
  /** Hears what a thread says; `incarnation` counts the launches from 1. */
  readonly onNews: (news: ThreadNews, incarnation: number) => void;
}

/** Makes what launches the slot's thread, once for each incarnation. */
export type Launcher = (options: LaunchOptions) => () => Promise<ThreadChild>;

export interface LauncherOptions {
  /** Made anew for each launch. */
  readonly setup: () => ThreadSetup;
  /** What the thread may ask of the main thread. */
  readonly main: MainSide;
  readonly spares: SpareThreads | undefined;
}

export function threadLauncher({ setup, main, spares }: LauncherOptions): Launcher {
  const services = dispatcher(main);
  return ({ name, isHeldUp, onNews }) =>
    threadChild<ThreadNews>({
      ...{ entry, data: setup, name, services, resourceLimits, graceMs, isHeldUp, onEvent: onNews },
      ...(spares ? { spares } : {}),
    });
}
