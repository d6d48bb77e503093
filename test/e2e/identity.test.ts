/** A sector's identity is more than its number: managers with new homes, at the same address. */

import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { SectorView } from '../../src/protocol/sealer-view.js';
import type { WorkerView } from '../../src/protocol/worker.js';
import {
  onManager,
  onSectors,
  onWorker,
  startManager,
  startWorker,
  threadsOf,
  workerToml,
} from '../tools/e2e/fleet.js';
import { bytes, freePort, freshDir, run, start, write } from '../tools/e2e/setup.js';
import { wireTo } from '../tools/e2e/wire.js';

const soon = { timeout: 30_000, interval: 50 };
const first = 's-t010000-1';

const sectorsOf = async (at: string) =>
  JSON.parse((await onSectors(at, 'sectors', '--json')).stdout) as SectorView[];
const viewOf = async (at: string) => JSON.parse((await onWorker(at, 'info', '--json')).stdout) as WorkerView;

/** All that the store keeps, by name. */
function kept(dir: string): ReadonlyMap<string, string> {
  const root = join(dir, 'remote');
  const names = readdirSync(root, { recursive: true, withFileTypes: true });
  return new Map(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path, readFileSync(path).toString('base64')];
      }),
  );
}

async function setup(
  options: { readonly pieces?: number; readonly more?: string; readonly idle?: boolean } = {},
) {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  const putPiece = (seed: number) => write(join(pieces, `${seed}.bin`), bytes(2000, seed));
  mkdirSync(pieces);
  for (let seed = 1; seed <= (options.pieces ?? 1); seed += 1) putPiece(seed);
  const port = await freePort();
  /** The manager at the one address, on a home of its own. */
  const manage = (home: string) => {
    mkdirSync(join(dir, home), { recursive: true });
    return startManager(join(dir, home), { port, pieces });
  };
  const sealing = 'max_retries = 1000';
  const toml = workerToml(dir, `127.0.0.1:${port}`, {
    more: `${options.more ?? ''}${options.idle ? idleThread(join(dir, 'idle')) : ''}`,
    sealing,
  });
  return { dir, port, manage, putPiece, toml };
}

/** A thread that no manager here has a sector for. */
const idleThread = (location: string) =>
  `[[sealing_thread]]\nlocation = ${JSON.stringify(location)}\nsealing.allowed_miners = [99]\n`;

describe('a manager with an empty home at the same address', () => {
  test('gets no job asked of it and no report, and says so everywhere, until it is adopted; the kept sector stays as it is', async () => {
    const { dir, manage, putPiece, toml } = await setup({ idle: true });
    const old = await manage('one');
    const worker = await startWorker(dir, toml);
    await worker.line(/s-t010000-1 Finished -> Empty/);
    await worker.line(/s-t010000-2 Empty -> Allocated/);
    const before = [...kept(dir)].filter(([path]) => path.includes(first));
    const { manager: was } = await viewOf(worker.at);
    await old.end('SIGTERM');
    putPiece(2);
    const next = await manage('two');
    await worker.line(/another manager answers: /);
    const { manager } = await viewOf(worker.at);
    const other = manager?.other?.id ?? '';
    expect(manager?.id).toBe(was?.id);
    const list = async () => (await onWorker(worker.at, 'list')).stdout.split('\n');
    await expect
      .poll(list, soon)
      .toEqual([
        expect.stringMatching(`#0: .*last_err=Some\\("temporary: another manager answers: ${other}`),
        expect.stringMatching(`#1: .*last_err=Some\\("permanent: another manager answers: ${other}`),
        '',
      ]);
    const why = (await onWorker(worker.at, 'why', '--index', '1')).stdout;
    expect(why).toContain(`takes no job: another manager answers: ${other}`);
    expect((await onWorker(worker.at, 'info')).stdout).toContain(other);
    const waits = `waits for adoption .*: manager ${other} answers, and its sectors are of manager ${was?.id}`;
    expect((await onWorker(worker.at, 'info')).stdout).toMatch(new RegExp(waits));
    expect((await onWorker(worker.at, 'list', '--wide')).stderr).toMatch(new RegExp(waits));
    expect((await run('sealvisor', ['tree', worker.at])).stdout).toMatch(new RegExp(`^worker .*${waits}`));
    const listed = await onManager(next.at, 'list', '--wide');
    expect(listed.stdout).toMatch(/^w1 .* awaits adoption /m);
    expect(listed.stderr).toContain(`worker w1 waits for adoption: its sectors are of manager ${was?.id}`);
    expect(await sectorsOf(next.at)).toEqual([]);
    // A thread's own history may say it, too: that line names the thread.
    expect(worker.lines.filter((line) => /warn +worker another manager answers/.test(line))).toHaveLength(1);

    const asked = await onWorker(worker.at, 'adopt');
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect((await onWorker(worker.at, 'adopt', '--yes')).code).toBe(0);
    expect((await onWorker(worker.at, 'adopt', '--yes')).code).toBe(3);
    // Nothing of the second sector was submitted: it is given up without anybody's word.
    await worker.line(/s-t010000-2 Aborted -> Empty/);
    const isListed = async () => (await onManager(next.at, 'list', '--wide')).stdout;
    await expect.poll(isListed, soon).toMatch(/^w1 .* serving /m);
    await worker.line(/s-t010000-3 Finished -> Empty/);
    expect([...kept(dir)].filter(([path]) => path.includes(first))).toEqual(before);
    expect((await sectorsOf(next.at))[0]).toMatchObject({ id: 's-t010000-3', finalized: true });
    const history = (await onWorker(worker.at, 'history', '--index', '0', '--sector', 's-t010000-2')).stdout;
    expect(history).toContain(
      `manager ${was?.id} gave s-t010000-2, and this worker has adopted manager ${other}: nothing of it was submitted, so it is aborted`,
    );
    expect(readdirSync(join(dir, 'store1', 'sectors'))).not.toContain('s-t010000-2');
  });

  test('is remembered over a restart of the worker, and passed over when the first one is back', async () => {
    const { dir, manage, putPiece, toml } = await setup();
    const old = await manage('one');
    const worker = await startWorker(dir, toml);
    await worker.line(/Finished -> Empty/);
    await worker.end('SIGTERM');
    await old.end('SIGTERM');
    putPiece(2);
    const next = await manage('two');
    const again = await startWorker(dir);
    await again.line(/another manager answers: /);
    expect(await sectorsOf(next.at)).toEqual([]);
    await next.end('SIGTERM');
    await manage('one');
    await again.line(/manager \S+ answers again/);
    await again.line(/s-t010000-2 Finished -> Empty/);
  });

  test('is gone by at once where nothing is held or kept', async () => {
    const { dir, manage, port } = await setup();
    const old = await manage('one');
    const toml = workerToml(dir, `127.0.0.1:${port}`, { threads: 0, more: idleThread(join(dir, 'idle')) });
    const worker = await startWorker(dir, toml);
    const idOf = async () => (await viewOf(worker.at)).manager?.id;
    await expect.poll(idOf, soon).toEqual(expect.any(String));
    const was = await idOf();
    await old.end('SIGTERM');
    await manage('two');
    await worker.line(/nothing is held here, so the worker uses it/);
    await expect.poll(async () => (await viewOf(worker.at)).manager, soon).toMatchObject({ other: null });
    expect(await idOf()).not.toBe(was);
  });
});

test('a worker that remembers nothing keeps its stores’ numbers from being given out, by its very first wish', async () => {
  const { dir, manage, putPiece, toml } = await setup();
  const old = await manage('one');
  const worker = await startWorker(dir, toml);
  await worker.line(/Finished -> Empty/);
  await worker.end('SIGTERM');
  await old.end('SIGTERM');
  const before = [...kept(dir)].filter(([path]) => path.includes(first));
  putPiece(2);
  await manage('two');
  const next = await startWorker(dir, toml.replace('/store1"', '/another"'));
  await next.line(/Finished -> Empty/);
  expect([...kept(dir)].filter(([path]) => path.includes(first))).toEqual(before);
  expect(before).not.toEqual([]);
});

test('a sector of the old manager does not ride on another’s of the new one', async () => {
  const { dir, manage, toml } = await setup({
    more: '[sealvisor.builtin]\nleast = { wait_pc_landed = "1h" }',
  });
  const old = await manage('one');
  const worker = await startWorker(dir, toml);
  await worker.line(/PC2Done -> PCSubmitted/);
  expect((await onWorker(worker.at, 'pause', '--index', '0', '--now')).code).toBe(0);
  await old.end('SIGTERM');
  await worker.end('SIGTERM');
  const next = await manage('two');
  const elsewhere = join(dir, 'elsewhere');
  const second = await startWorker(elsewhere, workerToml(elsewhere, next.at));
  await second.line(/s-t010000-1 Finished -> Empty/);

  const again = await startWorker(dir, toml.replace('wait_pc_landed = "1h"', ''));
  await again.line(/another manager answers: /);
  const resume = (...more: readonly string[]) => onWorker(again.at, 'resume', '--index', '0', ...more);
  const thread = async () => (await threadsOf(again.at))[0];
  expect((await resume()).code).toBe(0);
  await expect.poll(thread, soon).toMatchObject({
    state: 'PCSubmitted',
    lastError: { message: expect.stringContaining('another manager answers') },
  });
  expect(await onWorker(again.at, 'adopt', '--yes')).toMatchObject({ code: 0 });
  await expect.poll(thread, soon).toMatchObject({
    mode: 'paused',
    state: 'PCSubmitted',
    lastError: { level: 'permanent', message: expect.stringContaining('resume --state Aborted') },
  });
  const why = (await onWorker(again.at, 'why', '--index', '0')).stdout;
  expect(why).toMatch(
    /manager \S+ gave s-t010000-1, .*its pre-commit was submitted.*start manager \S+ on its own home/,
  );
  expect((await resume('--state', 'Aborted')).code).toBe(0);
  await again.line(/s-t010000-1 Aborted -> Empty/);
  expect((await sectorsOf(next.at))[0]).toMatchObject({ id: first, state: 'Finished', finalized: true });
});

test('an adoption ends the stage at work on what it gives up; a paused thread stays paused, and can still go back', async () => {
  const { dir, manage, toml } = await setup({
    pieces: 2,
    more: '[sealvisor.builtin]\nleast = { pc1 = "1h" }',
  });
  const old = await manage('one');
  const two = `[[sealing_thread]]\nlocation = ${JSON.stringify(join(dir, 'store2'))}\n[[attached]]`;
  const worker = await startWorker(dir, toml.replace('[[attached]]', two));
  const isAtPc1 = { state: 'TicketAssigned', mode: 'running' };
  await expect.poll(() => threadsOf(worker.at), soon).toMatchObject([isAtPc1, isAtPc1]);
  expect((await onWorker(worker.at, 'pause', '--index', '1', '--now')).code).toBe(0);
  await old.end('SIGTERM');
  await manage('two');
  await worker.line(/another manager answers: /);
  const asked = await onWorker(worker.at, 'adopt');
  expect(asked.stderr).toMatch(
    /#0 s-t010000-\d at TicketAssigned, #1 s-t010000-\d at TicketAssigned: what the first manager gave is aborted/,
  );
  expect((await onWorker(worker.at, 'adopt', '--yes')).code).toBe(0);
  await worker.line(/s-t010000-\d Aborted -> Empty/);
  await expect
    .poll(async () => (await threadsOf(worker.at))[1], soon)
    .toMatchObject({
      state: 'Aborted',
      mode: 'paused',
      possible: expect.arrayContaining(['TicketAssigned']),
      lastError: { level: 'abort', message: expect.stringContaining('nothing of it was submitted') },
    });
});

test('nor does one of 0.1.0, of which nobody says who gave it: what is on chain is another, and stays as it is', async () => {
  const { dir, manage, toml } = await setup({
    more: '[sealvisor.builtin]\nleast = { wait_pc_landed = "1h" }',
  });
  const old = await manage('one');
  const worker = await startWorker(dir, toml);
  await worker.line(/PC2Done -> PCSubmitted/);
  await worker.end('SIGTERM');
  await old.end('SIGTERM');
  workerAsOf010(dir);

  const next = await manage('two');
  const upstream = upstreamOf(next.at);
  const ID = { Miner: 10000, Number: 1 };
  await upstream('AllocateSector', {});
  const bytes = (byte: number) => Array.from({ length: 32 }, () => byte);
  const info = { CommR: bytes(7), CommD: bytes(8), Ticket: await upstream('AssignTicket', ID), Deals: [] };
  await upstream('SubmitPreCommit', { ID, ProofType: 5 }, info, false);
  const isLanded = { State: 3, Desc: null };
  await expect.poll(() => upstream('PollPreCommitState', ID), soon).toEqual(isLanded);

  const again = await startWorker(dir, toml.replace('wait_pc_landed = "1h"', ''));
  await expect
    .poll(async () => (await threadsOf(again.at))[0], soon)
    .toMatchObject({
      mode: 'paused',
      state: 'PCSubmitted',
      lastError: {
        level: 'permanent',
        message: expect.stringMatching(
          /^another sector s-t010000-1 is on chain.* CommR there is (07){32}, this thread's is [0-9a-f]{64};/,
        ),
      },
    });
  const resumed = await onWorker(again.at, 'resume', '--index', '0', '--state', 'Aborted');
  expect(resumed.code).toBe(0);
  await again.line(/s-t010000-1 Aborted -> Empty/);
  // A sector that was aborted would say so.
  expect(await upstream('PollPreCommitState', ID)).toEqual(isLanded);
  expect([...kept(dir).keys()].filter((path) => path.includes(first))).toEqual([]);
});

describe('an allocation', () => {
  test('whose answer was lost with the worker is given again: nothing stays allocated to nobody', async () => {
    const { dir, manage, port, toml } = await setup({ pieces: 2 });
    const manager = await manage('one');
    const wire = await wireTo(port);
    const held = wire.hold('AllocateSector', 'answer');
    const worker = await startWorker(dir, toml.replace(/127\.0\.0\.1:\d+(?="\n\[sealing\])/, wire.at));
    await held.reached();
    await worker.end('SIGKILL');
    held.cut();
    expect(await sectorsOf(manager.at)).toMatchObject([{ id: first, worker: null }]);
    const again = await startWorker(dir);
    await again.line(/s-t010000-1 Finished -> Empty/);
    await again.line(/s-t010000-2 Finished -> Empty/);
    // The third is the thread's next one, which waits for pieces.
    await expect
      .poll(async () => (await sectorsOf(manager.at)).filter((sector) => sector.worker === null), soon)
      .toEqual([]);
    expect((await sectorsOf(manager.at)).slice(0, 2)).toMatchObject([
      { id: first, finalized: true },
      { id: 's-t010000-2', finalized: true },
    ]);
  });

  test('whose thread was paused meanwhile is its next sector', async () => {
    const { dir, manage, port, toml } = await setup();
    const manager = await manage('one');
    const wire = await wireTo(port);
    const held = wire.hold('AllocateSector', 'answer');
    const worker = await startWorker(dir, toml.replace(/127\.0\.0\.1:\d+(?="\n\[sealing\])/, wire.at));
    await held.reached();
    expect((await onWorker(worker.at, 'pause', '--index', '0')).code).toBe(0);
    held.letGo();
    await expect
      .poll(async () => (await threadsOf(worker.at))[0], soon)
      .toMatchObject({ mode: 'paused', sector: null });
    expect((await onWorker(worker.at, 'resume', '--index', '0')).code).toBe(0);
    await worker.line(/s-t010000-1 Finished -> Empty/);
    expect((await sectorsOf(manager.at))[0]).toMatchObject({ id: first, finalized: true });
  });
});

test('homes and stores of 0.1.0 are taken over in the middle of a sector: it is finished, and numbers continue', async () => {
  const dir = freshDir();
  mkdirSync(join(dir, '.sealvisor'));
  const pieces = join(dir, 'pieces');
  write(join(pieces, '1.bin'), bytes(2000, 1));
  const port = await freePort();
  /** As 0.1.0 was started: its home is below the directory. */
  const manage = async () => {
    const args = ['mock', '--listen', `127.0.0.1:${port}`, '--epoch', '50ms', '--sector-size', '2KiB'];
    const manager = start('venus-sector-manager', [...args, '--pieces', pieces, ...home()], {
      cwd: dir,
      env: { XDG_STATE_HOME: join(dir, 'state') },
    });
    await manager.line(/listens on/);
    return manager;
  };
  let named: string | undefined = join(dir, '.sealvisor', 'manager');
  const home = () => (named === undefined ? [] : ['--home', named]);
  const toml = (more: string) => workerToml(dir, `127.0.0.1:${port}`, { more });
  const manager = await manage();
  const worker = await startWorker(dir, toml('[sealvisor.builtin]\nleast = { pc1 = "1h" }'));
  await worker.line(/TreeDBuilt -> TicketAssigned/);
  await worker.end('SIGKILL');
  await manager.end('SIGTERM');
  asOf010(dir);

  named = undefined;
  const next = await manage();
  await next.line(/the state of an earlier version is in this directory and is used: \S+manager/);
  const again = await startWorker(dir, toml(''));
  await again.line(/s-t010000-1 Finished -> Empty/);
  write(join(pieces, '2.bin'), bytes(2000, 2));
  await again.line(/s-t010000-2 Finished -> Empty/);
  // The third is the thread's next one, asked for as soon as it is idle.
  await expect
    .poll(() => sectorsOf(`127.0.0.1:${port}`), soon)
    .toMatchObject([{ id: first, finalized: true }, { id: 's-t010000-2', finalized: true }, {}]);
});

/** An upstream worker, which says nothing of itself. */
function upstreamOf(at: string) {
  return async (method: string, ...params: readonly unknown[]) => {
    const answer = await fetch(`http://${at}/rpc/v0`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: `Venus.${method}`, params }),
    });
    return ((await answer.json()) as { readonly result?: unknown }).result;
  };
}

/** Takes out of every store what 0.1.0 did not know. */
function asOf010(dir: string): void {
  const home = join(dir, '.sealvisor', 'manager');
  rmSync(join(home, 'manager-identity.json'));
  edit(join(home, 'manager.db'), (db) => {
    db.exec('drop table identity; drop table usedNumber; pragma user_version = 0');
    for (const table of ['sector', 'job']) db.exec(`alter table ${table} drop column sum`);
    db.exec("update sector set body = json_remove(body, '$.given', '$.earlier')");
  });
  workerAsOf010(dir);
}

function edit(path: string, act: (db: Database.Database) => void): void {
  const db = new Database(path);
  act(db);
  db.close();
}

function workerAsOf010(dir: string): void {
  edit(join(dir, 'store1', 'sealvisor-worker.db'), (db) =>
    db.exec('drop table identity; delete from record'),
  );
  edit(join(dir, 'store1', 'sealvisor.db'), (db) => {
    db.exec('drop table if exists request');
    const { body } = db.prepare('select body from record').get() as { body: string };
    const { given: _given, ...record } = JSON.parse(body) as Record<string, unknown>;
    const text = JSON.stringify(record);
    db.prepare('update record set body = ?, sum = ?').run(text, hash('sha1', text));
  });
}
