import { expect, test } from 'vitest';
import { parseProcStat } from '#src/protocol/proc-stat.js';

const behindName = 'D 1 4242 4242 0 -1 4194560 154 0 0 0 0 0 0 0 20 0 1 0 987654 2523136 230';

test.each(['node', 'a b', 'a) R 7 8', '((('])('a process named %j is read behind its name', (name) => {
  expect(parseProcStat(`77 (${name}) ${behindName}`)).toEqual({
    state: 'D',
    group: 4242,
    startTime: '987654',
  });
});
