import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryName } from '#src/sealing/builtin/atomic-file.js';
import { runTask } from '#src/sealing/builtin/index.js';
import type { TransferItem } from '#src/sealing/tasks.js';
import { bytesOf, MiB, makeDir, makeWork } from './chain.js';

function setup() {
  const dir = makeDir();
  const at = (...names: string[]) => join(dir, ...names);
  const write = (name: string, bytes: Uint8Array) => {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), bytes);
  };
  const item = (name: string, store: string | null = null): TransferItem => ({
    store_name: store,
    uri: at(name),
  });
  const bring = (
    src: TransferItem,
    dest: TransferItem,
    opt: { is_dir?: boolean; allow_link?: boolean } | null = null,
    work = makeWork(),
  ) =>
    runTask(
      'transfer',
      {
        stores: { kept: { name: 'kept', meta: null } },
        routes: [{ src, dest, opt: opt && { is_dir: false, allow_link: false, ...opt } }],
      },
      work,
    );
  return { dir, at, write, item, bring };
}

test('a file is copied, directories are made, and how far it is is told in bytes', async () => {
  const { at, write, item, bring } = setup();
  const bytes = bytesOf(3 * MiB + 5);
  write('a', bytes);
  const told: number[] = [];
  const work = makeWork(({ done, total, unit }) => {
    expect([total, unit]).toEqual([2 * bytes.length, 'bytes']);
    told.push(done);
  });
  expect(await bring(item('a'), item('deep/er/b', 'kept'), null, work)).toBe(true);
  expect(readFileSync(at('deep/er/b')).equals(bytes)).toBe(true);
  expect(statSync(at('deep/er/b')).ino).not.toBe(statSync(at('a')).ino);
  expect(told.at(-1)).toBe(2 * bytes.length);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
});

test('run again it makes the same file; what a killed try left goes', async () => {
  const { at, write, item, bring } = setup();
  write('a', bytesOf(100));
  write('out/b', bytesOf(7, 2));
  writeFileSync(temporaryName(at('out/b')), 'half');
  await bring(item('a'), item('out/b'));
  expect(readdirSync(at('out'))).toEqual(['b']);
  expect(readFileSync(at('out/b')).length).toBe(bytesOf(100).length);
});

test.each([true, false])('a directory comes with all that is in it (link: %s)', async (allow_link) => {
  const { at, write, item, bring } = setup();
  write('from/one', bytesOf(32, 1));
  write('from/in/two', bytesOf(64, 2));
  write('to/old', bytesOf(32, 3));
  await bring(item('from'), item('to'), { is_dir: true, allow_link });
  expect(readdirSync(at('to'), { recursive: true }).toSorted()).toEqual(['in', 'in/two', 'old', 'one']);
  expect(readFileSync(at('to/in/two')).equals(bytesOf(64, 2))).toBe(true);
});

test('a link is a second name of the same file, also over an older one, and once more', async () => {
  const { at, write, item, bring } = setup();
  write('a', bytesOf(100));
  write('out/b', bytesOf(7, 2));
  for (let count = 0; count < 2; count += 1) {
    await bring(item('a'), item('out/b'), { allow_link: true });
    expect(statSync(at('out/b')).ino).toBe(statSync(at('a')).ino);
    expect(readdirSync(at('out'))).toEqual(['b']);
  }
});

test('to another file system it is copied where a link was allowed', async () => {
  const { at, write, item, bring } = setup();
  write('a', bytesOf(100));
  const elsewhere = '/dev/shm';
  if (!existsSync(elsewhere) || statSync(elsewhere).dev === statSync(at('a')).dev) return;
  const { mkdtempSync, rmSync } = await import('node:fs');
  const other = mkdtempSync(join(elsewhere, 'transfer-'));
  try {
    const dest = { store_name: null, uri: join(other, 'b') };
    await bring(item('a'), dest, { allow_link: true });
    expect(readFileSync(dest.uri).equals(readFileSync(at('a')))).toBe(true);
    expect(readdirSync(other)).toEqual(['b']);
  } finally {
    rmSync(other, { recursive: true });
  }
});

test('an abort in the middle leaves no file', async () => {
  const { dir, write, item, bring } = setup();
  write('a', bytesOf(8 * MiB));
  const stop = new AbortController();
  const work = makeWork(() => stop.abort(new Error('stop')), stop.signal);
  await expect(bring(item('a'), item('out/b'), null, work)).rejects.toThrow('stop');
  expect(readdirSync(join(dir, 'out'))).toEqual([]);
});

test.each<[string, 'critical' | 'permanent', (world: ReturnType<typeof setup>) => Promise<unknown>]>([
  ['what is not there', 'critical', ({ item, bring }) => bring(item('none'), item('b'))],
  [
    'a directory that is not there',
    'critical',
    ({ item, bring }) => bring(item('none'), item('b'), { is_dir: true }),
  ],
  [
    'a file that is said to be a directory',
    'critical',
    ({ item, bring }) => bring(item('a'), item('b'), { is_dir: true }),
  ],
  ['a directory that is said to be a file', 'permanent', ({ item, bring }) => bring(item('d'), item('b'))],
  [
    'a directory into itself',
    'permanent',
    ({ item, bring }) => bring(item('d'), item('d/x'), { is_dir: true }),
  ],
  ['a file behind a file', 'critical', ({ item, bring }) => bring(item('a'), item('a/b'))],
  ['a file over a directory', 'critical', ({ item, bring }) => bring(item('a'), item('d'))],
  [
    'a link over a directory',
    'critical',
    ({ item, bring }) => bring(item('a'), item('d'), { allow_link: true }),
  ],
  [
    'a dangling link',
    'critical',
    ({ at, item, bring }) => {
      symlinkSync(at('nowhere'), at('d', 'dangling'));
      return bring(item('d'), item('b'), { is_dir: true });
    },
  ],
  [
    'a store that is none of the task',
    'permanent',
    ({ item, bring }) => bring(item('a'), item('b', 'other')),
  ],
])('%s is refused (%s), and nothing is left', async (_, level, act) => {
  const world = setup();
  world.write('a', bytesOf(100));
  world.write('d/in', bytesOf(100));
  await expect(act(world)).rejects.toMatchObject({ level });
  expect(readdirSync(world.dir).toSorted()).toEqual(['a', 'd']);
});
