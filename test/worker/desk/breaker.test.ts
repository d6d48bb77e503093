import { describe, expect, test } from 'vitest';
import type { ErrorLevel } from '#src/protocol/level.js';
import type { Left } from '#src/worker/border/contract.js';
import { type Breaker, closed, type Open, settled } from '#src/worker/desk/breaker.js';

const policy = { after: 3, probeMs: 1000 };
const at = '2026-11-22T10:00:00.000Z';
const failed = (message: string, level: ErrorLevel = 'permanent'): Left => ({
  kind: 'failed',
  level,
  message,
});
const run = (settlements: readonly (readonly [number, Left])[], from: Breaker = closed): Breaker =>
  settlements.reduce((breaker, [index, how]) => settled(breaker, policy, { index, how, now: 500, at }), from);

describe('a closed breaker', () => {
  test('opens when so many threads have failed the same way in a row', () => {
    const gpu = (device: number) => failed(`CUDA error 2 on device ${device}`);
    expect(
      run([
        [4, gpu(0)],
        [1, gpu(1)],
        [2, gpu(2)],
      ]),
    ).toEqual({
      kind: 'open',
      level: 'permanent',
      message: 'CUDA error 2 on device 2',
      since: at,
      failed: [4, 1, 2],
      probe: null,
      nextProbeAt: 1500,
    });
  });

  const a = failed('a');
  test.each<[string, (readonly [number, Left])[]]>([
    [
      'one thread failed again and again',
      [
        [0, a],
        [0, a],
        [0, a],
        [1, a],
        [0, a],
      ],
    ],
    [
      'one in between got through',
      [
        [0, a],
        [1, a],
        [3, { kind: 'done' }],
        [2, a],
      ],
    ],
    [
      'one in between failed another way',
      [
        [0, a],
        [1, a],
        [3, failed('b')],
        [2, a],
      ],
    ],
    [
      'the levels differ',
      [
        [0, a],
        [1, a],
        [2, failed('a', 'critical')],
      ],
    ],
    ['they pass by themselves', [0, 1, 2, 3].map((index) => [index, failed('a', 'temporary')])],
    ['the sectors are lost', [0, 1, 2, 3].map((index) => [index, failed('a', 'abort')])],
    ['the threads were paused', [0, 1, 2, 3].map((index) => [index, { kind: 'left' }])],
  ])('stays closed when %s', (_, settlements) => {
    expect(run(settlements).kind).toBe('closed');
  });

  test.each<[string, Left]>([
    ['a temporary failure', failed('x', 'temporary')],
    ['an abort', failed('x', 'abort')],
    ['a pause', { kind: 'left' }],
  ])('opens also when %s comes in between', (_, how) => {
    expect(
      run([
        [0, a],
        [1, a],
        [3, how],
        [2, a],
      ]).kind,
    ).toBe('open');
  });
});

describe('an open breaker', () => {
  const open: Open = {
    kind: 'open',
    level: 'permanent',
    message: 'a',
    since: at,
    failed: [0, 1, 2],
    probe: 3,
    nextProbeAt: 100,
  };

  test.each([3, 4])('is closed by what thread %d got through, the probe or not', (index) => {
    expect(run([[index, { kind: 'done' }]], open)).toEqual(closed);
  });

  test('is probed again after the usual time when its probe failed, and tells the new words', () => {
    expect(run([[3, failed('disk is full', 'critical')]], open)).toEqual({
      ...open,
      level: 'critical',
      message: 'disk is full',
      probe: null,
      nextProbeAt: 1500,
    });
  });

  test.each<[string, Left]>([
    ['failed for a while only', failed('x', 'temporary')],
    ['lost its sector', failed('x', 'abort')],
    ['was paused', { kind: 'left' }],
  ])('is probed again at once when its probe %s', (_, how) => {
    expect(run([[3, how]], open)).toEqual({ ...open, probe: null, nextProbeAt: 500 });
  });

  test.each<[string, Left]>([
    ['fails', failed('b')],
    ['leaves', { kind: 'left' }],
  ])('does not care when one that had begun before %s', (_, how) => {
    expect(run([[5, how]], open)).toBe(open);
  });
});
