/** Whose program a `[[processors.<stage>]]` is. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProcessorConfig } from '#src/config/processor-config.js';
import { stageDoers, stagesOfOthers } from '#src/worker/processors/whose.js';
import { fileOf } from '../../tools/e2e/setup.js';
import { freshDir } from '../../tools/worker/setup.js';

const facts = { stage: 'pc1', stableWaitMs: 5000, envs: {}, inheritEnvs: true, autoRestart: true } as const;

async function isOurs(config: Partial<ProcessorConfig>): Promise<boolean> {
  const [found] = [...(await stageDoers([{ ...facts, ...config }])).values()];
  return found?.ours.length === 1;
}

test('a table without bin, and our command under any name, path and wrapper, are ours', async () => {
  const dir = freshDir();
  const command = fileOf('venus-worker');
  symlinkSync(command, join(dir, 'seal-1'));
  expect(await isOurs({})).toBe(true);
  expect(await isOurs({ bin: command, args: ['processor', 'pc1'] })).toBe(true);
  expect(await isOurs({ bin: join(dir, 'seal-1'), args: ['processor', 'pc1'] })).toBe(true);
  expect(await isOurs({ bin: 'seal-1', envs: { PATH: dir } })).toBe(true);
  expect(
    await isOurs({ bin: 'nice', args: ['-n', '5', process.execPath, command, 'processor', 'pc1'] }),
  ).toBe(true);
});

test('any other program is not, even one of the same name', async () => {
  const dir = freshDir();
  mkdirSync(join(dir, 'bin'));
  symlinkSync('/bin/cat', join(dir, 'bin', 'venus-worker'));
  expect(await isOurs({ bin: join(dir, 'bin', 'venus-worker'), args: ['processor', 'pc1'] })).toBe(false);
  expect(await isOurs({ bin: '/none/sealvisor-proofs', args: ['pc1'] })).toBe(false);
  expect(await isOurs({ bin: 'python3', args: ['pc1.py'] })).toBe(false);
});

test('a stage is of others when no table of it is ours; its tables are named as in the file', async () => {
  const doers = await stageDoers([
    { ...facts, bin: '/none/pc1' },
    { ...facts },
    { ...facts, stage: 'c2', bin: '/none/c2' },
  ]);
  expect(doers.get('pc1')).toEqual({ ours: ['processors.pc1[1]'], others: ['processors.pc1[0]'] });
  expect(stagesOfOthers(doers)).toEqual(['c2']);
});
