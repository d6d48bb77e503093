/** Control through the real commands and the real daemon: what is answered is so, and stays so. */
import { join } from 'node:path';
import { createParser } from 'eventsource-parser';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { HistoryRow, ThreadView } from '../../src/protocol/thread.js';
import { onManager, onWorker, startManager, startWorker, threadsOf, workerToml } from '../tools/e2e/fleet.js';
import { freshDir, start, write } from '../tools/e2e/setup.js';
import { stateOf } from '../tools/processes/setup.js';
import { doorkeeper } from '../tools/worker/doorkeeper.js';

const holdPc1 = '[sealvisor.builtin]\nleast = { pc1 = "1h" }';

async function setup(more = holdPc1, threads = 1) {
  const dir = freshDir();
  const manager = await startManager(dir);
  const tomlOf = (words: string, count = threads) =>
    workerToml(dir, manager.at, { threads: count, sealing: 'enable_deals = false', more: words }).replace(
      'enable_deals = true\ndisable_cc = true\n',
      'disable_cc = false\n',
    );
  const worker = await startWorker(dir, tomlOf(more));
  const rewrite = (words: string, count?: number) => write(join(dir, 'worker.toml'), tomlOf(words, count));
  const atPc1 = (at = 0) => worker.line(new RegExp(`#${at} \\S+ TreeDBuilt -> TicketAssigned`));
  return { dir, manager, worker, rewrite, atPc1, on: (...args: string[]) => onWorker(worker.at, ...args) };
}

const viewAt = async (at: string, index = 0) => (await threadsOf(at))[index] as ThreadView;

describe('pause', () => {
  test('of a stage that runs is pausing; said again it exits 3; kill -9 and it has taken hold, with who and why', async () => {
    const { dir, worker, atPc1, on } = await setup();
    await atPc1();
    const paused = await on('pause', '--index', '0', '--reason', 'swap disk');
    expect(paused).toMatchObject({
      code: 0,
      stderr: 'thread #0 is pausing: the pause takes effect when PC1 is done\n',
    });
    expect((await on('pause', '--index', '0')).code).toBe(3);
    await worker.end('SIGKILL');
    const next = await startWorker(dir);
    expect(await viewAt(next.at)).toMatchObject({
      mode: 'paused',
      state: 'TicketAssigned',
      intent: { how: 'after-stage', reason: 'swap disk' },
    });
    expect((await onWorker(next.at, 'why', '--index', '0')).stdout).toContain('swap disk');
  });

  test('--now stands still when it is answered; --dry-run and a state that is not possible leave it so', async () => {
    const { atPc1, on, worker, manager } = await setup();
    await atPc1();
    expect((await on('pause', '--index', '0', '--now')).stderr).toBe(
      'thread #0 is paused at TicketAssigned\n',
    );
    expect(JSON.parse((await on('resume', '--index', '0', '--dry-run', '--json')).stdout)).toMatchObject({
      allowed: true,
      to: 'TicketAssigned',
    });
    const refused = await onManager(manager.at, 'resume', 'w1', '0', 'C1Done');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /cannot resume thread #0 to C1Done: no PC1 output yet; possible now: .*TicketAssigned.*\(state_not_possible\)/,
    );
    expect((await on('pause', '--index', '9')).stderr).toContain('thread_not_found');
    expect(await viewAt(worker.at)).toMatchObject({ mode: 'paused', state: 'TicketAssigned' });
  });

  test('--freeze stops the process of the stage, resume lets the same one go on', async () => {
    const { envs, open, taskCount } = doorkeeper(freshDir());
    const table = `[[processors.pc1]]\nstable_wait = "20s"\nenvs = { NODE_OPTIONS = ${JSON.stringify(envs.NODE_OPTIONS)} }`;
    const { atPc1, on, worker } = await setup(table);
    await atPc1();
    await expect.poll(async () => (await viewAt(worker.at)).processor?.pid ?? null).not.toBeNull();
    const pid = (await viewAt(worker.at)).processor?.pid ?? 0;
    expect((await on('pause', '--index', '0', '--freeze')).stderr).toContain('PC1 is frozen where it stands');
    await expect.poll(() => stateOf(pid)).toBe('T');
    open();
    expect((await on('resume', '--index', '0')).code).toBe(0);
    await worker.line(/TicketAssigned -> PC1Done/);
    expect(taskCount()).toBeGreaterThanOrEqual(1);
    expect(stateOf(pid)).not.toBe('X');
  });

  test('--wait of a client that goes away stands', async () => {
    const { atPc1, worker } = await setup();
    await atPc1();
    const client = start('venus-worker', [
      'worker',
      '--worker',
      worker.at,
      'pause',
      '--index',
      '0',
      '--wait',
    ]);
    await expect.poll(async () => (await viewAt(worker.at)).mode, { timeout: 20_000 }).toBe('pausing');
    await client.end('SIGKILL');
    expect(await viewAt(worker.at)).toMatchObject({ mode: 'pausing', intent: { how: 'after-stage' } });
  });
});

describe('the worker as a whole', () => {
  test('SIGHUP brings what runs to the file, and prints the differences; a faulty file changes nothing', async () => {
    const { worker, rewrite, atPc1 } = await setup();
    await atPc1();
    rewrite(`${holdPc1}\n[processors.limit]\npc1 = 2`, 2);
    process.kill(worker.pid, 'SIGHUP');
    await worker.line(/ \+ sealing_thread ".*store2": sealer$/);
    await worker.line(/ ~ processors\.limit\.pc1: none -> 2$/);
    await worker.line(/ reload: 2 changes are applied$/);
    await atPc1(1);
    rewrite(`${holdPc1}\n[processors.limit]\npc1 = -1`, 1);
    process.kill(worker.pid, 'SIGHUP');
    await worker.line(/ warn {2}worker nothing is reloaded: .*processors\.limit\.pc1/);
    expect(await threadsOf(worker.at)).toHaveLength(2);
  });

  test('stop ends the daemon at a safe point, with exit code 0', async () => {
    const { worker, atPc1, on } = await setup();
    await atPc1();
    expect((await on('stop', '--yes', '--grace', '1ms')).code).toBe(0);
    expect(await worker.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('stop requested') });
  });

  test('a limit and a drain are kept over kill -9; uncordon lets go what the drain paused', async () => {
    const { dir, worker, atPc1, on } = await setup();
    await atPc1();
    expect((await on('limit', 'pc1', '3')).code).toBe(0);
    expect((await on('limit', 'pc1', '0')).code).toBe(2);
    expect((await on('drain', '--deadline', '1ms', '--wait', '--reason', 'kernel')).code).toBe(0);
    await worker.end('SIGKILL');
    const next = await startWorker(dir);
    const told = JSON.parse((await onWorker(next.at, 'info', '--json')).stdout);
    expect(told).toMatchObject({ life: 'draining', drain: { reason: 'kernel', done: 1, of: 1 } });
    expect(told.limits).toMatchObject([{ name: 'pc1', limit: 3, configured: null }]);
    expect((await onWorker(next.at, 'uncordon')).code).toBe(0);
    await expect.poll(async () => (await viewAt(next.at)).mode).toBe('running');
    const rows = JSON.parse(
      (await onWorker(next.at, 'history', '--index', '0', '--json')).stdout,
    ) as HistoryRow[];
    expect(rows.filter(({ kind }) => kind === 'command')).toMatchObject([
      { command: 'pause after-stage', reason: 'drain: kernel' },
      { command: 'pause now', reason: 'drain: kernel' },
      { command: 'resume', reason: 'the drain is lifted' },
    ]);
  });
});

test('events continue after the last one a client has seen, and nothing is missed', async () => {
  const { worker, atPc1, on } = await setup();
  await atPc1();
  const url = `http://${worker.at}/api/v1/events?types=row`;
  const first = await eventsOf(url);
  const reset = await first.next();
  expect(reset).toMatchObject({ event: 'reset' });
  await first.close();
  await on('pause', '--index', '0', '--now');
  await on('resume', '--index', '0');
  const second = await eventsOf(url, reset?.id);
  expect(await second.next()).toMatchObject({ event: 'row', data: { row: { command: 'pause now' } } });
  expect(await second.next()).toMatchObject({ event: 'row', data: { row: { command: 'resume' } } });
});

/** A stream of events, read one by one. */
async function eventsOf(url: string, lastId?: string) {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const headers: Record<string, string> = lastId === undefined ? {} : { 'last-event-id': lastId };
  const { body } = await fetch(url, { headers, signal: abort.signal });
  const reader = body?.getReader();
  const events: { id?: string | undefined; event?: string | undefined; data: unknown }[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => void events.push({ id, event, data: JSON.parse(data) }),
  });
  const decoder = new TextDecoder();
  return {
    close: async () => abort.abort(),
    next: async () => {
      for (;;) {
        const event = events.shift();
        if (event) return event;
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) return undefined;
        parser.feed(decoder.decode(value, { stream: true }));
      }
    },
  };
}
