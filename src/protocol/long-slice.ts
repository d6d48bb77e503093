/**
 * Reading or writing a JSON of 64 MB holds its thread for seconds, and takes many times its bytes of heap. Who does so
 * says it before, so that the thread is meanwhile neither taken for hung nor for one that fills its heap.
 */
let announce: (ms: number, bytes: number) => void = () => undefined;

/** Called once in a thread that is watched: how long it may take, ms, and of how many bytes; both 0 for a small one. */
export function onLongSlice(told: (ms: number, bytes: number) => void): void {
  announce = told;
}

const leastBytes = 1_000_000;

let latest = 0;

/** A JSON of about so many bytes is read or written next: a second a megabyte is ten times what it takes. @default as many as the last time */
export function longSlice(bytes = latest): void {
  latest = bytes;
  if (bytes > leastBytes) announce(bytes / 1000, bytes);
  else announce(0, 0);
}
