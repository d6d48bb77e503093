import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  finishedStages,
  onManager,
  onWorker,
  startManager,
  startWorker,
  threadsOf,
  workerToml,
} from '../tools/e2e/fleet.js';
import { bytes, freePort, freshDir, run, write } from '../tools/e2e/setup.js';

const holdPc1 = '[sealvisor.builtin]\nleast = { pc1 = "1min" }';

/** A manager with one piece to seal, and a directory for the worker; the manager's port stays the same. */
async function setup(options: { readonly sectorSize?: string; readonly payload?: number } = {}) {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  mkdirSync(pieces);
  const payload = bytes(options.payload ?? 2000, 7);
  write(join(pieces, 'piece.bin'), payload);
  const port = await freePort();
  const again = () => startManager(dir, { port, pieces, ...options });
  return { dir, payload, manager: await again(), again, store: join(dir, 'store1') };
}

/** Hex, because comparing large buffers takes a test library minutes. */
async function piecesOf(dir: string, sector: string): Promise<readonly string[]> {
  const sealed = join(dir, 'remote', 'sealed', sector);
  const { stdout } = await run('sealvisor', ['unseal', sealed, '--out', join(dir, 'out'), '--json']);
  return (JSON.parse(stdout) as { path: string }[]).map((piece) => readFileSync(piece.path, 'hex'));
}

/** Fails when a stage of the sector was finished twice, or the sector is not done with. */
function expectNothingTwice(store: string) {
  const stages = finishedStages(store).filter((line) => line.startsWith('s-t010000-1 '));
  expect(stages).toEqual([...new Set(stages)]);
  expect(stages.at(-1)).toMatch(/Finished -> Empty$/);
}

describe('kill -9 of the worker', () => {
  test.each([
    ['2KiB', 2000, holdPc1],
    ['8MiB', 5_000_000, ''],
  ])(
    'in the middle of PC1, %s: it goes on with PC1 and gives the same bytes',
    async (sectorSize, size, hold) => {
      const { dir, payload, manager, store } = await setup({ sectorSize, payload: size });
      const toml = workerToml(dir, manager.at, { more: hold });
      const first = await startWorker(dir, toml);
      await first.line(/TreeDBuilt -> TicketAssigned/);
      await first.end('SIGKILL');
      expect(finishedStages(store).at(-1)).toBe('s-t010000-1 TreeDBuilt -> TicketAssigned');

      const second = await startWorker(dir, workerToml(dir, manager.at));
      await second.line(/s-t010000-1 Finished -> Empty/);
      expect(second.lines.filter((line) => line.includes(' -> '))[0]).toMatch(/TicketAssigned -> PC1Done/);
      await second.end('SIGKILL');
      expectNothingTwice(store);
      expect(await piecesOf(dir, 's-t010000-1')).toEqual([payload.toString('hex')]);
    },
  );

  test('while paused: it is still paused, by whom and why, and resume brings the sector home', async () => {
    const { dir, payload, manager } = await setup();
    const more = '[sealvisor.builtin]\nleast = { pc2 = "200ms" }';
    const first = await startWorker(dir, workerToml(dir, manager.at, { more }));
    await first.line(/TicketAssigned -> PC1Done/);
    expect((await onWorker(first.at, 'pause', '--index', '0', '--reason', 'swap disk')).code).toBe(0);
    // It answers `pausing` until PC2 is done.
    await expect.poll(async () => (await threadsOf(first.at))[0]?.mode, { timeout: 20_000 }).toBe('paused');
    const [before] = await threadsOf(first.at);
    await first.end('SIGKILL');

    const second = await startWorker(dir);
    const [after] = await threadsOf(second.at);
    expect(after).toMatchObject({ mode: 'paused', intent: { kind: 'pause', reason: 'swap disk' } });
    expect({ ...after, incarnation: 0 }).toEqual({ ...before, incarnation: 0 });
    expect((await onWorker(second.at, 'resume', '--index', '0')).code).toBe(0);
    await second.line(/ProofSubmitted -> Finished/);
    expect(await piecesOf(dir, 's-t010000-1')).toEqual([payload.toString('hex')]);
  });
});

describe('SIGTERM in a stage that takes longer than the grace', () => {
  test('the worker is gone when the grace is over, with exit 0, and PC1 starts over at the next start', async () => {
    const { dir, payload, manager, store } = await setup();
    const more = `${holdPc1}\n[sealvisor]\nstop_grace = "300ms"`;
    const first = await startWorker(dir, workerToml(dir, manager.at, { more }));
    await first.line(/TreeDBuilt -> TicketAssigned/);
    expect((await first.end('SIGTERM')).code).toBe(0);
    const second = await startWorker(dir, workerToml(dir, manager.at));
    await second.line(/s-t010000-1 Finished -> Empty/);
    await second.end('SIGTERM');
    expectNothingTwice(store);
    expect(await piecesOf(dir, 's-t010000-1')).toEqual([payload.toString('hex')]);
  });

  test('a second signal ends it at once', async () => {
    const { dir, manager } = await setup();
    const worker = await startWorker(dir, workerToml(dir, manager.at, { more: holdPc1 }));
    await worker.line(/TreeDBuilt -> TicketAssigned/);
    process.kill(worker.pid, 'SIGINT');
    await worker.line(/ stopping at a safe point \(once more: at once\)$/);
    expect((await worker.end('SIGINT')).code).toBe(130);
  });
});

describe('pause --now', () => {
  test('aborts PC1 at once; at resume PC1 starts over', async () => {
    const { dir, manager, store } = await setup();
    const worker = await startWorker(
      dir,
      workerToml(dir, manager.at, { more: '[sealvisor.builtin]\nleast = { pc1 = "1500ms" }' }),
    );
    await worker.line(/TreeDBuilt -> TicketAssigned/);
    const now = await onWorker(worker.at, 'pause', '--index', '0', '--now');
    expect(now).toMatchObject({ code: 0, stderr: 'thread #0 is paused at TicketAssigned\n' });
    expect((await onManager(manager.at, 'resume', worker.at, '0')).code).toBe(0);
    await worker.line(/s-t010000-1 Finished -> Empty/);
    await worker.end('SIGTERM');
    expectNothingTwice(store);
  });
});

describe('the manager', () => {
  test('kill -9 while a sector is sealed: started again, the sector is finished', async () => {
    const { dir, payload, manager, again, store } = await setup();
    const more = '[sealvisor.builtin]\nleast = { pc1 = "500ms" }';
    const sealing = 'max_retries = 1000';
    const worker = await startWorker(dir, workerToml(dir, manager.at, { more, sealing }));
    await worker.line(/TreeDBuilt -> TicketAssigned/);
    await manager.end('SIGKILL');
    await worker.line(/PC2Done: temporary: .*cannot reach .*tries again/);
    await worker.line(/ warn {2}worker cannot reach .*the worker keeps trying/);
    const second = await again();
    await worker.line(/ warn {2}worker the manager answers again/);
    await worker.line(/s-t010000-1 Finished -> Empty/);
    const { stdout } = await onManager(second.at, 'list', '--json');
    expect(JSON.parse(stdout)).toMatchObject([{ name: 'w1', dest: worker.at }]);
    await worker.end('SIGTERM');
    expectNothingTwice(store);
    expect(await piecesOf(dir, 's-t010000-1')).toEqual([payload.toString('hex')]);
  });

  test('away at the start: the worker says so, its threads idle, and it goes on when the manager comes', async () => {
    const dir = freshDir();
    const pieces = join(dir, 'pieces');
    write(join(pieces, 'piece.bin'), bytes(100, 3));
    const port = await freePort();
    const worker = await startWorker(dir, workerToml(dir, `127.0.0.1:${port}`));
    await worker.line(
      new RegExp(
        ` warn {2}worker cannot reach 127.0.0.1:${port} .*; threads without a sector wait, the worker keeps trying`,
      ),
    );
    expect(await threadsOf(worker.at)).toMatchObject([{ mode: 'idle', state: 'Empty', lastError: null }]);
    await startManager(dir, { port, pieces });
    await worker.line(/ warn {2}worker the manager answers again/);
    await worker.line(/s-t010000-1 ProofSubmitted -> Finished/);
  });
});
