/** A neighbour's answer is not believed: what is known of the sector is compared with it at once. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StageError } from '#src/protocol/level.js';
import { sectorOf } from '#src/protocol/sector.js';
import { runTask } from '#src/sealing/builtin/index.js';
import { sectorFiles } from '#src/sealing/sector-files.js';
import type { StageContext } from '#src/sealing/stage.js';
import { sealerStages } from '#src/sealing/stages/sealer.js';
import type { ProcessorStage, Tasks } from '#src/sealing/tasks.js';
import { makeWork } from '../tools/sealing/chain.js';
import { sectorOfSize } from '../tools/sealing/jobs.js';
import { type PlanWorld, planWorld } from '../tools/sealing/plan-world.js';
import { stageContext } from '../tools/sealing/stage-context.js';

type Answers = Partial<Record<ProcessorStage, unknown>>;

/** Our processors, and what some of them answered. `swapped`: what is answered instead. */
function answering(swapped: Answers, seen: Record<string, unknown> = {}): StageContext['process'] {
  return async <S extends ProcessorStage>(stage: S, task: Tasks[S]['task']) => {
    const made = await runTask(stage, task, makeWork());
    seen[stage] = made;
    // Of the stage's own shape: another sector's.
    return (stage in swapped ? swapped[stage] : made) as Tasks[S]['output'];
  };
}

async function sealWith(world: PlanWorld, seed: number, process: StageContext['process'], settings = {}) {
  const deal = await world.piece(500, 512, seed);
  const service = { allocateSector: async () => sectorOfSize(2048), acquireDeals: async () => [deal] };
  return world.run('sealer', { service, process, settings });
}

async function othersAnswers(): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  await sealWith(planWorld(), 1, answering({}, seen));
  return seen;
}

test.each([
  ['pc2', 'CommD', 'submitPreCommit'],
  ['c1', 'CommR', 'submitProof'],
  ['c2', 'its proof is of something else', 'submitProof'],
] as const)(
  "%s: the answer to another sector's request is refused before anything is submitted",
  async (stage, what, submission) => {
    const others = await othersAnswers();
    const world = planWorld();
    const run = sealWith(world, 2, answering({ [stage]: others[stage] }));
    await expect(run).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringMatching(
        new RegExp(`the answer of ${stage} is not that of this sector: .*${what}`),
      ),
    });
    expect(world.said.map(({ call }) => call)).not.toContain(submission);
  },
);

test('pc2: a wrong CommR is refused, whoever answers it', async () => {
  const others = await othersAnswers();
  const seen: Record<string, unknown> = {};
  await sealWith(planWorld(), 2, answering({}, seen));
  const wrong = { ...(seen.pc2 as object), comm_r: (others.pc2 as Tasks['pc2']['output']).comm_r };
  await expect(sealWith(planWorld(), 2, answering({ pc2: wrong }))).rejects.toMatchObject({
    message: expect.stringContaining('its CommR is'),
  });
});

test('tree_d that answers the root of another sector is refused', async () => {
  const run = sealWith(planWorld(), 2, answering({ tree_d: new Array<number>(32).fill(7) }));
  await expect(run).rejects.toMatchObject({ message: expect.stringContaining('its CommD is 0707') });
});

test('with ignore_proof_check the proof is submitted as it came', async () => {
  const others = await othersAnswers();
  const run = sealWith(planWorld(), 2, answering({ c2: others.c2 }), { ignoreProofCheck: true });
  await expect(run).resolves.toMatchObject({ state: 'Finished' });
});

test('verify_after_pc2 proves once, behind PC2, and a sector that cannot be proven stops there', async () => {
  const stages: string[] = [];
  const counted: StageContext['process'] = async (stage, task) => {
    stages.push(stage);
    return runTask(stage, task, makeWork());
  };
  await sealWith(planWorld(), 2, counted, { verifyAfterPc2: true });
  expect(stages.filter((stage) => ['pc2', 'c1', 'transfer'].includes(stage))).toEqual([
    'pc2',
    'c1',
    'transfer',
    'c1',
  ]);
  const others = await othersAnswers();
  const world = planWorld();
  await expect(
    sealWith(world, 2, answering({ c1: others.c1 }), { verifyAfterPc2: true }),
  ).rejects.toMatchObject({ level: 'permanent' });
  expect(world.said).toEqual([]);
});

describe('check_before_precommit', () => {
  const on = { checkBeforePreCommit: 'on' } as const;
  const stagesOf = (stages: string[]) =>
    (async (stage, task) => {
      stages.push(stage);
      return runTask(stage, task, makeWork());
    }) as StageContext['process'];

  test('a sector that cannot be proven is not submitted, and the operator is told what to do', async () => {
    const world = planWorld();
    const refusing = (async (stage, task) => {
      if (stage === 'c1') throw new StageError('permanent', 'Invalid vanilla proof generated at layer 1');
      return runTask(stage, task, makeWork());
    }) as StageContext['process'];
    await expect(sealWith(world, 2, refusing, on)).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringMatching(
        /not submitted \(Invalid vanilla proof generated at layer 1\): resume --state PC1Done .*--state TreeDBuilt/,
      ),
    });
    expect(world.said).toEqual([]);
  });

  test("an answer of c1 that is another sector's is not proof of this one", async () => {
    const others = await othersAnswers();
    const world = planWorld();
    await expect(sealWith(world, 2, answering({ c1: others.c1 }), on)).rejects.toMatchObject({
      message: expect.stringContaining('pre-commit was not submitted'),
    });
    expect(world.said).toEqual([]);
  });

  test('a file that is not what was sealed is found by it, also where nobody noted that', async () => {
    const world = planWorld();
    const spoiling = (async (stage, task) => {
      const made = await runTask(stage, task, makeWork());
      const { cacheDir } = sectorFiles(world.location, 's-t010000-2');
      // Before the worker notes what pc2 has written.
      if (stage === 'pc2') writeFileSync(join(cacheDir, 'sc-02-data-layer-2.dat'), Buffer.alloc(2048, 1));
      return made;
    }) as StageContext['process'];
    await expect(sealWith(world, 2, spoiling, on)).rejects.toMatchObject({ level: 'permanent' });
    expect(world.said).toEqual([]);
  });

  test('a failure that may pass is none of the sector: it is tried again as it came', async () => {
    const passing = (async (stage, task) => {
      if (stage === 'c1') throw new StageError('temporary', 'child process exited: c1');
      return runTask(stage, task, makeWork());
    }) as StageContext['process'];
    await expect(sealWith(planWorld(), 2, passing, on)).rejects.toMatchObject({
      level: 'temporary',
      message: 'child process exited: c1',
    });
  });

  test.each([
    ['auto', 2048, {}, 2],
    ['on', 2048, {}, 2],
    ['off', 2048, {}, 1],
    ['on', 2048, { verifyAfterPc2: true }, 2],
    ['off', 2048, { verifyAfterPc2: true }, 2],
  ] as const)('%s, a sector of %d bytes, %j: C1 is done %d times', async (mode, _size, more, times) => {
    const stages: string[] = [];
    await sealWith(planWorld(), 2, stagesOf(stages), { checkBeforePreCommit: mode, ...more });
    expect(stages.filter((stage) => stage === 'c1')).toHaveLength(times);
  });

  test.each([
    ['auto', 7, 1],
    ['auto', 8, 0],
    ['on', 9, 1],
    ['off', 5, 0],
  ] as const)('%s, a sector of proof type %d: asked %d times', async (mode, proofType, times) => {
    const told = { registered_proof: 'any', comm_r: [proofType], comm_d: [2] };
    const pc2 = { rawJson: JSON.stringify(told), told };
    const ticket = { Ticket: Buffer.alloc(32, 1).toString('base64'), Epoch: 1 };
    const { context, tasks } = stageContext({
      state: 'PC2Done',
      outputs: { pc2, ticket, pieces: [], deals: [] },
      settings: { checkBeforePreCommit: mode },
      processed: { c1: 'phase2' },
      service: { submitPreCommit: async () => ({ Res: 1, Desc: null }) },
    });
    const { size } = sectorOf({ miner: 10000, number: 2 }, proofType);
    const record = {
      ...context.record,
      sector: { miner: 10000, number: 2, id: 's-t010000-2', proofType, size },
    };
    for (const _ of [1, 2]) await sealerStages.PC2Done?.({ ...context, record });
    // The second submission is of what was checked already.
    expect(tasks.map(({ stage }) => stage)).toEqual(new Array(times).fill('c1'));
  });
});

test.each([31, 33, 0])('a ticket of %d bytes is refused', async (length) => {
  const ticket = { Ticket: Buffer.alloc(length, 1).toString('base64'), Epoch: 7 };
  const service = {
    allocateSector: async () => sectorOfSize(2048),
    acquireDeals: async () => [],
    assignTicket: async () => ticket,
  };
  await expect(planWorld().run('sealer', { service })).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringContaining(`a ticket of ${length} bytes`),
  });
});
