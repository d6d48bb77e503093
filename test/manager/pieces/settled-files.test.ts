import { expect, test } from 'vitest';
import { isPieceName } from '#src/manager/pieces/names.js';
import { SettledFiles } from '#src/manager/pieces/settled-files.js';

function setup() {
  const at = { wall: 1_000_000, steady: 0 };
  const pass = (ms: number) => {
    at.wall += ms;
    at.steady += ms;
  };
  return { at, pass, files: new SettledFiles({ wall: () => at.wall, steady: () => at.steady }) };
}

test('a file that was written to in the last second waits; an older one is complete at the first look', () => {
  const { files, at } = setup();
  expect(files.isSettled('old', { size: 5, mtimeMs: at.wall - 1000 })).toBe(true);
  expect(files.isSettled('new', { size: 5, mtimeMs: at.wall - 999 })).toBe(false);
});

test('a file that grows between two looks waits, whatever its date says', () => {
  const { files, at, pass } = setup();
  expect(files.isSettled('a', { size: 5, mtimeMs: at.wall })).toBe(false);
  pass(2000);
  expect(files.isSettled('a', { size: 6, mtimeMs: at.wall - 60_000 })).toBe(false);
  pass(999);
  expect(files.isSettled('a', { size: 6, mtimeMs: at.wall + 60_000 })).toBe(false);
});

test('a wall clock that was set back an hour makes no file wait for an hour', () => {
  const { files, at, pass } = setup();
  const look = { size: 5, mtimeMs: at.wall + 3_600_000 };
  expect(files.isSettled('a', look)).toBe(false);
  pass(999);
  expect(files.isSettled('a', look)).toBe(false);
  pass(1);
  expect(files.isSettled('a', look)).toBe(true);
});

test('a file that is no longer pending is forgotten', () => {
  const { files, at, pass } = setup();
  const look = { size: 5, mtimeMs: at.wall + 60_000 };
  files.isSettled('a', look);
  files.keep(new Set());
  pass(1000);
  expect(files.isSettled('a', look)).toBe(false);
});

test.each([
  ['a.bin', true],
  ['sub/a', true],
  ['.a.bin.Xy12', false],
  ['.git/HEAD', false],
  ['sub/.sealvisor/store', false],
  ['a.part', false],
  ['a.bin.tmp', false],
  ['a.iso.crdownload', false],
  ['a.txt~', false],
  ['party', true],
])('%s is a piece: %s', (path, is) => {
  expect(isPieceName(path)).toBe(is);
});
