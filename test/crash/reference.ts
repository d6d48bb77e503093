/** What an undisturbed run with the same ticket and seed gives, made anew by our own processors. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { sealer } from '#machines/index.js';
import { c1, proverId } from '#src/sealing/builtin/index.js';
import { runTask } from '#src/sealing/builtin/run-task.js';
import type { PreCommit } from '../../src/protocol/sealer.js';
import { run } from '../e2e/setup.js';
import { makeDir, makeWork } from '../sealing/chain.js';
import type { World } from './world.js';

const sealedBy = ['p_aux', 'sc-02-data-tree-r-last.dat', 't_aux'];
const bytesOf = (base64: string) => [...Buffer.from(base64, 'base64')];

/** What was agreed about the sector; only the first of each message is a new one. */
function agreed({ wire }: World, number: number) {
  const of = (method: string) =>
    wire.said.filter(
      (each) => each.method === method && JSON.stringify(each.params[0]).includes(`:${number}}`),
    );
  const sent = (method: string) => {
    const found = of(method).find(
      ({ result }) => (result as { readonly Res: number } | undefined)?.Res === 1,
    );
    if (found) return found.params[1];
    throw new Error(`no ${method} of sector ${number} was accepted`);
  };
  const seeds = of('WaitSeed').flatMap(
    ({ result }) => (result as { readonly Seed: { readonly Seed: string } | null } | undefined)?.Seed ?? [],
  );
  return {
    // As the worker's client sends them.
    preCommit: sent('SubmitPreCommit') as PreCommit,
    proof: (sent('SubmitProof') as { readonly Proof: string }).Proof,
    seeds: [...new Set(seeds.map(({ Seed }) => Seed))],
  };
}

async function sealAnew(world: World, number: number, ticket: readonly number[], seed: readonly number[]) {
  const dir = makeDir();
  const work = makeWork();
  const registered_proof = 'StackedDrg2KiBV1_1';
  const [staged, sealed, cache_dir] = ['staged', 'sealed', 'cache'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  const miner = { prover_id: proverId(10000), sector_id: number };
  const piece_infos = await runTask(
    'add_pieces',
    {
      seal_proof_type: registered_proof,
      pieces: [
        { piece_file: { local: join(world.dir, 'pieces', '1.bin') }, payload_size: 2000, piece_size: 2048 },
      ],
      staged_filepath: staged,
    },
    work,
  );
  await runTask('tree_d', { registered_proof, staged_file: staged, cache_dir }, work);
  const pc1out = await runTask(
    'pc1',
    {
      registered_proof,
      cache_path: cache_dir,
      in_path: staged,
      out_path: sealed,
      ...miner,
      ticket,
      piece_infos,
    },
    work,
  );
  const pc2 = await runTask('pc2', { pc1out, cache_dir, sealed_file: sealed }, work);
  const { replicaId } = pc1out as { readonly replicaId: number[] };
  const facts = {
    sectorSize: 2048,
    cacheDir: cache_dir,
    seed,
    replicaId,
    commD: pc2.comm_d,
    commR: pc2.comm_r,
  };
  const { proof } = await runTask('c2', { c1out: await c1(facts, work), ...miner, miner_id: 10000 }, work);
  return { sealed, cache_dir, commR: pc2.comm_r, proof: Buffer.from(proof).toString('base64') };
}

/** The transitions of a sector's life. */
export const mainLine = sealer.states
  .map(({ name }) => name)
  .filter((name) => name !== 'SyntheticPoRepNeeded' && name !== 'Aborted')
  .map((name, at, all) => `${name} -> ${all[at + 1] ?? 'Empty'}`);

/** Every stage of the sector finished once, in order; one message each; and bytes as if nothing had happened. */
export async function expectUndisturbed(
  world: World,
  id: string,
  line: readonly string[] = mainLine,
): Promise<void> {
  const rows = await world.history(`sector=${id}&kind=transition`);
  expect(rows.map(({ from, to }) => `${from} -> ${to}`)).toEqual(line);
  expect(await world.sector(id)).toMatchObject({
    state: 'Finished',
    finalized: true,
    failure: null,
    messages: { preCommit: 1, proof: 1 },
  });
  const number = Number(id.split('-').at(-1));
  const { preCommit, seeds, proof } = agreed(world, number);
  expect(seeds).toHaveLength(1);
  const anew = await sealAnew(world, number, bytesOf(preCommit.Ticket.Ticket), bytesOf(seeds[0] ?? ''));
  const hex = (path: string) => readFileSync(path, 'hex');
  const cache = join(world.remote, 'cache', id);
  expect(readdirSync(cache).sort()).toEqual([...sealedBy, 'sealvisor.json'].sort());
  for (const name of sealedBy) expect(hex(join(cache, name)), name).toBe(hex(join(anew.cache_dir, name)));
  const sealed = join(world.remote, 'sealed', id);
  expect(hex(sealed)).toBe(hex(anew.sealed));
  expect(proof).toBe(anew.proof);
  expect(preCommit.CommR).toEqual(anew.commR);
  const { stdout } = await run('sealvisor', [
    'unseal',
    sealed,
    '--out',
    join(world.dir, 'out', id),
    '--json',
  ]);
  const [piece] = JSON.parse(stdout) as { path: string }[];
  expect(hex(piece?.path ?? '')).toBe(world.payload.toString('hex'));
  expect(readdirSync(join(world.remote, 'sealed'))).toEqual([id]);
  const left = join(world.store, 'sectors');
  expect(existsSync(left) ? readdirSync(left) : []).toEqual([]);
}
