/** A sector's life at the manager, over the mock chain. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reportOf } from '../../tools/manager/jobs-setup.js';
import { freshDir, preCommitOf, setup } from '../../tools/manager/setup.js';

const id = { miner: 10000, number: 1 };

test('sectors are numbered from 1, of the one miner and proof type', async () => {
  const { manager } = await setup();
  const allocate = () => manager.sectors.allocate(null, null);
  expect(allocate()).toEqual({ ID: { Miner: 10000, Number: 1 }, ProofType: 5 });
  expect(allocate()).toEqual({ ID: { Miner: 10000, Number: 2 }, ProofType: 5 });
});

test.each([
  [[10000], null, true],
  [[1, 10000], [5, 6], true],
  [[], [], true],
  [[1], null, false],
  [null, [6], false],
  [[10000], [6, 8], false],
])('miners %j and proof types %j allow a sector: %s', async (miners, types, given) => {
  const { manager } = await setup();
  expect(manager.sectors.allocate(miners, types) !== null).toBe(given);
  expect(manager.sectors.lives()).toHaveLength(given ? 1 : 0);
});

test('no more sectors than the limit; an aborted one does not count', async () => {
  const { manager } = await setup({ limit: 1 });
  expect(manager.sectors.allocate(null, null)).not.toBeNull();
  expect(manager.sectors.allocate(null, null)).toBeNull();
  manager.sectors.reportAborted(id, 'lost');
  expect(manager.sectors.allocate(null, null)).toMatchObject({ ID: { Number: 2 } });
});

test('a sector that was never allocated is refused by name', async () => {
  const { manager } = await setup();
  for (const call of [
    () => manager.sectors.acquireDeals(id, null, null),
    () => manager.sectors.chain.assignTicket(id),
    () => manager.sectors.chain.submitPreCommit(id, preCommitOf(), false),
    () => manager.sectors.chain.pollPreCommit(id),
    () => manager.sectors.reportFinalized(id),
    () => manager.sectors.reportAborted(id, 'x'),
  ])
    expect(call).toThrow(
      expect.objectContaining({
        code: 'sector_not_found',
        message: expect.stringContaining('s-t010000-1'),
      }),
    );
});

test('a ticket is 32 bytes, the same when asked again, another for another sector', async () => {
  const { manager, epochs } = await setup();
  manager.sectors.allocate(null, null);
  manager.sectors.allocate(null, null);
  epochs(7);
  const ticket = manager.sectors.chain.assignTicket(id);
  expect(ticket.Epoch).toBe(7);
  expect(Buffer.from(ticket.Ticket, 'base64')).toHaveLength(32);
  epochs(1);
  expect(manager.sectors.chain.assignTicket(id)).toEqual(ticket);
  expect(manager.sectors.chain.assignTicket({ ...id, number: 2 }).Ticket).not.toBe(ticket.Ticket);
});

test('a ticket that is old is drawn anew while no pre-commit rests on it', async () => {
  const { manager, epochs } = await setup();
  const { sectors } = manager;
  sectors.allocate(null, null);
  const first = sectors.chain.assignTicket(id);
  epochs(10);
  expect(sectors.chain.assignTicket(id)).toEqual(first);
  epochs(1);
  const second = sectors.chain.assignTicket(id);
  expect(second.Epoch).toBe(11);
  expect(second.Ticket).not.toBe(first.Ticket);
  sectors.chain.submitPreCommit(id, preCommitOf(), false);
  epochs(100);
  expect(sectors.chain.assignTicket(id)).toEqual(second);
});

test('tickets and seeds depend on nothing but sector and epoch', async () => {
  const draw = async () => {
    const { manager, epochs } = await setup();
    manager.sectors.allocate(null, null);
    epochs(3);
    const ticket = manager.sectors.chain.assignTicket(id);
    manager.sectors.chain.submitPreCommit(id, preCommitOf(), false);
    epochs(3);
    return { ticket, seed: manager.sectors.chain.waitSeed(id).Seed };
  };
  const first = await draw();
  expect(first.seed).not.toBeNull();
  expect(first.seed?.Seed).not.toBe(first.ticket.Ticket);
  expect(await draw()).toEqual(first);
});

test('a pre-commit lands after one epoch, its seed comes two later', async () => {
  const { manager, epochs, clock } = await setup();
  const { sectors } = manager;
  sectors.allocate(null, null);
  expect(sectors.chain.pollPreCommit(id)).toMatchObject({ State: 4 });
  expect(sectors.chain.waitSeed(id)).toEqual({ ShouldWait: false, Delay: 0, Seed: null });
  epochs(5);
  sectors.chain.submitPreCommit(id, preCommitOf(), false);
  expect(sectors.chain.pollPreCommit(id).State).toBe(2);
  expect(sectors.chain.waitSeed(id)).toEqual({ ShouldWait: true, Delay: 3, Seed: null });
  clock.pass(999);
  expect(sectors.chain.pollPreCommit(id).State).toBe(2);
  clock.pass(1);
  expect(sectors.chain.pollPreCommit(id).State).toBe(3);
  expect(sectors.chain.waitSeed(id)).toMatchObject({ ShouldWait: true, Delay: 2 });
  epochs(2);
  const answer = sectors.chain.waitSeed(id);
  expect(answer).toMatchObject({ ShouldWait: false, Seed: { Epoch: 8 } });
  epochs(100);
  expect(sectors.chain.waitSeed(id)).toEqual(answer);
});

test('an empty proof is rejected; one that is not lands after one epoch', async () => {
  const { manager, epochs } = await setup();
  const { sectors } = manager;
  sectors.allocate(null, null);
  expect(sectors.chain.pollProof(id).State).toBe(4);
  expect(sectors.chain.submitProof(id, '', false).Res).toBe(4);
  expect(sectors.chain.pollProof(id).State).toBe(4);
  expect(sectors.chain.submitProof(id, 'AAAA', false).Res).toBe(1);
  expect(sectors.chain.pollProof(id).State).toBe(2);
  epochs(1);
  expect(sectors.chain.pollProof(id).State).toBe(3);
});

test('what workers tell of a sector is kept, over a restart too', async () => {
  const { manager, restart } = await setup();
  manager.sectors.allocate(null, null);
  const report = {
    Worker: { Instance: 'w1', Location: '/store1' },
    StateChange: { Prev: 'C1Done', Next: 'C1Done', Event: '' },
    Failure: { Level: 'permanent' as const, Desc: 'no parameters' },
  };
  expect(manager.sectors.submitPersisted(id, 'store')).toBe(true);
  expect(manager.sectors.reportState(id, report)).toEqual({
    ID: { Miner: 10000, Number: 1 },
    Id: { Miner: 10000, Number: 1 },
    Finalized: false,
    AbortReason: '',
  });
  const kept = {
    state: 'C1Done',
    worker: report.Worker,
    failure: report.Failure,
    persistedIn: 'store',
    finalized: false,
    abortReason: null,
  };
  expect(manager.sectors.lives()).toMatchObject([{ id, life: kept }]);
  const again = await restart();
  expect(again.sectors.lives()).toMatchObject([{ id, life: kept }]);
});

test('a finalized sector says so from then on, an aborted one tells why', async () => {
  const { manager } = await setup();
  manager.sectors.allocate(null, null);
  manager.sectors.allocate(null, null);
  const report = {
    Worker: { Instance: 'w1', Location: '/store1' },
    StateChange: { Prev: 'ProofSubmitted', Next: 'Finished', Event: 'Finish' },
    Failure: null,
  };
  manager.sectors.reportFinalized(id);
  expect(manager.sectors.reportState(id, report)).toMatchObject({ Finalized: true, AbortReason: '' });
  expect(manager.sectors.lives()[0]?.life).toMatchObject({ state: 'Finished', failure: null });
  const other = { ...id, number: 2 };
  manager.sectors.reportAborted(other, 'disk lost');
  expect(manager.sectors.reportState(other, report)).toMatchObject({
    Finalized: false,
    AbortReason: 'disk lost',
  });
});

test('a sector goes on after a restart where it was: number, ticket, pre-commit, proof, seed', async () => {
  const { manager, restart, epochs } = await setup();
  manager.sectors.allocate(null, null);
  epochs(2);
  const ticket = manager.sectors.chain.assignTicket(id);
  manager.sectors.chain.submitPreCommit(id, preCommitOf(), false);
  manager.sectors.chain.submitProof(id, 'AAAA', false);
  epochs(1);
  const { sectors } = await restart();
  expect(sectors.chain.assignTicket(id)).toEqual(ticket);
  expect(sectors.chain.submitPreCommit(id, preCommitOf(), false).Res).toBe(2);
  expect(sectors.chain.pollPreCommit(id).State).toBe(3);
  expect(sectors.chain.pollProof(id).State).toBe(3);
  epochs(2);
  expect(sectors.chain.waitSeed(id).Seed?.Epoch).toBe(5);
  expect(sectors.allocate(null, null)?.ID.Number).toBe(2);
});

test('a chain without an epoch length is refused', async () => {
  await expect(setup({ epochMs: 0 })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('epoch'),
  });
});

test('a home serves one manager at a time', async () => {
  const { home } = await setup();
  await expect(setup({ home })).rejects.toMatchObject({
    code: 'location_in_use',
    message: expect.stringContaining(home),
  });
});

test('a refused start leaves nothing open', async () => {
  const home = freshDir();
  for (const wrong of [{ sectorSize: 4096 }, { epochMs: 0 }, { pieces: join(home, 'nowhere') }])
    await expect(setup({ home, ...wrong })).rejects.toMatchObject({ code: 'usage' });
  await setup({ home });
});

test('a report that says only what is kept already is not written again within seconds; any other is', async () => {
  const { manager, clock } = await setup();
  manager.sectors.allocate(null, null);
  const heardAfter = (ms: number, state: string) => {
    clock.pass(ms);
    manager.sectors.reportState(id, reportOf(state));
    return clock.now() - (manager.sectors.lives()[0]?.life.heardMs ?? 0);
  };
  expect(heardAfter(0, 'PC1Done')).toBe(0);
  expect(heardAfter(5000, 'PC1Done')).toBe(5000);
  expect(heardAfter(5000, 'PC1Done')).toBe(0);
  expect(heardAfter(10, 'PC2Done')).toBe(0);
  // A clock that was set back is no reason to keep the later time.
  expect(heardAfter(-60_000, 'PC2Done')).toBe(0);
});
