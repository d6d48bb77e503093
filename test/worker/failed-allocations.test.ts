/** A job that could not be asked for is counted, by plan and cause. */
import { expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import type { PlanName } from '#src/protocol/plan-names.js';
import type { SectorService } from '#src/protocol/sealer.js';
import { failedAllocations } from '#src/worker/failed-allocations.js';

const spec = { AllowedMiners: null, AllowedProofTypes: null, Request: 'r1' };
const deals = { MaxDeals: null, MinUsedSpace: null };

test.each<readonly [keyof SectorService, (service: SectorService) => Promise<unknown>]>([
  ['allocateSector', (service) => service.allocateSector(spec)],
  [
    'allocateSnapUpSector',
    (service) => service.allocateSnapUpSector({ ...spec, Sector: spec, Deals: deals }),
  ],
  ['allocateRebuildSector', (service) => service.allocateRebuildSector(spec)],
  ['allocateUnsealSector', (service) => service.allocateUnsealSector(spec)],
  ['wdPoStAllocateJobs', (service) => service.wdPoStAllocateJobs(spec, 1, 'w1')],
])(
  '%s that fails is counted for the plan of the thread that asks, and rejects as it did',
  async (call, ask) => {
    let plan: PlanName = 'sealer';
    const { counting, all } = failedAllocations();
    const fails = (code: 'unreachable' | 'bad_answer') =>
      // Of the manager only this call is made.
      ask(
        counting(
          {
            [call]: () => Promise.reject(new SealvisorError(code, 'why')),
          } as Partial<SectorService> as SectorService,
          () => plan,
        ),
      );
    await expect(fails('bad_answer')).rejects.toMatchObject({ code: 'bad_answer' });
    await expect(fails('bad_answer')).rejects.toThrow('why');
    plan = 'unseal';
    await expect(fails('bad_answer')).rejects.toThrow('why');
    await expect(fails('unreachable')).rejects.toThrow('why');
    expect(all()).toEqual([
      { plan: 'sealer', code: 'bad_answer', count: 2 },
      { plan: 'unseal', code: 'bad_answer', count: 1 },
      { plan: 'unseal', code: 'unreachable', count: 1 },
    ]);
  },
);

test('no job, and why there is none, is no failure; nor is any other call', async () => {
  const { counting, all } = failedAllocations();
  const answers: (() => Promise<null>)[] = [
    async () => null,
    () => Promise.reject(new SealvisorError('no_job', 'no piece waits')),
  ];
  // Of the manager only these calls are made.
  const service = counting(
    {
      allocateSector: () => answers.shift()?.(),
      assignTicket: () => Promise.reject(new SealvisorError('unreachable', 'away')),
    } as Partial<SectorService> as SectorService,
    () => 'sealer',
  );
  expect(await service.allocateSector(spec)).toBeNull();
  await expect(service.allocateSector(spec)).rejects.toMatchObject({ code: 'no_job' });
  await expect(service.assignTicket({ miner: 10000, number: 2 })).rejects.toThrow('away');
  expect(all()).toEqual([]);
});

test('what a call is asked with reaches the manager whole', async () => {
  const { counting } = failedAllocations();
  const asked: unknown[][] = [];
  // Of the manager only this call is made.
  const service = counting(
    {
      allocateSector: async (...args: unknown[]) => {
        asked.push(args);
        return null;
      },
    } as Partial<SectorService> as SectorService,
    () => 'sealer',
  );
  await service.allocateSector(spec, true);
  expect(asked).toEqual([[spec, true]]);
});
