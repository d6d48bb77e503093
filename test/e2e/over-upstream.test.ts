/** Our manager over a worker shaped as upstream's, of both versions: sectors with pieces to their end, and one that is given up. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SectorView } from '../../src/protocol/sealer-view.js';
import { onManager, onSectors, startManager } from '../tools/e2e/fleet.js';
import { bytes, freshDir, write } from '../tools/e2e/setup.js';
import { fakeUpstreamWorker, threadsOf } from '../tools/manager/upstream-worker.js';
import type { Version } from '../tools/recorded.js';
import { upstreamWorker } from '../tools/upstream/worker.js';

async function setup(version: Version) {
  const dir = freshDir();
  const pieces = join(dir, 'pieces');
  for (const [name, length] of [
    ['a.bin', 1000],
    ['b.bin', 500],
  ] as const)
    write(join(pieces, name), bytes(length, length));
  const manager = await startManager(dir, { pieces });
  const { dest } = await fakeUpstreamWorker({ threads: [threadsOf[version]] });
  const worker = upstreamWorker({
    ...{ version, manager: manager.at, name: `w-${version}`, dest },
    dir: join(dir, 'worker'),
    store: { name: 'persist', dir: join(dir, 'store') },
  });
  await worker.ping();
  const sector = async (number: number) => {
    const all = JSON.parse((await onSectors(manager.at, 'sectors', '--json')).stdout) as SectorView[];
    return all.find(({ id }) => id === `s-t010000-${number}`);
  };
  return { dir, manager, worker, sector };
}

const versions: readonly Version[] = ['v0.2', 'today'];

test.each(versions)('a worker of %s seals a sector with pieces: both sides say so', async (version) => {
  const { manager, worker, sector } = await setup(version);
  const { number } = await worker.sealOne();
  expect(await sector(number)).toMatchObject({
    ...{ state: 'Finished', finalized: true, abort: null, failure: null, persistedIn: 'persist', deals: 2 },
    messages: { preCommit: 1, proof: 1 },
    worker: { name: `w-${version}` },
  });
  const listed = await onManager(manager.at, 'list');
  expect(listed.stdout).toContain(`w-${version}`);
  expect((await onManager(manager.at, 'info', `w-${version}`)).stdout).toContain('/mnt/store1');
});

test.each(versions)(
  'a sector that a worker of %s aborts is aborted here, and its pieces are the next one’s',
  async (version) => {
    const { worker, sector } = await setup(version);
    const given = await worker.abortOne('disk lost');
    expect(await sector(given)).toMatchObject({
      state: 'Aborted',
      finalized: false,
      abort: { by: `w-${version}` },
    });
    const { number } = await worker.sealOne();
    expect(number).not.toBe(given);
    expect(await sector(number)).toMatchObject({ state: 'Finished', deals: 2 });
  },
);

test.each(versions)(
  'a sector that an operator aborts is dropped by a worker of %s, which is told why',
  async (version) => {
    const { manager, worker, sector } = await setup(version);
    let number = 0;
    const said = await worker.workUntilGivenUp((given) => {
      number = given;
      const id = `s-t010000-${given}`;
      return onSectors(manager.at, 'abort', id, '--yes', '--reason', 'no such deal');
    });
    expect(said).toContain('no such deal');
    expect(await sector(number)).toMatchObject({
      ...{ state: 'Aborted', finalized: false },
      abort: { reason: 'no such deal' },
    });
  },
);
