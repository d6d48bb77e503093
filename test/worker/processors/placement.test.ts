/** A processor as it is configured, on the machine as it is. */

import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { cpusHere, numbersIn } from '#src/processes/cpu-list.js';
import { processorCommands } from '#src/worker/processors/command.js';
import { warningsTo } from '../../tools/protocol/told-events.js';
import { freshDir } from '../../tools/worker/setup.js';

const config = { stage: 'pc1', stableWaitMs: 5000, envs: {}, inheritEnvs: true, autoRestart: true } as const;

function program(): string {
  const path = join(freshDir(), 'plugin');
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
}

async function commandsOf(...configs: Parameters<typeof processorCommands>[0]) {
  const warnings: string[] = [];
  return { commands: await processorCommands(configs, warningsTo(warnings)), warnings };
}

describe('the command line', () => {
  test('is the program with its arguments; without any it is told its stage, as upstream does', async () => {
    const bin = program();
    const { commands } = await commandsOf({ ...config, bin, args: ['-v'] }, { ...config, bin }, config);
    expect(commands.map(({ args }) => args)).toEqual([
      ['-v'],
      ['processor', 'pc1'],
      ['--disable-sigusr1', expect.stringMatching(/venus-worker\.cjs$/), 'processor', 'pc1'],
    ]);
    expect(commands.map(({ command }) => command)).toEqual([bin, bin, process.execPath]);
  });

  test('carries what the desk goes by', async () => {
    const { commands } = await commandsOf({ ...config, concurrent: 2, weight: 3, locks: ['gpu'] });
    expect(commands).toMatchObject([{ concurrent: 2, weight: 3, locks: ['gpu'] }]);
  });
});

describe('what is not there', () => {
  test('a program is refused by the key of its own table', async () => {
    await expect(commandsOf(config, { ...config, bin: '/no/such' })).rejects.toThrow(
      'processors.pc1[1].bin = "/no/such": /no/such does not exist',
    );
  });

  test.each([
    ['4096', 'there is no CPU 4096'],
    ['0,5000-5001', 'there is no CPU 5000, 5001'],
    ['1-0', 'it names no CPU'],
  ])('a cpuset of %s is refused', async (cpuset, why) => {
    await expect(commandsOf({ ...config, cpuset })).rejects.toThrow(
      `processors.pc1[0].cgroup.cpuset = "${cpuset}": ${why}; this machine has ${cpusHere()}`,
    );
  });

  test('a NUMA node has no effect, and one line says so for all', async () => {
    const { commands, warnings } = await commandsOf(
      { ...config, numaPreferred: 99 },
      { ...config, numaPreferred: 99 },
    );
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^processors\.pc1\[0\]\.numa_preferred = 99 has no effect: /);
    expect(commands[1]?.place?.()).toMatchObject({ command: process.execPath });
  });
});

test('without numactl a node that is there has no effect, which is told', async () => {
  vi.stubEnv('PATH', freshDir());
  onTestFinished(() => void vi.unstubAllEnvs());
  const { warnings } = await commandsOf({ ...config, numaPreferred: 0 });
  expect(warnings).toEqual([
    expect.stringMatching(
      /numa_preferred = 0 has no effect: (numactl is not on PATH|this system tells of no)/,
    ),
  ]);
});

test('CPUs that are there are taken: the command moves itself among them, or one line says why not', async () => {
  const cpuset = String(numbersIn(cpusHere())[0]);
  const { commands, warnings } = await commandsOf({ ...config, cpuset, groupName: 'sealvisor-test' });
  const line = commands[0]?.place?.();
  line?.leave?.();
  if (warnings.length === 0) expect(line?.args).toContain(process.execPath);
  else
    expect(warnings).toEqual([
      expect.stringMatching(/^processors\.pc1\[0\]\.cgroup\.cpuset has no effect: /),
    ]);
});
