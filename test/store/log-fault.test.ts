/** The log beside a database: SQLite takes what is behind a damaged place in it for never written. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openFleetStore } from '#src/store/fleet-store.js';
import { logFault } from '#src/store/log-fault.js';
import { openThreadStore } from '#src/store/thread-store.js';
import { contentOf, freshDir, openStore, recordOf, rowOf, thrownBy } from '../tools/store/setup.js';

/** The files of a manager that was killed, its last commits in the log. */
function killedHome() {
  const home = join(freshDir(), 'home');
  const store = openFleetStore(join(home, 'manager.db'));
  for (let at = 0; at < 6; at += 1) store.nextSector(10000, JSON.stringify({ at }));
  const copy = freshDir();
  for (const [name, content] of Object.entries(contentOf(home))) writeFileSync(join(copy, name), content);
  store.close();
  const log = join(copy, 'manager.db-wal');
  return { file: join(copy, 'manager.db'), log, bytes: readFileSync(log) };
}

const frame = 24 + 4096;

test('a whole one is whole, as is one cut anywhere: the end of a power cut', () => {
  const { bytes } = killedHome();
  expect(logFault(bytes)).toBeUndefined();
  expect(logFault(Buffer.alloc(0))).toBeUndefined();
  expect(logFault(Buffer.alloc(256 * 1024))).toBeUndefined();
  fc.assert(
    fc.property(fc.nat({ max: bytes.length }), (size) => {
      expect(logFault(bytes.subarray(0, size))).toBeUndefined();
    }),
    { numRuns: 50 },
  );
});

test('one that is damaged before its last commit is refused, and the files are left as they are', () => {
  const { file, log, bytes } = killedHome();
  fc.assert(
    fc.property(fc.nat({ max: 32 + 2 * frame }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const spoilt = Buffer.from(bytes);
      spoilt[at] = (spoilt[at] ?? 0) ^ flip;
      writeFileSync(log, spoilt);
      const error = thrownBy(() => openFleetStore(file).close());
      expect(error).toMatchObject({ code: 'store_failed' });
      expect(error.message).toMatch(/manager\.db-wal/);
      expect(readFileSync(log).equals(spoilt)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('zeros over its beginning are no new log', () => {
  const { file, log, bytes } = killedHome();
  writeFileSync(log, Buffer.from(bytes).fill(0, 0, 4096));
  expect(thrownBy(() => openFleetStore(file).close())).toMatchObject({ code: 'store_failed' });
});

test('a thread’s is looked at alike', () => {
  const { location, ...store } = openStore();
  onTestFinished(() => store.close());
  for (let tries = 0; tries < 5; tries += 1) store.commit(recordOf({ tries }), rowOf());
  const copy = freshDir();
  for (const [name, content] of Object.entries(contentOf(location))) {
    const bytes = Buffer.from(content);
    if (name.endsWith('-wal')) bytes[32 + frame + 100] = (bytes[32 + frame + 100] ?? 0) ^ 1;
    writeFileSync(join(copy, name), bytes);
  }
  expect(thrownBy(() => openThreadStore(copy))).toMatchObject({ code: 'store_failed' });
});
