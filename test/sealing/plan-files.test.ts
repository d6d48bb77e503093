import { describe, expect, test } from 'vitest';
import { plans } from '#machines/index.js';
import { groundFiles, hasSectorFile, isFileOf, notedPaths, noteName } from '#src/sealing/plan-files.js';
import { sectorFiles } from '#src/sealing/sector-files.js';
import { freshDir } from '../tools/manager/setup.js';

const states = Object.values(plans).flatMap((plan) => plan.states);
const needed = [...new Set(states.flatMap(({ needs }) => needs.files))];
const grounds = [
  ...new Set(
    states.flatMap(({ ground }) =>
      ground
        ? [...ground.removes, ...(ground.empties ?? []), ...Object.entries(ground.copies ?? {}).flat()]
        : [],
    ),
  ),
];

describe('every name of a file that a plan uses has its entry', () => {
  test.each(needed)(
    '%s, which a stage needs: not there in an empty store, and nothing of it to note',
    (name) => {
      const files = sectorFiles(freshDir(), 's-t010000-1');
      expect(hasSectorFile(files, name, { pc1: undefined, synthetic: true })).toBe(false);
      expect(notedPaths(noteName(name, {}), files, {}, {})).toEqual([]);
    },
  );

  test.each(grounds)(
    '%s, which is the ground of a stage, lies in the sector’s own directory',
    async (name) => {
      const files = sectorFiles(freshDir(), 's-t010000-1');
      for (const path of await groundFiles(name, files)) expect(path.startsWith(files.root)).toBe(true);
    },
  );
});

test('only a sector with synthetic PoRep has synthetic proofs: no other misses them', () => {
  const files = sectorFiles(freshDir(), 's-t010000-1');
  expect(hasSectorFile(files, 'synthetic', {})).toBe(true);
  expect(isFileOf('synthetic', {})).toBe(false);
});

test('a ground that has no entry is a fault of the plan', async () => {
  await expect(groundFiles('moon', sectorFiles(freshDir(), 's-t010000-1'))).rejects.toThrow(
    'a plan names moon',
  );
});

test('what is kept of a sector that is made again is noted as the sealed or the upgraded one', () => {
  expect([noteName('replica', {}), noteName('replica', { upgrade: {} }), noteName('staged', {})]).toEqual([
    'sealed',
    'update',
    'staged',
  ]);
});
