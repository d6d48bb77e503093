import { describe, expect, test } from 'vitest';
import { diskGate } from '#src/disks/disk-gate.js';
import { type DiskInUse, diskPulse } from '#src/worker/roots/pulse.js';
import { quiet, TestClock } from '../../tools/actors/world.js';
import { warningsTo } from '../../tools/protocol/told-events.js';

const path = '/store1';
const startMs = Date.parse('2026-11-27T10:00:00.000Z');

/** Disks that answer when they are told to. */
function setup(...used: readonly DiskInUse[]) {
  const clock = new TestClock();
  const bornAt = clock.now();
  const asked: { readonly path: string; answer(refusal?: Error): void }[] = [];
  const ask = (each: string) => {
    const answered = Promise.withResolvers<Error | undefined>();
    asked.push({ path: each, answer: (refusal) => answered.resolve(refusal) });
    return answered.promise;
  };
  const warned: string[] = [];
  const looks = { count: 0 };
  const pulse = diskPulse({
    clock,
    wall: () => startMs + clock.now() - bornAt,
    gate: diskGate(clock, 2000),
    emit: warningsTo(warned),
    ask,
  });
  const inUse = { paths: used };
  const onLook = () => {
    looks.count += 1;
  };
  const start = () => pulse.start({ inUse: () => inUse.paths, onLook });
  return { clock, asked, warned, looks, pulse, start, inUse };
}

describe('a disk that is worked on', () => {
  test('is asked every five seconds, or within a second when who works there has fallen silent', async () => {
    const { clock, asked, start, inUse } = setup({ path, isUrgent: false });
    start();
    asked[0]?.answer();
    await clock.advance(4000);
    expect(asked).toHaveLength(1);
    await clock.advance(1000);
    expect(asked).toHaveLength(2);
    asked[1]?.answer();
    await quiet();
    inUse.paths = [{ path, isUrgent: true }];
    await clock.advance(1000);
    expect(asked).toHaveLength(3);
  });

  test('and does not answer within two seconds hangs, since it was asked, until it answers', async () => {
    const { clock, asked, warned, pulse, start, looks } = setup({ path, isUrgent: false });
    start();
    await clock.advance(1000);
    expect(pulse.hungSince(path)).toBeUndefined();
    await clock.advance(1000);
    expect(pulse.hungSince(path)).toBe('2026-11-27T10:00:00.000Z');
    await clock.advance(60_000);
    expect(asked).toHaveLength(1);
    expect(warned).toEqual([`the disk of ${path} does not answer: work on it waits until it does`]);
    const before = looks.count;
    asked[0]?.answer();
    await quiet();
    expect(pulse.hungSince(path)).toBeUndefined();
    expect(looks.count).toBe(before + 1);
    expect(warned[1]).toBe(`the disk of ${path} answers again; it had not since 2026-11-27T10:00:00.000Z`);
  });

  test('and refuses has answered', async () => {
    const { asked, pulse } = setup();
    const answer = pulse.demand(path);
    asked[0]?.answer(new Error('EIO'));
    await expect(answer).resolves.toBeUndefined();
  });
});

test('who demands an answer is told at the deadline, with the path and since when, and at once as long as it hangs', async () => {
  const { clock, asked, pulse } = setup();
  const refusal = { code: 'disk_hung', data: { path, since: '2026-11-27T10:00:00.000Z', mayPass: true } };
  const first = expect(pulse.demand(path)).rejects.toMatchObject(refusal);
  await clock.advance(2000);
  await first;
  await expect(pulse.demand(path)).rejects.toMatchObject(refusal);
  expect(asked).toHaveLength(1);
});
