/** Kill -9 in the middle of an output that comes as a file: the stage is done again, and nothing of the half is left. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { childOf, killThread, killWorker } from '../tools/crash/life.js';
import { expectUndisturbedByOthers } from '../tools/crash/reference.js';
import { soon, startWorld, untilGone, type World } from '../tools/crash/world.js';
import { fileOf } from '../tools/e2e/setup.js';

const program = fileURLToPath(new URL('../tools/crash/half-answer.mjs', import.meta.url));
const id = 's-t010000-1';
const stages = ['pc1', 'pc2', 'c1'];
/** Where their outputs come: what C1 gives is made once more, of a random seed, before anything is submitted. */
const comes = [
  { stage: 'pc1', state: 'TicketAssigned', isKept: true },
  { stage: 'pc2', state: 'PC1Done', isKept: true },
  { stage: 'c1', state: 'PC2Done', isKept: false },
  { stage: 'c1', state: 'SeedAssigned', isKept: true },
];

const table = (stage: string, dir: string) => {
  const args = JSON.stringify([program, fileOf('venus-worker'), stage, join(dir, 'gates')]);
  return `[[processors.${stage}]]\nbin = ${JSON.stringify(process.execPath)}\nargs = ${args}\nstable_wait = "30s"`;
};

/** The pid of the child that has written half of its output, and what of it has reached the disk. */
async function halfWay({ gates, store }: World, stage: string): Promise<number> {
  const pid = await gates.reached(`${stage}-half`);
  const half = join(store, 'sectors', id, 'outputs', `.${stage}.incoming`);
  await expect.poll(() => existsSync(half) && statSync(half).size > 400_000, soon).toBe(true);
  return pid;
}

test('a worker, a thread and a child are killed in the middle of each long output: the sector is the undisturbed one', async () => {
  const world = await startWorld({ more: (dir) => stages.map((stage) => table(stage, dir)).join('\n') });
  const { gates } = world;
  gates.close('pc1-half');
  await world.killWorker();
  const whole: string[] = [];
  const outputs = () => readdirSync(join(world.store, 'sectors', id, 'outputs')).toSorted();
  for (const [at, { stage, state, isKept }] of comes.entries()) {
    const gate = `${stage}-half`;
    const first = await halfWay(world, stage);
    expect(outputs()).toEqual([`.${stage}.incoming`, ...whole]);
    await killWorker(world, state);
    await untilGone(first);
    await halfWay(world, stage);
    await killThread(world, state);
    const child = await childOf(world, stage);
    process.kill(child, 'SIGKILL');
    await untilGone(child);
    await halfWay(world, stage);
    const next = comes[at + 1]?.stage;
    if (next && next !== stage) gates.close(`${next}-half`);
    gates.open(gate);
    await world.worker().line(new RegExp(`${id} ${state} -> `));
    // Until the seed is there it is not asked again.
    if (next === stage) gates.close(gate);
    if (isKept) whole.push(`${stage}.json`);
    whole.sort();
  }
  await world.worker().line(new RegExp(`${id} Finished -> Empty`));
  await expectUndisturbedByOthers(world, id);
});
