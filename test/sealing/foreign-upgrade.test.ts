/** An upgrade of a sector that somebody else's processors sealed, by their programs: paths and commitments are all they need. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runTask } from '#src/sealing/builtin/index.js';
import type { StageContext } from '#src/sealing/stage.js';
import { sealerStages } from '#src/sealing/stages/sealer.js';
import type {
  ProcessorStage,
  SnapEncodeTask,
  SnapProveTask,
  SnapVanillaTask,
  Tasks,
} from '#src/sealing/tasks.js';
import { KiB, makeWork } from '../tools/sealing/chain.js';
import { keptFiles, lastSaid, rebuildJob, sealed, snapUpJob, upgradedAs } from '../tools/sealing/jobs.js';
import { gives, id, planWorld } from '../tools/sealing/plan-world.js';
import { stageContext } from '../tools/sealing/stage-context.js';

const size = 2 * KiB;
const others = ['pc1', 'pc2', 'c1', 'c2', 'synth_proof', 'snap_encode', 'snap_vanilla', 'snap_prove'];
const sha = (...parts: readonly Uint8Array[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** Their formats; commitments are those that only they can compute. */
const theirs = {
  snap_encode(task: SnapEncodeTask) {
    const old = readFileSync(task.sector_path);
    const key = sha(readFileSync(join(task.sector_cache_path, 'p_aux')));
    const update = readFileSync(task.staged_data_path).map(
      (byte, at) => byte ^ (old[at] ?? 0) ^ (key[at % 32] ?? 0),
    );
    writeFileSync(task.new_replica_path, update);
    for (const name of ['p_aux', 't_aux', 'sc-02-data-tree-r-last.dat', 'sc-02-data-tree-c.dat'])
      writeFileSync(join(task.new_cache_path, name), sha(update, Buffer.from(name)));
    const tree = readFileSync(join(task.new_cache_path, 'sc-02-data-tree-d.dat'));
    return {
      comm_r_new: [...sha(update)],
      comm_r_last_new: [...sha(update, Buffer.from('last'))],
      comm_d_new: [...tree.subarray(-32)],
    };
  },
  snap_vanilla({ sector_path, replica_path, replica_cache_path, ...task }: SnapVanillaTask) {
    expect(sha(readFileSync(replica_path))).toEqual(Buffer.from(task.comm_r_new));
    expect(readFileSync(join(replica_cache_path, 'p_aux'))).toHaveLength(32);
    return [[...sha(readFileSync(sector_path))], [...Buffer.from(task.comm_d_new)]];
  },
  snap_prove({ vannilla_proofs, comm_r_old }: SnapProveTask) {
    return [
      ...sha(
        ...listOf(vannilla_proofs).map((proof) => Buffer.from(proof as number[])),
        Buffer.from(comm_r_old),
      ),
    ];
  },
};

function process(
  asked: Map<string, unknown>,
  left: Partial<typeof theirs> = theirs,
): StageContext['process'] {
  return async <S extends ProcessorStage>(stage: S, task: Tasks[S]['task']) => {
    asked.set(stage, task);
    const their = (left as Readonly<Record<string, (task: unknown) => unknown>>)[stage];
    // Each gives what its stage has to give.
    return (their ? their(task) : await runTask(stage, task, makeWork())) as Tasks[S]['output'];
  };
}

/** A sector in the store as upstream's programs leave one. */
async function setup() {
  const world = planWorld(size);
  const { CommR } = await sealed(world, size, []);
  world.said.length = 0;
  const kept = world.stores[0]?.location ?? '';
  const cache = join(kept, 'cache', id);
  for (const name of ['sealvisor.json', 'sealvisor-digests.json']) rmSync(join(cache, name));
  writeFileSync(join(cache, 'p_aux'), Buffer.alloc(64, 7));
  const deal = await world.piece(400, 512, 1);
  return { world, kept, deal, CommR, service: gives({ snapUp: snapUpJob(size, CommR, [deal]) }) };
}

test('it is encoded, proven and submitted; what is kept is what upstream keeps', async () => {
  const { world, kept, CommR, service } = await setup();
  const asked = new Map<string, unknown>();
  await world.run('snapup', { service, process: process(asked), others });
  const update = readFileSync(join(kept, 'update', id));
  const [, proof] = lastSaid(world, 'submitSnapUpProof') as [unknown, { CommR: number[]; Proof: string }];
  expect(proof.CommR).toEqual([...sha(update)]);
  const { vannilla_proofs } = asked.get('snap_prove') as SnapProveTask;
  expect(vannilla_proofs).toHaveLength(2);
  expect(Buffer.from(proof.Proof, 'base64')).toEqual(
    sha(...listOf(vannilla_proofs).map((each) => Buffer.from(each as number[])), Buffer.from(CommR)),
  );
  expect([...keptFiles(world).keys()].filter((name) => name.startsWith('update'))).toEqual([
    `update-cache/${id}/p_aux`,
    `update-cache/${id}/sc-02-data-tree-r-last.dat`,
    `update-cache/${id}/sealvisor-digests.json`,
    `update-cache/${id}/t_aux`,
    `update/${id}`,
  ]);
});

test('its tasks name the proof of an update, as upstream does', async () => {
  const { world, service } = await setup();
  const asked = new Map<string, unknown>();
  await world.run('snapup', { service, process: process(asked), others });
  const [line = ''] = readFileSync(
    'processors/filecoin/tests/field/snap_encode.damocles-worker.jsonl',
    'utf8',
  ).split('\n');
  const { task } = JSON.parse(line) as { readonly task: SnapEncodeTask };
  expect(task.registered_proof).toBe('StackedDrg2KiBV1');
  expect(Object.keys(asked.get('snap_encode') as object).toSorted()).toEqual(Object.keys(task).toSorted());
  for (const stage of ['snap_encode', 'snap_vanilla', 'snap_prove'])
    expect(asked.get(stage)).toMatchObject({ registered_proof: task.registered_proof });
});

function listOf(value: unknown): readonly unknown[] {
  expect(Array.isArray(value)).toBe(true);
  return value as readonly unknown[];
}

test('without a snap_vanilla of theirs it is refused before hours are spent, and says what to add', async () => {
  const { world, service } = await setup();
  const asked = new Map<string, unknown>();
  const run = world.run('snapup', { service, process: process(asked), others: ['snap_encode'] });
  await expect(run).rejects.toMatchObject({
    level: 'abort',
    message: expect.stringContaining('[[processors.snap_vanilla]]'),
  });
  expect([...asked.keys()]).not.toContain('snap_encode');
});

test('a sector of ours whose upgrade is theirs is proven by theirs, too', async () => {
  const world = planWorld(size);
  const { CommR } = await sealed(world, size, []);
  const deal = await world.piece(400, 512, 1);
  const asked = new Map<string, unknown>();
  const service = gives({ snapUp: snapUpJob(size, CommR, [deal]) });
  await world.run('snapup', { service, process: process(asked), others });
  expect(asked.get('snap_vanilla')).toMatchObject({ comm_r_old: CommR });
  expect([...keptFiles(world).keys()]).not.toContain(`update-cache/${id}/sealvisor.json`);
});

test('our own snap_vanilla refuses what others wrote, and names the table', async () => {
  const { world, kept, CommR } = await setup();
  const task = {
    registered_proof: 'StackedDrg2KiBV1',
    ...{ comm_r_old: CommR, comm_r_new: CommR, comm_d_new: CommR },
    ...{ sector_path: join(kept, 'sealed', id), sector_cache_path: join(kept, 'cache', id) },
    ...{ replica_path: world.location, replica_cache_path: world.location },
  };
  await expect(runTask('snap_vanilla', task, makeWork())).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringContaining('[[processors.snap_vanilla]]'),
  });
});

test('an upgraded sector of theirs is made again by their programs', async () => {
  const { world, kept, deal, CommR, service } = await setup();
  const asked = new Map<string, unknown>();
  await world.run('snapup', { service, process: process(asked), others });
  const before = keptFiles(world);
  const aux = readFileSync(join(kept, 'cache', id, 'p_aux'));
  // What they seal is what lies there.
  const sealedBy = {
    pc1: () => 'phase1',
    pc2: ({ cache_dir, sealed_file }: Tasks['pc2']['task']) => {
      writeFileSync(sealed_file, before.get(`sealed/${id}`) ?? '');
      writeFileSync(join(cache_dir, 'p_aux'), aux);
      const tree = readFileSync(join(cache_dir, 'sc-02-data-tree-d.dat'));
      return { registered_proof: 'StackedDrg2KiBV1_1', comm_r: CommR, comm_d: [...tree.subarray(-32)] };
    },
  };
  const commRNew = [...sha(before.get(`update/${id}`) ?? Buffer.alloc(0))];
  for (const part of ['update', 'update-cache']) rmSync(join(kept, part), { recursive: true });
  const job = rebuildJob(size, [deal], upgradedAs(CommR, commRNew));
  await world.run('rebuild', {
    service: gives({ rebuild: job }),
    process: process(asked, { ...theirs, ...sealedBy } as never),
    others,
  });
  for (const name of [`update/${id}`, `update-cache/${id}/p_aux`])
    expect(keptFiles(world).get(name)).toEqual(before.get(name));
});

test('synthetic proofs of their sector are asked of their program, with what it was sealed with', async () => {
  const { context, tasks } = stageContext({
    state: 'SyntheticPoRepNeeded',
    outputs: {
      pc2,
      pc2_foreign: true,
      pieces: [],
      ticket: { Ticket: Buffer.alloc(32).toString('base64'), Epoch: 1 },
    },
    processed: { synth_proof: true },
  });
  await expect(sealerStages.SyntheticPoRepNeeded?.(context)).rejects.toMatchObject({
    message: expect.stringContaining('[[processors.synth_proof]]'),
  });
  expect(tasks).toEqual([]);
  const outcome = await sealerStages.SyntheticPoRepNeeded?.({ ...context, others });
  expect(outcome).toEqual({ event: 'SyntheticPoRep' });
  expect(tasks[0]?.task).toMatchObject({ sector_id: 2, pc2out: pc2, piece_infos: [] });
});

const pc2 = { registered_proof: 'StackedDrg2KiBV1_1', comm_r: [1], comm_d: [2] };
