import { expect, test } from 'vitest';
import { afterResume, type Seen } from '#src/fleet/after-resume.js';
import type { ThreadView } from '#src/protocol/thread.js';
import { pausedView } from '../tools/protocol/views.js';

const nowMs = Date.parse('2026-11-22T10:00:00Z');
const ago = (seconds: number) => new Date(nowMs - seconds * 1000).toISOString();
const paused: ThreadView = { ...pausedView(), index: 0, state: 'C1Done', since: ago(17) };
const running = (state: string): ThreadView => ({ ...paused, mode: 'running', state, lastError: null });

test.each<[string, ThreadView, ThreadView, string | null, boolean, string]>([
  ['it runs', paused, running('C1Done'), null, true, 'it is running at C1Done'],
  ['it runs where it was to', paused, running('PC1Done'), 'PC1Done', true, 'it is running at PC1Done'],
  ['it went on meanwhile', paused, running('PC2Done'), 'PC1Done', true, 'it is running at PC2Done'],
  ['the state was passed over', paused, running('C1Done'), 'PC1Done', true, 'not at PC1Done'],
  ['nothing changed', paused, paused, null, false, 'is still paused at C1Done'],
  ['unknown state', paused, { ...paused, since: ago(16) }, 'c1done', false, 'may not know the state c1done'],
  ['it failed again', paused, { ...paused, since: ago(0) }, null, true, 'is paused again at C1Done'],
  [
    'it failed elsewhere',
    paused,
    { ...paused, state: 'PC2Done' },
    'PC1Done',
    true,
    'paused again at PC2Done',
  ],
  ['it was not paused', running('C1Done'), running('C1Done'), null, false, 'was not paused'],
])('%s', (_, before, after, state, changed, words) => {
  const seen = [before, after].map((view, i) => ({ view, nowMs: nowMs + i * 1000 })) as [Seen, Seen];
  expect(afterResume('w1', ...seen, state)).toEqual({
    changed,
    message: expect.stringContaining(words),
  });
});
