/** How a sealing thread is launched: its code, its heap limits, the services it may call, the events it may send. */
import { type SpareThreads, spareThreads, type ThreadChild, threadChild } from '../../threads/index.js';
import { dispatcher } from '../border/calls.js';
import type { MainSide } from '../border/contract.js';
import type { ThreadNews, ThreadSetup } from '../border/setup.js';

const entry = new URL(import.meta.resolve('#src/worker/thread/entry.cjs'));
/**
 * What a thread allocates is short-lived: a small young generation costs no time and saves 1.7 MiB per thread (npm run bench).
 * Sectors are streamed, so a heap that grows to this limit is a fault; it ends only the thread.
 */
export const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 256 };
/** A stopping worker has drained its threads before: a thread that still works then has exceeded its time. */
const graceMs = 100;

/** Threads booted in advance, for any slot of the worker. */
export function sparesOf(count: number): SpareThreads {
  return spareThreads({ entry, count, resourceLimits });
}

/** What a slot passes to its launcher. */
export interface LaunchOptions {
  /** For error messages and the debugger. */
  readonly name: string;
  /** Whether the disk may be blocking the thread's event loop. */
  readonly isHeldUp: () => boolean;
  /** Called with each of the thread's events; `incarnation` counts the launches from 1. */
  readonly onNews: (news: ThreadNews, incarnation: number) => void;
}

/** Returns the function that launches the slot's thread, called once per incarnation. */
export type Launcher = (options: LaunchOptions) => () => Promise<ThreadChild>;

export interface LauncherOptions {
  /** Called for each launch. */
  readonly setup: () => ThreadSetup;
  /** The calls that the thread may make to the main thread. */
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
