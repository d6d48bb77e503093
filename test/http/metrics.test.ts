import { expect, test } from 'vitest';
import { rowOf } from '../tools/cli/setup.js';
import { workerDoors, workerViewOf } from '../tools/http/setup.js';
import { pausedView, viewOf } from '../tools/protocol/views.js';

const scrape = async (app: ReturnType<typeof workerDoors>['app']) => (await app.request('/metrics')).text();

test('threads are counted by mode, errors by level, limits and breakers as they are', async () => {
  const at = '2026-11-22T10:00:00.000Z';
  const limit = { name: 'pc1', limit: 1, configured: 1, staggeredMs: null, holders: [0], queue: [1, 2] };
  const breaker = {
    stage: 'c2',
    level: 'permanent',
    message: 'no parameters',
    since: at,
    failed: [0, 1, 2],
    queue: [],
    probe: null,
    nextProbeAt: at,
  } as const;
  const { app } = workerDoors([viewOf(), pausedView({ index: 1 })], {
    worker: () => workerViewOf({ life: 'cordoned', limits: [limit], breakers: [breaker] }),
  });
  const text = await scrape(app);
  for (const line of [
    'sealvisor_threads{mode="idle"} 1',
    'sealvisor_threads{mode="paused"} 1',
    'sealvisor_threads{mode="running"} 0',
    'sealvisor_threads_with_error{level="permanent"} 1',
    'sealvisor_worker_serving 0',
    'sealvisor_limit_holders{stage="pc1"} 1',
    'sealvisor_limit_queue{stage="pc1"} 2',
    'sealvisor_breaker_open{stage="c2"} 1',
    'sealvisor_allocation_failures_total{plan="unseal",code="bad_answer"} 3',
  ])
    expect(text.split('\n')).toContain(line);
});

test('finished stages and failed tries are counted from the first one on', async () => {
  const { app, events } = workerDoors();
  const done = rowOf({ kind: 'transition', stage: 'PC1', durationMs: 90_000 });
  const failed = rowOf({ kind: 'try', stage: 'C2', level: 'temporary', message: 'manager unreachable' });
  const paused = rowOf({ kind: 'error', stage: 'C2', level: 'permanent', message: 'no parameters' });
  const aborted = rowOf({ kind: 'error', stage: '-', level: 'abort', message: 'no deal' });
  const others = [
    rowOf({ kind: 'transition', event: 'Released', stage: null, durationMs: null }),
    rowOf({ kind: 'command', command: 'resume' }),
    rowOf({ kind: 'lifecycle', stage: 'C2', event: 'Recovered' }),
  ];
  for (const row of [done, done, failed, paused, aborted, ...others])
    events.publish({ type: 'row', index: 0, row });
  const lines = (await scrape(app)).split('\n');
  expect(lines).toContain('sealvisor_stage_seconds_count{stage="PC1"} 2');
  expect(lines).toContain('sealvisor_stage_seconds_sum{stage="PC1"} 180');
  expect(lines.filter((line) => line.startsWith('sealvisor_stage_failures_total'))).toEqual([
    'sealvisor_stage_failures_total{stage="C2",level="temporary"} 1',
    'sealvisor_stage_failures_total{stage="C2",level="permanent"} 1',
    'sealvisor_stage_failures_total{stage="-",level="abort"} 1',
  ]);
  expect(lines.filter((line) => /^sealvisor_stage_seconds_count/.test(line))).toHaveLength(1);
});
