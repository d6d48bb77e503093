/** The breaker of a stage, with real threads that fail it. */
import { describe, expect, test } from 'vitest';
import type { FaultConfig } from '#src/config/worker-config.js';
import type { ErrorLevel } from '#src/protocol/level.js';
import type { ThreadView } from '#src/protocol/thread.js';
import { freshDir, gate, isIn, setup } from '../../tools/worker/setup.js';

const message = 'No cached parameters found';
const hour = 3_600_000;
const waits = (view: ThreadView) => view.mode === 'waiting' && view.waitingFor?.limit === 'breaker c2';
const stands = isIn('C1Done', 'paused');

interface Failing {
  readonly home?: string;
  /** How often each of the first three fails C2; 0 = always. */
  readonly times?: number;
  /** How often the last one does. */
  readonly lastTimes?: number;
  readonly probeMs?: number;
  readonly level?: ErrorLevel;
}

/** The first three have failed C2 and stand; the last one has come to C2 behind them, and waits. */
async function setupFailing({
  times = 1,
  lastTimes,
  probeMs = hour,
  level = 'permanent',
  home = freshDir(),
}: Failing = {}) {
  const fault = (thread: number, n: number): FaultConfig => ({
    stage: 'c2',
    level,
    message,
    times: n,
    thread,
  });
  const door = gate();
  const made = await setup({
    home,
    threads: 4,
    faults: [
      ...[0, 1, 2].map((thread) => fault(thread, times)),
      ...(lastTimes === undefined ? [] : [fault(3, lastTimes)]),
    ],
    sealingOf: (index) => (index === 3 ? { allowedSizes: [2048], recoverIntervalMs: 20 } : {}),
    service: ({ allocateSector }) => ({
      // The last one is known by its wish.
      allocateSector: async (spec) => {
        if (spec.AllowedProofTypes !== null) await door.pass();
        return allocateSector(spec);
      },
    }),
    config: { breaker: { after: 3, probeMs } },
  });
  return { ...made, comeOn: door.open, home };
}

type Made = Awaited<ReturnType<typeof setupFailing>>;
const threeStand = ({ until }: Made) => Promise.all([0, 1, 2].map((index) => until(index, stands)));
const breakerOf = ({ control }: Made) => control.worker().breakers[0];

describe('a stage that fails three threads the same way', () => {
  test.each(['permanent', 'critical'] as const)(
    '(%s) is not tried by the fourth: it waits, and says why',
    async (level) => {
      const made = await setupFailing({ level });
      await threeStand(made);
      made.comeOn();
      const waiting = await made.until(3, waits);
      expect(waiting).toMatchObject({
        state: 'C1Done',
        lastError: null,
        waitingFor: { limit: 'breaker c2', place: 1, holders: [], reason: `${level}: ${message}` },
      });
      expect(waiting.waitingFor?.nextAt).toMatch(/Z$/);
      const breaker = breakerOf(made);
      expect(breaker).toMatchObject({ stage: 'c2', level, message, queue: [3], probe: null });
      expect(breaker?.failed.toSorted()).toEqual([0, 1, 2]);
      expect(made.warnings.filter((line) => line.includes('nobody tries it'))).toHaveLength(1);
    },
  );

  test('is tried by one after the time of a probe; when that fails it waits on, and is not paused', async () => {
    const made = await setupFailing({ probeMs: 50, lastTimes: 2 });
    await threeStand(made);
    made.comeOn();
    await made.untilRow(3, (row) => row.to === 'Finished');
    const mine = made.rowsOf(3);
    expect(mine.filter((row) => row.kind === 'error')).toMatchObject([
      { stage: 'C2', level: 'permanent', message },
      { stage: 'C2', level: 'permanent', message },
    ]);
    expect(made.views.filter((view) => view.index === 3 && view.mode === 'paused')).toEqual([]);
    await made.untilWorker(({ breakers }) => breakers.length === 0);
  });

  test('is mended: the thread that is resumed is the probe, it closes the breaker, and who waited goes on', async () => {
    const made = await setupFailing();
    await threeStand(made);
    made.comeOn();
    await made.until(3, waits);
    await made.control.resume(1, { by: 'alice' });
    await Promise.all([1, 3].map((index) => made.untilRow(index, (row) => row.to === 'Finished')));
    expect(made.control.worker().breakers).toEqual([]);
    expect(made.warnings.at(-1)).toBe('the breaker of c2 is closed: waiting threads continue');
    expect(made.control.thread(0)).toMatchObject({ mode: 'paused', state: 'C1Done' });
  });

  test('is not mended: the thread that is resumed stands still again; sent to an earlier state, it is tried from there', async () => {
    const made = await setupFailing({ times: 2 });
    await threeStand(made);
    await made.untilWorker(({ breakers }) => breakers.length === 1);
    const { revision } = await made.control.resume(1, { by: 'alice' });
    expect(await made.until(1, (view) => stands(view) && view.revision > revision)).toMatchObject({
      lastError: { level: 'permanent', message },
    });
    await made.untilWorker(({ breakers }) => breakers.some(({ probe }) => probe === null));
    expect(await made.control.resume(1, { state: 'PC1Done' })).toMatchObject({
      changed: true,
      state: 'PC1Done',
    });
    // The third try is a good one: it was for all.
    await made.untilRow(1, (row) => row.event === 'C2');
    await made.untilWorker(({ breakers }) => breakers.length === 0);
  });

  test('is opened to all by hand', async () => {
    const made = await setupFailing();
    await threeStand(made);
    made.comeOn();
    await made.until(3, waits);
    expect(await made.control.closeBreaker('c2', { by: 'alice' })).toMatchObject({
      changed: true,
      breakers: [],
    });
    await made.untilRow(3, (row) => row.to === 'Finished');
    expect(await made.control.closeBreaker('c2', {})).toMatchObject({
      changed: false,
      message: 'no breaker of c2 is open',
    });
  });

  test('is still not tried after a restart of the worker', async () => {
    const first = await setupFailing();
    await threeStand(first);
    first.comeOn();
    await first.until(3, waits);
    const before = breakerOf(first);
    await first.worker.stop(0);
    await first.closeManager();
    const second = await setupFailing({ home: first.home });
    expect(await second.until(3, waits)).toMatchObject({ waitingFor: { reason: `permanent: ${message}` } });
    expect(breakerOf(second)).toMatchObject({ since: before?.since, failed: before?.failed });
    await second.control.closeBreaker('c2', {});
    await second.untilRow(3, (row) => row.to === 'Finished');
    await second.worker.stop(0);
    await second.closeManager();
    const third = await setupFailing({ home: first.home });
    expect(third.control.worker().breakers).toEqual([]);
  });
});
