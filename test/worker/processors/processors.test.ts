import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { homeMark } from '#src/processes/index.js';
import { payloadOf } from '#src/protocol/sector.js';
import { builtinStages } from '#src/protocol/stages.js';
import { runTask } from '#src/sealing/builtin/index.js';
import { processorCommand } from '#src/worker/processors/command.js';
import {
  freshDir,
  isAlive,
  markedPids,
  obedient,
  scriptFile,
  started,
  stateOf,
  until,
} from '../../tools/processes/setup.js';
import { sealByTasks } from '../../tools/sealing/by-tasks.js';
import { bytesOf, makeWork } from '../../tools/sealing/chain.js';
import { command, runIn, startProcessors, taskOf, textOf } from '../../tools/worker/processors-setup.js';

const inherited = { stableWaitMs: 20_000, envs: {}, inheritEnvs: true, autoRestart: true };
const gone = (message: string) => ({ code: 'process_gone', message });

describe('requests', () => {
  test('are answered, and their progress is told by the index of their thread', async () => {
    const { ask, told, desk } = await startProcessors();
    expect(await ask(3, { echo: 'a' })).toBe('a');
    expect(told).toEqual([[3, { done: 1, total: 2, unit: 'steps' }]]);
    expect([desk.stages, desk.workOf(3)]).toEqual([['work'], null]);
  });

  test('of two threads are answered out of order', async () => {
    const { ask } = await startProcessors();
    const order: string[] = [];
    const first = ask(0, { hold: 'a', echo: 1 }).then(() => order.push('thread 0'));
    await ask(1, { echo: 2 }).then(() => order.push('thread 1'));
    await ask(1, { release: 'a' });
    await first;
    expect(order).toEqual(['thread 1', 'thread 0']);
  });

  test("of one thread wait for what its earlier incarnation left: both write the thread's files", async () => {
    const { ask, pidOf } = await startProcessors();
    const order: string[] = [];
    const left = ask(0, { hold: 'a' }).then(() => order.push('what a dead thread asked'));
    await pidOf(0);
    const next = ask(0, { echo: 1 }).then(() => order.push('what it asks now'));
    await ask(1, { release: 'a' });
    await Promise.all([left, next]);
    expect(order).toEqual(['what a dead thread asked', 'what it asks now']);
  });

  test('go to the child with the least to do when there are several of a stage', async () => {
    const { ask, pidOf, desk } = await startProcessors([command(), command()]);
    const held = [ask(0, { hold: 'a' }), ask(1, { hold: 'a' })];
    const [one, other] = [await pidOf(0), await pidOf(1)];
    expect(one).not.toBe(other);
    expect(desk.stages).toEqual(['work']);
    const ends = Promise.allSettled(held);
    for (const pid of [one, other]) process.kill(pid, 'SIGKILL');
    await ends;
  });
});

describe('a child that is killed', () => {
  test('fails what it was at, refuses at once while it is down, and is there again', async () => {
    const { ask, pidOf, nextStart, warnings, tree } = await startProcessors();
    const asked = ask(0, { hold: 'a' });
    const pid = await pidOf(0);
    const started = nextStart();
    process.kill(pid, 'SIGKILL');
    await expect(asked).rejects.toMatchObject(gone('child process exited: work'));
    await expect(ask(0, { echo: 1 })).rejects.toMatchObject(
      gone('child process exited: work; it is being started again'),
    );
    expect(tree.supervisor.whichChildren()).toMatchObject([{ child: 'restarting' }]);
    await started;
    expect(await ask(0, { echo: 'again' })).toBe('again');
    expect(warnings).toEqual(['processor work was killed by SIGKILL; it is being started again']);
  });

  test('is tried again when it does not come up, and that is told', async () => {
    const flag = join(freshDir(), 'broken');
    const script = scriptFile(`import { existsSync } from 'node:fs';
if (existsSync(${JSON.stringify(flag)})) process.exit(9);
const held = new Map();
${obedient}`);
    const { ask, pidOf, nextStart, warnings, tree } = await startProcessors([command(script)]);
    const asked = ask(0, { hold: 'a' });
    writeFileSync(flag, '');
    process.kill(await pidOf(0), 'SIGKILL');
    await expect(asked).rejects.toMatchObject({ code: 'process_gone' });
    await expect.poll(() => warnings.length, { timeout: 20_000 }).toBe(2);
    expect(warnings[1]).toBe(
      'processor work did not start: processor work exited with code 9 before it was ready; it is tried again',
    );
    const back = nextStart();
    rmSync(flag);
    await back;
    expect(await ask(0, { echo: 'back' })).toBe('back');
    expect(tree.supervisor.countChildren()).toMatchObject({ specs: 1, active: 1 });
  });

  test('stays down with auto_restart off, and says what to do', async () => {
    const { ask, pidOf, tree } = await startProcessors([{ ...command(), autoRestart: false }]);
    const asked = ask(0, { hold: 'a' });
    process.kill(await pidOf(0), 'SIGKILL');
    await expect(asked).rejects.toMatchObject(gone('child process exited: work'));
    await expect(ask(0, {})).rejects.toMatchObject(
      gone('child process exited: work; auto_restart is off: restart the worker'),
    );
    expect(tree.supervisor.countChildren()).toMatchObject({ specs: 0, active: 0 });
  });

  test('does not trouble the others', async () => {
    const other = command(undefined, 'other');
    const { ask, desk, pidOf } = await startProcessors([
      command(),
      {
        ...other,
        args: command(
          scriptFile(`
console.log('other processor ready');
process.stdin.on('data', (line) => console.log(JSON.stringify({ id: JSON.parse(line).id, err_msg: null, output: 'fine' })));
process.stdin.on('end', () => process.exit());`),
        ).args,
      },
    ]);
    const asked = ask(0, { hold: 'a' });
    process.kill(await pidOf(0), 'SIGKILL');
    await expect(asked).rejects.toMatchObject({ code: 'process_gone' });
    expect(textOf((await desk.request(0, 'other', taskOf({}), '')).line)).toContain('fine');
  });
});

describe('a start', () => {
  test('with a child that never gets ready fails with start_failed and leaves nothing', async () => {
    const mark = homeMark(freshDir());
    const never = { ...command(scriptFile('setInterval(() => undefined, 1000)')), stableWaitMs: 500 };
    await expect(startProcessors([command(), never], mark)).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringContaining(
        'processor work did not start: it did not print "work processor ready" within 500 ms',
      ),
    });
    await until(() => markedPids(mark).length === 0);
  });

  test('ends first what a killed worker left on the same home, stopped as it is', async () => {
    const mark = homeMark(freshDir());
    const script = scriptFile(`
const { processorChild } = processes;
const child = await processorChild({ ...${JSON.stringify(command())}, mark: ${JSON.stringify(mark)} })();
child.freeze();
console.log('owns ' + child.pid);
setInterval(() => undefined, 1000);`);
    const owner = await started({ args: [script] });
    const left = Number((await owner.line(/^owns \d+$/)).split(' ')[1]);
    await until(() => stateOf(left) === 'T');
    owner.child.kill();
    await owner.child.exited;
    const { warnings, ask } = await startProcessors([command()], mark);
    expect(isAlive(left)).toBe(false);
    expect(warnings).toEqual([`ended process ${left}, left by an earlier worker`]);
    expect(await ask(0, { echo: 1 })).toBe(1);
  });
});

describe('our own processors as children', () => {
  const pieces = (dir: string) => [
    { file: { local: payloadFile(dir, 'a', 100) }, payloadSize: 100, paddedSize: 128 },
    { file: { local: payloadFile(dir, 'b', 300) }, payloadSize: 300, paddedSize: 512 },
  ];
  const payloadFile = (dir: string, name: string, size: number) => {
    const path = join(dir, name);
    writeFileSync(path, bytesOf(size, size));
    return path;
  };

  test('seal a sector to the same bytes, commitments and proof as in the thread', async () => {
    const [here, there] = [freshDir(), freshDir()];
    const processors = await Promise.all(
      builtinStages.map((stage) => processorCommand({ stage, ...inherited })),
    );
    const running = await startProcessors(processors);
    const inThread = await sealByTasks(here, pieces(here), (stage, task) => runTask(stage, task, makeWork()));
    const inChildren = await sealByTasks(there, pieces(there), runIn(running));
    expect(inChildren).toEqual(inThread);
    expect(inThread.sealed).toHaveLength(2 * 2048);
    expect(running.warnings).toEqual([]);
  });

  test('have the environment that was configured, and only that when nothing is inherited', async () => {
    const config = { stage: 'pc1', ...inherited, envs: { RUST_LOG: 'info' } } as const;
    expect(
      await processorCommand(config, 'processors.pc1[0]', { PATH: '/bin', RUST_LOG: 'x' }),
    ).toMatchObject({
      args: ['--disable-sigusr1', expect.stringMatching(/venus-worker\.cjs$/), 'processor', 'pc1'],
      env: { PATH: '/bin', RUST_LOG: 'info' },
    });
    const alone = await processorCommand({ ...config, inheritEnvs: false }, 'processors.pc1[0]', {
      PATH: '/bin',
    });
    expect(alone.env).toEqual({ RUST_LOG: 'info' });
  });

  test('say the level of a failure: a full disk is critical, a wrong task permanent', async () => {
    const full = join(freshDir(), 'full-disk.mjs');
    writeFileSync(
      full,
      `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const writeSync = fs.writeSync;
fs.writeSync = (fd, ...rest) => {
  if (fs.readlinkSync('/proc/self/fd/' + fd).includes('staged'))
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  return writeSync(fd, ...rest);
};
syncBuiltinESMExports();`,
    );
    const envs = { NODE_OPTIONS: `--import=${full}` };
    const running = await startProcessors([
      await processorCommand({ stage: 'add_pieces', ...inherited, envs }),
    ]);
    const dir = freshDir();
    const run = runIn(running);
    const task = (seal_proof_type: string) =>
      run('add_pieces', {
        seal_proof_type,
        pieces: pieces(dir).map(({ file, payloadSize, paddedSize }) => ({
          piece_file: file,
          payload_size: payloadSize,
          piece_size: payloadOf(paddedSize),
        })),
        staged_filepath: join(dir, 'staged'),
      });
    await expect(task('StackedDrg2KiBV1_1')).rejects.toMatchObject({
      name: 'StageError',
      level: 'critical',
      message: expect.stringMatching(/^No space left for .*staged/),
    });
    await expect(task('Stacked')).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringMatching(/^unknown proof Stacked/),
    });
  });
});
