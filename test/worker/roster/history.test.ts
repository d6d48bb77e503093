/** What a thread's history holds, how it is asked for, and what it tells of the time that is left. */
import { describe, expect, test } from 'vitest';
import type { HistoryQuery, HistoryRow } from '#src/protocol/thread.js';
import { deadly, goodTicket, isIn, isWorking, setup } from '../../tools/worker/setup.js';

type Control = Awaited<ReturnType<typeof setup>>['control'];
const historyOf = async (
  control: Control,
  query: HistoryQuery = {},
  index = 0,
): Promise<readonly HistoryRow[]> => JSON.parse(await control.history(index, query));

/** Two sectors are done; the first had a C2 that failed once, and the thread was resumed by bob. */
async function twoSectors() {
  const made = await setup({
    faults: [{ stage: 'c2', level: 'permanent', message: 'no parameters', times: 1 }],
    sealing: { sealIntervalMs: 1 },
  });
  for (const number of [1, 2]) {
    await made.until(0, (view) => isIn('C1Done', 'paused')(view) && view.sector?.number === number);
    await made.control.resume(0, { by: 'bob', reason: `again ${number}` });
  }
  await made.until(0, (view) => isIn('C1Done', 'paused')(view) && view.sector?.number === 3);
  return made;
}

test('a history has every transition, error and command in order, with its stage, duration, who and why', async () => {
  const { control } = await twoSectors();
  const rows = await historyOf(control);
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, n) => n + 1));
  expect(rows.find(({ event }) => event === 'PC1')).toMatchObject({
    kind: 'transition',
    sector: 's-t010000-1',
    from: 'TicketAssigned',
    to: 'PC1Done',
    stage: 'PC1',
    durationMs: expect.any(Number),
  });
  expect(rows.find(({ kind }) => kind === 'error')).toMatchObject({
    stage: 'C2',
    level: 'permanent',
    message: 'no parameters',
    to: 'C1Done',
  });
  expect(rows.find(({ kind }) => kind === 'command')).toMatchObject({
    command: 'resume',
    by: 'bob',
    reason: 'again 1',
  });
});

test('a history is asked for by sector, by kind, behind a row, and by its last rows', async () => {
  const { control } = await twoSectors();
  const all = await historyOf(control);
  const second = await historyOf(control, { sector: 's-t010000-2' });
  expect(second).toEqual(all.filter(({ sector }) => sector === 's-t010000-2'));
  expect(second.length).toBeGreaterThan(15);
  const told = await historyOf(control, { kinds: ['error', 'command'] });
  expect(told.map(({ kind }) => kind)).toEqual(['error', 'command', 'error', 'command', 'error']);
  expect(await historyOf(control, { after: all.length - 2 })).toEqual(all.slice(-2));
  expect(await historyOf(control, { limit: 3 })).toEqual(all.slice(-3));
  expect(await historyOf(control, { limit: 1, kinds: ['command'], sector: 's-t010000-1' })).toMatchObject([
    { reason: 'again 1' },
  ]);
  expect(await historyOf(control, { after: all.length })).toEqual([]);
});

test('a restart of the thread stands in its history, with its cause', async () => {
  let asked = 0;
  const assignTicket = async () => (++asked === 1 ? deadly : goodTicket);
  const { control, until, untilRow } = await setup({ service: { assignTicket }, leastMs: { pc1: 600_000 } });
  await until(0, isWorking('TicketAssigned'));
  await untilRow(0, (row) => row.kind === 'lifecycle');
  expect(await historyOf(control, { kinds: ['lifecycle'] })).toMatchObject([
    {
      event: 'Restarted',
      message: expect.stringMatching(/^started again after: .*cannot write the record/),
      sector: 's-t010000-1',
    },
  ]);
});

test('the history of a thread that is failed is there', async () => {
  const { control, until } = await setup({ service: { assignTicket: async () => deadly } });
  await until(0, (view) => view.mode === 'failed');
  const rows = await historyOf(control, { kinds: ['transition'] });
  expect(rows.map(({ event }) => event)).toEqual(['Allocate', 'AcquireDeals', 'AddPiece', 'BuildTreeD']);
});

describe('the estimate', () => {
  test('of a thread without a past knows nothing, and names what it does not know', async () => {
    const { control, until } = await setup({ leastMs: { pc1: 600_000 } });
    await until(0, isWorking('TicketAssigned'));
    expect(await control.estimate(0)).toMatchObject({
      stage: { name: 'PC1', usualMs: null, leftMs: null, samples: 0 },
      sector: { leftMs: null, unknown: expect.arrayContaining(['PC1', 'C2']) },
    });
  });

  test('after two sectors goes by the median of what they took', async () => {
    const { control } = await twoSectors();
    const estimate = await control.estimate(0);
    expect(estimate.stage).toMatchObject({
      name: 'C2',
      elapsedMs: 0,
      samples: 2,
      usualMs: expect.any(Number),
    });
    expect(estimate.sector).toMatchObject({ unknown: [], leftMs: expect.any(Number) });
    expect(await control.estimates()).toEqual([{ index: 0, ...estimate }]);
  });

  test('of a thread without a sector is empty', async () => {
    const { control } = await setup({ service: { allocateSector: async () => null } });
    expect(await control.estimate(0)).toEqual({ stage: null, sector: null });
  });
});
