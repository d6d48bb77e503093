/** What an undisturbed run with the same ticket and seed gives, made again by our own processors. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { sealer } from '#machines/index.js';
import { runTask } from '#src/sealing/builtin/run-task.js';
import type { PreCommit } from '../../../src/protocol/sealer.js';
import { run } from '../e2e/setup.js';
import { type Run, sealByTasks, type TaskSector } from '../sealing/by-tasks.js';
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

/** The sector's one piece by the same tasks, ticket and seed; its cache is in `dir`. */
async function sealAnew(world: World, sector: TaskSector) {
  const dir = makeDir();
  const piece = { file: { local: join(world.dir, 'pieces', '1.bin') }, payloadSize: 2000, paddedSize: 2048 };
  const run: Run = (stage, task) => runTask(stage, task, makeWork());
  return { dir, ...(await sealByTasks(dir, [piece], run, sector)) };
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
  await expectOnce(world, id, line);
  await expectWhole(world, id);
}

/** The same, by programs that leave nothing of ours: pieces are not read back. */
export async function expectUndisturbedByOthers(world: World, id: string): Promise<void> {
  await expectOnce(world, id, mainLine);
  await expectReplica(world, id, []);
}

async function expectOnce(world: World, id: string, line: readonly string[]): Promise<void> {
  const rows = await world.history(`sector=${id}&kind=transition`);
  expect(rows.map(({ from, to }) => `${from} -> ${to}`)).toEqual(line);
  expect(await world.sector(id)).toMatchObject({
    state: 'Finished',
    finalized: true,
    failure: null,
    messages: { preCommit: 1, proof: 1 },
  });
  // The thread's next one is there, or on its way; no number was given to nobody.
  expect((await world.sectors()).length).toBeLessThanOrEqual(2);
}

/** Its bytes are as if nothing had happened, and nothing else was written. */
export async function expectWhole(world: World, id: string): Promise<void> {
  await expectReplica(world, id, ['sealvisor.json']);
  const sealed = join(world.remote, 'sealed', id);
  const out = join(world.dir, 'out', id);
  const { stdout } = await run('sealvisor', ['unseal', sealed, '--out', out, '--json']);
  const [piece] = JSON.parse(stdout) as { path: string }[];
  expect(readFileSync(piece?.path ?? '', 'hex')).toBe(world.payload.toString('hex'));
}

/** What is kept is as if nothing had happened; of the cache these files besides, as our own pc2 leaves them. */
async function expectReplica(world: World, id: string, besides: readonly string[]): Promise<void> {
  expect(await world.sector(id)).toMatchObject({ state: 'Finished', finalized: true, failure: null });
  const number = Number(id.split('-').at(-1));
  const { preCommit, seeds, proof } = agreed(world, number);
  expect(seeds).toHaveLength(1);
  const ticket = bytesOf(preCommit.Ticket.Ticket);
  const anew = await sealAnew(world, { number, ticket, seed: bytesOf(seeds[0] ?? '') });
  const hex = (path: string) => readFileSync(path, 'hex');
  const cache = join(world.remote, 'cache', id);
  expect(readdirSync(cache).sort()).toEqual([...sealedBy, ...besides, 'sealvisor-digests.json'].sort());
  for (const name of sealedBy) expect(hex(join(cache, name)), name).toBe(hex(join(anew.dir, 'cache', name)));
  const sealed = join(world.remote, 'sealed', id);
  expect(hex(sealed)).toBe(anew.sealed);
  expect(proof).toBe(Buffer.from(anew.proof).toString('base64'));
  expect(preCommit.CommR).toEqual(anew.pc2.comm_r);
  expect(readdirSync(join(world.remote, 'sealed'))).toEqual([id]);
  const left = join(world.store, 'sectors');
  expect(existsSync(left) ? readdirSync(left) : []).toEqual([]);
}
