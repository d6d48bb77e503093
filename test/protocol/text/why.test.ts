/** One sentence for every way in which a thread may not be working. */
import { expect, test } from 'vitest';
import { type WorkerFacts, whyNotWorking } from '#src/protocol/text/why.js';
import type { Intent, ThreadView } from '#src/protocol/thread.js';
import { nowMs, pausedView, viewOf } from '../../tools/protocol/views.js';

const intent: Intent = {
  kind: 'pause',
  how: 'after-stage',
  by: 'alice',
  reason: 'swap disk',
  at: '2026-11-22T09:48:00.000Z',
};
const serving: WorkerFacts = { life: 'serving', cordon: null, drain: null, breakers: [] };
const wish = { by: 'bob', reason: 'new kernel', at: '2026-11-22T09:59:17.000Z' };
const cordoned: WorkerFacts = { ...serving, life: 'cordoned', cordon: wish };
const draining: WorkerFacts = {
  ...serving,
  life: 'draining',
  drain: { ...wish, toFinish: false, deadline: null, done: 0, of: 1, left: [] },
};
const limited: WorkerFacts = {
  ...serving,
  limits: [{ name: 'pc1', limit: 2, configured: 2, staggeredMs: null, holders: [0, 1], queue: [3, 2] }],
};
const breaker = {
  stage: 'c2',
  level: 'permanent' as const,
  message: 'no GPU',
  since: '2026-11-22T09:50:00.000Z',
  failed: [0, 2],
  queue: [1],
  probe: null,
  nextProbeAt: '2026-11-22T10:00:58.000Z',
};
const reportRefused = {
  state: 'PC1Done',
  message: 'Venus.ReportState: no such sector',
  at: '2026-11-22T09:50:00.000Z',
};
const disk = { path: '/store1', since: '2026-11-22T09:50:00.000Z' };
const broken: WorkerFacts = { ...serving, breakers: [breaker] };
const working = pausedView({ mode: 'running', lastError: null });
const temporary = { level: 'temporary' as const, message: 'timeout', stage: 'C2', at: working.since };
const waiting = (waitingFor: ThreadView['waitingFor']) =>
  pausedView({ mode: 'waiting', lastError: null, waitingFor });
const since = 'since 10:00 UTC (17 s)';
const resume = '`venus-worker worker resume --index 0` continues at C1Done';
const uncordon = '`venus-worker worker uncordon` lifts it';

test.each<[string, ThreadView, WorkerFacts | null]>([
  [`is working: C2 of s-t010000-2 ${since}`, working, serving],
  [
    `is working: C2 of s-t010000-2 ${since}; the manager refuses since 09:50 UTC (10 min) the report that s-t010000-2 is PC1Done: Venus.ReportState: no such sector`,
    { ...working, reportRefused },
    serving,
  ],
  [
    `is working: C2 of s-t010000-2 ${since}, 3 of 11 layers, 27%`,
    { ...working, progress: { done: 3, total: 11, unit: 'layers' } },
    null,
  ],
  [
    'is pausing: the pause takes effect when C2 is done; requested by alice since 09:48 UTC (12 min): swap disk',
    { ...working, mode: 'pausing', intent },
    serving,
  ],
  [
    'is pausing: C2 is being aborted; requested by alice since 09:48 UTC (12 min)',
    { ...working, mode: 'pausing', intent: { ...intent, how: 'now', reason: null } },
    serving,
  ],
  [
    'is pausing: the process of C2 is being stopped where it stands; requested by alice since 09:48 UTC (12 min): swap disk',
    { ...working, mode: 'pausing', intent: { ...intent, how: 'freeze' } },
    serving,
  ],
  [
    `is paused by alice since 09:48 UTC (12 min): swap disk; ${resume}`,
    { ...working, mode: 'paused', intent, since: intent.at },
    serving,
  ],
  [
    `is frozen by alice since 2026-11-21 09:48 UTC (1d0h); ${resume}`,
    {
      ...working,
      mode: 'paused',
      intent: { ...intent, how: 'freeze', reason: null },
      since: '2026-11-21T09:48:00.000Z',
      processor: { name: 'c2', pid: 7 },
    },
    null,
  ],
  [
    `is paused by alice ${since}; ${resume}`,
    {
      ...working,
      mode: 'paused',
      intent: { ...intent, how: 'freeze', reason: null },
      processor: null,
    },
    null,
  ],
  [
    `is working: C2 of s-t010000-2 for 14 s`,
    { ...working, progress: null, worked: { ms: 13_000, at: '2026-11-22T10:00:16.000Z' } },
    null,
  ],
  [
    `waits before C2 until the other side can be reached, ${since}: permanent: No cached parameters found; it tries again in 41 s, this counts as no failed try, and it continues by itself when there is an answer`,
    {
      ...working,
      mode: 'retrying',
      lastError: pausedView({}).lastError,
      outage: { since: '2026-11-22T10:00:00.000Z', nextAt: '2026-11-22T10:00:58.000Z' },
    },
    null,
  ],
  [
    `is paused by alice ${since}: swap disk; its last error: permanent: No cached parameters found; ${resume}`,
    pausedView({ intent }),
    serving,
  ],
  [
    `is paused ${since}: C2 failed: permanent: No cached parameters found; once that is fixed, ${resume}`,
    pausedView(),
    serving,
  ],
  [`is paused ${since}; ${resume}`, pausedView({ lastError: null }), serving],
  [
    `is paused ${since}; ${resume}; the worker is being drained by bob since 09:59 UTC (1 min): new kernel, \`venus-worker worker uncordon\` lifts that`,
    pausedView({ lastError: null }),
    draining,
  ],
  [
    'waits for pc1: 2nd in the queue, held by #0 and #1 (limit 2)',
    waiting({ limit: 'pc1', place: 2, holders: [0, 1] }),
    limited,
  ],
  [
    'waits for pc1: 11th in the queue, held by #0, #1 and #3',
    waiting({ limit: 'pc1', place: 11, holders: [0, 1, 3] }),
    serving,
  ],
  [
    'waits for pc1: 1st in the queue, its next start may be in 41 s',
    waiting({ limit: 'pc1', place: 1, holders: [], nextAt: '2026-11-22T10:00:58.000Z' }),
    null,
  ],
  [
    'waits for space before C2: 1.2 GiB free of 3.5 GiB needed on /store1 for c2; #0 and #2 may still write there; the disk is looked at again in 41 s; it continues by itself when there is room',
    waiting({
      ...{ limit: 'space', place: 1, holders: [0, 2], nextAt: '2026-11-22T10:00:58.000Z' },
      reason: '1.2 GiB free of 3.5 GiB needed on /store1 for c2',
    }),
    serving,
  ],
  [
    'waits for space before C2: its disk has too little; it continues by itself when there is room',
    waiting({ limit: 'space', place: 1, holders: [] }),
    null,
  ],
  [
    'waits for gpu: 3rd in the queue, held by #7, an outside lock',
    waiting({ limit: 'gpu', place: 3, holders: [7], reason: 'an outside lock' }),
    serving,
  ],
  [`waits ${since} before C2`, waiting(null), serving],
  [
    'waits because the breaker of c2 is open: it failed the same way on #0 and #2 since 09:50 UTC (10 min): permanent: no GPU; one thread tries it in 41 s, or `venus-worker worker breaker c2 --close` lets it continue',
    waiting({ limit: 'breaker c2', place: 1, holders: [] }),
    broken,
  ],
  [
    'waits because the breaker of c2 is open: it failed the same way on #0 and #2 since 09:50 UTC (10 min): permanent: no GPU; thread #2 tries it now, or `venus-worker worker breaker c2 --close` lets it continue',
    waiting({ limit: 'breaker C2', place: 1, holders: [2] }),
    { ...serving, breakers: [{ ...breaker, probe: 2 }] },
  ],
  [
    'waits because the breaker of c2 is open: permanent: no GPU; one thread tries it next, or `venus-worker worker breaker c2 --close` lets it continue',
    waiting({ limit: 'breaker c2', place: 1, holders: [], reason: 'permanent: no GPU' }),
    null,
  ],
  [
    `takes no new sector: the worker is cordoned by bob since 09:59 UTC (1 min): new kernel; ${uncordon}`,
    viewOf({ mode: 'waiting', waitingFor: { limit: 'cordon', place: 1, holders: [] } }),
    cordoned,
  ],
  [
    `takes no new sector: the worker is cordoned: new kernel; ${uncordon}`,
    viewOf({
      mode: 'waiting',
      waitingFor: { limit: 'cordon', place: 1, holders: [], reason: 'new kernel' },
    }),
    null,
  ],
  [
    `takes no new sector: the worker is being drained by bob since 09:59 UTC (1 min): new kernel; ${uncordon}`,
    viewOf(),
    draining,
  ],
  [
    'tries C2 again in 41 s (try 3 of 5) after: temporary: timeout',
    pausedView({
      mode: 'retrying',
      lastError: temporary,
      tries: { n: 3, of: 5, nextAt: '2026-11-22T10:00:58.000Z' },
    }),
    serving,
  ],
  [
    'tries C2 again now (try 3 of 5) after: temporary: timeout',
    pausedView({ mode: 'retrying', lastError: temporary, tries: { n: 3, of: 5, nextAt: null } }),
    serving,
  ],
  [`rests between two sectors ${since}: seal_interval`, viewOf({ mode: 'resting' }), serving],
  [
    `rests between two sectors ${since}: seal_interval; the worker is cordoned by bob since 09:59 UTC (1 min): new kernel`,
    viewOf({ mode: 'resting' }),
    cordoned,
  ],
  [`has no job ${since}: it asks again after recover_interval`, viewOf(), serving],
  [
    `has no job ${since}: it asks again in 8 s after: temporary: timeout`,
    viewOf({ tries: { n: 0, of: 5, nextAt: '2026-11-22T10:00:25.200Z' }, lastError: temporary }),
    serving,
  ],
  [
    `has no job ${since}: it asks again after recover_interval; the worker is stopping`,
    viewOf(),
    { ...serving, life: 'stopping' },
  ],
  [
    'waits for its disk: /store1 has not answered since 09:50 UTC (10 min) (running: PC1 of s-t010000-2); check the disk, the thread resumes by itself when it answers',
    pausedView({ mode: 'running', lastError: null, stage: 'PC1', disk }),
    serving,
  ],
  [
    `is paused ${since}; \`venus-worker worker resume --index 0\` continues at C1Done; its disk /store1 has not answered since 09:50 UTC (10 min)`,
    pausedView({ lastError: null, disk }),
    serving,
  ],
  ['has not shown itself yet: it is being started', viewOf({ incarnation: 0 }), serving],
  [
    `is being started again from its record ${since}`,
    pausedView({ mode: 'restarting', lastError: null }),
    serving,
  ],
  [
    `failed too often and is left alone ${since} after: critical: two lines; \`venus-worker worker restart --index 0\` starts it again`,
    viewOf({
      mode: 'failed',
      lastError: { level: 'critical', message: 'two\nlines', stage: '-', at: '2026-11-22T10:00:00.000Z' },
    }),
    serving,
  ],
])('%s', (sentence, view, worker) => {
  expect(whyNotWorking(view, worker, nowMs)).toBe(`thread #0 ${sentence}`);
});

test('the sentence names the thread and its own commands', () => {
  expect(whyNotWorking(pausedView({ index: 12 }), serving, nowMs)).toMatch(
    /^thread #12 .*resume --index 12` continues at C1Done$/,
  );
});

test.each<[string, ThreadView]>([
  [`is working: C2 of s-t010000-2 ${since}, 25%, about 3 min left`, working],
  [
    'is pausing: the pause takes effect when C2 is done, 25%, about 3 min left; requested by alice since 09:48 UTC (12 min): swap disk',
    { ...working, mode: 'pausing', intent },
  ],
])('with what is left of its stage: %s', (sentence, view) => {
  const stage = { name: 'C2', elapsedMs: 60_000, usualMs: 240_000, leftMs: 180_000, samples: 2 };
  expect(whyNotWorking(view, serving, nowMs, stage)).toBe(`thread #0 ${sentence}`);
});
