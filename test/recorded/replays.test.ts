/** Nothing that was recorded lies there unused. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lineFiles, notReplayed, replayedIn, replays } from '../tools/replays.js';
import { allExchanges } from '../tools/traffic.js';

const folder = 'test/fixtures/upstream';

test('every recorded exchange is replayed by a test, or has a reason why not', () => {
  const tests = Object.keys(replays);
  const replayed = new Set(tests.flatMap((name) => replayedIn(name).map(({ at }) => at)));
  const left = allExchanges().filter(({ at }) => !replayed.has(at));
  const unreasoned = left.filter((each) => !notReplayed.some(({ which }) => which(each)));
  expect(unreasoned.map(({ at, method }) => `${at} ${method}`)).toEqual([]);
  // A reason that nothing has any more is none.
  for (const { which, why } of notReplayed) expect([why, left.some(which)]).toEqual([why, true]);
});

test('every test of the table reads the recordings, and has some', () => {
  for (const name of Object.keys(replays)) {
    expect(existsSync(name), name).toBe(true);
    expect(readFileSync(name, 'utf8')).toMatch(/\b(exchangesIn|allExchanges|replayedIn)\(/);
    expect([name, replayedIn(name).length > 0]).toEqual([name, true]);
  }
});

test('every file there is one of exchanges, or of lines that test/sealing/recorded-lines.test.ts sends and reads', () => {
  const exchanges = new Set(allExchanges().map(({ at }) => `${folder}/${at.split('#')[0]}`));
  // test/processes/task-shape.test.ts has those of v0.2.
  const lines = new Set([...lineFiles, `${folder}/v0.2/line-protocol_v02.json`]);
  const files = [folder, 'processors/filecoin/tests/field'].flatMap((dir) =>
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'README.md')
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  expect(files.filter((file) => !exchanges.has(file) && !lines.has(file))).toEqual([]);
  expect([...lines].filter((file) => !existsSync(file))).toEqual([]);
});
