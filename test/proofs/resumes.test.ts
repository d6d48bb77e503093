/**
 * `resume --state` from each state of a real sector to each other one: what comes out is the undisturbed replica of the ticket
 * that it has then, or the resume is refused. `npm run test:proofs:matrix` tries all, CI a sample drawn by a printed seed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gateOf, sealing } from '../tools/crash/courses.js';
import { isDrawn, isMore, sampleText } from '../tools/crash/sample.js';
import { soon, type World } from '../tools/crash/world.js';
import { bytes, freshDir } from '../tools/e2e/setup.js';
import { filesIn } from '../tools/proofs/direct.js';
import { describeReal } from '../tools/proofs/program.js';
import {
  anew,
  compared,
  expectUndisturbedCommR,
  realWorld,
  ticketOf,
  ticketsOf,
} from '../tools/proofs/real-world.js';

const id = 's-t010000-1';
const piece = bytes(2000, 1);
/** A sector that is finished is not sent back. */
const states = sealing.states.filter((state) => state !== 'Empty' && state !== 'Finished');
const few = ['PC1Done TreeDBuilt', 'PC1Done PC1Done', 'C1Done PC1Done'];
const cells = { drawn: 0, all: 0 };

/** All of the stage's work is done and not committed, and the thread is paused. */
async function heldAt(world: World, state: string): Promise<void> {
  await world.gates.reached(gateOf(sealing, state));
  await expect.poll(async () => (await world.thread()).state, soon).toBe(state);
  expect(await world.post('/threads/0/pause', { how: 'now', by: 'alice' })).toMatchObject({ changed: true });
}

async function sentTo(world: World, state: string) {
  return world.post('/threads/0/resume', { state, by: 'alice', reason: 'trial' });
}

/** The files of the sector are those of an undisturbed run with the ticket that was given last. */
async function expectReplica(world: World): Promise<void> {
  const dir = freshDir();
  await anew(dir, { number: 1, ticket: ticketOf(world), piece });
  const [mine, other] = [filesIn(join(world.store, 'sectors', id)), filesIn(dir)];
  const hex = (path: string) => readFileSync(path, 'hex');
  expect(hex(mine.sealed)).toBe(hex(other.sealed));
  for (const name of ['p_aux', 'sc-02-data-tree-c.dat', 'sc-02-data-tree-r-last.dat'])
    if (existsSync(join(other.cache, name)))
      expect(hex(join(mine.cache, name)), name).toBe(hex(join(other.cache, name)));
  compared.replicas += 1;
}

const isBehind = (state: string, other: string) => states.indexOf(state) > states.indexOf(other);

/** From one state, to each of these in turn; the replica is looked at behind each PC2. */
async function sentFrom(world: World, from: string, targets: readonly string[]): Promise<void> {
  const { gates } = world;
  const [gate, pc2] = [gateOf(sealing, from), gateOf(sealing, 'PC1Done')];
  gates.close(gate);
  await world.killWorker();
  await heldAt(world, from);
  for (const to of targets) {
    const { possible } = await world.thread();
    gates.close(gate);
    if (!possible.includes(to)) {
      expect(await sentTo(world, to)).not.toMatchObject({ changed: true });
      expect(await world.thread()).toMatchObject({ state: from, mode: 'paused' });
      compared.refused += 1;
      continue;
    }
    // Sent to where PC2 is still to come, or is: it is waited for there.
    const isSealedAnew = !isBehind(to, 'PC1Done');
    if (isSealedAnew) gates.close(pc2);
    const isForward = isBehind(to, from);
    if (isForward) gates.close(gateOf(sealing, to));
    expect(await sentTo(world, to), `${from} to ${to}`).toMatchObject({ changed: true });
    if (isForward) {
      await heldAt(world, to);
      gates.open(gateOf(sealing, to));
      expect(await sentTo(world, from)).toMatchObject({ changed: true });
    }
    if (isSealedAnew && from !== 'PC1Done') {
      if (!isBehind(from, 'PC1Done')) gates.open(gate);
      await heldAt(world, 'PC1Done');
      await expectReplica(world);
      gates.open(pc2);
      gates.close(gate);
      const back = isBehind(from, 'PC1Done') ? 'PC1Done' : from;
      expect(await sentTo(world, back)).toMatchObject({ changed: true });
    }
    await heldAt(world, from);
    if (!isBehind('PC1Done', from)) await expectReplica(world);
  }
  gates.open(gate);
  gates.open(pc2);
  expect(await sentTo(world, from)).toMatchObject({ changed: true });
}

describeReal('a real sector is sent', () => {
  afterAll(() =>
    console.log(
      `${compared.replicas} replicas and ${compared.commRs} CommRs, each that of the undisturbed run with its ticket (${compared.tickets} tickets); ${compared.refused} resumes refused\n${sampleText('resumes', cells)}`,
    ),
  );

  for (const from of states) {
    const targets = states.filter((to) =>
      isMore ? isDrawn(`real resume ${from} ${to}`) : few.includes(`${from} ${to}`),
    );
    cells.all += states.length;
    cells.drawn += targets.length;
    test.runIf(targets.length > 0)(
      `from ${from} to ${targets.join(', ')}`,
      { timeout: 600_000 },
      async () => {
        const world = await realWorld({ pieces: [piece] });
        await sentFrom(world, from, targets);
        await world.worker().line(new RegExp(`${id} Finished -> Empty`));
        await expectUndisturbedCommR(world, 1, piece);
        compared.tickets += ticketsOf(world);
        expect((await world.sector(id)).messages).toMatchObject({ preCommit: 1, proof: 1 });
      },
    );
  }
});
