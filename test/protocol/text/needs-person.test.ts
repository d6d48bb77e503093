import { expect, test } from 'vitest';
import { needsPerson } from '#src/protocol/text/needs-person.js';
import type { ThreadMode, ThreadView } from '#src/protocol/thread.js';
import { viewOf } from '../../tools/protocol/views.js';

const wish = { by: 'bob', reason: null, at: '2026-11-22T10:00:00.000Z' };
const serving = { cordon: null, drain: null };
const other = { id: 'm1', other: { id: 'm2', since: wish.at } };

test.each<[ThreadMode, boolean]>([
  ['idle', false],
  ['running', false],
  ['waiting', false],
  ['retrying', false],
  ['resting', false],
  ['restarting', false],
  ['pausing', false],
  ['paused', true],
  ['failed', true],
])('a thread that is %s needs a person: %s', (mode, needed) => {
  expect(needsPerson(viewOf({ mode }), serving)).toBe(needed);
});

test.each([
  ['space', true],
  ['cordon', true],
  ['breaker c2', true],
  ['pc1', false],
])('one that waits for %s: %s', (limit, needed) => {
  const waitingFor: ThreadView['waitingFor'] = { limit, place: 1, holders: [] };
  expect(needsPerson(viewOf({ mode: 'waiting', waitingFor }), serving)).toBe(needed);
});

test('one whose disk does not answer, whatever it does', () => {
  const disk = { path: '/store1', since: wish.at };
  expect(needsPerson(viewOf({ mode: 'running', disk }), serving)).toBe(true);
});

test('an idle one, while its worker takes no sector until a person acts', () => {
  expect(needsPerson(viewOf(), { ...serving, cordon: wish })).toBe(true);
  expect(needsPerson(viewOf(), { ...serving, manager: other })).toBe(true);
  expect(needsPerson(viewOf({ mode: 'running' }), { ...serving, cordon: wish })).toBe(false);
  expect(needsPerson(viewOf(), null)).toBe(false);
});
