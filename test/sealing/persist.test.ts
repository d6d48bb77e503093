/** A sector is brought to its store with each byte read once here and once there, and never in place of a disk. */
import {
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ThreadRecord } from '#machines/thread-record.js';
import { runTask } from '#src/sealing/builtin/index.js';
import type { StageContext } from '#src/sealing/stage.js';
import type { TransferTask } from '#src/sealing/tasks.js';
import { makeWork } from '../tools/sealing/chain.js';
import { id, planWorld } from '../tools/sealing/plan-world.js';
import { readTrace } from '../tools/sealing/read-trace.js';

const size = 8 * 1024 * 1024;

async function landedWorld() {
  const world = planWorld(size);
  const landed = await world.run('sealer', { until: 'PCLanded' });
  const at = (...names: string[]) => join(world.stores[0]?.location ?? '', ...names);
  const persist = (from: ThreadRecord, process?: StageContext['process']) =>
    world.run('sealer', { from, until: 'Persisted', ...(process ? { process } : {}) });
  return { world, landed, at, persist };
}

const kept = (at: (...names: string[]) => string) => [
  at('sealed', id),
  ...readdirSync(at('cache', id))
    .filter((name) => !name.includes('digests'))
    .map((name) => at('cache', id, name)),
];

test('each byte of the source is read once, and each of what is kept, once', async () => {
  const { world, landed, at, persist } = await landedWorld();
  const read = await readTrace();
  await persist(landed);
  const local = join(world.location, 'sectors', id);
  expect(read.bytesOf(join(local, 'sealed'))).toBe(size);
  expect(read.bytesOf(at('sealed', id))).toBe(size);
  const tree = kept(at).filter((path) => statSync(path).size > 1024 * 1024 && path !== at('sealed', id));
  expect(tree).not.toEqual([]);
  for (const path of tree) {
    expect(read.bytesOf(path)).toBe(statSync(path).size);
    expect(read.bytesOf(join(local, 'cache', basename(path)))).toBe(statSync(path).size);
  }
});

test('what is there whole already is not brought again; what was cut is', async () => {
  const { landed, at, persist } = await landedWorld();
  await persist(landed);
  const before = statSync(at('sealed', id)).ino;
  truncateSync(at('cache', id, 't_aux'), 3);
  const tasks: TransferTask[] = [];
  await persist(landed, async (stage, task) => {
    // The sealer persists with no other processor.
    tasks.push(task as TransferTask);
    return runTask(stage, task, makeWork());
  });
  expect(tasks.flatMap(({ routes }) => routes.map(({ dest }) => dest.uri))).toEqual([
    at('cache', id, 't_aux'),
  ]);
  expect(statSync(at('sealed', id)).ino).toBe(before);
});

test('a good stored copy outlives a damaged local one', async () => {
  const { world, landed, at, persist } = await landedWorld();
  await persist(landed);
  const whole = readFileSync(at('sealed', id));
  const local = join(world.location, 'sectors', id, 'sealed');
  const bytes = readFileSync(local);
  bytes[99] = (bytes[99] ?? 0) ^ 1;
  writeFileSync(local, bytes);
  await persist(landed).catch(() => undefined);
  expect(readFileSync(at('sealed', id)).equals(whole)).toBe(true);
});

describe('a store whose root is gone', () => {
  test('is not made anew, before the first byte and between the stage’s look and its transfer', async () => {
    const { world, landed, at, persist } = await landedWorld();
    renameSync(at(), join(world.dir, 'away'));
    await expect(persist(landed)).rejects.toMatchObject({ level: 'critical' });
    renameSync(join(world.dir, 'away'), at());
    const unmounted: StageContext['process'] = async (stage, task) => {
      rmSync(at(), { recursive: true });
      return runTask(stage, task, makeWork());
    };
    await expect(persist(landed, unmounted)).rejects.toMatchObject({ level: 'critical' });
    expect(readdirSync(world.dir)).not.toContain('kept');
  });
});
