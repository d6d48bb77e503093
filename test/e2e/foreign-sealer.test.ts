/** A whole sector by somebody else's programs: every heavy stage, in formats that nobody here can read. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  finishedStages,
  onSectors,
  onWorker,
  startManager,
  startWorker,
  threadsOf,
  workerToml,
} from '../tools/e2e/fleet.js';
import { bytes, freshDir, run, write } from '../tools/e2e/setup.js';

const program = fileURLToPath(new URL('../tools/e2e/foreign-sealer.mjs', import.meta.url));
const id = 's-t010000-1';
const all = ['add_pieces', 'tree_d', 'pc1', 'pc2', 'c1', 'c2', 'transfer'];

/** What upstream keeps of a cache, and our digests. */
const kept = ['p_aux', 'sc-02-data-tree-r-last.dat', 'sealvisor-digests.json', 't_aux'];

async function setup(stages: readonly string[]) {
  const dir = freshDir();
  const table = (stage: string) =>
    `[[processors.${stage}]]\nbin = ${JSON.stringify(process.execPath)}\nargs = ${JSON.stringify([program, stage, dir])}\nstable_wait = "30s"`;
  const manager = await startManager(dir);
  const toml = workerToml(dir, manager.at, { more: stages.map(table).join('\n') })
    .replace('enable_deals = true', 'enable_deals = false')
    .replace('disable_cc = true', 'disable_cc = false');
  return {
    ...{ dir, manager },
    toml,
    asked: () => (existsSync(join(dir, 'asked')) ? readFileSync(join(dir, 'asked')).length : 0),
  };
}

test('it is sealed, killed in PC1, paused, proven and persisted with the files that upstream keeps', async () => {
  const { dir, toml, asked } = await setup(all);
  const first = await startWorker(dir, toml);
  await expect.poll(asked, { timeout: 30_000 }).toBe(1);
  await first.end('SIGKILL');
  const worker = await startWorker(dir);
  await expect.poll(asked, { timeout: 30_000 }).toBe(2);
  expect((await onWorker(worker.at, 'pause', '--index', '0')).code).toBe(0);
  write(join(dir, 'go'), '');
  const view = async () => (await threadsOf(worker.at))[0];
  await expect.poll(async () => (await view())?.mode, { timeout: 30_000 }).toBe('paused');
  // Its labels are where nobody here looks for them: PC2 is possible all the same.
  expect(await view()).toMatchObject({ state: 'PC1Done', possible: expect.arrayContaining(['PC1Done']) });
  expect((await onWorker(worker.at, 'resume', '--index', '0')).code).toBe(0);
  await worker.line(new RegExp(`${id} Finished -> Empty`));
  await worker.end('SIGINT');
  expect(finishedStages(join(dir, 'store1'))).toContain(`${id} SeedAssigned -> C1Done`);
  expect(readdirSync(join(dir, 'remote/cache', id)).sort()).toEqual(kept);
  expect(readFileSync(join(dir, 'remote/sealed', id))).toHaveLength(2048);
  expect(readFileSync(join(dir, 'remote/cache', id, 'p_aux'))).toHaveLength(64);
});

test('a sector of theirs is upgraded with a piece, and the piece is unsealed again, by their programs', async () => {
  const theirs = ['pc1', 'pc2', 'c1', 'c2', 'snap_encode', 'snap_vanilla', 'snap_prove', 'unseal'];
  const { dir, toml, manager } = await setup(theirs);
  write(join(dir, 'go'), '');
  mkdirSync(join(dir, 'out'));
  const payload = write(join(dir, 'deals', 'a'), bytes(700, 1));
  const thread = (name: string) =>
    `[[sealing_thread]]\nlocation = ${JSON.stringify(join(dir, name))}\nplan = "${name}"\n`;
  const roots = `[sealvisor]\nunseal_roots = [${JSON.stringify(join(dir, 'out'))}]\n`;
  const worker = await startWorker(dir, `${toml}\n${thread('snapup')}${thread('unseal')}${roots}`);
  await worker.line(new RegExp(`${id} Finished -> Empty`));
  expect((await onWorker(worker.at, 'pause', '--index', '0')).code).toBe(0);
  expect((await onSectors(manager.at, 'snapup', id, '--pieces', join(dir, 'deals'))).code).toBe(0);
  await worker.line(new RegExp(`${id} SnapEncoded -> SnapProved`));
  await worker.line(new RegExp(`${id} Persisted -> Finished`));
  expect(readdirSync(join(dir, 'remote/update-cache', id)).sort()).toEqual(kept);
  expect((await onSectors(manager.at, 'unseal', id, '--dest', join(dir, 'out'))).code).toBe(0);
  await expect
    .poll(() => readdirSync(join(dir, 'out')).filter((name) => !name.startsWith('.')), { timeout: 30_000 })
    .toHaveLength(1);
  const [piece = ''] = readdirSync(join(dir, 'out'));
  expect(readFileSync(join(dir, 'out', piece))).toEqual(readFileSync(payload));
});

test('without a c1 of theirs the worker does not start: nothing is sealed that could not be proven', async () => {
  const { dir, toml, asked } = await setup(all.filter((stage) => stage !== 'c1'));
  const path = write(join(dir, 'worker.toml'), toml);
  const { code, stdout, stderr } = await run('venus-worker', ['daemon', '-c', path]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^error: [^\n]* \(config_invalid\)\n$/);
  expect(stderr).toContain('plan sealer could not be proven');
  expect(stderr).toContain('give [[processors.c1]] a bin that fits');
  expect(asked()).toBe(0);
});
