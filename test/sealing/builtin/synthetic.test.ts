/** A sector with synthetic PoRep: its proofs are written down before its pre-commit, and C1 draws from them. */
import { readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planNamed, planState, plans, possibleStates } from '#machines/index.js';
import type { ThreadRecord } from '#machines/thread-record.js';
import { proofTypeOfSize } from '#src/protocol/sector.js';
import { runTask } from '#src/sealing/builtin/index.js';
import { hasSectorFile } from '#src/sealing/plan-files.js';
import { failureOf } from '#src/sealing/runner.js';
import { sectorFiles } from '#src/sealing/sector-files.js';
import type { StageContext } from '#src/sealing/stage.js';
import type { ProcessorStage, Tasks } from '#src/sealing/tasks.js';
import { KiB, makeWork } from '../../tools/sealing/chain.js';
import { lastSaid, rebuildJob } from '../../tools/sealing/jobs.js';
import { gives, id, planWorld, type RunOptions } from '../../tools/sealing/plan-world.js';

const size = 2 * KiB;
const synthetic = proofTypeOfSize(size, 'synthetic');
const Sector = { ID: { Miner: 10000, Number: 2 }, ProofType: synthetic.proofType };
const service = { allocateSector: async () => Sector };
const proofs = 'syn-porep-vanilla-proofs.dat';

/** A world whose states and tasks are written down. */
function setup() {
  const world = planWorld(size);
  const states: string[] = [];
  const asked: { readonly stage: ProcessorStage; readonly task: unknown }[] = [];
  const process: StageContext['process'] = async <S extends ProcessorStage>(
    stage: S,
    task: Tasks[S]['task'],
  ) => {
    asked.push({ stage, task });
    return runTask(stage, task, makeWork());
  };
  const run = (plan: string, options: RunOptions = {}) =>
    world.run(plan, {
      process,
      onRecord: ({ state }) => states.push(state),
      ...options,
      service: { ...service, ...options.service },
    });
  const { cacheDir } = sectorFiles(world.location, id);
  return { world, run, states, asked, cacheDir };
}

function possible(record: ThreadRecord, location: string): readonly string[] {
  const { outputs } = record;
  const files = sectorFiles(location, id);
  return possibleStates(plans.sealer, {
    outputs: Object.keys(outputs),
    hasFile: (name) => hasSectorFile(files, name, outputs),
  });
}

describe('in the sealer plan', () => {
  test('it goes through SyntheticPoRepNeeded to its end, under its own proof name', async () => {
    const { run, states, asked, world } = setup();
    await run('sealer');
    expect(states.slice(states.indexOf('PC1Done'), states.indexOf('PCSubmitted'))).toEqual([
      'PC1Done',
      'SyntheticPoRepNeeded',
      'PC2Done',
    ]);
    expect(states.at(-1)).toBe('Finished');
    const named = asked.flatMap(({ stage, task }) =>
      Object.entries(task as object)
        .filter(([key]) => key === 'registered_proof' || key === 'seal_proof_type')
        .map(([, name]) => [stage, name]),
    );
    for (const [, name] of named) expect(name).toBe('StackedDrg2KiBV1_1_Feat_SyntheticPoRep');
    expect(named.map(([stage]) => stage)).toEqual(['add_pieces', 'tree_d', 'pc1', 'synth_proof', 'c1']);
    expect(lastSaid(world, 'submitProof')).toHaveLength(3);
  });

  test.each(['verify', 'check'] as const)('C1 is tried once before the pre-commit: %s', async (how) => {
    const { run, asked } = setup();
    const settings = how === 'verify' ? { verifyAfterPc2: true } : { checkBeforePreCommit: 'auto' as const };
    await run('sealer', { settings, until: 'PCSubmitted' });
    expect(asked.map(({ stage }) => stage).slice(-3)).toEqual(['pc2', 'synth_proof', 'c1']);
  });

  test('without its proofs it is not pre-committed: they are made again from SyntheticPoRepNeeded', async () => {
    const { run, world, cacheDir } = setup();
    const record = await run('sealer', { until: 'PC2Done' });
    expect(possible(record, world.location)).toContain('PC2Done');
    rmSync(join(cacheDir, proofs));
    const left = possible(record, world.location);
    expect(left).toContain('SyntheticPoRepNeeded');
    expect(left).not.toContain('PC2Done');
    await expect(run('sealer', { from: record })).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringMatching(
        new RegExp(`${proofs} .* resume --state SyntheticPoRepNeeded makes it again`),
      ),
    });
    const again = await run('sealer', { from: { ...record, state: 'SyntheticPoRepNeeded' } });
    expect(again.state).toBe('Finished');
  });

  test('proofs that are damaged before C1 are found, and named', async () => {
    const { run, cacheDir } = setup();
    const record = await run('sealer', { until: 'SeedAssigned' });
    truncateSync(join(cacheDir, proofs), 100);
    await expect(run('sealer', { from: record })).rejects.toMatchObject({
      message: expect.stringContaining(proofs),
    });
  });

  test('C1 draws from the written proofs alone: the layers may be damaged behind it', async () => {
    const { asked, run } = setup();
    await run('sealer', { until: 'C1Done' });
    const task = asked.findLast(({ stage }) => stage === 'c1')?.task as Tasks['c1']['task'];
    const before = await runTask('c1', task, makeWork());
    truncateSync(join(task.cache_dir, 'sc-02-data-layer-1.dat'), 0);
    expect(await runTask('c1', task, makeWork())).toEqual(before);
  });

  test('a repeated PC2 makes the same proofs once more', async () => {
    const { run, cacheDir } = setup();
    const record = await run('sealer', { until: 'PC2Done' });
    const before = readFileSync(join(cacheDir, proofs));
    const again = await run('sealer', { from: { ...record, state: 'PC1Done' }, until: 'PC2Done' });
    expect(again.outputs.pc2).toEqual(record.outputs.pc2);
    expect(readFileSync(join(cacheDir, proofs)).equals(before)).toBe(true);
  });
});

test.each(['pc1', 'pc2'] as const)(
  'processors of others without a synth_proof are refused before PC1, not behind it: %s',
  async (stage) => {
    const { run, asked } = setup();
    const failure = await run('sealer', { others: [stage] }).then(() => undefined, failureOf);
    expect(failure).toMatchObject({
      level: 'permanent',
      message: expect.stringContaining('[[processors.synth_proof]]'),
    });
    expect(asked.map((each) => each.stage)).toEqual(['add_pieces', 'tree_d']);
  },
);

test('a lost one is made again the same way', async () => {
  const { run, world, states } = setup();
  const deal = await world.piece(1000, 1024, 1);
  await run('sealer', { service: { acquireDeals: async () => [deal] } });
  const { CommR } = lastSaid(world, 'submitPreCommit')[1] as { readonly CommR: readonly number[] };
  states.length = 0;
  const job = { ...rebuildJob(size, [deal], { CommR }), Sector };
  await run('rebuild', { service: gives({ rebuild: job }) });
  expect(states).toContain('SyntheticPoRepNeeded');
  expect(states.at(-1)).toBe('Finished');
});

test('both plans say that only such sectors go through the state', () => {
  for (const name of ['sealer', 'rebuild']) {
    const plan = planNamed(name);
    expect(plan && planState(plan, 'SyntheticPoRepNeeded')?.only).toBe('synthetic');
  }
});
