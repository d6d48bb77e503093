/** `venus-worker worker …` against a worker's real doors, over real HTTP. */
import { expect, test } from 'vitest';
import { pause } from '#cli/commands/worker/pause.js';
import { resume } from '#cli/commands/worker/resume.js';
import { show, why } from '#cli/commands/worker/show.js';
import { list } from '#cli/commands/worker/threads.js';
import type { ControlReply, ThreadView } from '#src/protocol/thread.js';
import type { PauseRequest } from '#src/worker/control-words.js';
import { captured, listening, rowOf } from '../../tools/cli/setup.js';
import { workerViewOf } from '../../tools/http/setup.js';
import { pausedView, viewOf } from '../../tools/protocol/views.js';

const said = captured();

const intent = { kind: 'pause', how: 'after-stage', by: 'alice', reason: null, at: '' } as const;
const replyOf = (facts: Partial<ThreadView>, changed = true): ControlReply => ({
  ...pausedView(facts),
  changed,
  message: `thread #0 is ${facts.mode}`,
});

/** A thread that answers the pauses it gets with these, one after the other. */
async function pausing(...replies: readonly ControlReply[]) {
  const asked: PauseRequest[] = [];
  const left = [...replies];
  const { worker } = await listening([viewOf()], {
    pause: async (_index, request) => {
      asked.push(request);
      return left.shift() ?? replyOf({ mode: 'pausing', intent });
    },
  });
  return { worker, asked };
}

test.each([
  [{}, 'after-stage'],
  [{ now: true }, 'now'],
  [{ freeze: true }, 'freeze'],
])('pause %j is one request with an id of its own', async (flags, how) => {
  const { worker, asked } = await pausing(replyOf({ mode: 'pausing', intent }), replyOf({ mode: 'paused' }));
  await pause({ worker, index: 0, reason: 'swap disk', revision: 4, ...flags });
  expect(said).toEqual({ out: '', err: 'thread #0 is pausing\n' });
  expect(asked).toEqual([
    {
      how,
      reason: 'swap disk',
      by: expect.any(String),
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      ifRevision: 4,
    },
  ]);
  await pause({ worker, index: 0 });
  expect(asked[1]?.id).not.toBe(asked[0]?.id);
});

test('pause --wait sends the same command until the thread stands still', async () => {
  const { worker, asked } = await pausing(
    replyOf({ mode: 'pausing', intent }),
    replyOf({ mode: 'restarting', intent: null }, false),
    replyOf({ mode: 'paused', intent }, false),
  );
  await pause({ worker, index: 0, wait: true, timeout: '4h' });
  expect(new Set(asked.map(({ id }) => id)).size).toBe(1);
  expect(asked.map(({ waitMs }) => waitMs)).toEqual([30_000, 30_000, 30_000]);
  expect(said.err).toBe('thread #0 is pausing\nthread #0 is paused\n');
  // It was this command that changed something, if not its last sending.
  expect(process.exitCode).toBeUndefined();
});

test('pause --wait of a thread that stands still already changes nothing', async () => {
  const { worker } = await pausing(replyOf({ mode: 'paused' }, false));
  await pause({ worker, index: 0, wait: true });
  expect(process.exitCode).toBe(3);
});

test('pause --wait that is too short fails and says that the pause stays requested', async () => {
  const { worker, asked } = await pausing();
  await pause({ worker, index: 0, wait: true, timeout: '20ms', json: true });
  expect(said.err).toBe(
    'error: thread #0 was not paused within 0 s: the pause of thread #0 stays requested, and takes effect when C2 is done (deadline_exceeded)\n',
  );
  expect(process.exitCode).toBe(1);
  expect(JSON.parse(said.out)).toMatchObject({ mode: 'pausing', changed: true });
  expect(asked[0]?.waitMs).toBeLessThanOrEqual(20);
});

test('pause --wait ends when someone takes the pause back, and when the thread fails', async () => {
  const { worker } = await pausing(
    replyOf({ mode: 'running', intent: null }),
    replyOf({ mode: 'failed', intent }),
  );
  await expect(pause({ worker, index: 0, wait: true })).rejects.toMatchObject({
    code: 'revision_conflict',
    message: expect.stringContaining('cancelled the pause'),
  });
  await expect(pause({ worker, index: 0, wait: true })).rejects.toMatchObject({ code: 'thread_failed' });
});

test('--timeout without --wait is no command', async () => {
  await expect(pause({ index: 0, timeout: '1m' })).rejects.toMatchObject({ code: 'usage' });
});

test('resume hands on state, force and revision', async () => {
  const asked: unknown[] = [];
  const { worker } = await listening([viewOf()], {
    resume: async (...args) => {
      asked.push(args);
      return replyOf({ mode: 'running' });
    },
  });
  await resume({
    worker,
    index: 0,
    state: 'PC1Done',
    force: true,
    revision: 4,
    reason: 'parameters are there',
  });
  expect(asked).toMatchObject([
    [0, { state: 'PC1Done', force: true, ifRevision: 4, reason: 'parameters are there' }],
  ]);
  expect(said.err).toBe('thread #0 is running\n');
});

test('a dry run is told to a person, as JSON to a machine; refused, it exits 1', async () => {
  const refused = { allowed: false, why: 'c1 is missing', possible: ['PC1Done'] };
  const { worker } = await listening([viewOf()], {
    dryRun: async (_index, { state }) =>
      state ? refused : { allowed: true, to: 'C1Done', redo: ['C2'], skip: [] },
  });
  await resume({ worker, index: 0, dryRun: true });
  expect(said.out).toBe('thread #0 would resume at C1Done\nredo: C2\n');
  expect(process.exitCode).toBeUndefined();
  said.out = '';
  await resume({ worker, index: 0, dryRun: true, state: 'C2Done', json: true });
  expect(JSON.parse(said.out)).toEqual(refused);
  expect(process.exitCode).toBe(1);
});

const estimate = { stage: null, sector: { leftMs: 60_000, unknown: [] } };

test('show is the thread with its estimate and its last rows', async () => {
  const queries: unknown[] = [];
  const { worker } = await listening([pausedView()], {
    estimate: async () => estimate,
    history: async (_index, query) => {
      queries.push(query);
      return JSON.stringify([rowOf()]);
    },
  });
  await show({ worker, index: 0, json: true });
  expect(JSON.parse(said.out)).toEqual({ ...pausedView(), estimate });
  said.out = '';
  await show({ worker, index: 0 });
  expect(queries).toEqual([{ limit: 5 }]);
  expect(said.out).toMatch(/^thread {8}#0 \/store1\n/);
  expect(said.out).toContain('sector takes  about 1 min left\n');
  expect(said.out).toMatch(/history {7}2026-11-22 10:00:17 #0|history {7}10:00:17 #0/);
});

test('why is one sentence, also when the worker tells nothing of itself', async () => {
  const wish = { by: 'bob', reason: null, at: new Date().toISOString() };
  const known = await listening([viewOf()], {
    worker: () => workerViewOf({ life: 'cordoned', cordon: wish }),
  });
  await why({ worker: known.worker, index: 0 });
  expect(said.out).toMatch(/^thread #0 takes no new sector: the worker is cordoned by bob since [^\n]*\n$/);
  said.out = '';
  const silent = await listening([viewOf()], {
    worker: () => {
      throw new Error('not to be had');
    },
  });
  await why({ worker: silent.worker, index: 0, json: true });
  expect(JSON.parse(said.out)).toMatchObject({
    index: 0,
    mode: 'idle',
    why: expect.stringMatching(/^thread #0 has no job/),
  });
});

test('why without an index explains every thread that needs attention, or says that none does', async () => {
  const views = [viewOf(), pausedView({ index: 1 }), pausedView({ index: 2, mode: 'failed' })];
  const { worker } = await listening(views, {});
  await why({ worker });
  expect(said.out).toMatch(/^thread #1 is paused [^\n]*\nthread #2 failed too often [^\n]*\n$/);
  said.out = '';
  await why({ worker, json: true });
  expect(JSON.parse(said.out)).toMatchObject([
    { index: 1, mode: 'paused', why: expect.stringMatching(/^thread #1/) },
    { index: 2, mode: 'failed', why: expect.stringMatching(/^thread #2/) },
  ]);
  said.out = '';
  const well = await listening([viewOf()], {});
  await why({ worker: well.worker });
  expect(said.out).toBe('none of 1 thread needs attention\n');
  said.out = '';
  await why({ worker: well.worker, json: true });
  expect(JSON.parse(said.out)).toEqual([]);
});

const working = pausedView({ mode: 'running', lastError: null });
const inHalf = { name: 'C2', elapsedMs: 120_000, usualMs: 240_000, leftMs: 120_000, samples: 2 };

test('list --wide, why and show tell percent and time left, where the worker estimates them', async () => {
  const own = { ...estimate, stage: inHalf };
  const { worker } = await listening([working], {
    estimates: async () => [{ index: 0, ...own }],
    estimate: async () => own,
    history: async () => '[]',
  });
  await list({ worker, wide: true });
  expect(said.out).toContain(', mode=running, stage=C2, done=50%, left="2 min", sector_left="1 min"\n');
  said.out = '';
  await why({ worker, index: 0 });
  expect(said.out).toMatch(/^thread #0 is working: C2 of s-t010000-2 .*, 50%, about 2 min left\n$/);
  said.out = '';
  await show({ worker, index: 0 });
  expect(said.out).toContain('progress      50%, about 2 min left\n');
  said.out = '';
  // An older worker has no such route.
  const older = await listening([working]);
  await list({ worker: older.worker, wide: true });
  expect(said.out).toMatch(/, mode=running, stage=C2\n$/);
});
