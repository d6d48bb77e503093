import { spawn } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { endOrphans, homeMark } from '#src/processes/index.js';
import {
  freshDir,
  isAlive,
  scriptFile,
  started,
  stateOf,
  until,
  venusWorker,
} from '../tools/processes/setup.js';

const waits = "process.stdin.on('data', () => undefined); console.log('up');";
const ready = { line: 'up', withinMs: 20_000 };

/** A process that owns our own processor as a child, killed as a worker would be. */
async function owner(mark: string, stage = 'tree_d') {
  const script = scriptFile(`
const child = await processes.processorChild({
  stage: ${JSON.stringify(stage)}, stableWaitMs: 20000, command: process.execPath, mark: ${JSON.stringify(mark)},
  args: [${JSON.stringify(venusWorker)}, 'processor', ${JSON.stringify(stage)}],
})();
console.log(child.pid);
setInterval(() => undefined, 1000);`);
  const process_ = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void process_.kill('SIGKILL'));
  const pid = await new Promise<number>((resolve) =>
    createInterface({ input: process_.stdout }).once('line', (line) => resolve(Number(line))),
  );
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  const kill = () =>
    new Promise<void>((resolve) => {
      process_.once('exit', () => resolve());
      process_.kill('SIGKILL');
    });
  return { pid, kill };
}

test('kill -9 of the owner: its processor ends by itself', async () => {
  const { pid, kill } = await owner(homeMark(freshDir()));
  expect(isAlive(pid)).toBe(true);
  await kill();
  await until(() => !isAlive(pid));
});

test('a stopped one is found by its mark and ended, once its owner is dead', async () => {
  const mark = homeMark(freshDir());
  const { pid, kill } = await owner(mark);
  process.kill(pid, 'SIGSTOP');
  await until(() => stateOf(pid) === 'T');
  expect(await endOrphans(mark)).toEqual([]);
  await kill();
  expect(stateOf(pid)).toBe('T');
  expect(await endOrphans(mark)).toEqual([pid]);
  expect(isAlive(pid)).toBe(false);
  expect(await endOrphans(mark)).toEqual([]);
});

test('children of this process and of other homes are left alone, however like their mark is', async () => {
  const home = freshDir();
  const mark = homeMark(home);
  const own = await started({ script: waits, ready, mark });
  const { pid, kill } = await owner(`${mark}1`);
  process.kill(pid, 'SIGSTOP');
  await kill();
  expect(await endOrphans(mark)).toEqual([]);
  expect(await endOrphans(mark.slice(0, -1))).toEqual([]);
  expect(await endOrphans('')).toEqual([]);
  expect(isAlive(own.child.pid) && isAlive(pid)).toBe(true);
  expect(await endOrphans(`${mark}1`)).toEqual([pid]);
});

test('what inherited the mark is ended as well', async () => {
  const mark = homeMark(freshDir());
  const script = scriptFile(`
const child = await processes.processChild({
  name: 'c', command: '/bin/sh', args: ['-c', 'setsid sleep 1000 & echo $!; wait'], mark: ${JSON.stringify(mark)},
  onLine: (line) => console.log(child.pid + ' ' + line),
})();
setInterval(() => undefined, 1000);`);
  const { child, line } = await started({ args: [script] });
  const pids = (await line(/^\d+ \d+$/)).split(' ').map(Number);
  child.kill();
  await child.exited;
  expect((await endOrphans(mark)).toSorted()).toEqual(pids.toSorted());
  await until(() => !pids.some(isAlive));
});

test('a home is one place on the disk: another directory of the same path has another mark', () => {
  const dir = freshDir();
  const home = join(dir, 'home');
  mkdirSync(home);
  const before = homeMark(home);
  expect(homeMark(`${home}/../home`)).toBe(before);
  renameSync(home, join(dir, 'moved'));
  mkdirSync(home);
  expect(homeMark(home)).not.toBe(before);
});
