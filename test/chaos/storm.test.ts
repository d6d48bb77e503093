/**
 * A fleet in bad surroundings: disks that go away and get full, clocks that are stepped, logs on full disks, processors
 * that answer with too much, managers from another home. `CHAOS_SECONDS` says for how long, `CHAOS_SEED` repeats a run.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { endsWhole } from '../tools/chaos/ends-whole.js';
import type { StormDaemon } from '../tools/chaos/storm-daemons.js';
import { sectorsOf, setup, viewsOf } from '../tools/chaos/storm-fleet.js';
import { damagePaused, tend } from '../tools/chaos/storm-operator.js';
import {
  clockTroubles,
  damageOne,
  diskTroubles,
  logTroubles,
  Storm,
  seeded,
} from '../tools/chaos/storm-troubles.js';
import { stuckness } from '../tools/chaos/stuckness.js';
import { freshDir, run } from '../tools/e2e/setup.js';

const seconds = Number(process.env.CHAOS_SECONDS ?? 25);
/** The short form is the same storm each time; a long one is drawn again. */
const seed = Number(
  process.env.CHAOS_SEED ?? (process.env.CHAOS_SECONDS === undefined ? 11 : Date.now() % 1e9),
);
interface Kept {
  readonly id: string;
  readonly store: string;
  readonly pieces: readonly string[];
}

/** Every sector that a store holds, with its pieces' bytes as hex. */
async function keptIn(dir: string, stores: readonly string[]): Promise<readonly Kept[]> {
  const kept: Kept[] = [];
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
        store,
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
  const fleet = await setup(dir, 8 + Math.floor(seconds / 3));
  const { disks, clocks, logs } = fleet;
  let manager: StormDaemon = fleet.manager();
  let worker: StormDaemon = fleet.worker(true);
  const deaths: string[] = [];
  const happened = {
    'worker killed': 0,
    'manager killed': 0,
    'manager from another home': 0,
    'file damaged under a dead worker': 0,
    'file damaged under a paused thread': 0,
  };
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
      if (random() < 0.7 && damageOne(dir, disks, random) !== undefined)
        happened['file damaged under a dead worker'] += 1;
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
      await tend(fleet, said, finished);
      await delay(500);
      await manager.kill('SIGKILL');
      manager = fleet.manager();
    }
    if (random() < 0.04 && (await damagePaused(fleet, dir, random)))
      happened['file damaged under a paused thread'] += 1;
    await tend(fleet, said, finished);
    for (const { id, finalized } of (await sectorsOf(fleet)) ?? []) if (finalized) finished.add(id);
    await delay(200);
  }

  await storm.calm();
  for (const disk of disks) disk.giveBack();
  await worker.kill('SIGKILL');
  worker = fleet.worker(false);
  const open = async () => {
    for (const { id, finalized } of (await sectorsOf(fleet)) ?? []) if (finalized) finished.add(id);
    const busy = (await tend(fleet, said, finished)).filter(
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
  await endsWhole(open, () => stuckness(fleet, join(dir, 'logs', 'worker.log')));
  const told = (await sectorsOf(fleet)) ?? [];
  for (const { id, finalized } of told) if (finalized) finished.add(id);
  await worker.kill('SIGTERM');
  await manager.kill('SIGTERM');

  expect(Object.fromEntries(disks.map((disk) => [disk.name, disk.below()]))).toEqual(
    Object.fromEntries(disks.map((disk) => [disk.name, []])),
  );
  const all = await keptIn(dir, ['remote', 'other-remote']);
  const storeOf = new Map(told.map(({ id, persistedIn }) => [id, persistedIn]));
  const kept = all.filter(({ id, store }) => storeOf.get(id) === store);
  // An earlier copy stays, with a warning, in a store that was away when the sector was finished.
  console.log(
    `earlier copies that stay: ${all.filter((one) => !kept.includes(one)).map(({ id, store }) => `${id} in ${store}`)}`,
  );
  const ids = new Set(kept.map(({ id }) => id));
  expect([...finished].filter((id) => !ids.has(id))).toEqual([]);
  const ours = new Set(fleet.payloads.map((payload) => payload.toString('hex')));
  const given = kept.filter(({ id }) => finished.has(id)).flatMap(({ pieces }) => pieces);
  expect(given.filter((piece) => !ours.has(piece))).toEqual([]);
  expect(given.toSorted()).toEqual([...ours].toSorted());
  expect(deaths).toEqual([]);
});
