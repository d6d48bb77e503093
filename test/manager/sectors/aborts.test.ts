/** A sector that is aborted at the manager: its worker hears so with whatever it asks next. */
import { expect, test } from 'vitest';
import { filesIn, setup as manage, preCommitOf } from '../../tools/manager/setup.js';

const id = { miner: 10000, number: 1 };
const second = { miner: 10000, number: 2 };

const reportOf = (Next: string) => ({
  Worker: { Instance: 'w1', Location: '/store1' },
  StateChange: { Prev: '-', Next, Event: '' },
  Failure: null,
});

async function setup(options: Parameters<typeof manage>[0] = {}) {
  const fixture = await manage(options);
  fixture.manager.sectors.allocate(null, null);
  return { ...fixture, sectors: fixture.manager.sectors };
}

test('from then on polls say it should be aborted, submissions are rejected, reports are answered with the reason', async () => {
  const { sectors, restart } = await setup();
  sectors.reportState(id, reportOf('TicketAssigned'));
  sectors.chain.submitPreCommit(id, preCommitOf(), false);
  expect(sectors.abort(id, { reason: 'disk lost', by: 'alice' })).toMatchObject({
    changed: true,
    message: 'sector s-t010000-1 is aborted: w1 is notified with its next heartbeat or report',
    state: 'TicketAssigned',
    abort: { reason: 'disk lost', by: 'alice' },
  });
  const again = await restart();
  expect(again.sectors.chain.pollPreCommit(id)).toEqual({ State: 7, Desc: 'disk lost' });
  expect(again.sectors.chain.pollProof(id)).toEqual({ State: 7, Desc: 'disk lost' });
  const rejected = { Res: 4, Desc: 'disk lost' };
  expect(again.sectors.chain.submitPreCommit(id, preCommitOf(), true)).toEqual(rejected);
  expect(again.sectors.chain.submitProof(id, 'AAAA', false)).toEqual(rejected);
  expect(again.sectors.reportState(id, reportOf('PC1Done'))).toMatchObject({
    Finalized: false,
    AbortReason: 'disk lost',
  });
  expect(again.sectors.view(id)).toMatchObject({ state: 'PC1Done', messages: { preCommit: 1, proof: 0 } });
});

test('without a reason it says who did it; before any worker told of it, so', async () => {
  const { sectors } = await setup();
  expect(sectors.abort(id, { by: 'alice' })).toMatchObject({
    message: 'sector s-t010000-1 is aborted: no worker has reported it yet',
    abort: { reason: 'aborted by alice at the manager' },
  });
});

test('given up twice changes nothing; the first reason stays', async () => {
  const { sectors } = await setup();
  sectors.abort(id, { reason: 'disk lost' });
  expect(sectors.abort(id, { reason: 'other', by: 'bob' })).toMatchObject({
    changed: false,
    message: 'sector s-t010000-1 was aborted already: disk lost',
    abort: { reason: 'disk lost', by: 'operator' },
  });
});

test('a sector that is finalized, or unknown, is refused', async () => {
  const { sectors } = await setup();
  sectors.reportFinalized(id);
  expect(() => sectors.abort(id, {})).toThrow(
    expect.objectContaining({
      code: 'state_not_possible',
      message: 'sector s-t010000-1 is finalized: it is proven, and cannot be aborted',
    }),
  );
  expect(sectors.view(id)).toMatchObject({ finalized: true, abort: null });
  expect(() => sectors.abort(second, {})).toThrow(expect.objectContaining({ code: 'sector_not_found' }));
});

test('its worker confirms with its own abort; the reason of the manager stays', async () => {
  const { sectors } = await setup();
  sectors.abort(id, { reason: 'disk lost', by: 'alice' });
  sectors.reportAborted(id, 'the manager gave the sector up: disk lost');
  expect(sectors.view(id)).toMatchObject({
    state: 'Aborted',
    abort: { reason: 'disk lost', by: 'alice' },
  });
});

test('its worker cannot finalize it', async () => {
  const { sectors } = await setup();
  sectors.abort(id, { reason: 'disk lost' });
  expect(() => sectors.reportFinalized(id)).toThrow(
    expect.objectContaining({
      code: 'state_not_possible',
      message: expect.stringContaining('aborted (disk lost)'),
    }),
  );
  expect(sectors.view(id)).toMatchObject({ finalized: false });
});

test("its pieces are another sector's from then on, and never its own again", async () => {
  const { sectors } = await setup({ pieces: filesIn({ a: 1000 }) });
  const deals = sectors.acquireDeals(id, null, null);
  sectors.abort(id, {});
  sectors.allocate(null, null);
  expect(sectors.acquireDeals(second, null, null)).toEqual(deals);
  expect(sectors.acquireDeals(id, null, null)).toBeNull();
});

test.each([
  ['finalized', 'Finished'],
  ['aborted', 'Aborted'],
])('an old report of a sector that is %s changes nothing', async (end, state) => {
  const { sectors } = await setup();
  if (end === 'finalized') sectors.reportFinalized(id);
  else sectors.reportAborted(id, 'lost');
  sectors.reportState(id, reportOf('PC1Done'));
  expect(sectors.view(id).state).toBe(state);
});

test('an abort that its worker told is shown as its own', async () => {
  const { sectors } = await setup();
  sectors.reportState(id, reportOf('PC1Done'));
  sectors.reportAborted(id, 'lost');
  expect(sectors.view(id).abort).toEqual({ reason: 'lost', by: 'w1' });
});
