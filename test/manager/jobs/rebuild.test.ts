/** Rebuilds: a sector whose files are lost is made again. */
import { expect, test } from 'vitest';
import {
  anybody,
  bytesOf,
  first,
  never,
  piecesOf,
  refusal,
  reportOf,
  second,
  setup,
  upgrade,
} from '../../tools/manager/jobs-setup.js';
import { preCommitOf } from '../../tools/manager/setup.js';

test('a lost sector is given with what it was sealed from', async () => {
  const { jobs, sectors } = await setup({ withDeals: true, pieces: piecesOf(900, 100) });
  const deals = sectors.acquireDeals(first, null, null);
  expect(deals).toHaveLength(2);
  const reply = jobs.addRebuild(first, { by: 'alice', reason: 'disk 7 is gone' });
  expect(reply).toMatchObject({
    message: 'rebuild-1: sector s-t010000-1 counts as lost until it is rebuilt',
    jobs: [{ state: 'waiting', kind: 'rebuild' }],
  });
  expect(sectors.view(first)).toMatchObject({
    lost: { by: 'alice', reason: 'disk 7 is gone' },
    job: { id: 'rebuild-1', kind: 'rebuild', state: 'waiting' },
  });
  expect(jobs.rebuild.allocate(anybody)).toEqual({
    Sector: { ID: { Miner: 10000, Number: 1 }, ProofType: 5 },
    Ticket: preCommitOf(1).Ticket,
    Pieces: deals,
    IsSnapUp: false,
    UpgradePublic: null,
    CommR: bytesOf(1),
    CommRNew: null,
  });
});

test('an upgraded one is given with the pieces of its upgrade, CommR as it was sealed, and that of the upgrade', async () => {
  const { jobs, sectors } = await setup();
  const upgraded = await upgrade(sectors, first, piecesOf(100));
  jobs.addRebuild(first, {});
  expect(jobs.rebuild.allocate(anybody)).toMatchObject({
    Pieces: upgraded?.Pieces,
    IsSnapUp: true,
    UpgradePublic: { CommR: bytesOf(1) },
    CommR: bytesOf(1),
    CommRNew: bytesOf(7),
  });
});

test.each([false, true])(
  'when it is made, it is as it was, in its new store (upgraded: %s)',
  async (isUpgraded) => {
    const { jobs, sectors, restart } = await setup();
    if (isUpgraded) await upgrade(sectors, first, piecesOf(100));
    const before = sectors.view(first);
    jobs.addRebuild(first, {});
    jobs.rebuild.allocate(anybody);
    jobs.reserveSpace(first, ['s7']);
    sectors.reportState(first, reportOf('Persisted'));
    expect(sectors.submitPersisted(first, 's7')).toBe(true);
    expect(sectors.view(first).lost).not.toBeNull();
    sectors.reportFinalized(first);
    const after = (await restart()).sectors;
    expect(after.view(first)).toEqual({ ...before, persistedIn: 's7' });
    expect(after.jobs.list().at(-1)).toMatchObject({
      state: 'done',
      isHeld: false,
      result: 'rebuilt in store s7',
    });
  },
);

test('files in another store than was named are not found', async () => {
  const { jobs, sectors } = await setup();
  jobs.addRebuild(first, {});
  jobs.rebuild.allocate(anybody);
  jobs.reserveSpace(first, ['s7']);
  expect(sectors.submitPersisted(first, 's8')).toBe(false);
  sectors.reportFinalized(first);
  expect(sectors.view(first)).toMatchObject({ persistedIn: 's1', lost: { by: 'operator' } });
  expect(jobs.view('rebuild-1').state).toBe('given');
});

test('one that is aborted leaves the sector lost, for another try', async () => {
  const { jobs, sectors } = await setup();
  jobs.addRebuild(first, {});
  jobs.rebuild.allocate(anybody);
  sectors.reportState(first, reportOf('PC1Done'));
  sectors.reportAborted(first, 'pieces are gone');
  expect(sectors.view(first)).toMatchObject({ state: 'Finished', finalized: true, abort: null });
  expect(sectors.view(first).lost).not.toBeNull();
  expect(jobs.addRebuild(first, {}).jobs).toMatchObject([{ id: 'rebuild-2' }]);
});

test('who takes it back says that the sector was not lost', async () => {
  const { jobs, sectors } = await setup();
  jobs.addRebuild(first, {});
  jobs.cancel('rebuild-1', { reason: 'the disk is back' });
  expect(sectors.view(first)).toMatchObject({ lost: null, job: null });
});

test('a sector that is unknown, given up, or never pre-committed cannot be rebuilt', async () => {
  const { jobs, sectors } = await setup({ finished: 0 });
  expect(() => jobs.addRebuild(first, {})).toThrow(refusal('sector_not_found', 's-t010000-1'));
  sectors.allocate(null, null);
  sectors.abort(first, { reason: 'disk lost' });
  expect(() => jobs.addRebuild(first, {})).toThrow(refusal('state_not_possible', 'was aborted: disk lost'));
  sectors.allocate(null, null);
  sectors.reportFinalized(second);
  expect(() => jobs.addRebuild(second, {})).toThrow(refusal('state_not_possible', 'was never pre-committed'));
  expect(sectors.view(second).lost).toBeNull();
});

test('a sector that a worker still holds is alive; ten minutes after its last word it can be rebuilt', async () => {
  const { jobs, sectors, clock } = await setup({ finished: 0 });
  sectors.allocate(null, null);
  sectors.chain.submitPreCommit(first, preCommitOf(), false);
  sectors.reportState(first, reportOf('PCSubmitted'));
  clock.pass(599_999);
  expect(() => jobs.addRebuild(first, {})).toThrow(
    refusal('state_not_possible', 'is alive: w1 works on it, at PCSubmitted'),
  );
  sectors.reportState(first, reportOf('PCSubmitted'));
  clock.pass(599_999);
  expect(() => jobs.addRebuild(first, {})).toThrow(refusal('state_not_possible', 'is alive'));
  clock.pass(1);
  expect(jobs.addRebuild(first, {}).changed).toBe(true);
});

test('the abort of a thread that had lost the sector does not give it up', async () => {
  const { jobs, sectors, clock } = await setup({ finished: 0 });
  sectors.allocate(null, null);
  sectors.chain.submitPreCommit(first, preCommitOf(), false);
  sectors.reportState(first, reportOf('PCSubmitted', 'gone'));
  clock.pass(600_000);
  jobs.addRebuild(first, {});
  sectors.reportAborted(first, 'the store is empty');
  expect(sectors.view(first)).toMatchObject({ abort: null, state: 'PCSubmitted' });
  expect(jobs.rebuild.allocate(anybody)).not.toBeNull();
});

test('a sector with another job is not lost yet', async () => {
  const { jobs, sectors } = await setup();
  await jobs.addSnapUp(first, { pieces: piecesOf(100) }, never);
  expect(() => jobs.addRebuild(first, {})).toThrow(refusal('state_not_possible', 'not over: snapup-1'));
  jobs.cancel('snapup-1', {});
  jobs.addRebuild(first, {});
  expect(() => jobs.addRebuild(first, {})).toThrow(refusal('state_not_possible', 'not over: rebuild-2'));
  expect(() => jobs.addUnseal(first, { dest: 'file:///out/' })).toThrow(
    refusal('state_not_possible', 'is lost: it has to be rebuilt first'),
  );
  expect(sectors.view(first).job?.id).toBe('rebuild-2');
});
