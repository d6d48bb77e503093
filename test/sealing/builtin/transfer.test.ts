import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { transferDraft } from '#src/sealing/builtin/files/brought.js';
import { runTask } from '#src/sealing/builtin/index.js';
import type { TransferItem, TransferTask } from '#src/sealing/tasks.js';
import { bytesOf, MiB, makeDir, makeWork } from '../../tools/sealing/chain.js';
import { readTrace } from '../../tools/sealing/read-trace.js';

function setup() {
  const dir = makeDir();
  const at = (...names: string[]) => join(dir, ...names);
  const write = (name: string, bytes: Uint8Array) => {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), bytes);
  };
  const item = (name: string, store: string | null = null): TransferItem => ({
    store_name: store,
    uri: at(name),
  });
  const bring = (
    src: TransferItem,
    dest: TransferItem,
    opt: { is_dir?: boolean; allow_link?: boolean } | null = null,
    work = makeWork(),
  ) =>
    runTask(
      'transfer',
      {
        stores: { kept: { name: 'kept', meta: null } },
        routes: [{ src, dest, opt: opt && { is_dir: false, allow_link: false, ...opt } }],
      },
      work,
    );
  return { dir, at, write, item, bring };
}

/** What our own processor answers, as a child process. */
async function answerOf(task: TransferTask): Promise<{ output?: unknown; err_msg?: string }> {
  const bin = fileURLToPath(import.meta.resolve('#cli/venus-worker.cjs'));
  const child = spawn(process.execPath, [bin, 'processor', 'transfer'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.write(`${JSON.stringify({ id: 1, task })}\n`);
  try {
    // The answer's line is JSON by the protocol.
    // Lines of progress have neither; the answer's line is JSON by the protocol.
    for await (const line of createInterface(child.stdout))
      if (/"(output|err_msg)"/.test(line)) return JSON.parse(line) as { err_msg?: string };
    throw new Error('it ended without an answer');
  } finally {
    child.stdin.end();
  }
}

test('a file is copied, directories are made, and how far it is is told in bytes', async () => {
  const { at, write, item, bring } = setup();
  const bytes = bytesOf(3 * MiB + 5);
  write('a', bytes);
  const told: number[] = [];
  const work = makeWork(({ done, total, unit }) => {
    expect([total, unit]).toEqual([2 * bytes.length, 'bytes']);
    told.push(done);
  });
  expect(await bring(item('a'), item('deep/er/b', 'kept'), null, work)).toBe(true);
  expect(readFileSync(at('deep/er/b')).equals(bytes)).toBe(true);
  expect(statSync(at('deep/er/b')).ino).not.toBe(statSync(at('a')).ino);
  expect(told.at(-1)).toBe(2 * bytes.length);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
});

test('run again it makes the same file; what a killed try left goes', async () => {
  const { at, write, item, bring } = setup();
  write('a', bytesOf(100));
  const leaveHalf = () => writeFileSync(transferDraft(at('a'), at('out/b')), 'half');
  mkdirSync(at('out'));
  for (let count = 0; count < 2; count += 1) {
    leaveHalf();
    await bring(item('a'), item('out/b'));
    expect(readdirSync(at('out'))).toEqual(['b']);
    expect(readFileSync(at('out/b')).equals(bytesOf(100))).toBe(true);
  }
});

describe('what lies there already is another’s, and is not replaced', () => {
  test.each([
    ['of another size', bytesOf(7, 2), false],
    ['of the same size', bytesOf(100, 2), false],
    ['where a link is allowed', bytesOf(100, 2), true],
  ])('%s', async (_, other, allow_link) => {
    const { at, write, item, bring } = setup();
    write('a', bytesOf(100));
    write('out/b', other);
    await expect(bring(item('a'), item('out/b'), { allow_link })).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringContaining(`${at('out/b')} is another file`),
    });
    expect(readFileSync(at('out/b')).equals(other)).toBe(true);
    expect(readdirSync(at('out'))).toEqual(['b']);
  });

  test('it is looked at before the first file is brought', async () => {
    const { at, write, item, bring } = setup();
    write('from/1', bytesOf(100));
    write('from/2', bytesOf(100));
    write('to/2', bytesOf(100, 2));
    await expect(bring(item('from'), item('to'), { is_dir: true })).rejects.toMatchObject({
      level: 'permanent',
    });
    expect(readdirSync(at('to'))).toEqual(['2']);
  });

  test('of two sectors that come to one name at the same moment one is there, whole', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      const { at, write, item, bring } = setup();
      const sectors = [bytesOf(MiB, 1), bytesOf(MiB, 2)];
      for (const [name, bytes] of sectors.entries()) write(`${name}`, bytes);
      const ended = await Promise.allSettled(sectors.map((_, name) => bring(item(`${name}`), item('out/b'))));
      const won = ended.findIndex(({ status }) => status === 'fulfilled');
      expect(ended.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(ended[1 - won]).toMatchObject({ reason: { level: 'permanent' } });
      expect(readFileSync(at('out/b')).equals(sectors[won] ?? Buffer.of())).toBe(true);
      expect(readdirSync(at('out'))).toEqual(['b']);
    }
  });

  test('so do two processes (venus-worker processor transfer)', async () => {
    const { at, write, item } = setup();
    const sectors = [bytesOf(2 * MiB, 1), bytesOf(2 * MiB, 2)];
    for (const [name, bytes] of sectors.entries()) write(`${name}`, bytes);
    mkdirSync(at('out'));
    const answers = await Promise.all(
      sectors.map((_, name) =>
        answerOf({ stores: {}, routes: [{ src: item(`${name}`), dest: item('out/b'), opt: null }] }),
      ),
    );
    const won = answers.findIndex(({ output }) => output === true);
    expect(answers[1 - won]?.err_msg).toMatch(/^permanent: .* is another file than/);
    expect(readFileSync(at('out/b')).equals(sectors[won] ?? Buffer.of())).toBe(true);
    expect(readdirSync(at('out'))).toEqual(['b']);
  });
});

describe('the root of a store is not made: where it is missing, its disk is', () => {
  test.each(['gone/sealed/s-t01000-1', 'gone/cache/s-t01000-1/p_aux', 'gone/update-cache/s-t01000-1/p_aux'])(
    '%s',
    async (dest) => {
      const { dir, write, item, bring } = setup();
      write('a', bytesOf(100));
      await expect(bring(item('a'), item(dest, 'kept'))).rejects.toMatchObject({ level: 'critical' });
      expect(readdirSync(dir)).toEqual(['a']);
    },
  );

  test('what lies below it is', async () => {
    const { at, write, item, bring } = setup();
    write('a', bytesOf(100));
    mkdirSync(at('kept'));
    await bring(item('a'), item('kept/cache/s-t01000-1/p_aux', 'kept'));
    expect(readdirSync(at('kept'), { recursive: true })).toHaveLength(3);
  });
});

test.each([true, false])('a directory comes with all that is in it (link: %s)', async (allow_link) => {
  const { at, write, item, bring } = setup();
  write('from/one', bytesOf(32, 1));
  write('from/in/two', bytesOf(64, 2));
  write('to/old', bytesOf(32, 3));
  await bring(item('from'), item('to'), { is_dir: true, allow_link });
  expect(readdirSync(at('to'), { recursive: true }).toSorted()).toEqual(['in', 'in/two', 'old', 'one']);
  expect(readFileSync(at('to/in/two')).equals(bytesOf(64, 2))).toBe(true);
});

test('a link is a second name of the same file, and once more', async () => {
  const { at, write, item, bring } = setup();
  write('a', bytesOf(100));
  for (let count = 0; count < 2; count += 1) {
    await bring(item('a'), item('out/b'), { allow_link: true });
    expect(statSync(at('out/b')).ino).toBe(statSync(at('a')).ino);
    expect(readdirSync(at('out'))).toEqual(['b']);
  }
});

test('to another file system it is copied where a link was allowed', async () => {
  const { at, write, item, bring } = setup();
  write('a', bytesOf(100));
  const elsewhere = '/dev/shm';
  if (!existsSync(elsewhere) || statSync(elsewhere).dev === statSync(at('a')).dev) return;
  const { mkdtempSync, rmSync } = await import('node:fs');
  const other = mkdtempSync(join(elsewhere, 'transfer-'));
  try {
    const dest = { store_name: null, uri: join(other, 'b') };
    await bring(item('a'), dest, { allow_link: true });
    expect(readFileSync(dest.uri).equals(readFileSync(at('a')))).toBe(true);
    expect(readdirSync(other)).toEqual(['b']);
  } finally {
    rmSync(other, { recursive: true });
  }
});

test.each([
  [undefined, 1],
  [false, 0],
] as const)(
  'read_back %s: each byte of the source is read once, of the copy %s times',
  async (readBack, times) => {
    const { at, write, item } = setup();
    write('a', bytesOf(MiB));
    const read = await readTrace();
    const routes = [{ src: item('a'), dest: item('out/b'), opt: null }];
    const task = { stores: {}, routes, ...(readBack === undefined ? {} : { read_back: readBack }) };
    await runTask('transfer', task, makeWork());
    expect(read.bytesOf(at('a'))).toBe(MiB);
    expect(read.inDirectory(at('out'))).toBe(times * MiB);
  },
);

test('an abort in the middle leaves no file', async () => {
  const { dir, write, item, bring } = setup();
  write('a', bytesOf(8 * MiB));
  const stop = new AbortController();
  const work = makeWork(() => stop.abort(new Error('stop')), stop.signal);
  await expect(bring(item('a'), item('out/b'), null, work)).rejects.toThrow('stop');
  expect(readdirSync(join(dir, 'out'))).toEqual([]);
});

test.each<[string, 'critical' | 'permanent', (world: ReturnType<typeof setup>) => Promise<unknown>]>([
  ['what is not there', 'critical', ({ item, bring }) => bring(item('none'), item('b'))],
  [
    'a directory that is not there',
    'critical',
    ({ item, bring }) => bring(item('none'), item('b'), { is_dir: true }),
  ],
  [
    'a file that is said to be a directory',
    'critical',
    ({ item, bring }) => bring(item('a'), item('b'), { is_dir: true }),
  ],
  ['a directory that is said to be a file', 'permanent', ({ item, bring }) => bring(item('d'), item('b'))],
  [
    'a directory into itself',
    'permanent',
    ({ item, bring }) => bring(item('d'), item('d/x'), { is_dir: true }),
  ],
  ['a file behind a file', 'critical', ({ item, bring }) => bring(item('a'), item('a/b'))],
  ['a file over a directory', 'critical', ({ item, bring }) => bring(item('a'), item('d'))],
  [
    'a link over a directory',
    'critical',
    ({ item, bring }) => bring(item('a'), item('d'), { allow_link: true }),
  ],
  [
    'a dangling link',
    'critical',
    ({ at, item, bring }) => {
      symlinkSync(at('nowhere'), at('d', 'dangling'));
      return bring(item('d'), item('b'), { is_dir: true });
    },
  ],
  [
    'a store that is none of the task',
    'permanent',
    ({ item, bring }) => bring(item('a'), item('b', 'other')),
  ],
])('%s is refused (%s), and nothing is left', async (_, level, act) => {
  const world = setup();
  world.write('a', bytesOf(100));
  world.write('d/in', bytesOf(100));
  await expect(act(world)).rejects.toMatchObject({ level });
  expect(readdirSync(world.dir).toSorted()).toEqual(['a', 'd']);
});
