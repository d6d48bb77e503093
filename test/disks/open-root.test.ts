/** When a directory is taken into use, and when it is refused. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { markPath, readMark } from '#src/disks/mark.js';
import { type AdmitOptions, admitRoot, type Root, takeRoot } from '#src/disks/open-root.js';
import { checkRootSync, seeRootSync } from '#src/disks/seen-root.js';
import { freshDir, put } from '../tools/disks/setup.js';

const now = new Date('2026-11-27T01:00:00Z');
const defaults: AdmitOptions = { expected: undefined, others: [], isFirstStart: false };

function rootAt(path: string, kind: Root['kind'] = 'location'): Root {
  return { path, kind, isReadonly: false };
}

async function opened(root: Root, options: Partial<AdmitOptions> = {}) {
  const admitted = await admitRoot(root, { ...defaults, ...options });
  return { content: admitted.content, seen: await takeRoot(root, admitted, 'worker-1', now) };
}

const knownAs = (path: string, id: string) =>
  ({ path, id, kind: 'location', at: now.toISOString() }) as const;

describe('a first use', () => {
  test('of an empty directory makes its mark: id, kind, when and by whom', async () => {
    const path = freshDir();
    const { seen } = await opened(rootAt(path, 'attached'));
    expect(await readMark(path)).toEqual({
      version: 1,
      id: seen?.id,
      kind: 'attached',
      madeAt: now.toISOString(),
      madeBy: 'worker-1',
    });
    expect(readdirSync(join(path, '.sealvisor'))).toEqual(['mark.json']);
  });

  test('makes the directory, but not the one above it unless nothing is known at all', async () => {
    const dir = freshDir();
    expect((await opened(rootAt(join(dir, 'one')))).content).toEqual({ kind: 'absent' });
    const deep = rootAt(join(dir, 'none', 'two'));
    await expect(opened(deep)).rejects.toMatchObject({ code: 'wrong_disk' });
    expect(existsSync(join(dir, 'none'))).toBe(false);
    await opened(deep, { isFirstStart: true });
  });

  test.each([
    ['location', 'sealvisor.db', 'us'],
    ['attached', 'sealed/s-t010000-7', 'us'],
    ['attached', '.holder', 'upstream'],
    ['location', '.holder', 'upstream'],
  ] as const)('of a %s that has %s takes over what is there', async (kind, name, by) => {
    const path = freshDir();
    put(join(path, name), 'as it was');
    expect((await opened(rootAt(path, kind))).content).toEqual({ kind: 'used', by });
    expect(existsSync(join(path, name))).toBe(true);
  });

  test.each(['lost+found/x', 'config.toml', '.snapshot/x'])('does not mind %s', async (name) => {
    const path = freshDir();
    put(join(path, name));
    expect((await opened(rootAt(path))).content).toEqual({ kind: 'empty' });
  });

  test('of a directory with other files is refused until an operator says so', async () => {
    const path = freshDir();
    put(join(path, 'holiday.jpg'));
    await expect(opened(rootAt(path))).rejects.toMatchObject({
      code: 'wrong_disk',
      message: expect.stringContaining('holiday.jpg'),
    });
    expect(readdirSync(path)).toEqual(['holiday.jpg']);
    await opened(rootAt(path), { isForced: true });
  });

  test('of two workers at once is one mark', async () => {
    const path = freshDir();
    const both = await Promise.all([opened(rootAt(path, 'attached')), opened(rootAt(path, 'attached'))]);
    expect(both[0].seen?.id).toBe(both[1].seen?.id);
  });
});

describe('a directory that was used before', () => {
  test('without its mark is refused, and nothing is written there', async () => {
    const path = freshDir();
    await expect(opened(rootAt(path), { expected: knownAs(path, 'a') })).rejects.toMatchObject({
      code: 'wrong_disk',
      message: expect.stringContaining(path),
    });
    expect(readdirSync(path)).toEqual([]);
  });

  test('that is gone is not made again', async () => {
    const path = join(freshDir(), 'gone');
    const expected = knownAs(path, 'a');
    await expect(opened(rootAt(path), { expected, isFirstStart: true })).rejects.toMatchObject({
      code: 'wrong_disk',
    });
    expect(existsSync(path)).toBe(false);
  });

  test('with another mark is refused, naming both', async () => {
    const path = freshDir();
    const { seen } = await opened(rootAt(path));
    const refused = opened(rootAt(path), { expected: knownAs(path, 'the-other') });
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('the-other') });
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining(String(seen?.id)) });
  });

  test('as the location of a thread is not an attached store', async () => {
    const path = freshDir();
    await opened(rootAt(path));
    await expect(opened(rootAt(path, 'attached'))).rejects.toMatchObject({ code: 'wrong_disk' });
  });

  test('with a mark that cannot be read is refused, and the mark stays', async () => {
    const path = freshDir();
    put(markPath(path), '{"version":1');
    await expect(opened(rootAt(path))).rejects.toMatchObject({ code: 'wrong_disk' });
    expect(readdirSync(join(path, '.sealvisor'))).toEqual(['mark.json']);
  });
});

describe('a directory that is in use', () => {
  test('is found to be another one when it is renamed, replaced or emptied', async () => {
    const path = join(freshDir(), 'store');
    mkdirSync(path);
    const { seen } = await opened(rootAt(path));
    const first = seeRootSync(path, String(seen?.id));
    expect(checkRootSync(first)).toBe(first);
    renameSync(path, `${path}-moved`);
    expect(() => checkRootSync(first)).toThrow(/is not the disk/);
    mkdirSync(path);
    expect(() => checkRootSync(first)).toThrow(/its mark .* is not there/);
    rmSync(path, { recursive: true });
    renameSync(`${path}-moved`, path);
    expect(checkRootSync(first).id).toBe(first.id);
  });
});
