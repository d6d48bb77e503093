/** A stage that failed because a file it worked from has rotted says so, and names the file. */

import { cpSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ThreadRecord } from '#machines/thread-record.js';
import { makeMark } from '#src/disks/mark.js';
import { StageError } from '#src/protocol/level.js';
import { touchOf } from '#src/sealing/digests.js';
import { type FileNote, notesOf } from '#src/sealing/file-notes.js';
import type { StageContext } from '#src/sealing/stage.js';
import { warningsTo } from '../tools/protocol/told-events.js';
import { sealed, snapUpJob } from '../tools/sealing/jobs.js';
import { gives, id, type PlanWorld, planWorld, type RunOptions } from '../tools/sealing/plan-world.js';

const size = 8 * 1024 * 1024;

/** The file's bytes are others, and its inode does not tell: what a disk does by itself. */
function rot({ location }: PlanWorld, record: ThreadRecord, file: string): ThreadRecord {
  writeFileSync(file, Buffer.alloc(statSync(file).size));
  const touch = touchOf(statSync(file, { bigint: true }));
  const pathOf = ({ path }: FileNote) => (isAbsolute(path) ? path : join(location, 'sectors', id, path));
  const groups = Object.entries(notesOf(record)).map(
    ([name, notes]) =>
      [name, notes.map((note) => (pathOf(note) === file ? { ...note, touch } : note))] as const,
  );
  return { ...record, outputs: { ...record.outputs, files: Object.fromEntries(groups) } };
}

const refusing: StageContext['process'] = async (stage) => {
  throw new StageError('permanent', `${stage} says no`);
};

describe('a processor that fails for good', () => {
  test('over a layer that has rotted: the layer is named, and what makes it again', async () => {
    const world = planWorld(size);
    const record = await world.run('sealer', { until: 'PC1Done' });
    const cache = join(world.location, 'sectors', id, 'cache');
    const layer = join(cache, 'sc-02-data-layer-1.dat');
    expect(readdirSync(cache).filter((name) => name.includes('layer'))).not.toHaveLength(1);
    const from = rot(world, record, layer);
    await expect(world.run('sealer', { from, process: refusing })).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringMatching(new RegExp(`^${layer} has the digest .*resume --state TicketAssigned`)),
    });
  });

  test('over sound files: what it says itself', async () => {
    const world = planWorld(size);
    const from = await world.run('sealer', { until: 'PC1Done' });
    await expect(world.run('sealer', { from, process: refusing })).rejects.toMatchObject({
      message: 'pc2 says no',
    });
  });

  test('for now: nothing is read, it is tried again', async () => {
    const world = planWorld(size);
    const record = await world.run('sealer', { until: 'PC1Done' });
    const layer = join(world.location, 'sectors', id, 'cache', 'sc-02-data-layer-1.dat');
    const busy: StageContext['process'] = async () => {
      throw new StageError('temporary', 'busy');
    };
    await expect(
      world.run('sealer', { from: rot(world, record, layer), process: busy }),
    ).rejects.toMatchObject({ level: 'temporary', message: 'busy' });
  });
});

describe('an upgrade', () => {
  const upgradeAt = async (state: string) => {
    const world = planWorld(size);
    const { CommR } = await sealed(world, size, []);
    const deal = await world.piece(1016, 1024, 1);
    const service = gives({ snapUp: snapUpJob(size, CommR, [deal]) });
    const record = await world.run('snapup', { service, until: state });
    const at = (...names: string[]) => join(world.stores[0]?.location ?? '', ...names);
    return { world, record, service, at };
  };
  const tree = ['cache', id, 'sc-02-data-tree-r-last.dat'] as const;

  test('that cannot be proven because the old sector has rotted in its store names the file', async () => {
    const { world, record, service, at } = await upgradeAt('SnapEncoded');
    const from = rot(world, record, at(...tree));
    await expect(world.run('snapup', { service, from })).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringMatching(new RegExp(`^${at(...tree)} has the digest .*could not be proven`)),
    });
  });

  test.each([[...tree], ['cache', id, 'p_aux'], ['sealed', id]])(
    'whose old sector was changed between encoding and proving is refused before it is proven: %s/%s',
    async (...names) => {
      const { world, record, service, at } = await upgradeAt('SnapEncoded');
      const file = at(...names.filter((name) => name !== undefined));
      writeFileSync(file, Buffer.alloc(statSync(file).size));
      await expect(world.run('snapup', { service, from: record, process: refusing })).rejects.toMatchObject({
        level: 'permanent',
        message: expect.stringContaining(file),
      });
    },
  );
});

test('what is missing with its disk is not lost: the thread waits for the disk', async () => {
  const world = planWorld(2048);
  const root = world.stores[0]?.location ?? '';
  const { id: mark } = await makeMark(root, 'attached', 'w1', new Date());
  const stores = world.stores.map((store) => ({ ...store, mark }));
  const from = await world.run('sealer', { stores, until: 'Persisted' });
  renameSync(root, `${root}-away`);
  await expect(world.run('sealer', { stores, from })).rejects.toMatchObject({
    level: 'temporary',
    message: expect.stringContaining('is not the disk that was used before'),
  });
  renameSync(`${root}-away`, root);
  expect((await world.run('sealer', { stores, from })).state).toBe('Finished');
});

describe('a stored file that is damaged when the sector is Finished', () => {
  const finishedWorld = async () => {
    const world = planWorld(2048);
    let from: RunOptions['from'];
    await world.run('sealer', {
      onRecord: (record) => {
        if (record.state !== 'Finished') return;
        from = { ...record };
        cpSync(join(world.location, 'sectors', id), join(world.dir, 'away', id), { recursive: true });
      },
    });
    const stored = join(world.stores[0]?.location ?? '', 'sealed', id);
    writeFileSync(stored, 'cut');
    if (!from) throw new Error('never Finished');
    return { world, from, stored };
  };

  test.each([
    ['all', []],
    ['some of', ['cache/t_aux']],
  ])(
    'and %s its local files were removed by an earlier try is named, and the sector is let go',
    async (_, left) => {
      const { world, from, stored } = await finishedWorld();
      for (const name of left)
        cpSync(join(world.dir, 'away', id, name), join(world.location, 'sectors', id, name));
      const warnings: string[] = [];
      const emit = warningsTo(warnings);
      expect(await world.run('sealer', { from, emit })).toMatchObject({ state: 'Finished' });
      expect(warnings).toEqual([
        expect.stringMatching(
          `^${id} is finished .*${stored} has 3 bytes instead of 2048: .*rebuild the sector`,
        ),
      ]);
    },
  );

  test('and its local files are there pauses the thread: they can make it again', async () => {
    const { world, from, stored } = await finishedWorld();
    cpSync(join(world.dir, 'away', id), join(world.location, 'sectors', id), { recursive: true });
    await expect(world.run('sealer', { from })).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringContaining(`${stored} has 3 bytes instead of 2048: put the file back`),
    });
  });
});
