/**
 * Reading or writing 64 MB of JSON blocks its thread for seconds and takes many times its size of heap. The code that
 * does so announces it first, so that the thread is not ended as hung or as out of memory.
 */
let announce: (ms: number, bytes: number) => void = () => undefined;

/**
 * Called once in a supervised thread. The callback gets how long the work may take, ms, and its size in bytes;
 * both 0 for a small one.
 */
export function onLongSlice(told: (ms: number, bytes: number) => void): void {
  announce = told;
}

const leastBytes = 1_000_000;

let latest = 0;

/**
 * Announces that about `bytes` of JSON are read or written next; allows 1 s per MB, ten times what it takes.
 * @default the size of the last call
 */
export function longSlice(bytes = latest): void {
  latest = bytes;
  if (bytes > leastBytes) announce(bytes / 1000, bytes);
  else announce(0, 0);
}
