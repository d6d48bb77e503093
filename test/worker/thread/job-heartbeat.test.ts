import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { emptyRecord, type ThreadRecord } from '#machines/thread-record.js';
import { SealvisorError } from '#src/protocol/errors.js';
import { jobHeartbeat } from '#src/worker/thread/job-heartbeat.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const proving: ThreadRecord = {
  ...emptyRecord('wdpost', '2026-11-22T10:00:00.000Z'),
  state: 'Allocated',
  outputs: { job: { Id: 'wdpost-5' } },
};

function setup(answer: () => Promise<void> = async () => undefined) {
  const beats: string[] = [];
  const taken: (readonly [string, string])[] = [];
  const heartbeat = jobHeartbeat({
    beat: (id) => {
      beats.push(id);
      return answer();
    },
    onTaken: (...told) => void taken.push(told),
  });
  return { heartbeat, beats, taken };
}

test('while a job is proven its manager hears so at once and every three seconds', async () => {
  const { heartbeat, beats } = setup();
  heartbeat.follow(proving);
  expect(beats).toEqual(['wdpost-5']);
  await vi.advanceTimersByTimeAsync(6000);
  expect(beats).toHaveLength(3);
  // The same job, told of again, is not told twice.
  heartbeat.follow({ ...proving, tries: 1 });
  expect(beats).toHaveLength(3);
});

test.each([
  ['the proof is made', { ...proving, state: 'Generated' }],
  ['the thread is paused', { ...proving, isPaused: true }],
  ['the job is given up', { ...proving, state: 'Aborted' }],
  ['nothing is in hand', emptyRecord('wdpost', '2026-11-22T10:00:00.000Z')],
])('it ends when %s', async (_, next) => {
  const { heartbeat, beats } = setup();
  heartbeat.follow(proving);
  heartbeat.follow(next);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(beats).toHaveLength(1);
});

test('a sector is not such a job', () => {
  const { heartbeat, beats } = setup();
  const sector = { miner: 10000, number: 2, id: 's-t010000-2', proofType: 5, size: 2048 };
  heartbeat.follow({ ...emptyRecord('sealer', ''), state: 'PC1Done', sector });
  expect(beats).toEqual([]);
});

test('a manager that refuses has taken the job; one that does not answer has not', async () => {
  const unheard = new SealvisorError('unreachable', 'no manager');
  const unknown = new SealvisorError('remote_error', 'no such method', { data: { rpcCode: -32601 } });
  const refused = new SealvisorError('remote_error', 'wdpost-5 is w2’s now', { data: { rpcCode: -32602 } });
  const answers = [unheard, unknown, refused];
  const { heartbeat, taken } = setup(async () => {
    throw answers.shift();
  });
  heartbeat.follow(proving);
  await vi.advanceTimersByTimeAsync(3000);
  expect(taken).toEqual([]);
  await vi.advanceTimersByTimeAsync(3000);
  expect(taken).toEqual([['wdpost-5', 'wdpost-5 is w2’s now']]);
});
