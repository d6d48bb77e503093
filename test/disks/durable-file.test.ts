/** Files that decide about a sector or a disk are there whole or not at all, also after a power cut. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nameNew, syncFile, writeDurably, writeNew, writeNewSync } from '#src/disks/durable-file.js';
import { writeKnownRoots } from '#src/disks/known-roots.js';
import { makeBelow } from '#src/disks/make-below.js';
import { makeMark } from '#src/disks/mark.js';
import { writeAtomically, writeJson } from '#src/sealing/builtin/files/atomic.js';
import { noteBrought } from '#src/sealing/stores/brought.js';
import { claimed } from '#src/sealing/stores/place-claim.js';
import { openThreadStore } from '#src/store/thread-store.js';
import { freshDir } from '../tools/disks/setup.js';
import { lostIn, traced } from '../tools/disks/traced.js';
import { marked } from '../tools/sealing/chain.js';

describe('after a power cut the file and its name are there, whichever of our writers wrote it', () => {
  const claim = { commR: 'aa', worker: 'w1', location: '/l', at: '2026-11-27T00:00:00Z' };
  test.each<[string, (dir: string) => unknown]>([
    ['over what is there', (dir) => writeDurably(join(dir, 'a'), 'new')],
    ['a new one', (dir) => writeNew(join(dir, 'a'), 'new')],
    ['a new one, on this thread', (dir) => writeNewSync(join(dir, 'a'), 'new')],
    ['a mark', (dir) => makeMark(dir, 'attached', 'w1', new Date())],
    [
      'a list of roots',
      async (dir) => {
        await makeMark(dir, 'attached', 'w1', new Date());
        await writeKnownRoots(dir, 'key', new Map(), { key: 'key', worker: null });
      },
    ],
    ['a claim', (dir) => claimed(join(dir, '.s-t01000-1.claim'), claim)],
    [
      'what was brought',
      (dir) => {
        const sealed = { file: join(dir, 'sealed'), commRs: ['aa'], sha256s: ['bb'] };
        return noteBrought(marked(dir), 's-t01000-1', sealed);
      },
    ],
    ['an output', (dir) => writeAtomically(join(dir, 'a'), async (file) => file.write(Buffer.from('1'), 0))],
    ['a small output', (dir) => writeJson(join(dir, 'a'), {})],
    ['a new database', (dir) => openThreadStore(dir).close()],
  ])('%s', async (_, write) => {
    const dir = freshDir();
    const { acts, lost } = await traced();
    await write(dir);
    expect(acts.filter((act) => !act.startsWith('sync'))).not.toEqual([]);
    expect(lost()).toEqual([]);
    expect(readdirSync(dir).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  test('a directory that is made on the way is, too', async () => {
    const dir = freshDir();
    const { acts } = await traced();
    await makeBelow(dir, join(dir, 'cache', 's-t01000-1'));
    expect(acts).toEqual([`sync ${dir}`, `sync ${join(dir, 'cache')}`]);
  });

  test('the trace itself sees a rename whose bytes or whose directory were not synced', () => {
    expect(lostIn(['rename /d/a.tmp /d/a', 'sync /d'])).toHaveLength(1);
    expect(lostIn(['sync /d/a.tmp', 'rename /d/a.tmp /d/a'])).toHaveLength(1);
    expect(lostIn(['sync /d/a.tmp', 'rename /d/a.tmp /d/a', 'sync /d'])).toEqual([]);
  });
});

describe('what another was quicker with stays', () => {
  test.each([
    ['async', writeNew],
    ['on this thread', async (path: string, text: string) => writeNewSync(path, text)],
  ])('%s', async (_, write) => {
    const path = join(freshDir(), 'a');
    expect(await write(path, 'first')).toBe(true);
    expect(await write(path, 'second')).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('first');
  });

  test('of many at the same moment one writes', async () => {
    const dir = freshDir();
    const all = await Promise.all(Array.from({ length: 20 }, (_, at) => writeNew(join(dir, 'a'), `${at}`)));
    expect(all.filter(Boolean)).toHaveLength(1);
    expect(readFileSync(join(dir, 'a'), 'utf8')).toBe(String(all.indexOf(true)));
    expect(readdirSync(dir)).toEqual(['a']);
  });

  test('and the draft of a file that has no name yet is left to its writer', async () => {
    const dir = freshDir();
    for (const name of ['draft', 'a']) writeFileSync(join(dir, name), name);
    expect(await nameNew(join(dir, 'draft'), join(dir, 'a'))).toBe(false);
    expect(readdirSync(dir)).toEqual(['a', 'draft']);
  });
});

test('what another program wrote is brought to the disk with its name', async () => {
  const dir = freshDir();
  writeFileSync(join(dir, 'a'), 'a');
  const { acts } = await traced();
  await syncFile(join(dir, 'a'));
  expect(acts).toEqual([`sync ${join(dir, 'a')}`, `sync ${dir}`]);
});

/** 1 MiB where this user may mount one. */
function tinyDisk(): string | undefined {
  const dir = join(freshDir(), 'disk');
  mkdirSync(dir);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir]).status !== 0) return undefined;
  onTestFinished(() => void spawnSync('umount', ['-l', dir]));
  return dir;
}

describe('on a full disk', () => {
  const large = 'x'.repeat(2 * 1024 * 1024);
  test.each<[string, (path: string) => unknown]>([
    ['writeDurably', (path) => writeDurably(path, large)],
    ['writeNewSync', async (path) => writeNewSync(`${path}2`, large)],
    ['an output', (path) => writeAtomically(path, async (file) => file.write(Buffer.from(large), 0))],
  ])('%s: the old file is whole, and no half one is left', async (_, write) => {
    const dir = tinyDisk();
    if (dir === undefined) return;
    const path = join(dir, 'a');
    writeFileSync(path, 'old');
    await expect(Promise.resolve(write(path))).rejects.toThrow(/ENOSPC|No space left/);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(dir)).toEqual(['a']);
    rmSync(path);
  });
});

test('a list of roots is written where the mark is, and nowhere else: its disk may be gone', async () => {
  const dir = freshDir();
  await expect(writeKnownRoots(dir, 'key', new Map(), { key: 'key', worker: null })).rejects.toMatchObject({
    code: 'ENOENT',
  });
  expect(readdirSync(dir)).toEqual([]);
});
