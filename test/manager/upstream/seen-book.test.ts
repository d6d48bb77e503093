/** What is kept of sectors that were seen has a bound, in memory and on disk. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SeenBook } from '#src/manager/upstream/seen-book.js';
import { openUpstreamStore } from '#src/store/upstream-store.js';
import { freshDir } from '../../tools/manager/setup.js';

const emit = () => undefined;
const idOf = (number: number) => ({ Miner: 1, Number: number });
const finalized = (n: number) => ({ method: 'ReportFinalized', params: [idOf(n)], answer: { result: null } });
const given = (n: number) => ({
  method: 'AllocateSector',
  params: [],
  answer: { result: { ID: idOf(n), ProofType: 5 } },
});

test('of those that are over the oldest go; one in work stays, however old, and one that is heard of again is back', () => {
  const store = openUpstreamStore(join(freshDir(), 'upstream.db'));
  const most = 100;
  const book = new SeenBook(store, emit, most);
  book.take(given(0), 0);
  for (let n = 1; n <= most + 501; n += 1) book.take(finalized(n), n);
  book.write();
  const left = () => ({ memory: book.all().length, disk: store.seen().length });
  expect(left()).toEqual({ memory: most + 1, disk: most + 1 });
  expect(book.find({ miner: 1, number: 0 })).toBeDefined();
  expect(book.find({ miner: 1, number: 501 })).toBeUndefined();
  expect(book.find({ miner: 1, number: 502 })).toBeDefined();
  book.take(finalized(1), 99_999);
  book.write();
  expect(left()).toEqual({ memory: most + 2, disk: most + 2 });
  expect(new SeenBook(store, emit).all()).toHaveLength(most + 2);
  store.close();
});

test('what is only reported again is no step, and is written again after a minute', () => {
  const store = openUpstreamStore(join(freshDir(), 'upstream.db'));
  const book = new SeenBook(store, emit);
  const heardIn = () => JSON.parse(store.seen()[0]?.body ?? '{}').heardMs;
  book.take(given(1), 1000);
  book.write();
  for (const at of [2000, 60_000]) book.take(given(1), at);
  book.write();
  expect(heardIn()).toBe(1000);
  book.take(given(1), 61_001);
  book.write();
  expect(heardIn()).toBe(61_001);
  expect(store.stepsOf(1, 1, 10)).toHaveLength(1);
  store.close();
});
