/** A job that could not be asked for is counted, by plan and cause. */
import { expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import { failedAllocations } from '#src/worker/failed-allocations.js';

test.each([
  ['allocateSector', 'sealer'],
  ['allocateSnapUpSector', 'snapup'],
  ['allocateRebuildSector', 'rebuild'],
  ['allocateUnsealSector', 'unseal'],
  ['wdPoStAllocateJobs', 'wdpost'],
])('%s that fails is counted for %s, and rejects as it did', async (call, plan) => {
  const { follow, all } = failedAllocations();
  const fails = (code: 'unreachable' | 'bad_answer') => Promise.reject(new SealvisorError(code, 'why'));
  await expect(follow(call, fails('bad_answer'))).rejects.toMatchObject({ code: 'bad_answer' });
  await expect(follow(call, fails('bad_answer'))).rejects.toThrow('why');
  await expect(follow(call, fails('unreachable'))).rejects.toThrow('why');
  expect(all()).toEqual([
    { plan, code: 'bad_answer', count: 2 },
    { plan, code: 'unreachable', count: 1 },
  ]);
});

test('no job, and why there is none, is no failure; nor is any other call', async () => {
  const { follow, all } = failedAllocations();
  expect(await follow('allocateSector', Promise.resolve(null))).toBeNull();
  const none = Promise.reject(new SealvisorError('no_job', 'no piece waits'));
  await expect(follow('allocateSector', none)).rejects.toMatchObject({ code: 'no_job' });
  const other = Promise.reject(new SealvisorError('unreachable', 'away'));
  await expect(follow('assignTicket', other)).rejects.toThrow('away');
  expect(all()).toEqual([]);
});
