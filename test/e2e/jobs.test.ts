/** Jobs as an operator asks for them, over the death of the manager. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sectorClient } from '#src/fleet/sector-client.js';
import { type Daemon, onSectors, startManager } from '../tools/e2e/fleet.js';
import { bytes, freePort, freshDir, run, write } from '../tools/e2e/setup.js';
import { anybody, anything, finishedAt, first, reportOf } from '../tools/manager/jobs-setup.js';

const id = 's-t010000-1';
const client = ({ at }: Daemon) => sectorClient({ url: `http://${at}`, headers: {} });

async function setup() {
  const dir = freshDir();
  const port = await freePort();
  const manager = await startManager(dir, { port });
  await finishedAt(client(manager));
  write(join(dir, 'deals', 'a'), bytes(900, 1));
  return {
    dir,
    manager,
    killed: async (running: Daemon) => {
      await running.end('SIGKILL');
      return startManager(dir, { port });
    },
    jobs: async ({ at }: Daemon) => JSON.parse((await onSectors(at, 'jobs', '--json')).stdout) as unknown,
  };
}

test('a job outlives kill -9 of the manager, wherever it is: waiting, given, reported, cancelled', async () => {
  const { dir, manager, killed, jobs } = await setup();
  const asked = await onSectors(manager.at, 'snapup', id, '--pieces', join(dir, 'deals'));
  expect(asked).toMatchObject({ code: 0, stderr: expect.stringContaining('snapup-1') });
  const second = await killed(manager);
  expect(await jobs(second)).toMatchObject([{ id: 'snapup-1', sector: id, state: 'waiting' }]);
  const job = await client(second).allocateSnapUpSector(anything);
  expect(job?.Pieces).toHaveLength(1);
  const third = await killed(second);
  expect(await client(third).allocateSnapUpSector(anything)).toBeNull();
  await client(third).reportState(first, reportOf('PieceAdded'));
  const fourth = await killed(third);
  expect(await jobs(fourth)).toMatchObject([
    { state: 'given', planState: 'PieceAdded', worker: { name: 'w1' } },
  ]);
  const taken = await onSectors(fourth.at, 'jobs', 'cancel', 'snapup-1', '--reason', 'wrong pieces');
  expect(taken).toMatchObject({ code: 0, stderr: expect.stringContaining('w1 is notified') });
  const fifth = await killed(fourth);
  expect(await client(fifth).reportState(first, reportOf('TreeDBuilt'))).toMatchObject({
    abortReason: 'wrong pieces',
  });
  expect((await onSectors(fifth.at, 'jobs', 'cancel', 'snapup-1')).code).toBe(3);
});

test('every command is there as the contract has it, with help and exit codes', async () => {
  const { dir, manager } = await setup();
  const on = (...args: readonly string[]) => onSectors(manager.at, ...args);
  for (const verb of ['snapup', 'rebuild', 'unseal', 'jobs', 'sectors'])
    expect((await on(verb, '--help')).stdout).toContain('--json');
  expect((await on('wdpost', 'add', '--help')).stdout).toContain('sealer wdpost add --sectors');
  expect((await on('snapup', id, '--pieces', join(dir, 'nowhere'))).code).toBe(2);
  expect(await on('wdpost', 'add', '--sectors', id)).toMatchObject({ code: 0 });
  expect(await on('rebuild', id, '--json')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('rebuild-2'),
  });
  expect((await client(manager).allocateRebuildSector(anybody))?.Sector.ID.Number).toBe(1);
  expect((await on('sectors')).stdout).toContain('Finished, rebuilding');
  expect((await on('jobs')).stdout).toMatch(/^rebuild-2 .* given /m);
  for (const [code, ...args] of [
    [2, 'snapup', id],
    [2, 'unseal', id],
    [2, 'wdpost', 'add', '--sectors', 'nonsense'],
    [1, 'rebuild', 's-t010000-9'],
    [1, 'unseal', id, '--dest', dir],
    [1, 'jobs', 'cancel', 'wdpost-9'],
  ] as const)
    expect([args, (await on(...args)).code]).toEqual([args, code]);
  await manager.end('SIGTERM');
  expect((await on('jobs')).code).toBe(4);
});

test('a heartbeat of no time is wrong usage', async () => {
  const ended = await run('venus-sector-manager', ['mock', '--home', freshDir(), '--job-heartbeat', '0s']);
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('--job-heartbeat 0s') });
});
