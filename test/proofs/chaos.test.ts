/**
 * Real proofs under deaths of everyone and resumes to anywhere: what is on chain can be proven. `CHAOS_SECONDS` says for how
 * long, `CHAOS_SEED` draws the same troubles again.
 */
import { randomInt } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { HistoryRow } from '../../src/protocol/thread.js';
import { endsWhole } from '../tools/chaos/ends-whole.js';
import { stateAdvised } from '../tools/chaos/storm-operator.js';
import { seeded } from '../tools/chaos/storm-troubles.js';
import type { World } from '../tools/crash/world.js';
import { bytes, freshDir, write } from '../tools/e2e/setup.js';
import { drawBy, realTroubles } from '../tools/proofs/chaos-troubles.js';
import { filesIn } from '../tools/proofs/direct.js';
import { describeReal } from '../tools/proofs/program.js';
import { anew, keptByCid, preCommitsOf, realWorld, stepsOf } from '../tools/proofs/real-world.js';

const seconds = Number(process.env.CHAOS_SECONDS ?? 20);
const seed = Number(process.env.CHAOS_SEED ?? randomInt(2 ** 31));
const threads = 3;
/** Pieces that are there before a thread asks: the manager looks for new ones every other second. */
const ahead = 6;

const hex = (data: Uint8Array | readonly number[]) => Buffer.from(data).toString('hex');

/** A fleet whose pieces do not come to an end; each fills a sector. */
async function fleet() {
  const local = freshDir();
  const byCommD = new Map<string, Buffer>();
  const made = async () => {
    const piece = bytes(2000, byCommD.size + 1);
    byCommD.set(hex(await keptByCid(local, piece)), piece);
    return piece;
  };
  const pieces: Buffer[] = [];
  while (pieces.length < ahead) pieces.push(await made());
  const world = await realWorld({ pieces, threads, local });
  const add = async () => {
    // It gets its name whole.
    const path = write(join(world.dir, 'made'), await made());
    renameSync(path, join(world.dir, 'pieces', `${byCommD.size}.bin`));
  };
  return { world, byCommD, add };
}

/** What an operator does: resumes what is paused by an error, and starts what failed. */
async function tend(world: World, said: Map<string, number>) {
  const views = await world.threads();
  for (const { index, mode, state, lastError } of views) {
    if (mode === 'failed') await world.post(`/threads/${index}/restart`);
    if (mode !== 'paused') continue;
    if (lastError) {
      const line = `${state}: ${lastError.level}: ${lastError.message.slice(0, 300)}`;
      // Found before it was submitted: it should not have come to be.
      expect(line).not.toContain('could not be proven');
      said.set(line, (said.get(line) ?? 0) + 1);
    }
    const to = stateAdvised(lastError?.message ?? '');
    await world.post(`/threads/${index}/resume`, { by: 'operator', ...(to && { state: to }) });
  }
  return views;
}

/** Errors of the stage, over all threads' histories, that are no death. */
async function refusalsOf(world: World, stage: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let index = 0; index < threads; index += 1) {
    const answer = await fetch(
      `http://${world.worker().at}/api/v1/threads/${index}/history?limit=100000&kind=try,error`,
    );
    for (const row of (await answer.json()) as readonly HistoryRow[])
      if (row.stage === stage && row.level === 'permanent') found.push(`${row.sector}: ${row.message}`);
  }
  return found;
}

/** What is kept of the sector is the undisturbed replica of its piece and of the ticket that was submitted. */
async function expectReplica(world: World, id: string, byCommD: ReadonlyMap<string, Buffer>) {
  const number = Number(id.split('-').at(-1));
  const sent = preCommitsOf(world, number);
  expect(sent.length, id).toBeGreaterThan(0);
  const dir = freshDir();
  for (const [at, { CommR, CommD, Ticket }] of sent.entries()) {
    const piece = byCommD.get(hex(CommD));
    if (!piece) throw new Error(`${id}: CommD ${hex(CommD)} is that of none of the pieces`);
    const ticket = [...Buffer.from(Ticket.Ticket, 'base64')];
    const own = join(dir, String(at));
    mkdirSync(own);
    const { pc2 } = await anew(own, { number, ticket, piece });
    expect(hex(CommR), id).toBe(hex(pc2.comm_r));
  }
  const accepted = world.wire.said.find(
    ({ method, params, result }) =>
      method === 'SubmitPreCommit' &&
      JSON.stringify(params[0]).includes(`"Number":${number}}`) &&
      (result as { readonly Res: number } | undefined)?.Res === 1,
  );
  // Its answer may have been lost with its manager: what was sent is the same.
  const first = accepted
    ? sent.findIndex((each) => JSON.stringify(each) === JSON.stringify(accepted.params[1]))
    : 0;
  const { sealed, cache } = filesIn(join(dir, String(first)));
  const kept = join(world.remote, 'cache', id);
  expect(hex(readFileSync(join(world.remote, 'sealed', id))), id).toBe(hex(readFileSync(sealed)));
  for (const name of ['p_aux', 'sc-02-data-tree-r-last.dat'])
    expect(hex(readFileSync(join(kept, name))), `${id} ${name}`).toBe(hex(readFileSync(join(cache, name))));
  return { count: sent.length, commD: hex(sent[0]?.CommD ?? []) };
}

describeReal('real processors', () => {
  test(`${seconds} s of deaths and resumes (CHAOS_SEED=${seed}): each sector that was pre-committed passes C1, and is kept as it was submitted`, {
    timeout: (3 * seconds + 400) * 1000,
  }, async () => {
    const steps = await stepsOf();
    const { world, byCommD, add } = await fleet();
    const draw = drawBy(seeded(seed));
    const troubles = realTroubles(world, steps, draw);
    const said = new Map<string, number>();
    let sealed = 0;
    const tell = (...more: readonly string[]) =>
      console.log(
        [
          `chaos with real processors, CHAOS_SEED=${seed}: ${JSON.stringify(troubles.counts)}`,
          ...more,
          ...[...said].map(([text, count]) => `  ${count} x ${text}`),
        ].join('\n'),
      );
    onTestFinished(({ task }) => {
      if (task.result?.state === 'fail') tell('as far as it came', ...world.worker().lines.slice(-30));
    });
    const look = async () => {
      const dealt = (await world.sectors()).filter(({ deals }) => deals !== null && deals > 0);
      sealed = dealt.filter(({ finalized }) => finalized).length;
    };

    await world.killWorker();
    const until = performance.now() + seconds * 1000;
    while (performance.now() < until) {
      await troubles.next();
      await tend(world, said);
      await look();
      while (byCommD.size < sealed + ahead) await add();
      await delay(draw([0, 100, 500]));
    }
    // What nobody has troubled since is at its end soon.
    await endsWhole(async () => {
      const views = await tend(world, said);
      await look();
      const busy = views.filter(({ sector, state }) => sector !== null && state !== 'Allocated');
      return {
        missing: byCommD.size - sealed,
        busy: busy.map((view) => `${view.sector?.id} ${view.state} ${view.mode} ${view.lastError?.message}`),
      };
    });

    const sectors = await world.sectors();
    expect(sectors.filter(({ abort }) => abort !== null)).toEqual([]);
    const submitted = sectors.filter(({ messages }) => messages.preCommit > 0);
    const onWire = sectors.filter(({ id }) => preCommitsOf(world, Number(id.split('-').at(-1))).length > 0);
    expect(onWire.map(({ id }) => id)).toEqual(submitted.map(({ id }) => id));
    for (const sector of submitted)
      expect(sector).toMatchObject({
        state: 'Finished',
        finalized: true,
        messages: { preCommit: 1, proof: 1 },
      });
    expect(await refusalsOf(world, 'C1')).toEqual([]);
    let messages = 0;
    const given: string[] = [];
    for (const { id } of submitted) {
      const { count, commD } = await expectReplica(world, id, byCommD);
      messages += count;
      given.push(commD);
    }
    expect(given.toSorted()).toEqual([...byCommD.keys()].toSorted());
    expect(readdirSync(join(world.remote, 'sealed')).toSorted()).toEqual(
      submitted.map(({ id }) => id).toSorted(),
    );
    tell(
      `${submitted.length} sectors pre-committed, each passed C1 and is kept as submitted; ${messages} pre-commits, each with the CommR of the undisturbed run of its ticket`,
    );
  });
});
