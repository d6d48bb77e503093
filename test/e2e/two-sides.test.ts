/** A worker and its manager about one sector: what one side gives up the other lets go, and nothing is submitted twice. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { SectorView } from '../../src/protocol/sealer-view.js';
import { sampled, sampleText } from '../tools/crash/sample.js';
import {
  finishedStages,
  type ManagerOptions,
  onSectors,
  onWorker,
  startManager,
  startWorker,
  threadsOf,
  workerToml,
} from '../tools/e2e/fleet.js';
import { bytes, freePort, freshDir, write } from '../tools/e2e/setup.js';
import { wireTo } from '../tools/e2e/wire.js';

const id = 's-t010000-1';
const soon = { timeout: 30_000, interval: 50 };

async function setup(options: { readonly more?: string; readonly sealing?: string } & ManagerOptions = {}) {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  write(join(pieces, '1.bin'), bytes(2000, 7));
  const port = await freePort();
  const again = (less: ManagerOptions = {}) => startManager(dir, { ...options, port, pieces, ...less });
  const manager = await again();
  const wire = await wireTo(port);
  const toml = (more = options.more ?? '') =>
    workerToml(dir, wire.at, { more, sealing: options.sealing ?? 'max_retries = 100' });
  const worker = await startWorker(dir, toml());
  const sectors = async () =>
    JSON.parse((await onSectors(manager.at, 'sectors', '--json')).stdout) as SectorView[];
  const sector = async () => (await sectors()).find((each) => each.id === id);
  const thread = async () => (await threadsOf(worker.at))[0];
  return { dir, store: join(dir, 'store1'), manager, again, wire, worker, sector, thread };
}

afterAll(() => console.log(sampleText()));

type Fleet = Awaited<ReturnType<typeof setup>>;

const holdPc1 = '[sealvisor.builtin]\nleast = { pc1 = "1h" }';
const giveUp = ({ manager }: Fleet) =>
  onSectors(manager.at, 'abort', id, '--yes', '--reason', 'no such deal');

/** Both sides say so, the store is clean, and the thread has gone on. */
async function expectGivenUp(fleet: Fleet, reason: string): Promise<void> {
  await fleet.worker.line(new RegExp(`${id} Aborted -> Empty`));
  await expect
    .poll(fleet.sector, soon)
    .toMatchObject({ state: 'Aborted', finalized: false, abort: { reason } });
  const left = join(fleet.store, 'sectors');
  expect(existsSync(left) ? readdirSync(left) : []).not.toContain(id);
}

describe('an abort begun at the manager', () => {
  test('in the middle of a long PC1: the stage is left, both sides have it, and the piece is the next sector’s', async () => {
    const fleet = await setup({ more: holdPc1 });
    await fleet.worker.line(/TreeDBuilt -> TicketAssigned/);
    expect(await giveUp(fleet)).toMatchObject({
      code: 0,
      stderr: `sector ${id} is aborted: w1 is notified with its next heartbeat or report\n`,
    });
    await expectGivenUp(fleet, 'no such deal');
    await fleet.worker.line(/s-t010000-2 DealsAcquired -> PieceAdded/);
    expect(await fleet.thread()).toMatchObject({ lastError: null });
  });

  sampled(
    'an abort begun at the manager',
    'while the thread is paused: it lets the sector go when it is resumed, and says so before',
    async () => {
      const fleet = await setup({ more: holdPc1 });
      await fleet.worker.line(/TreeDBuilt -> TicketAssigned/);
      expect((await onWorker(fleet.worker.at, 'pause', '--index', '0', '--now')).code).toBe(0);
      await giveUp(fleet);
      await expect.poll(fleet.thread, soon).toMatchObject({
        mode: 'paused',
        state: 'Aborted',
        lastError: { level: 'abort', message: 'no such deal' },
      });
      expect((await onWorker(fleet.worker.at, 'resume', '--index', '0')).code).toBe(0);
      await expectGivenUp(fleet, 'no such deal');
    },
  );

  sampled(
    'an abort begun at the manager',
    'at its end, while the proof lands: both sides end it as given up',
    async () => {
      const fleet = await setup({ more: '[sealvisor.builtin]\nleast = { wait_proof_landed = "1h" }' });
      await fleet.worker.line(/C2Done -> ProofSubmitted/);
      await giveUp(fleet);
      await expectGivenUp(fleet, 'no such deal');
    },
  );

  sampled(
    'an abort begun at the manager',
    'when the sector is finalized: refused, and nothing changes',
    async () => {
      const fleet = await setup();
      await fleet.worker.line(/Finished -> Empty/);
      const refused = await giveUp(fleet);
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`sector ${id} is finalized`),
      });
      expect(await fleet.sector()).toMatchObject({ state: 'Finished', finalized: true, abort: null });
    },
  );
});

test('while nothing changes nothing is reported, over many polls and heartbeats', async () => {
  const fleet = await setup({ more: holdPc1 });
  await fleet.worker.line(/TreeDBuilt -> TicketAssigned/);
  const count = (wanted: string) => fleet.wire.said.filter(({ method }) => method === wanted).length;
  const pings = async (more: number) => {
    const before = count('WorkerPing');
    await expect.poll(() => count('WorkerPing'), soon).toBeGreaterThan(before + more);
  };
  // What was reported before the first heartbeat was answered asks once more.
  await pings(3);
  const reported = count('ReportState');
  await pings(10);
  expect(count('ReportState')).toBe(reported);
});

test('an abort begun at the worker: the manager shows it with its reason', async () => {
  const fleet = await setup({ more: holdPc1 });
  await fleet.worker.line(/TreeDBuilt -> TicketAssigned/);
  const ask = (...args: readonly string[]) => onWorker(fleet.worker.at, ...args, '--index', '0');
  expect((await ask('pause', '--now')).code).toBe(0);
  expect((await ask('resume', '--state', 'Aborted', '--reason', 'bad disk')).code).toBe(0);
  await expectGivenUp(fleet, 'bad disk');
  expect(await fleet.sector()).toMatchObject({ worker: { name: 'w1' }, abort: { by: 'w1' } });
});

describe('kill -9 of the manager', () => {
  test('in the middle of each submission, received or not: no thread in error, one message each', async () => {
    const fleet = await setup();
    let manager = fleet.manager;
    for (const method of ['SubmitPreCommit', 'SubmitProof'])
      for (const where of ['request', 'answer'] as const) {
        const held = fleet.wire.hold(method, where);
        await held.reached();
        await manager.end('SIGKILL');
        manager = await fleet.again();
        held.cut();
      }
    await fleet.worker.line(/Finished -> Empty/);
    expect(await fleet.sector()).toMatchObject({ finalized: true, messages: { preCommit: 1, proof: 1 } });
    expect(await fleet.thread()).toMatchObject({
      mode: expect.not.stringMatching('paused'),
      lastError: null,
    });
    expect(fleet.worker.lines.join('\n')).not.toMatch(/permanent|critical/);
    expect(
      fleet.wire.said.filter(({ method }) => method.startsWith('Submit')).map(({ result }) => result),
    ).toEqual([
      expect.objectContaining({ Res: 1, Desc: null }),
      expect.objectContaining({ Res: 2, Desc: null }),
      true,
      expect.objectContaining({ Res: 1, Desc: null }),
      expect.objectContaining({ Res: 2, Desc: null }),
    ]);
  });
});

test('a message that failed on chain is submitted again, and the sector comes home', async () => {
  const fleet = await setup({ failMessages: 1 });
  await fleet.worker.line(/Finished -> Empty/);
  expect(await fleet.sector()).toMatchObject({ finalized: true, messages: { preCommit: 2, proof: 2 } });
  await fleet.worker.end('SIGTERM');
  const stages = finishedStages(fleet.store);
  for (const again of ['PCSubmitted -> PC2Done', 'ProofSubmitted -> C2Done'])
    expect(stages.filter((line) => line === `${id} ${again}`)).toHaveLength(1);
});
