/** A job that cannot be done, or that is over at the manager, holds up none behind it: nobody has to act at the worker. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { JobView } from '../../src/protocol/job-view.js';
import { onSectors, startManager, startWorker, workerToml } from '../tools/e2e/fleet.js';
import { bytes, freshDir, write } from '../tools/e2e/setup.js';

const sector = (number: number) => `s-t010000-${number}`;
const soon = { timeout: 60_000, interval: 200 };

/** Sectors with a piece each, kept; then a worker whose only thread unseals. */
async function setup(sectors: number, more = '') {
  const dir = freshDir();
  for (let at = 1; at <= sectors; at += 1) write(join(dir, 'pieces', `p${at}`), bytes(1500, at));
  const manager = await startManager(dir, { pieces: join(dir, 'pieces') });
  const sealer = await startWorker(dir, workerToml(dir, manager.at, { threads: 2 }));
  const finished = async () =>
    (await onSectors(manager.at, 'sectors')).stdout.split('\n').filter((line) => / Finished /.test(line));
  await expect.poll(finished, soon).toHaveLength(sectors);
  await sealer.end('SIGTERM');
  const out = join(dir, 'out');
  const toml = workerToml(dir, manager.at, {
    sealing: 'max_retries = 1\n',
    more: `[sealvisor]\nunseal_roots = [${JSON.stringify(dir)}]\n${more}`,
  });
  const jobs = async () =>
    JSON.parse((await onSectors(manager.at, 'jobs', '--json')).stdout) as readonly JobView[];
  return {
    dir,
    out,
    manager,
    jobs,
    stored: (number: number) => join(dir, 'remote', 'sealed', sector(number)),
    ask: (number: number, dest = out) => onSectors(manager.at, 'unseal', sector(number), '--dest', dest),
    cancel: (id: string) => onSectors(manager.at, 'jobs', 'cancel', id, '--reason', 'not needed'),
    unsealer: () =>
      startWorker(
        dir,
        // The sealer's thread may have begun another sector, which it would go on with.
        toml
          .replace('[[sealing_thread]]', '[[sealing_thread]]\nplan = "unseal"')
          .replace('/store1', '/unseal'),
      ),
    states: async () => (await jobs()).map(({ state, isHeld }) => (isHeld ? `${state}, held` : state)),
  };
}

function flip(path: string): void {
  const content = readFileSync(path);
  content[40] = (content[40] ?? 0) ^ 1;
  writeFileSync(path, content);
}

test('one damaged sector, one destination that refuses and one that nobody reaches: the good pieces behind them come out', async () => {
  const { ask, unsealer, stored, states, jobs } = await setup(3);
  flip(stored(1));
  await ask(1);
  await ask(2, 'http://127.0.0.1:1/');
  await ask(2, 'file:///proc/nowhere');
  await ask(2);
  await ask(3);
  await unsealer();
  await expect.poll(states, soon).toEqual(['failed', 'failed', 'failed', 'done', 'done']);
  const reasons = (await jobs()).map(({ error }) => error?.reason ?? '');
  expect(reasons[0]).toContain('is not what lies there');
  expect(reasons[1]).toContain('cannot reach http://127.0.0.1:1/');
  expect(reasons[2]).toContain('unseal_roots');
});

test('a job that is paused by an error is cancelled at the manager: its thread takes the next one by itself', async () => {
  const faults =
    '[[sealvisor.faults]]\nstage = "unseal"\nlevel = "critical"\nmessage = "the disk is gone"\ntimes = 1\n';
  const { ask, cancel, unsealer, states, jobs } = await setup(2, faults);
  await ask(1);
  await ask(2);
  await unsealer();
  const failureOf = async (at: number) => (await jobs())[at]?.failure?.message ?? '';
  await expect.poll(() => failureOf(0), soon).toContain('the disk is gone');
  expect(await cancel('unseal-1')).toMatchObject({ code: 0 });
  // It has come as far as the first one had.
  await expect.poll(() => failureOf(1), soon).toContain('the disk is gone');
  expect(await states()).toEqual(['cancelled', 'given, held']);
});
