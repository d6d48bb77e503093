import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { expect, test } from 'vitest';
import { keepLoopsInterruptible } from '../../dist/src/threads/interruptible.js';

const dir = fileURLToPath(new URL('../../dist/src/worker/', import.meta.url));
const files = readdirSync(dir).filter((name) => name.startsWith('thread-body'));
const compiled = files.find((name) => name.endsWith(`-${process.version}-${process.arch}.cache`));

// Only the Node that built the project has made one; every other compiles the script at each start.
test.skipIf(compiled === undefined)('the code of sealing threads is compiled ahead, and V8 takes it', () => {
  // As in the process of a worker: V8 takes nothing that was compiled under other flags.
  keepLoopsInterruptible();
  const name = files.find((each) => each.endsWith('.cjs')) ?? '';
  expect(compiled).toBe(`${name.replace(/\.cjs$/, '')}-${process.version}-${process.arch}.cache`);
  const script = new Script(readFileSync(`${dir}${name}`, 'latin1'), {
    filename: `${dir}${name}`,
    cachedData: readFileSync(`${dir}${compiled}`),
  });
  expect(script.cachedDataRejected).toBe(false);
});
