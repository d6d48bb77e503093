/** The real worker under everything that can go wrong at once; `CHAOS_SECONDS` says for how long. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  type Daemon,
  finishedStages,
  onManager,
  onWorker,
  startManager,
  startWorker,
  threadsOf,
  workerToml,
} from '../e2e/fleet.js';
import { bytes, freePort, freshDir, run, write } from '../e2e/setup.js';

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

/** Process ids of a worker's processor children. */
function childrenOf(pid: number): readonly number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number) : [];
}

test(`${seconds} s of deaths of every kind: every sector ends Finished with the right bytes, none twice, every thread answers`, {
  timeout: (seconds + 240) * 1000,
}, async () => {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  const payloads = Array.from({ length: pieceCount }, (_, at) => bytes(1100 + at, at + 1));
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
  await first.end('SIGKILL');
  for (const pid of childrenOf(first.pid)) expect(existsSync(`/proc/${pid}`)).toBe(false);

  const second = await startWorker(dir, toml(children));
  await expect
    .poll(
      async () => {
        for (const view of await threadsOf(second.at))
          if (view.mode === 'paused') await onWorker(second.at, 'resume', '--index', String(view.index));
        return readdirSync(join(dir, 'remote', 'sealed')).filter((name) => name.startsWith('s-')).length;
      },
      { timeout: 200_000, interval: 500 },
    )
    .toBe(pieceCount);
  await expect
    .poll(async () => (await threadsOf(second.at)).every((view) => view.sector === null), { timeout: 60_000 })
    .toBe(true);
  expect((await onManager(manager.at, 'info', 'w1')).code).toBe(0);
  await second.end('SIGINT');

  for (let index = 1; index <= threads; index += 1) {
    const done = finishedStages(join(dir, `store${index}`));
    expect(new Set(done).size).toBe(done.length);
  }
  const given: string[] = [];
  const sealed = join(dir, 'remote', 'sealed');
  for (const name of readdirSync(sealed)) {
    const out = join(dir, 'out', name);
    expect((await run('sealvisor', ['unseal', join(sealed, name), '--out', out])).code).toBe(0);
    for (const file of readdirSync(out)) given.push(readFileSync(join(out, file)).toString('hex'));
  }
  expect(given.toSorted()).toEqual(payloads.map((payload) => payload.toString('hex')).toSorted());
  console.log(`chaos: ${JSON.stringify(happened)}, ${given.length} pieces whole`);
});
