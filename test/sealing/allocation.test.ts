/** A sector that was given while its thread was told to pause is not lost. */
import { expect, test } from 'vitest';
import type { SectorService } from '#src/protocol/sealer.js';
import type { Allocated } from '#src/protocol/sector-answers.js';
import { planStages } from '#src/sealing/stages/plan-stages.js';
import { allocateSector } from '#src/sealing/stages/sector.js';
import { stageContext } from '../tools/sealing/stage-context.js';

type Wanted = Parameters<SectorService['allocateSector']>[0];

/** A manager that numbers its sectors, as soon as its door is opened. */
function setup() {
  const allocate = allocateSector();
  const asked: Wanted[] = [];
  let open: () => void = () => undefined;
  let door = Promise.resolve();
  let number = 0;
  const service = {
    allocateSector: async (wanted: Wanted): Promise<Allocated | null> => {
      asked.push(wanted);
      await door;
      number += 1;
      return { ID: { Miner: 10000, Number: number }, ProofType: 5 };
    },
  };
  return {
    asked,
    close: () => {
      door = new Promise((resolve) => {
        open = resolve;
      });
    },
    open: () => {
      open();
      door = Promise.resolve();
    },
    run: (signal = new AbortController().signal, facts: Parameters<typeof stageContext>[0] = {}) =>
      allocate(stageContext({ state: 'Empty', service, signal, ...facts }).context),
  };
}

test('a sector that came behind an abort is the next one the thread gets, and the manager is not asked again', async () => {
  const { run, close, open, asked } = setup();
  const pause = new AbortController();
  close();
  const late = run(pause.signal);
  pause.abort();
  open();
  await late;
  expect(await run()).toMatchObject({ event: 'Allocate', sector: { number: 1 } });
  expect(asked).toHaveLength(1);
  expect(await run()).toMatchObject({ sector: { number: 2 } });
});

test('it stays so over several pauses', async () => {
  const { run, asked } = setup();
  for (let count = 0; count < 3; count += 1) {
    const pause = new AbortController();
    await run(pause.signal);
    pause.abort();
  }
  expect(await run()).toMatchObject({ sector: { number: 1 } });
  expect(asked).toHaveLength(1);
});

test('a sector that the thread took is not given twice', async () => {
  const { run } = setup();
  expect([await run(), await run()]).toMatchObject([{ sector: { number: 1 } }, { sector: { number: 2 } }]);
});

test.each([
  ['no job', async () => null, { event: 'Idle' }],
  [
    'no answer',
    async () => {
      throw new Error('away');
    },
    { event: 'Idle', reason: 'away' },
  ],
])(
  '%s leaves the thread idle, with its reason, and the next ask goes out',
  async (_, allocateSector, idle) => {
    const { run } = setup();
    const pause = new AbortController();
    expect(await run(pause.signal, { service: { allocateSector } })).toEqual(idle);
    pause.abort();
    expect(await run()).toMatchObject({ sector: { number: 1 } });
  },
);

test('no job for a thread that takes only some miners or sizes: what it asks for is said', async () => {
  const { run } = setup();
  const service = { allocateSector: async () => null };
  expect(await run(undefined, { service, settings: { allowedMiners: [7], allowedSizes: [2048] } })).toEqual({
    event: 'Idle',
    reason:
      "the manager has nothing for allowed_miners = [7] and allowed_sizes of 2048 bytes: check that these are the manager's",
  });
});

test('it is asked for with the settings of its own time', async () => {
  const { run, asked } = setup();
  await run();
  await run(undefined, { settings: { allowedMiners: [10000], allowedSizes: [2048] } });
  expect(asked).toEqual([
    { AllowedMiners: null, AllowedProofTypes: null },
    { AllowedMiners: [10000], AllowedProofTypes: [5, 10] },
  ]);
});

test.each([
  ['snapup', 'allocateSnapUpSector'],
  ['rebuild', 'allocateRebuildSector'],
  ['unseal', 'allocateUnsealSector'],
  ['wdpost', 'wdPoStAllocateJobs'],
])('a job of %s that came behind an abort is taken up by the next allocation, too', async (plan, call) => {
  const allocate = planStages[plan]?.Empty;
  const pause = new AbortController();
  const Sector = { ID: { Miner: 10000, Number: 7 }, ProofType: 5 };
  const job = { Sector, Id: 'job-7', Pieces: [], Public: { CommR: [] }, Private: { AccessInstance: 'kept' } };
  let asked = 0;
  const service = {
    [call]: async () => {
      asked += 1;
      pause.abort();
      return call === 'wdPoStAllocateJobs' ? [job] : job;
    },
  };
  const run = (signal: AbortSignal) => allocate?.(stageContext({ state: 'Empty', service, signal }).context);
  const late = await run(pause.signal);
  expect(await run(new AbortController().signal)).toEqual(late);
  expect(asked).toBe(1);
  expect(late?.event).toMatch(/^Allocated/);
});
