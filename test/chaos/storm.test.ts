/**
 * A fleet in bad surroundings: disks that go away and get full, clocks that are stepped, logs on full disks, processors
 * that answer with too much, managers from another home. `CHAOS_SECONDS` says for how long, `CHAOS_SEED` repeats a run.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { SectorView } from '../../src/protocol/sealer-view.js';
import type { ThreadView } from '../../src/protocol/thread.js';
import { onSectors, onWorker, workerToml } from '../e2e/fleet.js';
import { bytes, fileOf, freePort, freshDir, project, run, write } from '../e2e/setup.js';
import { endsWhole } from './ends-whole.js';
import { StormClock, type StormDaemon, StormLog, startDaemon } from './storm-daemons.js';
import { stormDisk } from './storm-disks.js';
import { clockTroubles, diskTroubles, logTroubles, Storm, seeded } from './storm-troubles.js';

const seconds = Number(process.env.CHAOS_SECONDS ?? 25);
/** The short form is the same storm each time; a long one is drawn anew. */
const seed = Number(
  process.env.CHAOS_SEED ?? (process.env.CHAOS_SECONDS === undefined ? 11 : Date.now() % 1e9),
);
const threads = 3;
const pieceCount = 8 + Math.floor(seconds / 3);

/** A fleet in `dir`: a manager of either home, one worker, on ports that stay. */
async function setup(dir: string) {
  const disks = [
    ...[1, 2, 3].map((n) => stormDisk(dir, `store${n}`, 64)),
    stormDisk(dir, 'remote', 512),
    stormDisk(dir, 'other-remote', 512),
  ];
  const logDisk = stormDisk(dir, 'logs', 1);
  const logs = {
    worker: new StormLog(join(logDisk.path, 'worker.log')),
    manager: new StormLog(join(logDisk.path, 'manager.log')),
  };
  const clocks = { worker: new StormClock(dir, 'worker'), manager: new StormClock(dir, 'manager') };
  const [managerPort, workerPort] = [await freePort(), await freePort()];
  const payloads = Array.from({ length: pieceCount }, (_, at) => bytes(1100 + at, at + 1));
  for (const [at, payload] of payloads.entries()) write(join(dir, 'pieces', `${at}.bin`), payload);
  write(join(dir, 'pieces-of-others', '0.bin'), bytes(900, 4711));
  const loud = join(project, 'test/chaos/loud-processor.mjs');
  const toml = (isLoud: boolean) =>
    workerToml(dir, `127.0.0.1:${managerPort}`, {
      threads,
      sealing: 'max_retries = 1000',
      // Disks that are full in turn open the breakers: who has put them right does not wait for the usual five minutes.
      more: `[sealvisor.breaker]
probe = "2s"
[[attached]]
name = "other-remote"
location = ${JSON.stringify(join(dir, 'other-remote'))}
[[processors.pc1]]
${isLoud ? `bin = ${JSON.stringify(loud)}\nargs = [${JSON.stringify(fileOf('venus-worker'))}, "pc1"]` : ''}
[[processors.c1]]
${isLoud ? `bin = ${JSON.stringify(loud)}\nargs = [${JSON.stringify(fileOf('venus-worker'))}, "c1"]` : ''}
`,
    }).replace('rpc_server.port = 0', `rpc_server.port = ${workerPort}`);
  const manager = (home = 'manager', pieces = 'pieces') =>
    startDaemon(
      'venus-sector-manager',
      [
        'mock',
        '--listen',
        `127.0.0.1:${managerPort}`,
        '--home',
        join(dir, home),
        '--epoch',
        '50ms',
        '--sector-size',
        '2KiB',
        '--pieces',
        join(dir, pieces),
      ],
      { clock: clocks.manager, log: logs.manager },
    );
  const worker = (isLoud: boolean) =>
    startDaemon('venus-worker', ['daemon', '-c', write(join(dir, 'worker.toml'), toml(isLoud))], {
      clock: clocks.worker,
      log: logs.worker,
      env: { LOUD_CHANCE: '0.04' },
    });
  return {
    disks,
    logs,
    clocks,
    payloads,
    manager,
    worker,
    managerAt: `127.0.0.1:${managerPort}`,
    workerAt: `127.0.0.1:${workerPort}`,
  };
}

type Fleet = Awaited<ReturnType<typeof setup>>;

async function viewsOf({ workerAt }: Fleet): Promise<readonly ThreadView[]> {
  const { code, stdout } = await onWorker(workerAt, 'list', '--json');
  return code === 0 ? (JSON.parse(stdout) as ThreadView[]) : [];
}

async function sectorsOf({ managerAt }: Fleet): Promise<readonly SectorView[] | undefined> {
  const { code, stdout } = await onSectors(managerAt, 'sectors', '--json');
  return code === 0 ? (JSON.parse(stdout) as SectorView[]) : undefined;
}

/** What an operator does at night: resumes what is paused, to the state that its error names, and restarts what failed. */
async function tend(fleet: Fleet, said: Map<string, number>): Promise<readonly ThreadView[]> {
  const views = await viewsOf(fleet);
  for (const { index, mode, lastError, state } of views) {
    if (mode === 'failed') await onWorker(fleet.workerAt, 'restart', '--index', String(index));
    if (mode !== 'paused') continue;
    const message = lastError?.message ?? 'paused without an error';
    said.set(`${state}: ${message.slice(0, 160)}`, (said.get(`${state}: ${message.slice(0, 160)}`) ?? 0) + 1);
    const to = /resume (?:it )?(?:with )?--state (\w+)/.exec(message)?.[1];
    const state_ = to === undefined || to === 'Aborted' ? [] : ['--state', to];
    await onWorker(fleet.workerAt, 'resume', '--index', String(index), ...state_);
  }
  return views;
}

/** Every sector that a store holds, with its pieces' bytes as hex. */
async function keptIn(
  dir: string,
  stores: readonly string[],
): Promise<readonly { readonly id: string; readonly pieces: readonly string[] }[]> {
  const kept: { id: string; pieces: string[] }[] = [];
  for (const store of stores) {
    const sealed = join(dir, store, 'sealed');
    for (const id of existsSync(sealed)
      ? readdirSync(sealed).filter((name) => /^s-t0\d+-\d+$/.test(name))
      : []) {
      const out = join(dir, 'out', store, id);
      const { code, stderr } = await run('sealvisor', ['unseal', join(sealed, id), '--out', out]);
      expect({ id, code, stderr: code === 0 ? '' : stderr }).toEqual({ id, code: 0, stderr: '' });
      kept.push({
        id,
        pieces: readdirSync(out).map((file) => readFileSync(join(out, file)).toString('hex')),
      });
    }
  }
  return kept;
}

test(`${seconds} s of storm (seed ${seed}): every piece that was ever Finished is there, byte for byte, once`, {
  timeout: (2 * seconds + 400) * 1000,
}, async () => {
  const dir = freshDir();
  mkdirSync(join(dir, 'out'));
  const random = seeded(seed);
  const fleet = await setup(dir);
  const { disks, clocks, logs } = fleet;
  let manager: StormDaemon = fleet.manager();
  let worker: StormDaemon = fleet.worker(true);
  const deaths: string[] = [];
  const happened = { 'worker killed': 0, 'manager killed': 0, 'manager from another home': 0 };
  const said = new Map<string, number>();
  const finished = new Set<string>();

  const storm = new Storm(
    [...diskTroubles(disks), ...clockTroubles(clocks), ...logTroubles(Object.values(logs))],
    random,
  );
  const startMs = performance.now();
  const until = startMs + seconds * 1000;
  // The stores' first use is behind us before the first disk goes away.
  await expect
    .poll(async () => (await viewsOf(fleet)).some(({ sector }) => sector !== null), { timeout: 60_000 })
    .toBe(true);
  while (performance.now() < until) {
    await storm.look(performance.now());
    if (!worker.isAlive() || !manager.isAlive()) {
      deaths.push(
        `${worker.isAlive() ? 'manager' : 'worker'} after ${Math.round(performance.now() - startMs)} ms`,
      );
      if (!worker.isAlive()) worker = fleet.worker(true);
      if (!manager.isAlive()) manager = fleet.manager();
    }
    const chance = random();
    if (chance < 0.03) {
      await worker.kill('SIGKILL');
      worker = fleet.worker(true);
      happened['worker killed'] += 1;
    } else if (chance < 0.07) {
      await manager.kill('SIGKILL');
      manager = fleet.manager();
      happened['manager killed'] += 1;
    } else if (chance < 0.09) {
      await manager.kill('SIGKILL');
      manager = fleet.manager('another-home', 'pieces-of-others');
      happened['manager from another home'] += 1;
      await delay(1500);
      await tend(fleet, said);
      await delay(500);
      await manager.kill('SIGKILL');
      manager = fleet.manager();
    }
    await tend(fleet, said);
    for (const { id, finalized } of (await sectorsOf(fleet)) ?? []) if (finalized) finished.add(id);
    await delay(200);
  }

  await storm.calm();
  for (const disk of disks) disk.giveBack();
  await worker.kill('SIGKILL');
  worker = fleet.worker(false);
  const open = async () => {
    for (const { id, finalized } of (await sectorsOf(fleet)) ?? []) if (finalized) finished.add(id);
    const busy = (await tend(fleet, said)).filter(
      (view) => view.sector !== null && view.state !== 'Allocated',
    );
    const dealt = ((await sectorsOf(fleet)) ?? []).filter(
      ({ finalized, deals, abort }) => abort === null && (finalized || deals === null || deals > 0),
    );
    const sealed = dealt
      .filter(({ finalized }) => finalized)
      .reduce((sum, { deals }) => sum + (deals ?? 0), 0);
    return {
      missing: fleet.payloads.length - sealed,
      busy: busy.map((view) => `${view.sector?.id} ${view.state} ${view.mode} ${view.lastError?.message}`),
    };
  };
  const tell = () =>
    console.log(
      `storm ${seed}: ${JSON.stringify({ ...happened, ...storm.counts })}\ndaemons that ended by themselves: ${deaths.join(', ') || 'none'}\nwhat threads said:\n${[...said].map(([text, count]) => `  ${count} x ${text}`).join('\n')}`,
    );
  onTestFinished(tell);
  await endsWhole(open);
  for (const { id, finalized } of (await sectorsOf(fleet)) ?? []) if (finalized) finished.add(id);
  await worker.kill('SIGTERM');
  await manager.kill('SIGTERM');

  expect(Object.fromEntries(disks.map((disk) => [disk.name, disk.below()]))).toEqual(
    Object.fromEntries(disks.map((disk) => [disk.name, []])),
  );
  const kept = await keptIn(dir, ['remote', 'other-remote']);
  const ids = kept.map(({ id }) => id);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  expect([...finished].filter((id) => !ids.includes(id))).toEqual([]);
  const ours = new Set(fleet.payloads.map((payload) => payload.toString('hex')));
  const given = kept.filter(({ id }) => finished.has(id)).flatMap(({ pieces }) => pieces);
  expect(given.filter((piece) => !ours.has(piece))).toEqual([]);
  expect(given.toSorted()).toEqual([...ours].toSorted());
  expect(deaths).toEqual([]);
});
