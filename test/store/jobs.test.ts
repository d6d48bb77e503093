/** Jobs and pieces put aside, in the fleet store. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openFleetStore } from '#src/store/fleet-store.js';
import { freshDir } from '../tools/store/setup.js';

function setup(path = join(freshDir(), 'manager.db')) {
  const store = openFleetStore(path);
  onTestFinished(() => store.close());
  const reopened = () => {
    store.close();
    return setup(path);
  };
  return { store, reopened };
}

const job = (number: number | null, isOpen: 0 | 1 = 1) => ({
  miner: number === null ? null : 10000,
  number,
  isOpen,
  body: 'a',
});
const piece = { cid: 'c', path: '/p', payloadSize: 100, paddedSize: 128, mtimeMs: 1 };

test('jobs are kept in their order, found by sector and by what is open', () => {
  const { store, reopened } = setup();
  const rows = [job(1), job(2, 0), job(null), job(1, 0)].map((row) => store.addJob(row));
  expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  const next = reopened().store;
  expect(next.jobs()).toEqual(rows);
  expect(next.openJobs()).toEqual([rows[0], rows[2]]);
  expect(next.jobsOf(10000, 1)).toEqual([rows[0], rows[3]]);
  expect(next.jobsOf(10000, 9)).toEqual([]);
  expect(next.job(2)).toEqual(rows[1]);
  expect(next.job(9)).toBeUndefined();
});

test('a job that is put again keeps its number and its sector', () => {
  const { store, reopened } = setup();
  const row = store.addJob(job(1));
  store.putJob({ ...row, isOpen: 0, body: 'b' });
  expect(reopened().store.jobsOf(10000, 1)).toEqual([{ ...row, isOpen: 0, body: 'b' }]);
});

test('what is written together is there as a whole, or not at all', () => {
  const { store, reopened } = setup();
  const both = () =>
    store.together(() => {
      store.addJob(job(1));
      store.nextSector(10000, 'x');
      throw new Error('power lost');
    });
  expect(both).toThrow('power lost');
  const next = reopened().store;
  expect([next.jobs(), next.sectors()]).toEqual([[], []]);
  expect(next.together(() => next.addJob(job(1)).seq)).toBe(1);
});

test('a piece is aside when it was not known before, until it is added without', () => {
  const { store, reopened } = setup();
  store.addPiece(piece);
  store.addPiece(piece, { aside: true });
  store.addPiece({ ...piece, cid: 'd' }, { aside: true });
  store.addPiece({ ...piece, cid: 'd' }, { aside: true });
  const next = reopened().store;
  expect(next.asidePieces()).toEqual(['d']);
  expect(next.pieces()).toHaveLength(2);
  next.addPiece({ ...piece, cid: 'd' });
  expect(next.asidePieces()).toEqual([]);
  next.addPiece({ ...piece, cid: 'e' }, { aside: true });
  next.removePiece('e');
  expect(next.asidePieces()).toEqual([]);
});
