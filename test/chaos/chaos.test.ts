/** The real worker under everything that can go wrong at once; `CHAOS_SECONDS` says for how long. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { endsWhole } from '../tools/chaos/ends-whole.js';
import {
  type Daemon,
  finishedStages,
  onManager,
  onWorker,
  startManager,
  startWorker,
  threadsOf,
  workerToml,
} from '../tools/e2e/fleet.js';
import { bytes, freePort, freshDir, run, write } from '../tools/e2e/setup.js';

const seconds = Number(process.env.CHAOS_SECONDS ?? 20);
const threads = 3;
/** About as many as are sealed in that time. */
const pieceCount = 10 + seconds;

const acts = ['throw', 'exit', 'heap', 'loop'];
const stages = ['add_pieces', 'tree_d', 'pc1', 'pc2', 'transfer', 'c1', 'c2', 'submit_proof'];
const faults = stages.map(
  (stage, at) =>
    `[[sealvisor.faults]]\nstage = "${stage}"\nact = "${acts[at % acts.length]}"\nchance = 0.04\n`,
);
const children = ['add_pieces', 'tree_d', 'pc1', 'pc2', 'c2'].map((stage) => `[[processors.${stage}]]\n`);

/** Sectors that are persisted, whose file is whole. */
const sealedIn = (dir: string) =>
  existsSync(dir) ? readdirSync(dir).filter((name) => name.startsWith('s-')) : [];

/** Process ids of a worker's processor children. */
function childrenOf(pid: number): readonly number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number) : [];
}

test(`${seconds} s of deaths of every kind: every sector ends Finished with the right bytes, none twice, every thread answers`, {
  // Each piece is unsealed by a command of its own in the end.
  timeout: (3 * seconds + 400) * 1000,
}, async () => {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  // Of a size that fits a sector of 2KiB, each.
  const payloads = Array.from({ length: pieceCount }, (_, at) => bytes(1100 + (at % 900), at + 1));
  for (const [at, payload] of payloads.entries()) write(join(pieces, `${at}.bin`), payload);
  const port = await freePort();
  let manager: Daemon = await startManager(dir, { port, pieces });
  const toml = (more: readonly string[]) =>
    workerToml(dir, manager.at, { threads, sealing: 'max_retries = 1000', more: more.join('\n') });
  const first = await startWorker(dir, toml([...children, ...faults]));

  const until = performance.now() + seconds * 1000;
  const happened = { managers: 0, processors: 0, restarts: 0 };
  for (let round = 0; performance.now() < until; round += 1) {
    await delay(500);
    const victims = childrenOf(first.pid);
    const victim = victims[round % Math.max(1, victims.length)];
    if (victim !== undefined && round % 2 === 0) {
      process.kill(victim, 'SIGKILL');
      happened.processors += 1;
    }
    if (round % 7 === 6) {
      await manager.end('SIGKILL');
      manager = await startManager(dir, { port, pieces });
      happened.managers += 1;
    }
    for (const view of await threadsOf(first.at))
      if (view.mode === 'failed') {
        await onWorker(first.at, 'restart', '--index', String(view.index));
        happened.restarts += 1;
      } else if (view.mode === 'paused') await onWorker(first.at, 'resume', '--index', String(view.index));
  }
  expect(await threadsOf(first.at)).toHaveLength(threads);
  const left = childrenOf(first.pid);
  await first.end('SIGKILL');
  await expect.poll(() => left.filter((pid) => existsSync(`/proc/${pid}`)), { timeout: 10_000 }).toEqual([]);
  const deaths = first.lines.filter((line) => /thread #\d ended: /.test(line)).length;
  expect(deaths).toBeGreaterThan(0);

  const second = await startWorker(dir, toml(children));
  const sealed = join(dir, 'remote', 'sealed');
  const said: string[] = [];
  /** What is not at its end yet; what stands still is helped on, as an operator would. */
  const open = async () => {
    const views = await threadsOf(second.at);
    for (const view of views)
      if (view.mode === 'paused') {
        said.push(`${view.sector?.id} ${view.state}: ${view.lastError?.message}`);
        await onWorker(second.at, 'resume', '--index', String(view.index));
      }
    const missing = pieceCount - sealedIn(sealed).length;
    // A sector whose allocation outlived its thread may wait for a deal that nobody has any more.
    const busy = views.filter((view) => view.sector !== null && view.state !== 'Allocated');
    return { missing, busy: busy.map((view) => `${view.sector?.id} ${view.state} ${view.mode}`) };
  };
  await endsWhole(open);
  expect(said).toEqual([]);
  expect((await onManager(manager.at, 'info', 'w1')).code).toBe(0);
  await second.end('SIGINT');

  for (let index = 1; index <= threads; index += 1) {
    const done = finishedStages(join(dir, `store${index}`));
    expect(new Set(done).size).toBe(done.length);
  }
  const given: string[] = [];
  for (const name of sealedIn(sealed)) {
    const out = join(dir, 'out', name);
    expect((await run('sealvisor', ['unseal', join(sealed, name), '--out', out])).code).toBe(0);
    for (const file of readdirSync(out)) given.push(readFileSync(join(out, file)).toString('hex'));
  }
  expect(given.toSorted()).toEqual(payloads.map((payload) => payload.toString('hex')).toSorted());
  console.log(
    `chaos: ${deaths} deaths of threads, ${JSON.stringify(happened)}, ${given.length} pieces whole`,
  );
});
