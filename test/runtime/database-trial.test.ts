/** `npm run test:database` does this 3,000 and 1,000 times on every Node. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const program = resolve('test/runtime/trial/ended-in-calls.js');

test.each(['calls', 'errors'])(
  'a thread that is ended in the middle of its %s to the database takes nobody with it, and no acknowledged row is lost',
  { timeout: 120_000 },
  (kind) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'better-sqlite3', kind, '40'], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ ended: 40, lost: 0 });
  },
);
