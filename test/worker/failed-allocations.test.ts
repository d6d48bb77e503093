/** A job that could not be asked for is counted, by plan and cause. */
import { expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import type { SectorService } from '#src/protocol/sealer.js';
import { failedAllocations } from '#src/worker/failed-allocations.js';

const spec = { AllowedMiners: null, AllowedProofTypes: null, Request: 'r1' };
const deals = { MaxDeals: null, MinUsedSpace: null };

test.each<readonly [keyof SectorService, string, (service: SectorService) => Promise<unknown>]>([
  ['allocateSector', 'sealer', (service) => service.allocateSector(spec)],
  [
    'allocateSnapUpSector',
    'snapup',
    (service) => service.allocateSnapUpSector({ ...spec, Sector: spec, Deals: deals }),
  ],
  ['allocateRebuildSector', 'rebuild', (service) => service.allocateRebuildSector(spec)],
  ['allocateUnsealSector', 'unseal', (service) => service.allocateUnsealSector(spec)],
  ['wdPoStAllocateJobs', 'wdpost', (service) => service.wdPoStAllocateJobs(spec, 1, 'w1')],
])('%s that fails is counted for %s, and rejects as it did', async (call, plan, ask) => {
  const { counting, all } = failedAllocations();
  const fails = (code: 'unreachable' | 'bad_answer') =>
    // Of the manager only this call is made.
    ask(
      counting({
        [call]: () => Promise.reject(new SealvisorError(code, 'why')),
      } as Partial<SectorService> as SectorService),
    );
  await expect(fails('bad_answer')).rejects.toMatchObject({ code: 'bad_answer' });
  await expect(fails('bad_answer')).rejects.toThrow('why');
  await expect(fails('unreachable')).rejects.toThrow('why');
  expect(all()).toEqual([
    { plan, code: 'bad_answer', count: 2 },
    { plan, code: 'unreachable', count: 1 },
  ]);
});

test('no job, and why there is none, is no failure; nor is any other call', async () => {
  const { counting, all } = failedAllocations();
  const answers: (() => Promise<null>)[] = [
    async () => null,
    () => Promise.reject(new SealvisorError('no_job', 'no piece waits')),
  ];
  // Of the manager only these calls are made.
  const service = counting({
    allocateSector: () => answers.shift()?.(),
    assignTicket: () => Promise.reject(new SealvisorError('unreachable', 'away')),
  } as Partial<SectorService> as SectorService);
  expect(await service.allocateSector(spec)).toBeNull();
  await expect(service.allocateSector(spec)).rejects.toMatchObject({ code: 'no_job' });
  await expect(service.assignTicket({ miner: 10000, number: 2 })).rejects.toThrow('away');
  expect(all()).toEqual([]);
});
