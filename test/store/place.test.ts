/** The database of a thread is looked at before each commit: what is written goes where it is found again, or nowhere. */
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sealer } from '#machines/index.js';
import { makeMark } from '#src/disks/mark.js';
import { seeRootSync } from '#src/disks/seen-root.js';
import { openThreadStore, threadStoreFile } from '#src/store/thread-store.js';
import { freshDir, recordOf, rowOf, sector } from '../tools/store/setup.js';

const first = recordOf({ state: 'Allocated', sector });
const next = recordOf({ state: 'DealsAcquired', sector });

/** A location with its mark, and its store with a record. */
const locationWith = async () => {
  const location = join(freshDir(), 'store');
  mkdirSync(location);
  const { id } = await makeMark(location, 'location', 'w1', new Date());
  const open = () =>
    openThreadStore(location, {
      root: seeRootSync(location, id),
      owner: { worker: 'w1-id', location: id },
    });
  const store = open();
  store.commit(first, rowOf());
  return { location, file: threadStoreFile(location), id, store, open };
};

describe('in mid-run', () => {
  test('removed: nothing is written any more, and the file is named', async () => {
    const { file, store } = await locationWith();
    rmSync(file);
    expect(() => store.commit(next, rowOf())).toThrow(
      /sealvisor\.db was removed or renamed while it is in use/,
    );
    store.close();
  });

  test('replaced by another thread’s copy: refused, and the copy is left as it is', async () => {
    const [one, other] = [await locationWith(), await locationWith()];
    other.store.close();
    const copy = readFileSync(other.file);
    rmSync(one.file);
    copyFileSync(other.file, one.file);
    expect(() => one.store.commit(next, rowOf())).toThrow(/was replaced by another file while it is in use/);
    expect(readFileSync(one.file)).toEqual(copy);
    one.store.close();
  });

  test('its location renamed: refused; renamed back, it goes on', async () => {
    const { location, store } = await locationWith();
    renameSync(location, `${location}-moved`);
    expect(() => store.commit(next, rowOf())).toThrow(location);
    renameSync(`${location}-moved`, location);
    store.commit(next, rowOf());
    expect(store.read(sealer, 0)).toEqual(next);
    store.close();
  });
});

describe('at the start', () => {
  test('another thread’s record is refused, naming both, and left as it is', async () => {
    const [one, other] = [await locationWith(), await locationWith()];
    one.store.close();
    other.store.close();
    copyFileSync(other.file, one.file);
    expect(one.open).toThrow(
      expect.objectContaining({
        code: 'record_unreadable',
        message: expect.stringMatching(new RegExp(`${other.id} by worker w1-id.*${one.id}`)),
      }),
    );
    expect(readFileSync(one.file)).toEqual(readFileSync(other.file));
  });

  test('a record that is gone beside a sector’s files is not begun anew', async () => {
    const { location, file, store, open } = await locationWith();
    store.close();
    mkdirSync(join(location, 'sectors', sector.id), { recursive: true });
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
    expect(open).toThrow(expect.objectContaining({ code: 'record_unreadable' }));
  });
});
