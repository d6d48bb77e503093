import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseAnswer, processorChild } from '#src/processes/index.js';
import { dumpedPid, dumpVariable } from '#src/protocol/dump-variable.js';
import { workerDumps } from '#src/worker/processors/dumps.js';
import { freshDir, obedientFile } from '../../tools/processes/setup.js';
import { warningsTo } from '../../tools/protocol/told-events.js';

/** A child that prints what it is told to, and a worker's log. */
async function setup() {
  const warnings: string[] = [];
  const logs: string[] = [];
  const dumps = workerDumps(warningsTo(warnings));
  const start = async () => {
    const child = await processorChild({
      stage: 'work',
      stableWaitMs: 20_000,
      command: process.execPath,
      args: [obedientFile()],
      onLog: (line) => logs.push(line),
      onStray: dumps.take,
    })();
    onTestFinished(async () => {
      child.kill();
      await child.exited;
    });
    dumps.watch(child);
    return child;
  };
  const child = await start();
  const print = async (...lines: readonly string[]) => {
    expect(parseAnswer(await child.request({ print: lines }))).toMatchObject({ ok: true });
  };
  return { dumps, child, start, print, warnings, logs, name: dumpVariable(child.pid), dir: freshDir() };
}

const filesIn = (dir: string) => readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8'));
const written = (dir: string, lines: readonly string[]) =>
  expect.poll(() => filesIn(dir).toSorted(), { timeout: 10_000, interval: 5 }).toEqual(lines.toSorted());

test("the variable is upstream's, and no other is one", () => {
  expect(dumpVariable(4711)).toBe('DUMP_ERR_RESP_4711');
  expect(dumpedPid('DUMP_ERR_RESP_4711')).toBe(4711);
  for (const name of [
    'DUMP_ERR_RESP_',
    'DUMP_ERR_RESP_0',
    'DUMP_ERR_RESP_-1',
    'DUMP_ERR_RESP_4711 ',
    'xDUMP_ERR_RESP_1',
    'dump_err_resp_1',
    'PATH',
  ])
    expect(dumpedPid(name)).toBeUndefined();
});

describe('switched on for a child', () => {
  test('each line that is not an answer is a file of its own, whole, and is not logged', async () => {
    const { dumps, child, print, logs, warnings, name, dir } = await setup();
    await dumps.setEnv(name, dir);
    const lines = ['nonsense', `{"id":77,"outp${'x'.repeat(5000)}`, '{"id":99,"err_msg":null,"output":1}'];
    await print(...lines);
    await written(dir, lines);
    for (const file of readdirSync(dir))
      expect(file).toMatch(new RegExp(`^ext-processor-err-resp-${child.pid}-[0-9a-f]{32}\\.json$`));
    expect(logs).toEqual([]);
    expect(warnings).toEqual([
      `lines of process ${child.pid} (work) that are not answers are written to files in ${dir}`,
    ]);
  });

  test('and off again, they are logged', async () => {
    const { dumps, child, print, logs, warnings, name, dir } = await setup();
    await dumps.setEnv(name, dir);
    await dumps.removeEnv(name);
    await dumps.removeEnv(name);
    await print('nonsense');
    expect(logs).toEqual(['answers no request: nonsense']);
    expect(filesIn(dir)).toEqual([]);
    expect(warnings.slice(1)).toEqual([
      `lines of process ${child.pid} are logged again: the dump is switched off`,
    ]);
  });

  test('the lines of another child are logged', async () => {
    const { dumps, start, print, logs, dir } = await setup();
    await dumps.setEnv(dumpVariable((await start()).pid), dir);
    await print('nonsense');
    expect(logs).toEqual(['answers no request: nonsense']);
  });

  test('it ends with the child: its pid is no longer taken', async () => {
    const { dumps, child, name, dir } = await setup();
    await dumps.setEnv(name, dir);
    child.kill();
    await child.exited;
    await expect(dumps.setEnv(name, dir)).rejects.toMatchObject({
      code: 'invalid_request',
      message: `${name} is not a dump variable of a processor child: no processor child runs`,
    });
    expect(dumps.take(Buffer.from('late'), child.pid)).toBe(false);
  });

  test('a second directory takes the place of the first', async () => {
    const { dumps, print, name, dir } = await setup();
    const other = freshDir();
    await dumps.setEnv(name, dir);
    await dumps.setEnv(name, other);
    await print('nonsense');
    await written(other, ['nonsense']);
    expect(filesIn(dir)).toEqual([]);
  });

  test('a child that babbles does not fill the disk: behind 1,000 files it is logged again', async () => {
    const { dumps, child, print, logs, warnings, name, dir } = await setup();
    await dumps.setEnv(name, dir);
    await print(...Array.from({ length: 1002 }, (_, n) => `line ${n}`));
    await expect.poll(() => readdirSync(dir).length, { timeout: 10_000 }).toBe(1000);
    expect(logs).toEqual(['answers no request: line 1000', 'answers no request: line 1001']);
    expect(warnings.at(-1)).toBe(
      `lines of process ${child.pid} are logged again: 1000 files are written to ${dir}`,
    );
  });

  test('a directory that goes away ends the dump, and the line is told all the same', async () => {
    const { dumps, child, print, warnings, name, dir } = await setup();
    const gone = join(dir, 'gone');
    mkdirSync(gone);
    await dumps.setEnv(name, gone);
    rmSync(gone, { recursive: true });
    await print('nonsense');
    await expect.poll(() => warnings.at(-1)).toBe(`process ${child.pid}: answers no request: nonsense`);
    expect(warnings.at(-2)).toMatch(/are logged again: ENOENT/);
  });
});

describe('nothing else can be set', () => {
  test.each([['PATH'], ['RUST_LOG'], ['DUMP_ERR_RESP_1'], ['DUMP_ERR_RESP_'], ['']])(
    '%j is refused with what is allowed',
    async (name) => {
      const { dumps, name: allowed, dir } = await setup();
      const refused = {
        code: 'invalid_request',
        message: `${name} is not a dump variable of a processor child: there are ${allowed} (work)`,
      };
      await expect(dumps.setEnv(name, dir)).rejects.toMatchObject(refused);
      await expect(dumps.removeEnv(name)).rejects.toMatchObject(refused);
      expect(process.env.DUMP_ERR_RESP_1).toBeUndefined();
    },
  );

  test.each([
    ['a directory that is not there', 'no', /cannot be written to \(ENOENT/],
    ['a file', 'file', /is not a directory: name a directory of the worker$/],
    ['a relative path', undefined, /"relative" is not an absolute path/],
  ])('%s is refused', async (_, path, why) => {
    const { dumps, name, dir } = await setup();
    writeFileSync(join(dir, 'file'), '');
    const value = path === undefined ? 'relative' : join(dir, path);
    await expect(dumps.setEnv(name, value)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(why),
    });
  });

  test('a directory that cannot be written to is refused', async () => {
    const { dumps, name, dir } = await setup();
    const why = makeReadOnly(dir);
    await expect(dumps.setEnv(name, dir)).rejects.toMatchObject({ message: expect.stringContaining(why) });
  });
});

/** The super-user may write everywhere but on a read-only disk. */
function makeReadOnly(dir: string): string {
  if (process.getuid?.() !== 0) {
    chmodSync(dir, 0o500);
    return 'EACCES';
  }
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', dir]);
  if (status !== 0) throw new Error('no read-only disk can be mounted here');
  onTestFinished(() => void spawnSync('umount', ['-l', dir]));
  return 'EROFS';
}
