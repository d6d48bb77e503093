/** A neighbour's answer is not believed: what is known of the sector is compared with it at once. */
import { expect, test } from 'vitest';
import { runTask } from '#src/sealing/builtin/index.js';
import type { StageContext } from '#src/sealing/stage.js';
import type { ProcessorStage, Tasks } from '#src/sealing/tasks.js';
import { makeWork } from './chain.js';
import { sectorOfSize } from './jobs.js';
import { type PlanWorld, planWorld } from './plan-world.js';

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
