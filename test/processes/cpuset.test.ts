import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cpusHere, numbersIn } from '#src/processes/cpu-list.js';
import { type CpusetGroup, cpusetGroup, cpusetHierarchy } from '#src/processes/cpuset-group.js';
import { started } from '../tools/processes/setup.js';

test.each([
  ['0', [0]],
  ['0-3', [0, 1, 2, 3]],
  ['8,0-1,1', [0, 1, 8]],
  ['3-1', []],
  ['0-1\n', [0, 1]],
  ['', []],
])('the list %j has the numbers %j', (list, numbers) => {
  expect(numbersIn(list)).toEqual(numbers);
});

test('this machine has CPUs', () => {
  expect(numbersIn(cpusHere()).length).toBeGreaterThan(0);
});

test('control groups for CPUs are found in version 1, and told to be missing', () => {
  expect(cpusetHierarchy('cgroup /cg/cpu cgroup rw,cpu 0 0\ncgroup /cg/cpuset cgroup rw,cpuset 0 0')).toEqual(
    {
      root: '/cg/cpuset',
      version: 1,
    },
  );
  expect(
    cpusetHierarchy('tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup2 /nowhere cgroup2 rw 0 0'),
  ).toBeUndefined();
});

const hierarchy = cpusetHierarchy();
function makeGroup(name: string): CpusetGroup {
  if (hierarchy) return cpusetGroup(hierarchy, name, String(numbersIn(cpusHere())[0]));
  throw new Error('this system has no cpusets');
}

function canMakeGroups(): boolean {
  try {
    makeGroup('sealvisor-test/try').remove();
    return true;
  } catch {
    return false;
  }
}

// Under CI the lack of cpusets is a failure.
describe.runIf(process.env.CI === 'true' || canMakeGroups())('where the system lets groups be made', () => {
  test('a child and what it starts run in the group, which goes when they are gone', async () => {
    const name = `sealvisor-test/sub-pc1-${process.pid}`;
    const group = makeGroup(name);
    const [command, args] = group.wrapped(process.execPath, [
      '-e',
      "require('child_process').spawn('sleep', ['60']).pid; console.log('up'); setInterval(() => 0, 1000)",
    ]);
    const { child, line } = await started({ command, args });
    await line(/^up$/);
    const procs = join(hierarchy?.root ?? '', name, 'cgroup.procs');
    const members = readFileSync(procs, 'utf8').trim().split('\n').map(Number);
    expect(members).toContain(child.pid);
    expect(members).toHaveLength(2);
    void child.kill();
    await child.exited;
    await expect.poll(() => readFileSync(procs, 'utf8').trim()).toBe('');
    group.remove();
    expect(existsSync(procs)).toBe(false);
    onTestFinished(() => makeGroup('sealvisor-test').remove());
  });
});
