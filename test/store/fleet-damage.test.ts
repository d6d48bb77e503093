/** A manager's database that is not what it was: never taken for new, never written to, and told what to do. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openFleetStore } from '#src/store/fleet-store.js';
import { openThreadStore } from '#src/store/thread-store.js';
import { openWorkerStore } from '#src/store/worker-store.js';
import { contentOf, freshDir, openStore, thrownBy } from '../tools/store/setup.js';

const lives = Array.from({ length: 40 }, (_, at) =>
  JSON.stringify({ state: 'PC1Done', at, x: 'x'.repeat(300) }),
);

/** A closed home with sectors, jobs and numbers; `log` is of the same store before it was closed. */
function closedHome() {
  const home = join(freshDir(), 'home');
  const file = join(home, 'manager.db');
  const store = openFleetStore(file);
  for (const life of lives) store.nextSector(10000, life);
  store.addJob({ miner: 10000, number: 1, isOpen: 1, body: '{"kind":"unseal"}' });
  const { identity } = store;
  store.close();
  return { home, file, identity, bytes: readFileSync(file) };
}

function sqlIn(file: string, sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

/** What the next owner of a home gets: the sectors, or the code it is refused with. */
function openedBy(file: string): readonly string[] | string | undefined {
  let store: ReturnType<typeof openFleetStore> | undefined;
  try {
    store = openFleetStore(file);
    return store.sectors().map(({ body }) => body);
  } catch (error) {
    // What a store throws is a SealvisorError; all else fails the test that looks at it.
    return (error as { readonly code?: string }).code;
  } finally {
    store?.close();
  }
}

const advice =
  /restore it .*from a backup.*manager-identity\.json.*to start empty.*sector numbers continue after.*worker adopt/;

function refusal(file: string, home = join(file, '..')) {
  const before = contentOf(home);
  const error = thrownBy(() => openFleetStore(file));
  expect(error).toMatchObject({ code: 'store_failed' });
  expect(error.message).toContain(file);
  expect(contentOf(home)).toEqual(before);
  return error.message;
}

describe('is refused with what to do and what it costs, and left as it is:', () => {
  test.each([0, 1, 100, 4095, 4096, 3 * 4096])('a file cut to %d bytes', (size) => {
    const { file } = closedHome();
    truncateSync(file, size);
    expect(refusal(file)).toMatch(advice);
  });

  test('a file that is gone', () => {
    const { file, identity } = closedHome();
    rmSync(file);
    const message = refusal(file);
    expect(message).toMatch(
      /is gone.*restore it.*from a backup.*sector numbers continue after.*worker adopt/,
    );
    expect(message).toContain(identity);
  });

  test('a directory in its place', () => {
    const { file, home } = closedHome();
    rmSync(file);
    mkdirSync(file);
    const message = thrownBy(() => openFleetStore(file)).message;
    expect(message).toMatch(/is a directory/);
    expect(message).toMatch(advice);
    expect(readdirSync(home).toSorted()).toEqual(['manager-identity.json', 'manager.db']);
  });

  test('text in its place', () => {
    const { file } = closedHome();
    writeFileSync(file, 'nothing of a database\n'.repeat(1000));
    expect(refusal(file)).toMatch(advice);
  });

  test.each([
    ['without a log of its own', ''],
    ['with one', 'pragma journal_mode = wal;'],
  ])('a database of another program, %s', (_, mode) => {
    const { file } = closedHome();
    rmSync(file);
    sqlIn(file, `${mode} create table bookmarks (url text); insert into bookmarks values ('x');`);
    expect(refusal(file)).toMatch(/is not a database of this kind \(its tables: bookmarks\)/);
  });

  test('a thread’s database', () => {
    const { file } = closedHome();
    const { location, ...thread } = openStore();
    thread.close();
    renameSync(join(location, 'sealvisor.db'), file);
    expect(refusal(file)).toMatch(/is not a database of this kind/);
  });

  test('another manager’s database', () => {
    const [one, other] = [closedHome(), closedHome()];
    writeFileSync(one.file, other.bytes);
    const message = refusal(one.file);
    for (const id of [one.identity, other.identity]) expect(message).toContain(id);
  });

  test('one that has lost its identity', () => {
    const { file } = closedHome();
    sqlIn(file, 'delete from identity');
    expect(refusal(file)).toMatch(/identity/);
  });

  test('one of a newer version', () => {
    const { file } = closedHome();
    sqlIn(file, 'pragma user_version = 7');
    expect(refusal(file)).toMatch(/version 7, .*version 1/);
  });

  test.each(['sector', 'job'])('a %s that is not of its checksum', (table) => {
    const { file } = closedHome();
    sqlIn(
      file,
      `update ${table} set body = replace(replace(body, 'PC1', 'PC2'), 'unseal', 'unseaI') where rowid = 1 or number = 1`,
    );
    expect(refusal(file)).toMatch(advice);
  });

  test('an identity file that cannot be read', () => {
    const { file, home } = closedHome();
    writeFileSync(join(home, 'manager-identity.json'), '{');
    expect(refusal(file)).toMatch(/manager-identity\.json/);
  });
});

test('one wrong byte anywhere: every sector as it was, or a refusal that leaves the file as it is', () => {
  const { file, bytes } = closedHome();
  const anywhere = fc.nat({ max: bytes.length - 1 });
  const inHeader = fc.nat({ max: 110 });
  fc.assert(
    fc.property(fc.oneof(anywhere, inHeader), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const spoilt = Buffer.from(bytes);
      spoilt[at] = (spoilt[at] ?? 0) ^ flip;
      writeFileSync(file, spoilt);
      const found = openedBy(file);
      if (typeof found === 'object') {
        expect(found).toEqual(lives);
      } else {
        expect(found).toBe('store_failed');
        expect(readFileSync(file).equals(spoilt)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test('a column of another name is damage, and says what to do', () => {
  const { file } = closedHome();
  const spoil = `pragma writable_schema = on;
    update sqlite_master set sql = replace(sql, 'cid', 'cie') where name = 'aside'`;
  const db = new Database(file);
  db.unsafeMode(true);
  db.exec(spoil);
  db.close();
  expect(refusal(file)).toMatch(advice);
});

test('a home from before there was an identity file is taken over and gets one', () => {
  const { file, home, identity } = closedHome();
  rmSync(join(home, 'manager-identity.json'));
  sqlIn(
    file,
    'alter table sector drop column sum; alter table job drop column sum; pragma user_version = 0;',
  );
  const store = openFleetStore(file);
  onTestFinished(() => store.close());
  expect(store.identity).toBe(identity);
  expect(store.sectors().map(({ body }) => body)).toEqual(lives);
  expect(JSON.parse(readFileSync(join(home, 'manager-identity.json'), 'utf8'))).toMatchObject({ identity });
});

test('a backup of file and log is opened as it was', () => {
  const home = join(freshDir(), 'home');
  const store = openFleetStore(join(home, 'manager.db'));
  onTestFinished(() => store.close());
  for (const life of lives) store.nextSector(10000, life);
  const copy = freshDir();
  for (const [name, content] of Object.entries(contentOf(home))) writeFileSync(join(copy, name), content);
  expect(openedBy(join(copy, 'manager.db'))).toEqual(lives);
});

describe('a file of one kind is not opened as another:', () => {
  test('another program’s as a thread’s or a worker’s', () => {
    const dir = freshDir();
    for (const name of ['sealvisor.db', 'sealvisor-worker.db'])
      sqlIn(join(dir, name), 'create table bookmarks (url text)');
    const before = contentOf(dir);
    for (const open of [() => openThreadStore(dir), () => openWorkerStore(dir)])
      expect(thrownBy(open).message).toMatch(/is not a database of this kind \(its tables: bookmarks\)/);
    expect(contentOf(dir)).toEqual(before);
  });

  test('a thread’s as a worker’s', () => {
    const { location, ...thread } = openStore();
    thread.close();
    renameSync(join(location, 'sealvisor.db'), join(location, 'sealvisor-worker.db'));
    expect(thrownBy(() => openWorkerStore(location)).message).toContain('is not a database of this kind');
    expect(existsSync(join(location, 'sealvisor.db'))).toBe(false);
  });
});
