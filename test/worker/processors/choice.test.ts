import { describe, expect, test } from 'vitest';
import { type ChildFacts, choice } from '#src/worker/processors/choice.js';

const child = (name: string, facts: Partial<ChildFacts> = {}) => ({
  name,
  users: [],
  isFrozen: false,
  concurrent: null,
  weight: 1,
  locks: [],
  ...facts,
});
const locks: Readonly<Record<string, { most: number; holders: number[]; awaited: number[] }>> = {
  free: { most: 1, holders: [], awaited: [] },
  taken: { most: 1, holders: [7], awaited: [] },
  half: { most: 2, holders: [7], awaited: [] },
  awaited: { most: 1, holders: [], awaited: [3] },
  promised: { most: 2, holders: [7], awaited: [3] },
};
const lockOf = (name: string) => locks[name] ?? { most: 1, holders: [], awaited: [] };
const chosen = (...children: ReturnType<typeof child>[]) => {
  const found = choice('pc1', children, lockOf);
  if (found.kind === 'child') return found.child.name;
  return found.kind === 'blocked' ? found.blocked : 'none';
};

describe('of several children', () => {
  test.each([
    ['the idle one', [child('a', { users: [1] }), child('b')], 'b'],
    ['the first of two alike', [child('a'), child('b')], 'a'],
    ['the one that bears more', [child('a', { users: [1] }), child('b', { users: [2, 3], weight: 4 })], 'b'],
    ['one that has room', [child('a', { users: [1], concurrent: 1 }), child('b', { users: [2, 3, 4] })], 'b'],
    [
      'one that does not stand still',
      [child('a', { isFrozen: true, users: [1] }), child('b', { users: [2, 3] })],
      'b',
    ],
    [
      'one whose locks are free',
      [child('a', { locks: ['taken'] }), child('b', { users: [2], locks: ['free'] })],
      'b',
    ],
    ['one whose lock is to be had once more', [child('a', { locks: ['half'] })], 'a'],
  ])('%s is taken', (_, children, name) => {
    expect(chosen(...children)).toBe(name);
  });
});

describe('who gets none waits for', () => {
  test.each([
    [
      'room, and sees who has it',
      [child('a', { users: [1], concurrent: 1 }), child('b', { users: [2, 3], concurrent: 2 })],
      { limit: 'processor pc1', holders: [1, 2, 3] },
    ],
    [
      'what stands still',
      [child('a', { users: [1], isFrozen: true })],
      { limit: 'processor pc1', holders: [1], reason: 'frozen where it stands' },
    ],
    [
      'the lock that is taken',
      [child('a', { locks: ['free', 'taken'] })],
      { limit: 'lock taken', holders: [7] },
    ],
    [
      'a free lock that one who came before waits for',
      [child('a', { locks: ['awaited'] })],
      { limit: 'lock awaited', holders: [3] },
    ],
    [
      'a half free lock that one who came before gets',
      [child('a', { locks: ['promised'] })],
      { limit: 'lock promised', holders: [7] },
    ],
  ])('%s', (_, children, blocked) => {
    expect(chosen(...children)).toEqual(blocked);
  });
});

test('a stage whose children are all down has none', () => {
  expect(chosen()).toBe('none');
});
