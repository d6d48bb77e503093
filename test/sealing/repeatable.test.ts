/** Every stage of every plan can be left in its middle and done again: the same bytes, the same words. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { planNamed } from '#machines/index.js';
import type { ThreadRecord } from '#machines/thread-record.js';
import { temporaryName } from '#src/sealing/builtin/files/atomic.js';
import { transferDraft } from '#src/sealing/builtin/files/brought.js';
import { cacheFiles, layerFile, runTask } from '#src/sealing/builtin/index.js';
import { buildTree } from '#src/sealing/builtin/trees/tree.js';
import { hasSectorFile } from '#src/sealing/plan-files.js';
import { sectorFiles } from '#src/sealing/sector-files.js';
import type { ProcessorStage, Tasks } from '#src/sealing/tasks.js';
import { bytesOf, KiB, MiB, makeDir, makeWork, ticket } from '../tools/sealing/chain.js';
import {
  keptFiles,
  lose,
  rebuildJob,
  sealed,
  snapUpJob,
  unsealJob,
  upgraded,
  upgradedAs,
  wdPostJob,
} from '../tools/sealing/jobs.js';
import { gives, id, type PlanWorld, planWorld, type RunOptions } from '../tools/sealing/plan-world.js';

vi.setConfig({ testTimeout: 120_000 });

const size = 2 * KiB;
const ID = { Miner: 10000, Number: 2 };

/** A world with what the plan's job is about, and that job. */
async function jobOf(plan: string, world: PlanWorld): Promise<RunOptions> {
  if (plan === 'niporep') return { service: { allocateSector: async () => ({ ID, ProofType: 15 }) } };
  const deal = await world.piece(500, 512, 1);
  const { CommR } = await sealed(world, size, []);
  if (plan === 'snapup') return { service: gives({ snapUp: snapUpJob(size, CommR, [deal]) }) };
  const update = await upgraded(world, size, CommR, [deal]);
  const Accesses = { SealedFile: 'kept', CacheDir: 'kept' };
  const sectors = [{ SectorId: 2, CommR: update.CommR, Upgrade: true, Accesses }];
  const dests = [pathToFileURL(join(world.dir, 'out')).href, 'store://kept/out'];
  const service = gives({
    unseal: unsealJob(size, deal, 0, update.CommD),
    dests,
    wdPost: wdPostJob(size, sectors),
    rebuild: rebuildJob(size, [deal], upgradedAs(CommR, update.CommR)),
  });
  if (plan === 'rebuild') lose(world);
  return { service };
}

/** What a plan leaves behind: files that are kept, what was handed in, what the manager was told. */
function leftBy(world: PlanWorld) {
  const out = join(world.dir, 'out');
  return {
    kept: [...keptFiles(world)].map(([name, bytes]) => [name, bytes.toString('hex')]),
    out: existsSync(out) ? readFileSync(out).toString('hex') : null,
    // Said twice is said once more, in the same words.
    said: [...new Set(world.said.map((each) => JSON.stringify(each)))],
  };
}

/** Runs the stage of the record's state and drops what it gave, as a death behind its last write does. */
async function dropped(world: PlanWorld, plan: string, record: ThreadRecord, given: RunOptions) {
  const stop = new AbortController();
  await world
    .run(plan, {
      ...given,
      from: record,
      signal: stop.signal,
      // The stage behind it ends before it begins.
      onRecord: ({ state }) => state !== record.state && stop.abort(new Error('killed')),
    })
    .catch(() => undefined);
}

test.each(['niporep', 'snapup', 'rebuild', 'unseal', 'wdpost'])(
  '%s: each stage done twice, its first end unheard, is as if nothing had happened',
  async (plan) => {
    const undisturbed = planWorld(size);
    await undisturbed.run(plan, await jobOf(plan, undisturbed));
    const world = planWorld(size);
    const given = await jobOf(plan, world);
    let record = await world.run(plan, { ...given, until: firstState(plan) });
    const seen: string[] = [];
    while (record.state !== 'Finished') {
      seen.push(record.state);
      await dropped(world, plan, record, given);
      const present = record.state;
      let next: ThreadRecord | undefined;
      const stop = new AbortController();
      await world
        .run(plan, {
          ...given,
          from: record,
          signal: stop.signal,
          onRecord: (each) => {
            if (each.state === present) return;
            next ??= each;
            stop.abort(new Error('one stage at a time'));
          },
        })
        .catch((thrown: unknown) => {
          if (next === undefined) throw thrown;
        });
      if (next === undefined) throw new Error(`${present} did not end`);
      record = next;
      const needs = planNamed(plan)?.states.find(({ name }) => name === record.state)?.needs;
      const files = sectorFiles(world.location, id);
      expect(needs?.outputs.filter((key) => !(key in record.outputs))).toEqual([]);
      expect(needs?.files.filter((name) => !hasSectorFile(files, name, record.outputs))).toEqual([]);
    }
    await world.run(plan, { ...given, from: record });
    expect(seen.length).toBeGreaterThan(1);
    expect(leftBy(world)).toEqual(leftBy(undisturbed));
  },
);

function firstState(plan: string): string {
  return planNamed(plan)?.edges.find(({ from }) => from === 'Empty')?.to ?? '';
}

describe('in the middle of 8MiB', () => {
  const big = 8 * MiB;

  /** A sector, upgraded or not as the task wants it; what it holds is no matter here. */
  async function setup() {
    const dir = makeDir();
    const at = (...names: string[]) => join(dir, ...names);
    for (const name of ['cache', 'update-cache']) mkdirSync(at(name));
    writeFileSync(at('sealed'), bytesOf(big, 1));
    writeFileSync(at('staged'), Buffer.alloc(big, 3));
    const work = makeWork();
    const commR = [...(await buildTree(at('sealed'), big / 32, at('cache', cacheFiles.treeR), work))];
    writeFileSync(at('cache', 'p_aux'), JSON.stringify({ commR, commD: ticket }));
    writeFileSync(at('cache', 't_aux'), '{}');
    const commD = [...(await buildTree(at('staged'), big / 32, at('update-cache', cacheFiles.treeD), work))];
    return { dir, at, commR, commD };
  }

  type World = Awaited<ReturnType<typeof setup>>;
  const registered_proof = 'StackedDrg8MiBV1_1';

  interface Case<S extends ProcessorStage> {
    readonly stage: S;
    task(world: World): Tasks[S]['task'];
    /** Files that it makes, and where nothing else may be. */
    readonly outputs: readonly string[];
    readonly dirs: Readonly<Record<string, readonly string[]>>;
  }

  const of = <S extends ProcessorStage>(facts: Case<S>) => facts;

  const encode = of({
    stage: 'snap_encode',
    task: ({ at, commD }) => ({
      registered_proof,
      new_replica_path: at('update'),
      new_cache_path: at('update-cache'),
      sector_path: at('sealed'),
      sector_cache_path: at('cache'),
      staged_data_path: at('staged'),
      piece_infos: [{ commitment: commD, size: (big / 128) * 127 }],
    }),
    outputs: ['update', 'update-cache/p_aux', `update-cache/${cacheFiles.treeR}`],
    dirs: { 'update-cache': [cacheFiles.treeD] },
  });
  const unseal = of({
    stage: 'unseal',
    task: ({ at }) => ({
      registered_proof,
      prover_id: ticket,
      sector_id: 2,
      comm_d: ticket,
      ticket,
      cache_dir: at('cache'),
      sealed_file: at('sealed'),
      unsealed_output: at('out', 'piece'),
      offset: 1_000_000,
      num_bytes: 6_000_000,
    }),
    outputs: ['out/piece'],
    dirs: { out: [] },
  });
  const bring = of({
    stage: 'transfer',
    task: ({ at }) => ({
      stores: {},
      routes: [
        {
          src: { store_name: null, uri: at('sealed') },
          dest: { store_name: null, uri: at('out', 'sealed') },
          opt: null,
        },
      ],
    }),
    outputs: ['out/sealed'],
    dirs: { out: [] },
  });

  /** Kills it in the middle of what is counted so, and does it again: how often it tells of it is the machine's. */
  async function killedAndDone<S extends ProcessorStage>(
    { stage, task, outputs, dirs }: Case<S>,
    unit: string,
  ) {
    const world = await setup();
    const stop = new AbortController();
    const killing = makeWork((progress) => {
      if (progress.unit === unit && progress.done < progress.total) stop.abort(new Error('killed'));
    }, stop.signal);
    await expect(runTask(stage, task(world), killing)).rejects.toThrow('killed');
    for (const [dir, names] of Object.entries(dirs)) expect(readdirSync(world.at(dir))).toEqual(names);
    for (const path of outputs) {
      // What kill -9 leaves, where the abort above could still clean.
      mkdirSync(join(world.at(path), '..'), { recursive: true });
      const draft =
        stage === 'transfer'
          ? transferDraft(world.at('sealed'), world.at(path))
          : temporaryName(world.at(path));
      writeFileSync(draft, 'half');
      // A transfer gives a file its name when it is whole, and replaces nothing.
      if (stage !== 'transfer') writeFileSync(world.at(path), 'another try, another ticket');
    }
    const labels = world.at('out', '.piece.labels');
    if (stage === 'unseal') {
      mkdirSync(labels);
      writeFileSync(join(labels, layerFile(1)), 'half');
    }
    const again = await runTask(stage, task(world), makeWork());
    const undisturbed = await setup();
    expect(again).toEqual(await runTask(stage, task(undisturbed), makeWork()));
    for (const path of outputs)
      expect(readFileSync(world.at(path)).equals(readFileSync(undisturbed.at(path)))).toBe(true);
    for (const dir of Object.keys(dirs))
      expect(readdirSync(world.at(dir))).toEqual(readdirSync(undisturbed.at(dir)));
  }

  test('of snap_encode’s file', () => killedAndDone(encode, 'bytes'));
  test('of snap_encode’s tree', () => killedAndDone(encode, 'nodes'));
  test('of unseal’s labels', () => killedAndDone(unseal, 'layers'));
  test('of a transfer', () => killedAndDone(bring, 'bytes'));
});
