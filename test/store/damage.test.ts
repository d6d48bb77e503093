import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sealer } from '#machines/index.js';
import type { ThreadRecord } from '#machines/thread-record.js';
import { readHistoryJson } from '#src/store/read-history.js';
import { openThreadStore } from '#src/store/thread-store.js';
import {
  contentOf,
  freshDir,
  openStore,
  recordOf,
  rowOf,
  sector,
  tamper,
  thrownBy,
} from '../tools/store/setup.js';

const record = recordOf({
  state: 'C1Done',
  sector,
  isPaused: true,
  outputs: { c1: 'challenges '.repeat(600) },
});

/** A closed store with a record, rows and commands, some of it on pages that were used before. */
function closedStore(): { readonly location: string; readonly file: string; readonly bytes: Buffer } {
  const { location, ...store } = openStore();
  for (let n = 0; n < 30; n += 1)
    store.commit({ ...record, tries: n, outputs: { c1: 'x'.repeat(n * 300) } }, rowOf({ message: 'x' }));
  store.commit(record, rowOf(), { id: 'a', changed: true, message: 'paused' });
  store.close();
  const file = join(location, 'sealvisor.db');
  return { location, file, bytes: readFileSync(file) };
}

/** What the next owner of a location gets: the record, or the code it is refused with. */
function readBy(location: string): ThreadRecord | string | undefined {
  let store: ReturnType<typeof openThreadStore> | undefined;
  try {
    store = openThreadStore(location);
    return store.read(sealer, 0);
  } catch (error) {
    // What a store throws is a SealvisorError; all else fails the test that looks at it.
    return (error as { readonly code?: string }).code;
  } finally {
    store?.close();
  }
}

test('one wrong byte anywhere: the record as it was committed, or a refusal that leaves the file as it is', () => {
  const { location, file, bytes } = closedStore();
  const refusals = ['record_unreadable', 'store_failed'];
  const anywhere = fc.nat({ max: bytes.length - 1 });
  const inHeader = fc.nat({ max: 110 });
  const inTables = fc.nat({ max: 12 * 4096 });
  fc.assert(
    fc.property(fc.oneof(anywhere, inHeader, inTables), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const spoilt = Buffer.from(bytes);
      spoilt[at] = (spoilt[at] ?? 0) ^ flip;
      writeFileSync(file, spoilt);
      const found = readBy(location);
      if (typeof found === 'object') {
        expect(found).toEqual(record);
      } else {
        expect(refusals).toContain(found);
        expect(readFileSync(file).equals(spoilt)).toBe(true);
      }
    }),
    { numRuns: 400 },
  );
});

test('cut off anywhere: refused, and the file is left as it is', () => {
  const { location, file, bytes } = closedStore();
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), (size) => {
      writeFileSync(file, bytes.subarray(0, size));
      expect(readBy(location)).toBe('store_failed');
      expect(readFileSync(file).length).toBe(size);
    }),
    { numRuns: 100, examples: [[0], [1], [511], [4095], [4096], [4 * 4096]] },
  );
});

describe('is refused with what to do, and nothing is made in its place:', () => {
  test('a file of no bytes', () => {
    const { location, file } = closedStore();
    writeFileSync(file, '');
    const error = thrownBy(() => openThreadStore(location));
    expect(error).toMatchObject({ code: 'store_failed' });
    expect(error.message).toMatch(/is empty.*restore it, or move it/);
    expect(thrownBy(() => readHistoryJson(location, {}))).toMatchObject({ code: 'store_failed' });
    expect(Object.keys(contentOf(location))).toEqual(['sealvisor.db']);
  });

  test('a file that is longer than its header tells', () => {
    const { location, file, bytes } = closedStore();
    writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(4096)]));
    expect(thrownBy(() => openThreadStore(location)).message).toContain(
      `its header tells of ${bytes.length}`,
    );
  });

  test('a log whose file is gone', () => {
    const { location, ...store } = openStore();
    store.commit(record, rowOf());
    renameSync(join(location, 'sealvisor.db'), join(location, 'moved'));
    const log = readFileSync(join(location, 'sealvisor.db-wal'));
    store.close();
    writeFileSync(join(location, 'sealvisor.db-wal'), log);
    expect(thrownBy(() => openThreadStore(location))).toMatchObject({ code: 'store_failed' });
    expect(existsSync(join(location, 'sealvisor.db'))).toBe(false);
    rmSync(join(location, 'sealvisor.db-wal'));
    expect(readBy(location)).toMatchObject({ state: 'Empty' });
  });

  test('a history whose record is gone', () => {
    const { location } = closedStore();
    tamper(location, (db) => db.exec('delete from record'));
    expect(readBy(location)).toBe('record_unreadable');
  });

  test('a record that is not of its checksum, though its shape is right', () => {
    const { location } = closedStore();
    tamper(location, (db) => db.exec("update record set body = replace(body, 'C1Done', 'C2Done')"));
    expect(readBy(location)).toBe('record_unreadable');
  });
});

describe('a store that cannot be written to', () => {
  test('is refused when it is opened, its history is read, and it is as before when it can be written again', () => {
    const { location, file, setReadOnly } = readOnlyPlace();
    const store = openStore(location);
    store.commit(record, rowOf());
    const rows = store.historyJson({});
    store.close();
    setReadOnly(true);
    const error = thrownBy(() => openThreadStore(location));
    expect(error).toMatchObject({ code: 'store_failed' });
    expect(error.message).toContain(file);
    expect(readHistoryJson(location, {})).toBe(rows);
    setReadOnly(false);
    expect(readBy(location)).toEqual(record);
  });

  test('is location_not_writable when there is none yet', () => {
    const { location, setReadOnly } = readOnlyPlace();
    setReadOnly(true);
    expect(thrownBy(() => openThreadStore(location))).toMatchObject({ code: 'location_not_writable' });
    expect(contentOf(location)).toEqual({});
  });
});

/** A location that can be made read-only: a mount for root, whom no mode of a file holds back; else by its modes. */
function readOnlyPlace() {
  const location = join(freshDir(), 'place');
  const file = join(location, 'sealvisor.db');
  mkdirSync(location);
  if (process.getuid?.() !== 0) {
    onTestFinished(() => chmodSync(location, 0o755));
    const setReadOnly = (isReadOnly: boolean) => {
      chmodSync(location, isReadOnly ? 0o555 : 0o755);
      if (existsSync(file)) chmodSync(file, isReadOnly ? 0o444 : 0o644);
    };
    return { location, file, setReadOnly };
  }
  const mount = (...args: string[]) => {
    const { status, stderr } = spawnSync('mount', [...args, location], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`this test of root needs a mount: ${stderr}`);
  };
  mount('-t', 'tmpfs', '-o', 'size=8m', 'tmpfs');
  onTestFinished(() => void spawnSync('umount', ['-l', location]));
  return {
    location,
    file,
    setReadOnly: (isReadOnly: boolean) => mount('-o', `remount,${isReadOnly ? 'ro' : 'rw'}`),
  };
}
