/** An allocation is given again to whoever asks under its request; nothing stays allocated to nobody. */
import { describe, expect, test } from 'vitest';
import { silenceMs } from '#src/manager/sectors/life.js';
import {
  anybody,
  anything,
  finish,
  first,
  setup as jobsSetup,
  never,
  piecesOf,
  reportOf,
} from '../../tools/manager/jobs-setup.js';
import { preCommitOf, setup } from '../../tools/manager/setup.js';

const from = (request: string, worker = 'worker-a') => ({ request, worker });
const number = (allocated: { readonly ID: { readonly Number: number } } | null) => allocated?.ID.Number;

describe('an allocation whose answer was lost', () => {
  test('is given again under its request, also after a restart of the manager, and counts once', async () => {
    const { manager, restart } = await setup({ limit: 1 });
    expect(manager.sectors.allocate(null, null, from('r1'))).toEqual({
      ID: { Miner: 10000, Number: 1 },
      ProofType: 5,
      Request: 'r1',
    });
    expect(number(manager.sectors.allocate(null, null, from('r1')))).toBe(1);
    const { sectors } = await restart();
    expect(number(sectors.allocate(null, null, from('r1')))).toBe(1);
    expect(sectors.allocate(null, null, from('r2'))).toBeNull();
    expect(sectors.list()).toHaveLength(1);
  });

  test('is given to the next that asks when its time is over, and the first is told so', async () => {
    const { manager, clock } = await setup();
    const { sectors } = manager;
    sectors.allocate(null, null, from('r1'));
    expect(number(sectors.allocate(null, null, from('r2', 'worker-b')))).toBe(2);
    clock.pass(silenceMs);
    expect(number(sectors.allocate(null, null, from('r3', 'worker-b')))).toBe(1);
    expect(sectors.given.isGivenElsewhere(first, { worker: 'worker-a', expects: null, given: 'r1' })).toBe(
      true,
    );
    expect(number(sectors.allocate(null, null, from('r1')))).not.toBe(1);
  });

  test('keeps its time while the manager is away', async () => {
    const { manager, clock, restart } = await setup();
    manager.sectors.allocate(null, null, from('r1'));
    clock.pass(silenceMs);
    const { sectors } = await restart();
    expect(number(sectors.allocate(null, null, from('r2')))).toBe(2);
    clock.pass(silenceMs);
    expect(number(sectors.allocate(null, null, from('r3')))).toBe(1);
  });

  test.each<[string, (sectors: Awaited<ReturnType<typeof setup>>['manager']['sectors']) => void]>([
    ['was reported', (sectors) => void sectors.reportState(first, reportOf('Allocated'))],
    ['has its ticket', (sectors) => void sectors.chain.assignTicket(first)],
    ['has its pre-commit', (sectors) => void sectors.chain.submitPreCommit(first, preCommitOf(), false)],
    ['was given up', (sectors) => sectors.reportAborted(first, 'x')],
  ])('stays its worker’s, however long, once it %s', async (_, tell) => {
    const { manager, clock } = await setup();
    manager.sectors.allocate(null, null, from('r1'));
    tell(manager.sectors);
    clock.pass(10 * silenceMs);
    expect(number(manager.sectors.allocate(null, null, from('r2')))).toBe(2);
  });

  test('to a worker that says nothing of itself is given to nobody else', async () => {
    const { manager, clock } = await setup();
    manager.sectors.allocate(null, null);
    clock.pass(10 * silenceMs);
    expect(number(manager.sectors.allocate(null, null, from('r2')))).toBe(2);
  });
});

test('numbers that a worker has are not given out, whoever forgot them', async () => {
  const { manager, restart, warnings } = await setup();
  const { sectors } = manager;
  sectors.learnNumbers([{ Miner: 10000, Number: 41 }], 'worker-a');
  sectors.learnNumbers([{ Miner: 10000, Number: 7 }], 'worker-b');
  sectors.learnNumbers([{ Miner: 20000, Number: 99 }], 'worker-b');
  expect(number(sectors.allocate(null, null))).toBe(42);
  expect(number((await restart()).sectors.allocate(null, null))).toBe(43);
  expect(warnings.filter((line) => line.includes('s-t010000-'))).toEqual([
    's-t010000-41 was not given out here, but worker worker-a has it: numbers continue behind it',
  ]);
});

describe('a job whose answer was lost is given again at once, and to nobody else, under its request', () => {
  const asking = (Request: string) => ({ ...anybody, Request });

  test('snapup, rebuild, unseal', async () => {
    const { sectors, jobs } = await jobsSetup({ finished: 0 });
    const [upgraded, lost, wanted] = [
      finish(sectors),
      finish(sectors),
      finish(sectors, { withDeals: false }),
    ];
    await jobs.addSnapUp(upgraded, { pieces: piecesOf(200) }, never);
    jobs.addRebuild(lost, {});
    const snap = jobs.snapUp.allocate({ ...anything, Request: 'r1' });
    const rebuild = jobs.rebuild.allocate(asking('r2'));
    expect(snap).toMatchObject({ Request: 'r1', Sector: { ID: { Number: upgraded.number } } });
    expect(rebuild).toMatchObject({ Request: 'r2', Sector: { ID: { Number: lost.number } } });
    for (const request of ['r8', 'r9']) {
      expect(jobs.snapUp.allocate({ ...anything, Request: request })).toBeNull();
      expect(jobs.rebuild.allocate(asking(request))).toBeNull();
    }
    expect(jobs.snapUp.allocate({ ...anything, Request: 'r1' })).toEqual(snap);
    expect(jobs.rebuild.allocate(asking('r2'))).toEqual(rebuild);
    expect(wanted.number).toBe(3);
  });

  test('wdpost', async () => {
    const { jobs } = await jobsSetup();
    jobs.addWdPost({});
    const given = jobs.wdPost.allocate(asking('r1'), 1, 'w1');
    expect(given).toMatchObject([{ Id: 'wdpost-1', Request: 'r1' }]);
    expect(jobs.wdPost.allocate(asking('r2'), 1, 'w1')).toEqual([]);
    expect(jobs.wdPost.allocate(asking('r1'), 1, 'w1')).toEqual(given);
  });
});
