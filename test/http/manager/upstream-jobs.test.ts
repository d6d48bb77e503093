/** Jobs in the hands of upstream's workers: how they give one up, and how its command line lists their sectors. */
import { describe, expect, test } from 'vitest';
import { managerApp } from '#src/http/manager/app.js';
import { rpc } from '../../tools/http/setup.js';
import { anything, first, never, piecesOf, setup } from '../../tools/manager/jobs-setup.js';

const ID = { Miner: 10000, Number: 1 };
const any = { AllowedMiners: null, AllowedProofTypes: null };
const report = (Next: string, Failure: object | null = null) => ({
  Worker: { Instance: 'w-v02', Location: '/srv/worker/store1' },
  StateChange: { Prev: 'Allocated', Next, Event: 'None' },
  Failure,
});

const kinds = {
  snapup: { id: 'snapup-1', method: 'AllocateSanpUpSector', spec: anything, job: 2 },
  rebuild: { id: 'rebuild-1', method: 'AllocateRebuildSector', spec: any, job: 3 },
  unseal: { id: 'unseal-1', method: 'AllocateUnsealSector', spec: any, job: 4 },
} as const;
type Kind = keyof typeof kinds;

/** A job of that kind with a finished sector, given to a worker that says nothing of itself. */
async function given(kind: Kind) {
  const isUnseal = kind === 'unseal';
  const fixture = await setup(isUnseal ? { withDeals: true, pieces: piecesOf(1000) } : {});
  const { manager, jobs } = fixture;
  const app = managerApp(manager);
  const call = async (name: string, ...params: unknown[]) => {
    const { result, error } = await rpc(app, `Venus.${name}`, params, '/rpc/v0');
    expect(error, name).toBeUndefined();
    return result;
  };
  if (kind === 'snapup') await jobs.addSnapUp(first, { pieces: piecesOf(100) }, never);
  if (kind === 'rebuild') jobs.addRebuild(first, {});
  if (isUnseal) jobs.addUnseal(first, { dest: 'http://127.0.0.1:1/' });
  const { method, spec } = kinds[kind];
  expect(await call(method, spec)).not.toBeNull();
  const numbers = async (state: 'online' | 'offline', job?: number) => {
    const list = await call('ListSectors', state, ...(job === undefined ? [] : [job]));
    // It answers a list of sectors.
    return (list as { ID: { Number: number } }[]).map(({ ID: { Number: number } }) => number);
  };
  return { ...fixture, call, numbers };
}

const levels = [
  ['the state', report('Aborted'), 'aborted by w-v02, which gives no reason'],
  ['the level', report('PieceAdded', { Level: 'Abort', Desc: 'disk lost' }), 'disk lost'],
] as const;
const aborts = Object.keys(kinds).flatMap((kind) =>
  // The keys are those of the table.
  levels.map(([by, said, reason]) => [kind as Kind, by, said, reason] as const),
);

test.each(aborts)('a %s that a worker gives up by %s is aborted, not done', async (kind, _, said, reason) => {
  const { call, sectors, jobs } = await given(kind);
  await call('ReportState', ID, report('Allocated'));
  await call('ReportState', ID, said);
  // The second time its answer was lost.
  for (const _time of [1, 2]) expect(await call('ReportFinalized', ID)).toBeNull();
  expect(jobs.view(kinds[kind].id)).toMatchObject({
    state: 'aborted',
    isHeld: false,
    error: { reason, by: 'w-v02' },
  });
  expect(sectors.view(first)).toMatchObject({ finalized: true, isUpgraded: false, abort: null });
  expect(sectors.view(first).lost === null).toBe(kind !== 'rebuild');
});

test.each<Kind>(['snapup', 'rebuild', 'unseal'])(
  'a %s that is given up before it was told of is aborted, too',
  async (kind) => {
    const { call, jobs } = await given(kind);
    await call('ReportState', ID, report('Aborted'));
    await call('ReportFinalized', ID);
    expect(jobs.view(kinds[kind].id)).toMatchObject({ state: 'aborted', isHeld: false });
  },
);

describe('ListSectors', () => {
  test.each<Kind>(['snapup', 'rebuild', 'unseal'])(
    'has a sector in %s online, under its own number and 0 alone',
    async (kind) => {
      const { call, numbers } = await given(kind);
      await call('ReportState', ID, report('Allocated', { Level: 'Permanent', Desc: 'x' }));
      for (const job of [1, 2, 3, 4] as const)
        expect([job, await numbers('online', job)]).toEqual([job, job === kinds[kind].job ? [1] : []]);
      expect(await numbers('online', 0)).toEqual([1]);
      expect(await numbers('online')).toEqual([1]);
      expect(await numbers('offline', 0)).toEqual([]);
      expect(await call('ListSectors', 'online', 0)).toMatchObject([
        {
          LatestState: {
            Worker: { Instance: 'w-v02' },
            StateChange: { Next: 'Allocated' },
            Failure: { Level: 'Permanent', Desc: 'x' },
          },
        },
      ]);
    },
  );

  test('has it offline as a sealed one when the job is over', async () => {
    const { call, numbers } = await given('snapup');
    await call('ReportState', ID, report('Allocated'));
    await call('ReportState', ID, report('Aborted'));
    await call('ReportFinalized', ID);
    expect(await numbers('online', 0)).toEqual([]);
    expect(await numbers('offline', 1)).toEqual([1]);
    expect(await numbers('offline', 2)).toEqual([]);
  });
});
