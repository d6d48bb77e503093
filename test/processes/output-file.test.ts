import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { outputFile } from '#src/processes/output-file.js';
import { canMount } from '../tools/e2e/bind-disk.js';
import { freshDir } from '../tools/e2e/setup.js';

test.runIf(canMount)('on a full disk the fault names the file, and nothing is left of it', async () => {
  const dir = freshDir();
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir]).status).toBe(0);
  onTestFinished(() => void spawnSync('umount', ['-l', dir]));
  const path = join(dir, '.pc1.incoming');
  const file = outputFile(path, 10_000_000);
  file.write(Buffer.alloc(1_000_000, 1));
  const message = `ENOSPC: no space left on device, write '${path}'`;
  await expect(file.ended()).rejects.toMatchObject({ code: 'ENOSPC', message });
  expect(readdirSync(dir)).toEqual([]);
});

test('where nothing can be made the fault names the file', async () => {
  const path = join(freshDir(), 'missing', 'output');
  const file = outputFile(path, 1000);
  file.write(Buffer.from('1'));
  await expect(file.ended()).rejects.toMatchObject({
    code: 'ENOENT',
    message: expect.stringContaining(path),
  });
});
