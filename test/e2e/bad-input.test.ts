import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onWorker, startManager, startWorker, threadsOf, workerToml } from '../tools/e2e/fleet.js';
import { bytes, freshDir, run, write } from '../tools/e2e/setup.js';
import { smallDisk } from '../tools/e2e/small-disk.js';

/** A manager with one piece, and its file. */
async function setup(options: { readonly sectorSize?: string; readonly size?: number } = {}) {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  mkdirSync(pieces);
  const payload = bytes(options.size ?? 1000, 5);
  const file = write(join(pieces, 'piece.bin'), payload);
  const manager = await startManager(dir, { pieces, ...options });
  return { dir, file, payload, manager };
}

async function post(at: string, path: string, body: string) {
  const answer = await fetch(`http://${at}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return { status: answer.status, body: (await answer.json()) as unknown };
}

async function pieceOf(store: string, out: string) {
  const sealed = join(store, 'sealed', 's-t010000-1');
  const { stdout } = await run('sealvisor', ['unseal', sealed, '--out', out, '--json']);
  const [piece] = JSON.parse(stdout) as { path: string }[];
  return piece ? readFileSync(piece.path, 'hex') : undefined;
}

describe('what comes over the wire', () => {
  test('no JSON, no JSON-RPC, an unknown method, a wrong parameter: the standard codes, and the daemon goes on', async () => {
    const { dir, manager } = await setup();
    const worker = await startWorker(dir, workerToml(dir, manager.at));
    for (const [at, list] of [
      [worker.at, 'VenusWorker.WorkerList'],
      [manager.at, 'Venus.WorkerPingInfoList'],
    ] as const) {
      const call = (method: string, params: unknown) =>
        post(at, '/', JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
      expect(await post(at, '/', 'hello')).toMatchObject({ status: 200, body: { error: { code: -32700 } } });
      expect(await post(at, '/', '{"a":1}')).toMatchObject({
        status: 200,
        body: { error: { code: -32600 } },
      });
      expect(await post(at, '/', '[]')).toMatchObject({ status: 200, body: { error: { code: -32600 } } });
      expect(await call('Venus.Nothing', [])).toMatchObject({ body: { id: 1, error: { code: -32601 } } });
      expect(await call(list, [])).toMatchObject({ status: 200, body: { result: expect.any(Array) } });
    }
    const wrong = { jsonrpc: '2.0', id: 2, method: 'VenusWorker.WorkerPause', params: ['first'] };
    expect(await post(worker.at, '/', JSON.stringify(wrong))).toMatchObject({
      body: { id: 2, error: { code: -32602, data: { code: 'invalid_request' } } },
    });
  });

  test('a body over 1 MiB is refused with 413 by both daemons, which go on', async () => {
    const { dir, manager } = await setup();
    const worker = await startWorker(dir, workerToml(dir, manager.at));
    const large = JSON.stringify('x'.repeat(1024 * 1024));
    for (const at of [worker.at, manager.at]) {
      expect(await post(at, '/', large)).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
      expect((await fetch(`http://${at}/healthz`)).status).toBe(200);
    }
    const path = '/api/v1/threads/0/pause';
    expect(await post(worker.at, path, large)).toMatchObject({ status: 413 });
    expect(await post(worker.at, path, '{')).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
  });
});

describe('what is missing below a sector', () => {
  test('a piece file that vanished: the thread pauses and names the piece; put back and resumed, it is sealed', async () => {
    const { dir, file, payload, manager } = await setup();
    // Out of the manager's sight: below its pieces it would be found again under any name.
    const away = join(dir, 'away.bin');
    renameSync(file, away);
    const worker = await startWorker(dir, workerToml(dir, manager.at));
    const [, cid] = await worker.line(
      /DealsAcquired: permanent: piece (\w+) cannot be fetched: it is no longer there/,
    );
    expect(await threadsOf(worker.at)).toMatchObject([
      { mode: 'paused', state: 'DealsAcquired', lastError: { level: 'permanent', stage: 'AddPieces' } },
    ]);
    renameSync(away, file);
    expect((await onWorker(worker.at, 'resume', '--index', '0')).code).toBe(0);
    await worker.line(/ProofSubmitted -> Finished/);
    expect(await pieceOf(join(dir, 'remote'), join(dir, 'out'))).toBe(payload.toString('hex'));
    expect(readdirSync(join(dir, 'out'))).toEqual([cid]);
  });

  test('a piece file that changed: the thread pauses and says that its bytes are others', async () => {
    const { dir, file, manager } = await setup();
    // The deal is made before the file changes: a manager that looks at its pieces again deals what is there now.
    const more =
      '[[sealvisor.faults]]\nstage = "add_pieces"\nlevel = "permanent"\nmessage = "hold"\ntimes = 1';
    const worker = await startWorker(dir, workerToml(dir, manager.at, { more }));
    await worker.line(/DealsAcquired: permanent: hold/);
    write(file, bytes(1000, 6));
    await onWorker(worker.at, 'resume', '--index', '0');
    await worker.line(/DealsAcquired: permanent: \w+: the data have another commitment than the CID says/);
  });

  test('a disk full in the middle of a layer: critical, nothing half-written, and it continues when there is space', async () => {
    const { dir, payload, manager } = await setup({ sectorSize: '8MiB', size: 8_000_000 });
    const disk = smallDisk();
    // A disk that others fill while a stage runs: nothing looks at it before.
    const more = '[sealvisor.space]\nenable = false';
    const toml = workerToml(dir, manager.at, { more }).replace(join(dir, 'store1'), disk.dir);
    const worker = await startWorker(dir, toml, disk.options);
    await worker.line(/TicketAssigned: critical: No space left for .*layer-2\.dat: free space, then resume/);
    const [view] = await threadsOf(worker.at);
    expect(view).toMatchObject({ mode: 'paused', state: 'TicketAssigned', lastError: { level: 'critical' } });
    const cache = readdirSync(join(disk.dir, 'sectors', 's-t010000-1', 'cache'));
    expect(cache.filter((name) => name.includes('layer'))).toEqual([]);
    disk.makeSpace();
    expect((await onWorker(worker.at, 'resume', '--index', '0')).code).toBe(0);
    await worker.line(/ProofSubmitted -> Finished/);
    expect(await pieceOf(join(dir, 'remote'), join(dir, 'out'))).toBe(payload.toString('hex'));
    await worker.end('SIGTERM');
  });
});
