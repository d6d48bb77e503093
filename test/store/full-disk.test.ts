import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import { sealer } from '#machines/index.js';
import { systemCodeOf } from '#src/protocol/errors.js';
import { openWorkerStore } from '#src/store/worker-store.js';
import { freshDir, openStore, recordOf, rowOf, sector, thrownBy } from '../tools/store/setup.js';

const record = (tries: number) =>
  recordOf({ state: 'PC1Done', sector, tries, outputs: { pc1: 'x'.repeat(4000) } });

describe('on a disk that is full', () => {
  test.for([0, 3, 150, 1001])('after %i commits the next 100 are durable', (before, context) => {
    const disk = smallDisk(context);
    const location = join(disk.dir, 'store');
    const store = openStore(location);
    for (let n = 0; n < before; n += 1) store.commit(recordOf(), rowOf());
    disk.fill();
    for (let n = 1; n <= 100; n += 1) store.commit(record(n), rowOf({ durationMs: n }));
    store.close();
    const next = openStore(location);
    expect(next.read(sealer, 0)).toEqual(record(100));
    expect(next.revision()).toBe(before + 100);
  });

  test('a thread that starts there reads its record, and is told when it cannot write', (context) => {
    const disk = smallDisk(context);
    const location = join(disk.dir, 'store');
    const first = openStore(location);
    first.commit(record(1), rowOf());
    first.close();
    disk.fill();
    const store = openStore(location);
    expect(store.read(sealer, 0)).toEqual(record(1));
    const error = thrownBy(() => store.commit(record(2), rowOf()));
    expect(error).toMatchObject({ code: 'store_failed' });
    expect(error.message).toMatch(/full; free space/);
    disk.makeSpace();
    expect(store.read(sealer, 0)).toEqual(record(1));
    expect(store.commit(record(2), rowOf())).toBe(2);
  });

  test('when the reserve is used up too, a commit is refused and the one before it stands', (context) => {
    const disk = smallDisk(context);
    const store = openStore(join(disk.dir, 'store'));
    store.commit(record(1), rowOf());
    disk.fill();
    const large = recordOf({ sector, outputs: { c1: 'x'.repeat(2_000_000) } });
    expect(thrownBy(() => store.commit(large, rowOf()))).toMatchObject({ code: 'store_failed' });
    expect(store.read(sealer, 0)).toEqual(record(1));
    expect(store.commit(record(2), rowOf())).toBe(2);
    disk.makeSpace();
    expect(store.commit(large, rowOf())).toBe(3);
  });

  test('a worker keeps its own state', (context) => {
    const disk = smallDisk(context);
    const store = openWorkerStore(disk.dir);
    disk.fill();
    for (let n = 1; n <= 100; n += 1) store.write({ isCordoned: true, n });
    store.close();
    const next = openWorkerStore(disk.dir);
    onTestFinished(() => next.close());
    expect(next.read()).toEqual({ isCordoned: true, n: 100 });
  });
});

test('under a quota that lets no file grow, the next 60 commits are durable', () => {
  const location = freshDir();
  const module = new URL('../../dist/src/store/thread-store.js', import.meta.url).href;
  const script = `import { openThreadStore } from '${module}';
    const [record, row] = ${JSON.stringify([record(1), rowOf()])};
    const store = openThreadStore(process.argv[1]);
    for (let tries = 1; tries <= 60; tries += 1) store.commit({ ...record, tries }, row);`;
  // In blocks of 1 KiB: the store as it is made, and its log.
  const limited = [
    '-c',
    'ulimit -f 320; exec "$0" "$@"',
    process.execPath,
    '--input-type=module',
    '-e',
    script,
  ];
  const { status, stderr } = spawnSync('bash', [...limited, location], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  expect(openStore(location).read(sealer, 0)).toEqual(record(60));
});

/** A real disk of 40 MiB. Where this user may not mount one the test is passed over; never under CI. */
function smallDisk(context: TestContext) {
  const dir = join(freshDir(), 'disk');
  mkdirSync(dir);
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', dir], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    if (process.env.CI === 'true') throw new Error(`no small disk could be mounted: ${stderr}`);
    context.skip('no small disk can be mounted here');
  }
  onTestFinished(() => void spawnSync('umount', ['-l', dir]));
  const ballast = join(dir, '.ballast');
  return { dir, fill: () => fill(ballast), makeSpace: () => rmSync(ballast) };
}

/** To the last byte. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  for (const size of [1024 * 1024, 4096, 1]) {
    const bytes = Buffer.alloc(size, 1);
    try {
      for (;;) writeSync(file, bytes);
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOSPC') throw error;
    }
  }
  closeSync(file);
}
