/** Window proofs: over what is kept, by the worker that is alive. */
import { expect, test } from 'vitest';
import {
  bytesOf,
  finish,
  first,
  piecesOf,
  refusal,
  second,
  sectorNumber,
  setup,
  upgrade,
} from '../../tools/manager/jobs-setup.js';

const anybody = { AllowedMiners: null, AllowedProofTypes: null };
const output = { proofs: [[1, 2], [3]], faults: [2] };

test('all finished sectors are proven over one seed, each where its files are now', async () => {
  const { jobs, sectors, restart } = await setup({ finished: 2 });
  await upgrade(sectors, second, piecesOf(100));
  sectors.allocate(null, null);
  expect(jobs.addWdPost({ by: 'alice' })).toMatchObject({
    message: 'wdpost-2: 2 sectors to be proven',
    jobs: [{ sector: null, facts: { sectors: ['s-t010000-1', 's-t010000-2'], proofs: null, faults: null } }],
  });
  const { wdPost } = (await restart()).sectors.jobs;
  const [job, ...more] = wdPost.allocate(anybody, 5, 'w1');
  expect(more).toEqual([]);
  expect(job).toEqual({
    Id: 'wdpost-2',
    Input: {
      Sectors: [
        { SectorId: 1, CommR: bytesOf(1), Upgrade: false, Accesses: { SealedFile: 's1', CacheDir: 's1' } },
        { SectorId: 2, CommR: bytesOf(7), Upgrade: true, Accesses: { SealedFile: 's2', CacheDir: 's2' } },
      ],
      MinerId: 10000,
      ProofType: 'StackedDrgWindow2KiBV1_2',
      Seed: expect.any(Array),
    },
  });
  expect(job?.Input.Seed).toHaveLength(32);
});

test('sectors of one size are proven together, with synthetic PoRep or without', async () => {
  const { restart } = await setup({ finished: 1 });
  const { sectors } = await restart({ useSyntheticPoRep: true });
  finish(sectors);
  expect([first, second].map((id) => sectors.view(id).proofType)).toEqual([5, 10]);
  expect(sectors.jobs.addWdPost({})).toMatchObject({
    jobs: [{ facts: { sectors: ['s-t010000-1', 's-t010000-2'] } }],
  });
  const [job] = sectors.jobs.wdPost.allocate(
    { ...anybody, AllowedProofTypes: ['StackedDrgWindow2KiBV1_2'] },
    1,
    'w1',
  );
  expect(job?.Input.ProofType).toBe('StackedDrgWindow2KiBV1_2');
});

test('another epoch has another seed, and a job keeps its own', async () => {
  const { jobs, epochs, clock } = await setup();
  jobs.addWdPost({});
  epochs(1);
  jobs.addWdPost({});
  const [one, other] = jobs.wdPost.allocate(anybody, 2, 'w1');
  expect(one?.Input.Seed).not.toEqual(other?.Input.Seed);
  clock.pass(60_000);
  expect(jobs.wdPost.allocate(anybody, 1, 'w1')).toEqual([one]);
});

test('no more jobs than were asked for, and each to one worker', async () => {
  const { jobs } = await setup();
  for (let count = 0; count < 3; count += 1) jobs.addWdPost({});
  const take = (num: number, worker: string) =>
    jobs.wdPost.allocate(anybody, num, worker).map(({ Id }) => Id);
  expect(take(0, 'w1')).toEqual([]);
  expect(take(2, 'w1')).toEqual(['wdpost-1', 'wdpost-2']);
  expect(take(2, 'w2')).toEqual(['wdpost-3']);
  expect(take(2, 'w1')).toEqual([]);
});

test.each([
  [{ AllowedMiners: [1], AllowedProofTypes: null }, 0],
  [{ AllowedMiners: [1, 10000], AllowedProofTypes: [] }, 1],
  [{ AllowedMiners: null, AllowedProofTypes: ['StackedDrgWindow8MiBV1_1'] }, 0],
  [{ AllowedMiners: null, AllowedProofTypes: ['StackedDrgWindow2KiBV1_1'] }, 1],
  [{ AllowedMiners: null, AllowedProofTypes: ['StackedDrgWindow2KiBV1_2'] }, 1],
  [{ AllowedMiners: null, AllowedProofTypes: ['StackedDrgWindow2KiBV1'] }, 1],
])('a worker that allows %j is given %i', async (spec, count) => {
  const { jobs } = await setup();
  jobs.addWdPost({});
  expect(jobs.wdPost.allocate(spec, 1, 'w1')).toHaveLength(count);
});

test('a heartbeat keeps a job; a minute without one it is another worker’s', async () => {
  const { jobs, clock } = await setup();
  jobs.addWdPost({});
  jobs.wdPost.allocate(anybody, 1, 'w1');
  for (let count = 0; count < 3; count += 1) {
    clock.pass(59_999);
    jobs.wdPost.heartbeat(['wdpost-1'], 'w1');
    expect(jobs.wdPost.allocate(anybody, 1, 'w2')).toEqual([]);
  }
  clock.pass(60_000);
  expect(jobs.wdPost.allocate(anybody, 1, 'w2')).toMatchObject([{ Id: 'wdpost-1' }]);
  expect(jobs.view('wdpost-1')).toMatchObject({ worker: { name: 'w2' }, given: 2 });
  expect(() => jobs.wdPost.heartbeat(['wdpost-1'], 'w1')).toThrow(
    refusal('state_not_possible', "wdpost-1 is w2's now"),
  );
});

test('how long a silence is borne can be set', async () => {
  const { jobs, clock } = await setup({ heartbeatMs: 500 });
  jobs.addWdPost({});
  jobs.wdPost.allocate(anybody, 1, 'w1');
  clock.pass(499);
  expect(jobs.wdPost.allocate(anybody, 1, 'w2')).toEqual([]);
  clock.pass(1);
  expect(jobs.wdPost.allocate(anybody, 1, 'w2')).toHaveLength(1);
});

test('a worker that died and asks again is given what it had first', async () => {
  const { jobs, clock } = await setup();
  for (let count = 0; count < 3; count += 1) jobs.addWdPost({});
  jobs.wdPost.allocate(anybody, 1, 'w1');
  jobs.wdPost.allocate(anybody, 1, 'w2');
  clock.pass(60_000);
  expect(jobs.wdPost.allocate(anybody, 1, 'w2')).toMatchObject([{ Id: 'wdpost-2' }]);
  expect(jobs.wdPost.allocate(anybody, 1, 'w1')).toMatchObject([{ Id: 'wdpost-1' }]);
});

test('what is finished says how many proofs there are, and who is at fault; told again it changes nothing', async () => {
  const { jobs } = await setup({ finished: 2 });
  jobs.addWdPost({});
  jobs.wdPost.allocate(anybody, 1, 'w1');
  jobs.wdPost.finish('wdpost-1', output, '');
  const done = {
    state: 'done',
    result: '2 proofs, faults: s-t010000-2',
    facts: { proofs: 2, faults: ['s-t010000-2'] },
  };
  expect(jobs.view('wdpost-1')).toMatchObject(done);
  jobs.wdPost.finish('wdpost-1', null, 'late');
  expect(jobs.view('wdpost-1')).toMatchObject(done);
  expect(jobs.wdPost.allocate(anybody, 1, 'w1')).toEqual([]);
  expect(() => jobs.wdPost.heartbeat(['wdpost-1'], 'w1')).toThrow(
    refusal('state_not_possible', 'wdpost-1 is done'),
  );
});

test('no faults are said so', async () => {
  const { jobs } = await setup();
  jobs.addWdPost({});
  jobs.wdPost.allocate(anybody, 1, 'w1');
  jobs.wdPost.finish('wdpost-1', { proofs: [[1]], faults: [] }, '');
  expect(jobs.view('wdpost-1').result).toBe('1 proof, no faults');
});

test('an error gives the job back twice, and fails it the third time; its words stay', async () => {
  const { jobs } = await setup();
  jobs.addWdPost({});
  for (const state of ['waiting', 'waiting', 'failed']) {
    expect(jobs.wdPost.allocate(anybody, 1, 'w1')).toHaveLength(1);
    jobs.wdPost.finish('wdpost-1', null, 'no parameters');
    expect(jobs.view('wdpost-1')).toMatchObject({
      state,
      isHeld: false,
      error: { by: 'w1', reason: 'no parameters' },
    });
  }
  expect(jobs.wdPost.allocate(anybody, 1, 'w1')).toEqual([]);
});

test('a proof behind an error ends it well', async () => {
  const { jobs } = await setup();
  jobs.addWdPost({});
  jobs.wdPost.allocate(anybody, 1, 'w1');
  jobs.wdPost.finish('wdpost-1', null, '');
  expect(jobs.view('wdpost-1').error?.reason).toBe('the worker reported neither a proof nor an error');
  jobs.wdPost.allocate(anybody, 1, 'w2');
  jobs.wdPost.finish('wdpost-1', output, '');
  expect(jobs.view('wdpost-1')).toMatchObject({ state: 'done', error: null });
});

test('one that is taken back is heard of with the heartbeat, and with the proof', async () => {
  const { jobs } = await setup();
  jobs.addWdPost({});
  jobs.wdPost.allocate(anybody, 1, 'w1');
  jobs.cancel('wdpost-1', { reason: 'wrong sectors' });
  expect(() => jobs.wdPost.heartbeat(['wdpost-1'], 'w1')).toThrow(
    refusal('state_not_possible', 'wdpost-1 is cancelled: wrong sectors'),
  );
  expect(() => jobs.wdPost.finish('wdpost-1', output, '')).toThrow(
    refusal('state_not_possible', 'was cancelled: wrong sectors'),
  );
  expect(jobs.view('wdpost-1')).toMatchObject({ state: 'cancelled', isHeld: false });
});

test('a heartbeat for one’s own and another’s job keeps one’s own', async () => {
  const { jobs, clock } = await setup();
  jobs.addWdPost({});
  jobs.addWdPost({});
  jobs.wdPost.allocate(anybody, 1, 'w1');
  jobs.wdPost.allocate(anybody, 1, 'w2');
  clock.pass(59_999);
  expect(() => jobs.wdPost.heartbeat(['wdpost-2', 'wdpost-1'], 'w1')).toThrow(
    refusal('state_not_possible', 'w2'),
  );
  clock.pass(1);
  expect(jobs.wdPost.allocate(anybody, 2, 'w3').map(({ Id }) => Id)).toEqual(['wdpost-2']);
});

test('named sectors are proven alone, each once; one that cannot be is refused by name', async () => {
  const { jobs, sectors } = await setup({ finished: 3 });
  sectors.allocate(null, null);
  sectors.allocate(null, null);
  sectors.reportFinalized(sectorNumber(5));
  jobs.addRebuild(second, {});
  const wish = (...numbers: number[]) => jobs.addWdPost({ sectors: numbers.map(sectorNumber) });
  expect(wish(3, 1, 3).jobs[0]?.facts).toMatchObject({ sectors: ['s-t010000-1', 's-t010000-3'] });
  expect(() => wish(1, 9)).toThrow(refusal('sector_not_found', 's-t010000-9'));
  expect(() => wish(1, 4)).toThrow(refusal('state_not_possible', 's-t010000-4 is not finished'));
  expect(() => wish(5)).toThrow(
    refusal('state_not_possible', 's-t010000-5 is finished, but no worker reported'),
  );
  expect(() => wish(2)).toThrow(refusal('state_not_possible', 's-t010000-2 is lost'));
  expect(() => wish()).toThrow(refusal('usage', '--sectors names none'));
  expect(jobs.list().map(({ id }) => id)).toEqual(['rebuild-1', 'wdpost-2']);
});

test('without a finished sector there is nothing to prove; a lost one is left out', async () => {
  const { jobs, sectors } = await setup({ finished: 0 });
  sectors.allocate(null, null);
  expect(() => jobs.addWdPost({})).toThrow(
    refusal('state_not_possible', 'miner 10000 has no finished sector'),
  );
  finish(sectors);
  finish(sectors);
  jobs.addRebuild(second, {});
  expect(jobs.addWdPost({}).jobs[0]?.facts).toMatchObject({ sectors: ['s-t010000-3'] });
});

test('a job of another kind, or none, is not a window proof', async () => {
  const { jobs } = await setup();
  jobs.addRebuild(first, {});
  for (const id of ['rebuild-1', 'wdpost-1', 'wdpost-9', 'nonsense']) {
    expect(() => jobs.wdPost.heartbeat([id], 'w1')).toThrow(refusal('job_not_found', id));
    expect(() => jobs.wdPost.finish(id, output, '')).toThrow(refusal('job_not_found', id));
  }
});
