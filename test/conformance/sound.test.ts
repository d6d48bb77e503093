/** Our own processors and those of docs/processors.md, tried as anybody's. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseAnswer, processorChild } from '#src/processes/index.js';
import { builtinStages } from '#src/protocol/stages.js';
import { runTask } from '#src/sealing/builtin/index.js';
import {
  faults,
  fileWith,
  freshDir,
  hasPython,
  printed,
  processorFile,
  tried,
} from '../tools/conformance/setup.js';
import { venusWorker } from '../tools/processes/setup.js';
import { bytesOf, makeWork } from '../tools/sealing/chain.js';

test.each(builtinStages)('our own %s passes every check', async (stage) => {
  const results = await tried({
    command: process.execPath,
    args: [venusWorker, 'processor', stage],
    stage,
    stableWaitMs: 20_000,
  });
  expect(faults(results)).toEqual([]);
  expect(results.answer?.verdict).toBe('ok');
});

test('a processor that does what is agreed passes every check', async () => {
  const results = await tried({ command: process.execPath, args: [processorFile()], stage: 'tree_d' });
  const skipped = Object.values(results).filter(({ verdict }) => verdict !== 'ok');
  expect(skipped.map(({ check, seen }) => [check, seen])).toEqual([
    ['large task', 'a task of tree_d is small'],
  ]);
});

test('our own unseal refuses a real upgraded sector, and no other stage is asked for one', async () => {
  const ours = (stage: 'unseal' | 'tree_d') =>
    tried({
      command: process.execPath,
      args: [venusWorker, 'processor', stage],
      stage,
      stableWaitMs: 20_000,
    });
  expect((await ours('unseal'))['upgraded sector']).toMatchObject({
    verdict: 'skipped',
    seen: expect.stringContaining('refused: '),
  });
  expect((await ours('tree_d'))['upgraded sector']).toBeUndefined();
});

const python = () => ({ command: 'python3', args: [fileWith('tree_d.py', printed('python'))] });
const shell = () => ({ command: '/bin/sh', args: [fileWith('transfer.sh', printed('sh'))] });

async function asking(stage: string, how: { readonly command: string; readonly args: readonly string[] }) {
  const processor = await processorChild({ stage, stableWaitMs: 20_000, ...how })();
  onTestFinished(async () => {
    await processor.stop();
    await processor.exited;
  });
  return async (task: unknown) => parseAnswer(await processor.request(task));
}

describe.skipIf(!hasPython)('the processor in Python', () => {
  test('has no more than 40 lines', () => {
    expect(printed('python').trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  });

  test('passes every check, and does the task it is given', async () => {
    const results = await tried({ ...python(), stage: 'tree_d', stableWaitMs: 20_000 });
    expect(faults(results)).toEqual([]);
    expect(results.answer?.seen).toMatch(/^done/);
    expect(results.output?.verdict).toBe('ok');
  });

  test('writes the tree that our own writes, byte for byte, also over what an earlier try left', async () => {
    const dir = freshDir();
    const staged_file = join(dir, 'staged');
    writeFileSync(staged_file, bytesOf(2048));
    const task = { registered_proof: 'StackedDrg2KiBV1_1', staged_file, cache_dir: join(dir, 'theirs') };
    const ask = await asking('tree_d', python());
    expect(await ask(task)).toEqual({ ok: true, output: true });
    expect(await ask(task)).toEqual({ ok: true, output: true });
    await runTask('tree_d', { ...task, cache_dir: join(dir, 'ours') }, makeWork());
    expect(readdirSync(task.cache_dir)).toEqual(['sc-02-data-tree-d.dat']);
    const [theirs, ours] = ['theirs', 'ours'].map((name) =>
      readFileSync(join(dir, name, 'sc-02-data-tree-d.dat')),
    );
    expect(ours && theirs?.equals(ours)).toBe(true);
  });

  test.each([
    ['no file', { registered_proof: 'StackedDrg2KiBV1_1', staged_file: '/no/staged' }, /No such file/],
    ['an unknown proof', { registered_proof: 'StackedDrg3KiBV1_1' }, /KeyError: '3KiB'/],
    [
      'a short file',
      { registered_proof: 'StackedDrg8MiBV1_1', staged_file: 'short' },
      /has 5 bytes, the sector 8388608/,
    ],
  ])('refuses %s, and says why', async (_, facts, why) => {
    const dir = freshDir();
    writeFileSync(join(dir, 'short'), 'short');
    const staged =
      'staged_file' in facts && facts.staged_file === 'short' ? { staged_file: join(dir, 'short') } : {};
    const ask = await asking('tree_d', python());
    const answer = await ask({ cache_dir: join(dir, 'cache'), ...facts, ...staged });
    expect(answer).toEqual({ ok: false, message: expect.stringMatching(why) });
    expect(existsSync(join(dir, 'cache'))).toBe(false);
  });
});

describe('the processor in shell', () => {
  const item = (uri: string, store_name: string | null = null) => ({ store_name, uri });
  const route = (src: string, dest: string, is_dir = false) => ({
    src: item(src),
    dest: item(dest, 'store'),
    opt: { is_dir, allow_link: false },
  });
  const transfer = (...routes: unknown[]) => ({
    stores: { store: { name: 'store', meta: { note: 'x' } } },
    routes,
  });

  test('has no more than 40 lines', () => {
    expect(printed('sh').trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  });

  test('passes every check, and does the task it is given', async () => {
    const results = await tried({ ...shell(), stage: 'transfer' });
    expect(faults(results)).toEqual([]);
    expect(results.answer?.seen).toMatch(/^done/);
    expect(results.output?.verdict).toBe('ok');
  });

  test('copies files and directories, each of several routes, and leaves nothing else', async () => {
    const dir = freshDir();
    const cache = join(dir, 'cache of it');
    mkdirSync(join(cache, 'deep'), { recursive: true });
    writeFileSync(join(dir, 'sealed'), bytesOf(300_000));
    for (const name of ['p_aux', 'deep/t aux']) writeFileSync(join(cache, name), bytesOf(50, name.length));
    // A worker has the directories of its store there: what is missing with its disk is not made.
    for (const name of ['sealed', 'cache']) mkdirSync(join(dir, 'store', name), { recursive: true });
    const ask = await asking('transfer', shell());
    const task = transfer(
      route(join(dir, 'sealed'), join(dir, 'store/sealed/s-t010000-2')),
      route(cache, join(dir, 'store/cache/s-t010000-2'), true),
    );
    expect(await ask(task)).toEqual({ ok: true, output: true });
    expect(await ask(task)).toEqual({ ok: true, output: true });
    const expected = join(dir, 'expected');
    cpSync(join(dir, 'sealed'), join(expected, 'sealed/s-t010000-2'));
    cpSync(cache, join(expected, 'cache/s-t010000-2'), { recursive: true });
    expect(contentOf(join(dir, 'store'))).toEqual(contentOf(expected));
  });

  test.each([
    ['a file that is not there', (dir: string) => transfer(route(join(dir, 'no'), join(dir, 'copy'))), /no/],
    ['no routes', () => transfer(), 'it has no routes'],
    [
      'an escape in a path',
      (dir: string) => transfer(route(join(dir, 'a"b'), join(dir, 'copy'))),
      /two plain paths/,
    ],
    ['a relative path', (dir: string) => transfer(route('etc', join(dir, 'copy'))), /two plain paths/],
  ])('refuses %s, and says why', async (_, taskIn, why) => {
    const dir = freshDir();
    const ask = await asking('transfer', shell());
    const message = typeof why === 'string' ? why : expect.stringMatching(why);
    expect(await ask(taskIn(dir))).toEqual({ ok: false, message });
    expect(readdirSync(dir)).toEqual([]);
  });
});

/** Every file below a directory, with what is in it. */
function contentOf(dir: string): Readonly<Record<string, string>> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const entries = files.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return [path.slice(dir.length), readFileSync(path, 'base64')] as const;
  });
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
