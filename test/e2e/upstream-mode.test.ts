/** A manager in front of another one, with real workers: sectors come to their end through it, and it sees and steers. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { WorkerEntry } from '../../src/protocol/worker-entry.js';
import {
  finishedStages,
  onManager,
  onSectors,
  startManager,
  startWorker,
  threadsOf,
  workerToml,
} from '../tools/e2e/fleet.js';
import { seenBy, startFront, stepsOf } from '../tools/e2e/front.js';
import { bytes, freePort, freshDir, write } from '../tools/e2e/setup.js';
import { fakeUpstreamWorker, threadsOf as upstreamThreads } from '../tools/manager/upstream-worker.js';
import type { Version } from '../tools/recorded.js';
import { upstreamManager } from '../tools/upstream/manager.js';
import { offered } from '../tools/upstream/pieces.js';
import { upstreamWorker } from '../tools/upstream/worker.js';

const id = 's-t010000-1';
const soon = { timeout: 30_000, interval: 50 };
const versions: readonly Version[] = ['v0.2', 'today'];

const rowsOf = async (at: string) =>
  JSON.parse((await onManager(at, 'list', '--json')).stdout) as readonly WorkerEntry[];

describe.each(versions)('in front of a manager shaped as upstream’s of %s', (version) => {
  test('our worker seals a sector with pieces: upstream can read all of it, and the sector is seen here', async () => {
    const dir = freshDir();
    const store = { name: 'remote', dir: join(dir, 'remote') };
    const pieces = [await offered(bytes(1000, 1), 1024, { deal: 77 })];
    const manager = await upstreamManager({ version, store, offers: { sectors: [{ number: 1, pieces }] } });
    const front = await startFront(dir, manager.at);
    const worker = await startWorker(dir, workerToml(dir, front.at));
    await worker.line(/s-t010000-1 Finished -> Empty/);
    expect(manager.faults).toEqual([]);
    expect(manager.sectors.get(1)).toMatchObject({ finalized: 1, abortReason: null });
    expect(manager.calls.some(({ method }) => method === 'WorkerPing')).toBe(true);
    await expect
      .poll(() => seenBy(front.at), soon)
      .toMatchObject([
        {
          ...{ id, finalized: true, failure: null, abort: null, persistedIn: 'remote', observed: true },
          ...{ messages: { preCommit: 1, proof: 1 }, worker: { name: 'w1' }, proofType: 5 },
        },
      ]);
    expect((await onSectors(front.at, 'history', id)).stdout).toMatch(
      / SubmitPreCommit +pre-commit accepted$/m,
    );
    expect(await stepsOf(front.at, id)).toEqual(
      expect.arrayContaining(['given out', 'pre-commit accepted', 'proof accepted', 'finalized']),
    );
    expect(await threadsOf(worker.at)).toMatchObject([{ lastError: null }]);
  });
});

test.each(versions)(
  'a worker shaped as upstream’s of %s seals through it, under a manager of ours',
  async (version) => {
    const dir = freshDir();
    const pieces = join(dir, 'pieces');
    write(join(pieces, 'a.bin'), bytes(1000, 1));
    const manager = await startManager(dir, { pieces });
    const front = await startFront(dir, manager.at);
    const { dest } = await fakeUpstreamWorker({ threads: [upstreamThreads[version]] });
    const worker = upstreamWorker({
      ...{ version, manager: front.at, name: `w-${version}`, dest },
      dir: join(dir, 'worker'),
      store: { name: 'persist', dir: join(dir, 'store') },
    });
    await worker.ping();
    await worker.sealOne();
    const whole = { finalized: true, abort: null, deals: 1, persistedIn: 'persist' };
    const kept = JSON.parse((await onSectors(manager.at, 'sectors', '--json')).stdout);
    expect(kept).toMatchObject([{ ...whole, messages: { preCommit: 1, proof: 1 } }]);
    expect(await seenBy(front.at)).toMatchObject([whole]);
    // Both lists have it, and it is steered from here.
    for (const at of [manager.at, front.at])
      expect(await rowsOf(at)).toMatchObject([{ name: `w-${version}` }]);
    expect((await onManager(front.at, 'info', `w-${version}`)).stdout).toContain('/mnt/store1');
  },
);

test('our worker moves from a manager shaped as upstream’s to the one in front of it and back, in the middle of a sector', async () => {
  const dir = freshDir();
  const store = { name: 'remote', dir: join(dir, 'remote') };
  const pieces = [await offered(bytes(1000, 1), 1024, { deal: 77 })];
  const pending = { State: 1, Desc: null };
  const manager = await upstreamManager({
    ...{ version: 'today', store, offers: { sectors: [{ number: 1, pieces }] } },
    // Long enough for a worker that is killed not to get past it.
    change: (method, nth, result) => (method === 'PollPreCommitState' && nth < 40 ? pending : result),
  });
  const front = await startFront(dir, manager.at);
  const direct = await startWorker(dir, workerToml(dir, manager.at));
  await direct.line(/#0 s-t010000-1 \w+ -> PC1Done/);
  await direct.end('SIGKILL');
  const through = await startWorker(dir, workerToml(dir, front.at));
  await through.line(/#0 s-t010000-1 \w+ -> PCLanded/);
  await through.end('SIGKILL');
  const back = await startWorker(dir, workerToml(dir, manager.at));
  await back.line(/s-t010000-1 Finished -> Empty/);
  expect(manager.faults).toEqual([]);
  expect(manager.sectors.get(1)).toMatchObject({ finalized: 1, abortReason: null });
  expect(await seenBy(front.at)).toMatchObject([{ id, finalized: false, worker: { name: 'w1' } }]);
});

async function ours() {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  write(join(pieces, 'a.bin'), bytes(1900, 1));
  const port = await freePort();
  const manage = () => startManager(dir, { port, pieces });
  return { dir, port, manage, manager: await manage() };
}

test('upstream dies in the middle and comes back, and so does the manager in front of it: the sector continues', async () => {
  const { dir, port, manage, manager } = await ours();
  const frontPort = await freePort();
  const front = await startFront(dir, `127.0.0.1:${port}`, frontPort);
  const worker = await startWorker(dir, workerToml(dir, front.at));
  await worker.line(/#0 s-t010000-1 Allocated -> DealsAcquired/);
  await manager.end('SIGKILL');
  await front.line(/upstream does not answer: .*HTTP 502/);
  // What is its own goes on meanwhile.
  expect(await rowsOf(front.at)).toMatchObject([{ name: 'w1' }]);
  const pause = await onManager(front.at, 'pause', 'w1', '0', '--reason', 'looking');
  expect([pause.code, pause.stderr]).toEqual([0, expect.not.stringContaining('error')]);
  await manage();
  await onManager(front.at, 'resume', 'w1', '0');
  await worker.line(/#0 s-t010000-1 PC1Done -> PC2Done/);
  await front.end('SIGKILL');
  const again = await startFront(dir, `127.0.0.1:${port}`, frontPort);
  await worker.line(/#0 s-t010000-1 Finished -> Empty/);
  await expect.poll(async () => (await seenBy(again.at))[0], soon).toMatchObject({ id, finalized: true });
  const kept = JSON.parse((await onSectors(`127.0.0.1:${port}`, 'sectors', '--json')).stdout);
  // Nothing was asked twice by the one in between.
  expect(kept[0]).toMatchObject({ finalized: true, messages: { preCommit: 1, proof: 1 } });
});

test('a worker moves from upstream to the manager in front of it, and back, in the middle of a sector', async () => {
  const { dir, port } = await ours();
  const front = await startFront(dir, `127.0.0.1:${port}`);
  const direct = await startWorker(dir, workerToml(dir, `127.0.0.1:${port}`));
  await direct.line(/#0 s-t010000-1 DealsAcquired -> /);
  await direct.end('SIGTERM');
  const through = await startWorker(dir, workerToml(dir, front.at));
  await through.line(/#0 s-t010000-1 \w+ -> PCLanded/);
  await through.end('SIGTERM');
  const back = await startWorker(dir, workerToml(dir, `127.0.0.1:${port}`));
  await back.line(/#0 s-t010000-1 Finished -> Empty/);
  for (const { lines } of [direct, through, back])
    expect(lines.filter((line) => /another manager|not_your_sector|adopt/.test(line))).toEqual([]);
  await back.end('SIGTERM');
  const stages = finishedStages(join(dir, 'store1')).filter((line) => line.startsWith(id));
  expect(new Set(stages).size).toBe(stages.length);
  expect(stages.at(-1)).toContain('-> Empty');
  // Seen for as long as it went through.
  expect(await seenBy(front.at)).toMatchObject([{ id, finalized: false, worker: { name: 'w1' } }]);
});

test.each([
  ['http://user:secret@127.0.0.1:1', 'sector_manager.rpc_client.headers'],
  ['nowhere at all', '--upstream'],
  ['127.0.0.1:1', "option '--epoch <duration>'", '--epoch', '1s'],
])('--upstream %s is refused, saying what to do', async (address, said, ...more) => {
  const dir = freshDir();
  const { start } = await import('../tools/e2e/setup.js');
  const args = ['daemon', 'run', '--upstream', address, '--listen', '127.0.0.1:0', '--home', join(dir, 'h')];
  const { code, stderr } = await start('venus-sector-manager', [...args, ...more]).ended;
  expect(code).toBe(2);
  expect(stderr).toContain(said);
  expect(stderr).not.toContain('secret');
});
