/** A working directory that was removed: each bin says so in words, and daemons go on. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileOf, freshDir } from '../tools/e2e/setup.js';

/** A shell that removes its directory and then runs the bin in it. */
function runIn(bin: string, args: readonly string[]) {
  const dir = join(freshDir(), 'gone');
  mkdirSync(dir);

  const quoted = [process.execPath, fileOf(bin), ...args].map((each) => `'${each}'`).join(' ');
  const ended = spawnSync('/bin/sh', ['-c', `rmdir '${dir}' && exec ${quoted}`], {
    cwd: dir,
    encoding: 'utf8',
  });
  return { code: ended.status, stderr: ended.stderr };
}

test.each<[string, readonly string[]]>([
  ['venus-worker', ['daemon', '-c', 'fixtures/venus-worker.mock.toml']],
  ['venus-sector-manager', ['mock', '--listen', '127.0.0.1:0']],
  ['venus-sector-manager', ['util', 'sealer', 'unseal', 's-t010000-1', '--dest', 'out']],
  ['sealvisor', ['start']],
  ['sealvisor', ['unseal', 'x', '--out', 'y']],
])('%s %j is told in one line, without a system call in it', async (bin, args) => {
  const { code, stderr } = runIn(bin, args);
  expect(code).toBeGreaterThan(0);
  expect(stderr).toMatch(
    /^error: .*(the working directory was removed: change to a directory that exists|no configuration at).*\n$/,
  );
  expect(stderr).not.toContain('uv_cwd');
});
