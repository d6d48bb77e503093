import { describe, expect, test } from 'vitest';
import { mustRestart, toRestart } from '#src/actors/restart.js';

describe('restart types', () => {
  test.each([
    ['permanent', { normal: true, shutdown: true, killed: true, crash: true }],
    ['transient', { normal: false, shutdown: false, killed: true, crash: true }],
    ['temporary', { normal: false, shutdown: false, killed: false, crash: false }],
  ] as const)('%s', (restart, table) => {
    expect({
      normal: mustRestart(restart, { kind: 'normal' }),
      shutdown: mustRestart(restart, { kind: 'shutdown' }),
      killed: mustRestart(restart, { kind: 'killed' }),
      crash: mustRestart(restart, { kind: 'crash', error: 'any' }),
    }).toEqual(table);
  });
});

describe('whom a restart concerns', () => {
  test.each([
    ['one_for_one', 'b', ['b']],
    ['simple_one_for_one', 'b', ['b']],
    ['one_for_all', 'b', ['a', 'b', 'c']],
    ['rest_for_one', 'a', ['a', 'b', 'c']],
    ['rest_for_one', 'b', ['b', 'c']],
    ['rest_for_one', 'c', ['c']],
  ] as const)('%s: %s failed', (strategy, failed, concerned) => {
    expect(toRestart(strategy, ['a', 'b', 'c'], failed)).toEqual(concerned);
  });
});
