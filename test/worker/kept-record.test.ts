import { expect, test } from 'vitest';
import { emptyWorkerRecord } from '#machines/worker-record.js';
import { KeptRecord } from '#src/worker/kept-record.js';

test('who follows the record is called in order, when it holds already, with what was before', () => {
  const record = new KeptRecord(emptyWorkerRecord);
  const next = { ...emptyWorkerRecord, used: { 1000: 7 } };
  const seen: unknown[] = [];
  record.onChange((now, before) => seen.push(['first', now === record.now(), before]));
  record.onChange((now) => seen.push(['second', now]));
  record.become(next);
  expect(seen).toEqual([
    ['first', true, emptyWorkerRecord],
    ['second', next],
  ]);
});
