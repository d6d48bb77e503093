/** Whose hands a job is in, what is told of it, and how it is taken back. */
import { expect, test } from 'vitest';
import {
  anybody,
  anything,
  first,
  never,
  piecesOf,
  proofOf,
  refusal,
  reportOf,
  second,
  setup,
} from '../../tools/manager/jobs-setup.js';

/** A manager with an upgrade of sector 1 that was given. */
async function given() {
  const fixture = await setup();
  await fixture.jobs.addSnapUp(first, { pieces: piecesOf(100), by: 'alice' }, never);
  return { ...fixture, job: fixture.jobs.snapUp.allocate(anything) };
}

test('a job is asked for, given, told of and ended over restarts', async () => {
  const { jobs, clock, restart } = await setup();
  await jobs.addSnapUp(first, { pieces: piecesOf(100), by: 'alice', reason: 'deal 42' }, never);
  const at = '2026-11-22T10:00:00.000Z';
  const waiting = {
    id: 'snapup-1',
    kind: 'snapup',
    sector: 's-t010000-1',
    state: 'waiting',
    since: at,
    planState: null,
    worker: null,
    isHeld: false,
    given: 0,
    asked: { by: 'alice', reason: 'deal 42', at },
    failure: null,
    result: null,
    error: null,
    facts: { pieces: [expect.any(String)] },
  };
  clock.pass(1000);
  const second = (await restart()).sectors;
  expect(second.jobs.list()).toEqual([waiting]);
  const job = second.jobs.snapUp.allocate(anything);
  const third = (await restart()).sectors;
  const inHand = { ...waiting, state: 'given', since: '2026-11-22T10:00:01.000Z', given: 1, isHeld: true };
  expect(third.jobs.list()).toEqual([inHand]);
  expect(third.jobs.snapUp.allocate(anything)).toBeNull();
  third.reportState(first, reportOf('PieceAdded', 'w1', 'disk full'));
  const fourth = (await restart()).sectors;
  expect(fourth.jobs.list()).toEqual([
    {
      ...inHand,
      planState: 'PieceAdded',
      worker: { name: 'w1', location: '/store1' },
      failure: { level: 'permanent', message: 'disk full' },
    },
  ]);
  expect(fourth.jobs.snapUp.submit(first, proofOf(job)).Res).toBe(1);
});

test('one that was given and never heard of is given again after a minute; one that was heard of is not', async () => {
  const { jobs, sectors, clock, job } = await given();
  clock.pass(59_999);
  expect(jobs.snapUp.allocate(anything)).toBeNull();
  clock.pass(1);
  expect(jobs.snapUp.allocate(anything)).toEqual(job);
  sectors.reportState(first, reportOf('Allocated'));
  clock.pass(24 * 3_600_000);
  expect(jobs.snapUp.allocate(anything)).toBeNull();
  expect(jobs.view('snapup-1')).toMatchObject({ given: 2, worker: { name: 'w1' } });
});

test.each([
  [{ AllowedMiners: [1], AllowedProofTypes: null }, false],
  [{ AllowedMiners: null, AllowedProofTypes: [6] }, false],
  [{ AllowedMiners: [10000], AllowedProofTypes: [5] }, true],
  [{ AllowedMiners: [], AllowedProofTypes: [] }, true],
])('a worker that allows %j is given a job: %s', async (Sector, isGiven) => {
  const { jobs } = await setup();
  await jobs.addSnapUp(first, { pieces: piecesOf(100) }, never);
  expect(jobs.unseal.allocate(Sector)).toBeNull();
  expect(jobs.rebuild.allocate(Sector)).toBeNull();
  expect(jobs.snapUp.allocate({ ...anything, Sector }) !== null).toBe(isGiven);
});

test('what a thread tells is told of its job, and the sector stays as it was', async () => {
  const { jobs, sectors } = await given();
  const before = sectors.view(first);
  const verdict = sectors.reportState(first, reportOf('TreeDBuilt', 'w1', 'no parameters'));
  const ID = { Miner: 10000, Number: 1 };
  expect(verdict).toEqual({ Id: ID, ID, Finalized: false, AbortReason: '' });
  expect(sectors.view(first)).toEqual(before);
  expect(jobs.view('snapup-1')).toMatchObject({
    planState: 'TreeDBuilt',
    failure: { message: 'no parameters' },
  });
});

test('a thread that handed in hears that it is done only when it has said so itself', async () => {
  const { jobs, sectors, job } = await given();
  sectors.reportState(first, reportOf('Persisted'));
  jobs.snapUp.submit(first, proofOf(job));
  expect(sectors.reportState(first, reportOf('Persisted'))).toMatchObject({ Finalized: false });
  sectors.reportFinalized(first);
  expect(sectors.reportState(first, reportOf('Persisted'))).toMatchObject({ Finalized: true });
});

test('a finish that was not handed in is no end of the job', async () => {
  const { jobs, sectors } = await given();
  sectors.reportState(first, reportOf('SnapProved'));
  sectors.reportFinalized(first);
  expect(jobs.view('snapup-1')).toMatchObject({ state: 'given', isHeld: true });
});

test.each(['ProofSubmitted', 'Finished'])(
  '%s, told late by who sealed it, is not of the job',
  async (state) => {
    const { jobs, sectors } = await given();
    expect(sectors.reportState(first, reportOf(state, 'sealer'))).toMatchObject({ Finalized: true });
    sectors.reportState(first, reportOf('Allocated', 'w1'));
    expect(jobs.view('snapup-1').worker?.name).toBe('w1');
  },
);

test('a thread whose disk moved to another worker goes on there; so does who has it twice', async () => {
  const { jobs, sectors, clock } = await given();
  sectors.reportState(first, reportOf('Allocated', 'w1'));
  expect(sectors.reportState(first, reportOf('Allocated', 'w2'))).toMatchObject({
    Finalized: false,
    AbortReason: '',
  });
  expect(jobs.view('snapup-1').worker?.name).toBe('w1');
  clock.pass(60_000);
  sectors.reportState(first, reportOf('PieceAdded', 'w2'));
  expect(jobs.view('snapup-1')).toMatchObject({ worker: { name: 'w2' }, planState: 'PieceAdded' });
});

test('a job that waits is taken back at once, with who and why', async () => {
  const { jobs, restart } = await setup();
  await jobs.addSnapUp(first, { pieces: piecesOf(100) }, never);
  expect(jobs.cancel('snapup-1', { by: 'bob', reason: 'wrong pieces' })).toMatchObject({
    changed: true,
    message: 'snapup-1 is cancelled',
  });
  const again = (await restart()).sectors.jobs;
  expect(again.view('snapup-1')).toMatchObject({
    state: 'cancelled',
    isHeld: false,
    error: { by: 'bob', reason: 'wrong pieces' },
  });
  expect(again.snapUp.allocate(anything)).toBeNull();
  expect(again.cancel('snapup-1', {})).toMatchObject({
    changed: false,
    message: 'snapup-1 was cancelled already: wrong pieces',
  });
});

test('the worker that has it hears so with its next report, and its sector is free behind its last word', async () => {
  const { jobs, sectors, job } = await given();
  sectors.reportState(first, reportOf('Allocated'));
  expect(jobs.cancel('snapup-1', { by: 'bob' }).message).toBe(
    'snapup-1 is cancelled: w1 is notified with its next heartbeat or report',
  );
  expect(sectors.reportState(first, reportOf('PieceAdded'))).toMatchObject({
    Finalized: false,
    AbortReason: 'cancelled by bob at the manager',
  });
  expect(jobs.snapUp.submit(first, proofOf(job))).toEqual({
    Res: 4,
    Desc: 'cancelled by bob at the manager',
  });
  expect(() => sectors.reportFinalized(first)).toThrow(refusal('state_not_possible', 'was cancelled'));
  await jobs.addSnapUp(first, { pieces: piecesOf(200) }, never);
  expect(jobs.snapUp.allocate(anything)).toBeNull();
  sectors.reportAborted(first, 'the manager said so');
  expect(jobs.view('snapup-1')).toMatchObject({
    state: 'cancelled',
    isHeld: false,
    error: { reason: 'cancelled by bob at the manager' },
  });
  expect(jobs.snapUp.allocate(anything)).not.toBeNull();
  expect(sectors.view(first)).toMatchObject({ finalized: true, abort: null });
});

test('when the worker that had it is gone for good, its sector is free ten minutes after its last word', async () => {
  const { jobs, sectors, clock } = await given();
  sectors.reportState(first, reportOf('Allocated', 'gone'));
  jobs.cancel('snapup-1', {});
  await jobs.addSnapUp(first, { pieces: piecesOf(200) }, never);
  clock.pass(599_999);
  expect(jobs.snapUp.allocate(anything)).toBeNull();
  clock.pass(1);
  expect(jobs.snapUp.allocate(anything)).not.toBeNull();
  sectors.reportState(first, reportOf('Allocated', 'w2'));
  // It was not gone: what it says is still of what it had.
  expect(sectors.reportState(first, reportOf('PieceAdded', 'gone')).AbortReason).not.toBe('');
  sectors.reportAborted(first, 'the manager said so');
  expect(jobs.list().map(({ state, isHeld }) => [state, isHeld])).toEqual([
    ['cancelled', false],
    ['given', true],
  ]);
});

test('of two that have a sector, the one whose thread told so is aborted', async () => {
  const { jobs, sectors, clock } = await given();
  sectors.reportState(first, reportOf('Allocated', 'gone'));
  jobs.cancel('snapup-1', {});
  await jobs.addSnapUp(first, { pieces: piecesOf(200) }, never);
  clock.pass(600_000);
  jobs.snapUp.allocate(anything);
  sectors.reportState(first, reportOf('Allocated', 'w2'));
  sectors.reportState(first, reportOf('Aborted', 'w2'));
  sectors.reportAborted(first, 'by hand');
  expect(jobs.list().map(({ state, isHeld, error }) => [state, isHeld, error?.by])).toEqual([
    ['cancelled', true, 'operator'],
    ['aborted', false, 'w2'],
  ]);
});

test('a job that is over, or unknown, cannot be taken back', async () => {
  const { jobs, sectors, job } = await given();
  jobs.snapUp.submit(first, proofOf(job));
  for (const end of [() => undefined, () => sectors.reportFinalized(first)]) {
    end();
    expect(jobs.cancel('snapup-1', {})).toMatchObject({
      changed: false,
      message: 'snapup-1 is over: it is done',
    });
  }
  expect(() => jobs.cancel('snapup-9', {})).toThrow(refusal('job_not_found', 'no job snapup-9'));
  expect(() => jobs.cancel('rebuild-1', {})).toThrow(refusal('job_not_found', 'no job rebuild-1'));
  expect(() => jobs.view('__proto__')).toThrow(refusal('job_not_found', '__proto__'));
});

test('a store is reserved for any sector: the one that is named first', async () => {
  const { jobs } = await setup();
  expect(jobs.reserveSpace(second, ['s2', 's1'])).toEqual({ Name: 's2', Path: '', Meta: {} });
  expect(jobs.reserveSpace(second, [])).toBeNull();
});

test('jobs are given in the order in which they were asked for', async () => {
  const { jobs } = await setup({ finished: 2 });
  jobs.addRebuild(second, {});
  jobs.addRebuild(first, {});
  const numbers = [0, 1].map(() => jobs.rebuild.allocate(anybody)?.Sector.ID.Number);
  expect(numbers).toEqual([2, 1]);
});
