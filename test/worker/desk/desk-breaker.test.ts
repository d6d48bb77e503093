import { describe, expect, test } from 'vitest';
import { done, left, makeDesk, noPolicy } from '../../tools/worker/desk-setup.js';

const gpu = (device: number) => `CUDA error 2 on device ${device}`;
const failure = (message: string) => ({ kind: 'failed', level: 'permanent', message }) as const;

/** Threads 0, 1 and 2 have failed pc1 the same way, at ten o'clock. */
function opened(policy: Parameters<typeof makeDesk>[0] = {}) {
  const made = makeDesk(policy);
  for (const index of [0, 1, 2]) made.fail(index, gpu(index));
  made.told.length = 0;
  return made;
}

describe('an open breaker', () => {
  test('is shown, and told to whoever keeps it', () => {
    const { desk, saved, at } = opened();
    const facts = { level: 'permanent', message: gpu(2), since: at(0), failed: [0, 1, 2] };
    expect(saved).toEqual([['pc1', { ...facts, nextProbeAt: at(60_000) }]]);
    expect(desk.breakers()).toEqual([
      { stage: 'pc1', ...facts, queue: [], probe: null, nextProbeAt: at(60_000) },
    ]);
  });

  test('keeps everyone waiting, with its reason and the next probe', () => {
    const { desk, ask, at } = opened({ limits: { pc1: 1 } });
    const places = [3, 4].map((index) => ask(index));
    expect(places.map(({ became }) => became)).toEqual(['waits', 'waits']);
    expect(desk.waitingFor(4)).toEqual({
      limit: 'breaker pc1',
      place: 2,
      holders: [],
      reason: `permanent: ${gpu(2)}`,
      nextAt: at(60_000),
    });
    expect(ask(5, 'pc2').became).toBe('granted');
  });

  test('also keeps those who stood in line for the limit before it opened', async () => {
    const { desk, ask, quiet, at } = makeDesk({ limits: { pc1: 3 } });
    const held = [0, 1, 2].map((index) => ask(index));
    const behind = ask(3);
    desk.setPolicy({ ...noPolicy, limits: { pc1: 1 } });
    for (const [index, { id }] of held.entries()) desk.leave(index, id, failure(gpu(index)));
    await quiet();
    expect(behind.became).toBe('waits');
    expect(desk.waitingFor(3)).toMatchObject({ limit: 'breaker pc1', nextAt: at(60_000) });
  });

  test('lets the first in line probe when its time has come, and nobody else', async () => {
    const { desk, ask, clock } = opened();
    const [first, second] = [ask(3), ask(4)];
    await clock.advance(60_000);
    expect([first.became, second.became]).toEqual(['probes', 'waits']);
    expect(desk.breakers()[0]).toMatchObject({ probe: 3, queue: [4], nextProbeAt: null });
    expect(desk.waitingFor(4)).toMatchObject({ limit: 'breaker pc1', place: 1, holders: [3] });
    expect(desk.waitingFor(4)).not.toHaveProperty('nextAt');
  });

  test('lets whoever comes after the time of the probe do it at once', async () => {
    const { ask, clock } = opened();
    await clock.advance(70_000);
    expect(ask(3).answer).toEqual({ granted: true, isProbe: true });
  });

  test('is closed by a probe that got through: all go on, within the limit', async () => {
    const { desk, ask, clock, saved, quiet } = opened({ limits: { pc1: 2 } });
    const places = [3, 4, 5, 6].map((index) => ask(index));
    await clock.advance(60_000);
    desk.leave(3, places[0]?.id ?? 0, done);
    await quiet();
    expect(places.map(({ became }) => became)).toEqual(['probes', 'granted', 'granted', 'waits']);
    expect([desk.breakers(), saved.at(-1)]).toEqual([[], ['pc1', null]]);
    expect(desk.waitingFor(6)).toEqual({ limit: 'pc1', place: 1, holders: [4, 5] });
  });

  test('is probed by the next in line after the usual time, when a probe failed, whatever it says', async () => {
    const { desk, ask, clock, saved, at, quiet } = opened();
    const [first, second] = [ask(3), ask(4)];
    await clock.advance(60_000);
    desk.leave(3, first.id, failure('disk is full'));
    await quiet();
    expect(desk.waitingFor(4)).toMatchObject({ reason: 'permanent: disk is full', nextAt: at(60_000) });
    expect(saved.at(-1)?.[1]).toMatchObject({
      message: 'disk is full',
      since: at(-60_000),
      failed: [0, 1, 2],
    });
    await clock.advance(59_999);
    expect(second.became).toBe('waits');
    await clock.advance(1);
    expect(second.became).toBe('probes');
  });

  test.each<[string, (made: ReturnType<typeof makeDesk>, id: number) => void]>([
    ['was paused', ({ desk }, id) => desk.leave(3, id, left)],
    ['died', ({ desk }) => desk.drop(3)],
    [
      'failed for a while only',
      ({ desk }, id) => desk.leave(3, id, { ...failure('unreachable'), level: 'temporary' }),
    ],
  ])('is probed by the next in line at once, when the thread that probed %s', async (_, end) => {
    const made = opened();
    const [first, second, third] = [made.ask(3), made.ask(4), made.ask(5)];
    await made.clock.advance(60_000);
    end(made, first.id);
    await made.quiet();
    expect([second.became, third.became]).toEqual(['probes', 'waits']);
  });

  test('is closed by hand, which lets everyone in', async () => {
    const { desk, ask, saved, quiet } = opened();
    const places = [3, 4].map((index) => ask(index));
    expect([desk.closeBreaker('pc1'), desk.closeBreaker('pc1'), desk.closeBreaker('pc2')]).toEqual([
      true,
      false,
      false,
    ]);
    await quiet();
    expect(places.map(({ became }) => became)).toEqual(['granted', 'granted']);
    expect(saved.at(-1)).toEqual(['pc1', null]);
  });

  test('that was closed opens anew only when as many have failed again', () => {
    const { desk, fail } = opened();
    desk.closeBreaker('pc1');
    fail(0);
    fail(1);
    expect(desk.breakers()).toEqual([]);
    fail(2);
    expect(desk.breakers()).toHaveLength(1);
  });
});

describe('a thread that an operator resumed', () => {
  test('probes at once, before those who stand in line', () => {
    const { desk, ask } = opened();
    const waits = ask(3);
    expect(ask(0, 'pc1', true).answer).toEqual({ granted: true, isProbe: true });
    expect(waits.became).toBe('waits');
    expect(desk.breakers()[0]?.probe).toBe(0);
  });

  test('waits as the others do while another probes, and after that one failed', async () => {
    const { desk, ask, quiet, clock } = opened();
    const waits = ask(3);
    const [probe, next] = [ask(0, 'pc1', true), ask(1, 'pc1', true)];
    desk.leave(0, probe.id, failure(gpu(0)));
    await quiet();
    expect(next.became).toBe('waits');
    await clock.advance(60_000);
    expect([waits.became, next.became]).toEqual(['probes', 'waits']);
  });

  test('waits for room when the limit is reached, and is the first then', async () => {
    const { desk, ask, quiet } = makeDesk({ limits: { pc1: 2 } });
    const slow = ask(9);
    for (const index of [0, 1, 2]) {
      const { id } = ask(index);
      desk.leave(index, id, failure(gpu(index)));
    }
    desk.setPolicy({ ...noPolicy, limits: { pc1: 1 } });
    const [waits, resumed] = [ask(3), ask(0, 'pc1', true)];
    expect([waits.became, resumed.became]).toEqual(['waits', 'waits']);
    desk.leave(9, slow.id, left);
    await quiet();
    expect([waits.became, resumed.became]).toEqual(['waits', 'probes']);
  });

  test('waits as the others do when another got the room and failed', async () => {
    const { desk, ask, fail, quiet } = makeDesk();
    const slow = ask(9);
    for (const index of [0, 1, 2]) fail(index);
    desk.setPolicy({ ...noPolicy, limits: { pc1: 1 } });
    const [first, second] = [ask(0, 'pc1', true), ask(1, 'pc1', true)];
    desk.leave(9, slow.id, left);
    await quiet();
    desk.leave(0, first.id, failure(gpu(0)));
    await quiet();
    expect([first.became, second.became]).toEqual(['probes', 'waits']);
  });

  test('was not sent past a breaker that opened later', async () => {
    const { desk, ask, fail, quiet } = makeDesk();
    const slow = [7, 8, 9].map((index) => ask(index));
    for (const index of [0, 1, 2]) fail(index);
    desk.setPolicy({ ...noPolicy, limits: { pc1: 1 } });
    const resumed = ask(0, 'pc1', true);
    desk.closeBreaker('pc1');
    for (const [nth, { id }] of slow.entries()) desk.leave(nth + 7, id, failure(gpu(nth)));
    await quiet();
    expect([desk.breakers().length, resumed.became]).toEqual([1, 'waits']);
  });

  test('stands behind the others where no breaker is open', () => {
    const { desk, ask } = makeDesk({ limits: { pc1: 1 } });
    for (const index of [0, 1]) ask(index);
    ask(2, 'pc1', true);
    expect(desk.limits()[0]?.queue).toEqual([1, 2]);
  });
});

describe('after a restart', () => {
  const kept = {
    level: 'critical',
    message: 'disk',
    since: '2026-11-22T09:00:00.000Z',
    failed: [0, 1, 2],
  } as const;

  test('a breaker is open as it was, with the probe when it was due', async () => {
    const { desk, ask, clock, saved } = makeDesk();
    desk.restoreBreakers({ c2: { ...kept, nextProbeAt: '2026-11-22T10:00:30.000Z' } });
    const place = ask(0, 'c2');
    expect(desk.breakers()).toEqual([
      { stage: 'c2', ...kept, queue: [0], probe: null, nextProbeAt: '2026-11-22T10:00:30.000Z' },
    ]);
    await clock.advance(29_999);
    expect(place.became).toBe('waits');
    await clock.advance(1);
    expect([place.became, saved]).toEqual(['probes', []]);
  });

  test.each([
    ['is past', '2026-11-22T09:59:00.000Z', 0],
    ['is farther off than any, for the clock was set', '2027-01-01T00:00:00.000Z', 60_000],
  ])('a probe whose time %s comes in %s', async (_, nextProbeAt, ms) => {
    const { desk, ask, clock } = makeDesk();
    desk.restoreBreakers({ c2: { ...kept, nextProbeAt } });
    const place = ask(0, 'c2');
    expect(place.became).toBe(ms === 0 ? 'granted' : 'waits');
    await clock.advance(ms);
    expect(place.became).toBe(ms === 0 ? 'granted' : 'probes');
  });
});
