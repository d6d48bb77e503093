/** What a manager answers to a report: each word of it is read for itself. */
import { expect, test } from 'vitest';
import { sectorClient } from '#src/fleet/sector-client.js';
import { answering } from '../tools/fleet/setup.js';

const report = {
  Worker: { Instance: 'w1', Location: '/store1' },
  StateChange: { Prev: 'PC1Done', Next: 'PC2Done', Event: 'PC2' },
  Failure: null,
};

test.each<[unknown, { finalized: boolean; abortReason: string | null }]>([
  [null, { finalized: false, abortReason: null }],
  [
    { Finalized: true, AbortReason: '' },
    { finalized: true, abortReason: null },
  ],
  [
    { Finalized: false, AbortReason: 'lost' },
    { finalized: false, abortReason: 'lost' },
  ],
  // An abort is heard whatever else cannot be read.
  [
    { Finalized: 'no', AbortReason: 'lost' },
    { finalized: false, abortReason: 'lost' },
  ],
  [{ AbortReason: 'lost' }, { finalized: false, abortReason: 'lost' }],
  [
    { Finalized: true, AbortReason: 7 },
    { finalized: true, abortReason: null },
  ],
  ['aborted', { finalized: false, abortReason: null }],
])('%j is %j', async (result, verdict) => {
  const url = await answering({ jsonrpc: '2.0', id: 1, result });
  const client = sectorClient({ url, headers: {} });
  await expect(client.reportState({ miner: 10000, number: 1 }, report)).resolves.toEqual(verdict);
});
