/** A piece that is delivered replaces nothing. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkTarget } from '#src/sealing/stores/free-target.js';
import { makeDir } from '../../tools/sealing/chain.js';

function setup() {
  const dir = makeDir();
  const piece = join(dir, 'piece');
  writeFileSync(piece, 'the bytes of a piece');
  const location = join(dir, 'store');
  mkdirSync(location);
  const check = (target: string) =>
    checkTarget(target, piece, [{ name: 'kept', location, readonly: false }], new AbortController().signal);
  return { dir, location, check };
}

const refused = (why: string) => ({ level: 'permanent', message: expect.stringContaining(why) });

test('what is free, or holds the very bytes, may be written', async () => {
  const { dir, check } = setup();
  await check(join(dir, 'free'));
  await check(join(dir, 'no', 'directory', 'yet'));
  writeFileSync(join(dir, 'before'), 'the bytes of a piece');
  await check(join(dir, 'before'));
});

test('another file is not replaced, also of the same size; nor is a directory, a link', async () => {
  const { dir, check } = setup();
  const path = join(dir, 'other');
  for (const bytes of ['short', 'THE BYTES OF A PIECE']) {
    writeFileSync(path, bytes);
    await expect(check(path)).rejects.toMatchObject(refused('another file is there'));
    expect(readFileSync(path, 'utf8')).toBe(bytes);
  }
  mkdirSync(join(dir, 'directory'));
  symlinkSync(path, join(dir, 'link'));
  for (const name of ['directory', 'link'])
    await expect(check(join(dir, name))).rejects.toMatchObject(refused('something else is there'));
});

test.each([
  'sealed/s-t010000-1',
  'cache/s-t010000-1/p_aux',
  'update/x',
  'update-cache/x',
  '.sealvisor/x',
  'sealed',
])('where a store keeps sectors nothing is delivered: %s', async (within) => {
  const { location, check } = setup();
  await expect(check(join(location, within))).rejects.toMatchObject(
    refused('store kept keeps sectors there'),
  );
});
