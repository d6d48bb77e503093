import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { expect, test } from 'vitest';
import { keepLoopsInterruptible } from '../../../dist/src/threads/interruptible.js';
import { compiledPath, entryOf, withDigest } from '../../../thread-code.js';
import { freshDir } from '../../tools/processes/setup.js';

const dir = fileURLToPath(new URL('../../../dist/src/worker/thread/', import.meta.url));
const files = readdirSync(dir).filter((name) => name.startsWith('body'));
const compiled = files.find((name) => name.endsWith(`-${process.version}-${process.arch}.cache`));

// Only the Node that built the project has made one; every other compiles the script at each start.
test.skipIf(compiled === undefined)('the code of sealing threads is compiled ahead, and V8 takes it', () => {
  // As in the process of a worker: V8 takes nothing that was compiled under other flags.
  keepLoopsInterruptible();
  const name = files.find((each) => each.endsWith('.cjs')) ?? '';
  expect(compiled).toBe(`${name.replace(/\.cjs$/, '')}-${process.version}-${process.arch}.cache`);
  const script = new Script(readFileSync(`${dir}${name}`, 'latin1'), {
    filename: `${dir}${name}`,
    cachedData: readFileSync(`${dir}${compiled}`).subarray(32),
  });
  expect(script.cachedDataRejected).toBe(false);
});

test('code that was damaged on the disk is not run: the script is compiled instead', () => {
  const path = join(freshDir(), 'body.cjs');
  const text =
    "(function () { const sum = (all) => all.reduce((a, b) => a + b, 0); console.log('up', sum([1, 2])); })";
  writeFileSync(path, text);
  const script = new Script(text, { filename: path });
  script.runInThisContext();
  const whole = withDigest(script.createCachedData());
  const entry = path.replace('body.cjs', 'entry.cjs');
  writeFileSync(entry, entryOf(path));
  for (const at of [3, 40, 100, Math.floor(whole.length / 2), whole.length - 5]) {
    const damaged = Buffer.from(whole);
    damaged.writeUInt8(damaged.readUInt8(at) ^ 4, at);
    writeFileSync(compiledPath(path), at === 40 ? damaged.subarray(0, 20) : damaged);
    const { status, stdout, stderr } = spawnSync(process.execPath, [entry], { encoding: 'utf8' });
    expect({ at, status, stdout, stderr }).toEqual({ at, status: 0, stdout: 'up 3\n', stderr: '' });
  }
});
