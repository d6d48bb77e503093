/** How many bytes this process reads of each file. */
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname } from 'node:path';
import { onTestFinished } from 'vitest';

export interface ReadTrace {
  bytesOf(path: string): number;
  /** Of all files that lay right in it. */
  inDirectory(directory: string): number;
}

/** Until the test's end. */
export async function readTrace(): Promise<ReadTrace> {
  const counts = new Map<string, number>();
  const count = (fd: number, bytes: number) => {
    const path = fs.readlinkSync(`/proc/self/fd/${fd}`).replace(/ \(deleted\)$/, '');
    counts.set(path, (counts.get(path) ?? 0) + bytes);
  };
  const handle = await open('/', 'r');
  // Every handle has this prototype, which node does not export.
  const prototype = Object.getPrototypeOf(handle) as {
    read(this: { readonly fd: number }, ...args: unknown[]): Promise<{ readonly bytesRead: number }>;
  };
  await handle.close();
  const { read } = prototype;
  const { readSync } = fs;
  prototype.read = async function (...args) {
    const done = await read.apply(this, args);
    count(this.fd, done.bytesRead);
    return done;
  };
  fs.readSync = ((...args: Parameters<typeof readSync>) => {
    const bytes = readSync(...args);
    count(args[0], bytes);
    return bytes;
    // One of its shapes stands for both.
  }) as typeof readSync;
  syncBuiltinESMExports();
  onTestFinished(() => {
    prototype.read = read;
    fs.readSync = readSync;
    syncBuiltinESMExports();
  });
  return {
    bytesOf: (path) => counts.get(path) ?? 0,
    inDirectory: (directory) =>
      [...counts].reduce((sum, [path, bytes]) => (dirname(path) === directory ? sum + bytes : sum), 0),
  };
}
