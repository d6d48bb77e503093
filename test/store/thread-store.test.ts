import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sealer } from '#machines/index.js';
import { SealvisorError } from '#src/protocol/errors.js';
import { sumOf } from '#src/store/record-table.js';
import { openThreadStore } from '#src/store/thread-store.js';
import {
  freshDir,
  openStore,
  recordOf,
  rowOf,
  sector,
  since,
  tamper,
  thrownBy,
} from '../tools/store/setup.js';

const full = recordOf({
  state: 'C1Done',
  sector,
  outputs: { deals: [], c1: { challenges: [1, 2] } },
  isPaused: true,
  intent: { kind: 'pause', how: 'now', by: 'alice', reason: null, at: since },
  lastError: { level: 'permanent', message: 'No parameters', stage: 'C2', at: since },
  tries: 2,
  nextAtMs: 17,
});

describe('a record', () => {
  test('of a new location is an empty one for the plan, and reading writes nothing', () => {
    const store = openStore();
    expect(store.read(sealer, Date.parse(since))).toEqual(recordOf());
    expect(store.revision()).toBe(0);
    expect(store.history({ limit: 10 })).toEqual([]);
  });

  test('is read back as it was committed, also by the next owner', () => {
    const store = openStore();
    store.commit(full, rowOf());
    expect(store.read(sealer, 0)).toEqual(full);
    store.close();
    expect(openStore(store.location).read(sealer, 0)).toEqual(full);
  });

  test('is replaced by the next: there is one', () => {
    const store = openStore();
    store.commit(full, rowOf());
    store.commit(recordOf({ state: 'Allocated', sector }), rowOf());
    store.close();
    expect(tamper(store.location, (db) => db.prepare('select count(*) as n from record').get())).toEqual({
      n: 1,
    });
    expect(openStore(store.location).read(sealer, 0).state).toBe('Allocated');
  });
});

describe('record and history row are one transaction', () => {
  const before = recordOf({ state: 'Allocated', sector });

  test('a row that cannot be written leaves the record as it was, and says what to do', () => {
    const { location, ...first } = openStore();
    first.commit(before, rowOf());
    first.close();
    tamper(location, (db) =>
      db.exec("create trigger full before insert on history begin select raise(abort, 'disk full'); end"),
    );
    const store = openStore(location);
    const error = thrownBy(() => store.commit(full, rowOf()));
    expect(error).toBeInstanceOf(SealvisorError);
    expect(error).toMatchObject({ code: 'store_failed' });
    expect(error.message).toContain(location);
    expect(store.read(sealer, 0)).toEqual(before);
    expect(store.revision()).toBe(1);
  });

  test('a record that cannot be written leaves no row', () => {
    const store = openStore();
    store.commit(before, rowOf());
    const unwritable = recordOf({ outputs: { ticket: 1n } });
    expect(thrownBy(() => store.commit(unwritable, rowOf()))).toMatchObject({ code: 'store_failed' });
    expect(store.history({ limit: 10 })).toHaveLength(1);
    expect(store.read(sealer, 0)).toEqual(before);
  });

  test('both are there when the thread that wrote them is killed in the next moment', async () => {
    const location = freshDir();
    const writer = `
      const { workerData, parentPort } = require('node:worker_threads');
      import(workerData.module).then(({ openThreadStore }) => {
        const store = openThreadStore(workerData.location);
        for (let n = 1; ; n += 1) {
          store.commit({ ...workerData.record, tries: n }, { ...workerData.row, durationMs: n });
          if (n === 20) parentPort.postMessage('twenty are written');
        }
      });`;
    const module = new URL('../../dist/src/store/thread-store.js', import.meta.url).href;
    const worker = new Worker(writer, {
      eval: true,
      workerData: { module, location, record: full, row: rowOf() },
    });
    await new Promise((resolve) => worker.once('message', resolve));
    await worker.terminate();
    const store = openStore(location);
    const { tries } = store.read(sealer, 0);
    expect(tries).toBeGreaterThanOrEqual(20);
    expect(store.revision()).toBe(tries);
    expect(store.history({ limit: 1 })).toMatchObject([{ seq: tries, durationMs: tries }]);
  });
});

test.each([0, 1, 20])('a process killed behind its commit %i leaves what it committed', (count) => {
  const location = freshDir();
  const module = new URL('../../dist/src/store/thread-store.js', import.meta.url).href;
  const script = `import { openThreadStore } from '${module}';
    const [record, row] = ${JSON.stringify([full, rowOf()])};
    const store = openThreadStore(process.argv[1]);
    for (let n = 1; n <= ${count}; n += 1) store.commit({ ...record, tries: n }, row);
    process.kill(process.pid, 'SIGKILL');`;
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script, location]);
  expect(signal).toBe('SIGKILL');
  expect(existsSync(join(location, 'sealvisor.db-wal'))).toBe(true);
  const store = openStore(location);
  expect(store.revision()).toBe(count);
  expect(store.read(sealer, 0)).toMatchObject(count === 0 ? { state: 'Empty' } : { ...full, tries: count });
});

describe('one location has one owner', () => {
  test('a second is told location_in_use and where; the first goes on; after it, the next may', () => {
    const first = openStore();
    first.commit(full, rowOf());
    const error = thrownBy(() => openThreadStore(first.location));
    expect(error).toMatchObject({ code: 'location_in_use' });
    expect(error.message).toContain(first.location);
    expect(first.commit(full, rowOf())).toBe(2);
    first.close();
    expect(openStore(first.location).revision()).toBe(2);
  });

  test('also one that has written nothing yet', () => {
    const first = openStore();
    expect(thrownBy(() => openThreadStore(first.location))).toMatchObject({ code: 'location_in_use' });
  });
});

describe('a record that cannot be read is refused with record_unreadable and left as it is', () => {
  const unreadable: [string, number, string][] = [
    ['no JSON', 1, '{"version":1,'],
    ['null', 1, 'null'],
    ['a list', 1, '[]'],
    ['a newer version', 2, JSON.stringify({ ...full, version: 2 })],
    ['an older version than the first', 0, JSON.stringify({ ...full, version: 0 })],
    ['a body of another version than its row says', 1, JSON.stringify({ ...full, version: 2 })],
    ...Object.keys(full).map((key): [string, number, string] => {
      const { [key as keyof typeof full]: _gone, ...rest } = full;
      return [`${key} missing`, 1, JSON.stringify(rest)];
    }),
    ...(
      [
        ['state', 7],
        ['state', 'Melted'],
        ['plan', 'snapup'],
        ['sector', 's-t010000-2'],
        ['outputs', null],
        ['isPaused', 'no'],
        ['intent', true],
        ['lastError', 'permanent: x'],
        ['tries', '2'],
        ['nextAtMs', 'soon'],
        ['since', 5],
      ] as const
    ).map(([key, value]): [string, number, string] => [
      `${key} ${JSON.stringify(value)}`,
      1,
      JSON.stringify({ ...full, [key]: value }),
    ]),
  ];

  test.each(unreadable)('%s', (_, version, body) => {
    const { location, ...first } = openStore();
    first.commit(full, rowOf());
    first.close();
    tamper(location, (db) =>
      db.prepare('update record set version = ?, body = ?, sum = ?').run(version, body, sumOf(body)),
    );
    const store = openStore(location);
    const error = thrownBy(() => store.read(sealer, 0));
    expect(error).toBeInstanceOf(SealvisorError);
    expect(error).toMatchObject({ code: 'record_unreadable' });
    expect(error.message).toContain(join(location, 'sealvisor.db'));
    store.close();
    expect(tamper(location, (db) => db.prepare('select version, body from record').get())).toEqual({
      version,
      body,
    });
  });

  test('but a plan that has no sector in hand is just changed', () => {
    const { location, ...first } = openStore();
    first.commit(recordOf({ plan: 'snapup', isPaused: true }), rowOf());
    first.close();
    expect(openStore(location).read(sealer, 0)).toEqual(recordOf({ isPaused: true }));
  });

  test('a newer version is told by its number', () => {
    const { location, ...first } = openStore();
    first.commit(full, rowOf());
    first.close();
    tamper(location, (db) => db.exec('update record set version = 9'));
    expect(thrownBy(() => openStore(location).read(sealer, 0)).message).toContain('version 9');
  });
});

describe('a store that cannot be opened', () => {
  test('because the file is no database is store_failed, and its bytes stay', () => {
    const location = freshDir();
    const file = join(location, 'sealvisor.db');
    const bytes = 'this is not a database, but somebody may want it back '.repeat(100);
    writeFileSync(file, bytes);
    const error = thrownBy(() => openThreadStore(location));
    expect(error).toMatchObject({ code: 'store_failed' });
    expect(error.message).toContain(file);
    expect(readFileSync(file, 'utf8')).toBe(bytes);
  });

  test('because its pages are damaged is store_failed, also when only a read finds out', () => {
    const { location, ...first } = openStore();
    first.commit(recordOf({ outputs: { c1: 'x'.repeat(50_000) } }), rowOf());
    first.close();
    const file = join(location, 'sealvisor.db');
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 4096);
    writeFileSync(file, bytes);
    const error = thrownBy(() => {
      const store = openThreadStore(location);
      onTestFinished(() => store.close());
      store.read(sealer, 0);
    });
    expect(error).toMatchObject({ code: 'store_failed' });
    expect(error.message).toContain(file);
    expect(existsSync(file)).toBe(true);
  });

  test('because the location is a file is location_not_writable', () => {
    const location = join(freshDir(), 'taken');
    writeFileSync(location, '');
    expect(thrownBy(() => openThreadStore(location))).toMatchObject({ code: 'location_not_writable' });
  });
});

describe('the request for the next sector', () => {
  test('is the same until one is in hand, also for the next owner; then it is another', () => {
    const store = openStore();
    const first = store.request();
    expect(store.request()).toBe(first);
    store.commit(recordOf({ isPaused: true }), rowOf());
    store.close();
    const next = openStore(store.location);
    expect(next.request()).toBe(first);
    next.commit(recordOf({ state: 'Allocated', sector }), rowOf());
    next.commit(recordOf(), rowOf());
    expect(next.request()).not.toBe(first);
  });
});
