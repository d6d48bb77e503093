/** What reaches the disk, in order: fsyncs, renames and links, as the file system is asked for them. */
import fs from 'node:fs';
import fsPromises, { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { onTestFinished } from 'vitest';

export interface Traced {
  /** `sync <path>`, `rename <from> <to>`, `link <from> <to>`. */
  readonly acts: string[];
  /** Files that got a name which was not brought to the disk, or did so before their bytes were. */
  lost(): readonly string[];
}

const pathOf = (fd: number) => fs.readlinkSync(`/proc/self/fd/${fd}`);

/** Until the test's end. */
export async function traced(): Promise<Traced> {
  const acts: string[] = [];
  const undo: (() => void)[] = [];
  const wrap = <T extends object, K extends keyof T>(on: T, name: K, told: (args: unknown[]) => string) => {
    const before = on[name] as (...args: unknown[]) => unknown;
    const after = function (this: unknown, ...args: unknown[]) {
      const line = told.call(this, args);
      const result = before.apply(this, args);
      const done = () => void acts.push(line);
      // Only what was done counts.
      if (result instanceof Promise) void result.then(done, () => undefined);
      else done();
      return result;
    };
    on[name] = after as T[K];
    undo.push(() => {
      on[name] = before as T[K];
    });
  };
  const handle = await open('/', 'r');
  const prototype = Object.getPrototypeOf(handle) as { sync(): Promise<void> };
  await handle.close();
  wrap(prototype, 'sync', function (this: { readonly fd: number }) {
    return `sync ${pathOf(this.fd)}`;
  });
  wrap(fs, 'fsyncSync', ([fd]) => `sync ${pathOf(Number(fd))}`);
  for (const name of ['rename', 'link'] as const)
    wrap(fsPromises, name, (paths) => `${name} ${paths.join(' ')}`);
  for (const [name, shown] of [
    ['renameSync', 'rename'],
    ['linkSync', 'link'],
  ] as const)
    wrap(fs, name, (paths) => `${shown} ${paths.join(' ')}`);
  syncBuiltinESMExports();
  onTestFinished(() => {
    for (const each of undo) each();
    syncBuiltinESMExports();
  });
  return { acts, lost: () => lostIn(acts) };
}

/** A power cut at the end: what of `acts` it may undo. */
export function lostIn(acts: readonly string[]): readonly string[] {
  return acts.flatMap((act, at) => {
    const [verb, from = '', to = ''] = act.split(' ');
    if (verb === 'sync') return [];
    const isWhole = acts.slice(0, at).includes(`sync ${from}`);
    const isNamed = acts.slice(at).includes(`sync ${to.slice(0, to.lastIndexOf('/'))}`);
    return isWhole && isNamed ? [] : [act];
  });
}
