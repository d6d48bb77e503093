/** What a thread tells the manager: in order, each change until it is accepted or refused; and how it hears what the manager wants later. */

import { describe, expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import type { Verdict } from '#src/protocol/sealer.js';
import { ReportQueue } from '#src/worker/thread/reports.js';
import { warningsTo } from '../../tools/protocol/told-events.js';

const fine: Verdict = { finalized: false, abortReason: null };
const id = { miner: 10000, number: 2 };
const away = new SealvisorError('unreachable', 'cannot reach the manager');

const reportOf = (Next: string, number = 2) => ({
  id: { ...id, number },
  body: {
    Worker: { Instance: 'w1', Location: '/store1' },
    StateChange: { Prev: '-', Next, Event: '' },
    Failure: null,
  },
});

/** A manager that answers when it is told to, and a clock of which one alarm at most is set. */
function setup(everyMs = 180_000) {
  const sent: string[] = [];
  const verdicts: [number, Verdict][] = [];
  const refused: string[] = [];
  const open: { resolve(verdict: Verdict): void; reject(error: unknown): void }[] = [];
  let alarm: { readonly run: () => void; readonly ms: number } | undefined;
  const reports = new ReportQueue({
    send: (of, body, given) => {
      sent.push(`${of.number} ${body.StateChange.Next}${given ? ` under ${given.request}` : ''}`);
      return new Promise((resolve, reject) => open.push({ resolve, reject }));
    },
    onRefused: warningsTo(refused),
    onVerdict: (of, verdict) => verdicts.push([of.number, verdict]),
    everyMs: () => everyMs,
    clock: {
      setTimeout: (run, ms) => {
        alarm = { run, ms };
        return alarm;
      },
      clearTimeout: (handle) => {
        if (handle === alarm) alarm = undefined;
      },
    },
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    reports,
    sent,
    verdicts,
    refused,
    answer: async (verdict = fine) => {
      open.shift()?.resolve(verdict);
      await settled();
    },
    fail: async (error: unknown = away) => {
      open.shift()?.reject(error);
      await settled();
    },
    waitMs: () => alarm?.ms,
    ring: () => {
      const { run } = alarm ?? { run: () => undefined };
      alarm = undefined;
      run();
    },
  };
}

test('a report goes out when the one before it has been heard', async () => {
  const { reports, sent, answer } = setup();
  for (const state of ['Allocated', 'DealsAcquired', 'PieceAdded']) reports.tell(reportOf(state));
  expect(sent).toEqual(['2 Allocated']);
  await answer();
  expect(sent).toEqual(['2 Allocated', '2 DealsAcquired']);
  await answer();
  expect(sent.at(-1)).toBe('2 PieceAdded');
});

test('one that was not heard is said again before those behind it, after 500 ms doubled up to 30 s', async () => {
  const { reports, sent, fail, answer, waitMs, ring } = setup();
  reports.tell(reportOf('Allocated'));
  const waits: (number | undefined)[] = [];
  for (let count = 0; count < 8; count += 1) {
    await fail();
    if (count === 0) reports.tell(reportOf('DealsAcquired'));
    waits.push(waitMs());
    ring();
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(new Set(sent)).toEqual(new Set(['2 Allocated']));
  await answer();
  expect(sent.at(-1)).toBe('2 DealsAcquired');
  await fail();
  expect(waitMs()).toBe(500);
});

test('one that the manager refuses is not said again before the next', async () => {
  const { reports, sent, fail } = setup();
  reports.tell(reportOf('Allocated'));
  reports.tell(reportOf('DealsAcquired'));
  await fail(new SealvisorError('remote_error', 'Venus.ReportState: no such sector'));
  expect(sent).toEqual(['2 Allocated', '2 DealsAcquired']);
});

const failedWith = (Desc: string) => {
  const { body, ...rest } = reportOf('PC1Done');
  return { ...rest, body: { ...body, Failure: { Level: 'permanent' as const, Desc } } };
};

test.each([
  new SealvisorError('body_too_large', 'the body is larger than 1 MiB'),
  new SealvisorError('invalid_request', 'report Failure.Desc: too long'),
  new SealvisorError('bad_answer', 'got no JSON-RPC answer (HTTP 413)', { data: { httpStatus: 413 } }),
])(
  'one that can never be accepted ($message) is sent without its long text, then dropped with a warning, and an abort is heard',
  async (refusal) => {
    const { reports, sent, refused, verdicts, fail, answer, waitMs } = setup();
    reports.tell(failedWith('x'.repeat(1_500_000)));
    reports.tell(reportOf('PC2Done'));
    await fail(refusal);
    expect(sent).toEqual(['2 PC1Done', '2 PC1Done']);
    await fail(refusal);
    expect(sent.at(-1)).toBe('2 PC2Done');
    await answer({ finalized: false, abortReason: 'deal withdrawn' });
    expect(verdicts).toEqual([[2, { finalized: false, abortReason: 'deal withdrawn' }]]);
    expect(waitMs()).toBe(180_000);
    expect(refused).toEqual([
      expect.stringMatching(
        /^the manager refuses the report that s-t010000-2 is PC1Done: .*; it is sent without its long text$/,
      ),
      expect.stringMatching(/; it is dropped$/),
    ]);
  },
);

test('without its long text it is sent under what the sector was given under, too', async () => {
  const { reports, sent, fail } = setup();
  reports.tell({ ...failedWith('x'.repeat(5000)), given: { request: 'r1', manager: 'm1' } });
  await fail(new SealvisorError('body_too_large', 'the body is larger than 1 MiB'));
  expect(sent).toEqual(['2 PC1Done under r1', '2 PC1Done under r1']);
});

test('a manager behind a proxy that is busy, or away, is tried again', async () => {
  const { reports, sent, refused, fail, ring } = setup();
  reports.tell(failedWith('x'.repeat(5000)));
  await fail(new SealvisorError('bad_answer', 'HTTP 502', { data: { httpStatus: 502 } }));
  ring();
  expect(sent).toEqual(['2 PC1Done', '2 PC1Done']);
  expect(refused).toEqual([]);
});

test('a hundred wait at most: the oldest are dropped, the newest never', async () => {
  const { reports, sent, fail, answer, ring } = setup();
  for (let count = 0; count <= 150; count += 1) reports.tell(reportOf(`State${count}`));
  await fail();
  ring();
  for (let count = 0; count < 200; count += 1) await answer();
  expect(sent).toHaveLength(101);
  expect(sent.slice(0, 2)).toEqual(['2 State0', '2 State51']);
  expect(sent.at(-1)).toBe('2 State150');
});

const byHeartbeat: Verdict = { ...fine, byHeartbeat: true };

describe('a manager that says with the heartbeat what it wants', () => {
  test('is told each state once', async () => {
    const { reports, sent, answer, waitMs } = setup(7000);
    reports.tell(reportOf('TicketAssigned'));
    await answer(byHeartbeat);
    expect(waitMs()).toBeUndefined();
    expect(sent).toEqual(['2 TicketAssigned']);
  });

  test('is told the latest once more when it asks for that sector; what its answer says is heard', async () => {
    const { reports, sent, verdicts, answer } = setup();
    reports.tell(reportOf('TicketAssigned'));
    await answer(byHeartbeat);
    reports.asked({ ...id, number: 3 });
    expect(sent).toEqual(['2 TicketAssigned']);
    reports.asked(id);
    const lost = { ...byHeartbeat, abortReason: 'aborted by alice' };
    await answer(lost);
    expect(sent).toEqual(['2 TicketAssigned', '2 TicketAssigned']);
    expect(verdicts).toEqual([[2, lost]]);
    // The stage is being left: there is nothing more to hear.
    reports.asked(id);
    expect(sent).toHaveLength(2);
  });

  test('that stops doing so while a report is on its way is told it once more', async () => {
    const { reports, sent, answer, waitMs } = setup(7000);
    reports.tell(reportOf('TicketAssigned'));
    reports.again();
    reports.again();
    await answer(byHeartbeat);
    expect(sent).toEqual(['2 TicketAssigned', '2 TicketAssigned']);
    await answer();
    expect(sent).toHaveLength(2);
    expect(waitMs()).toBe(7000);
  });

  test('is not told twice of what is on its way', async () => {
    const { reports, sent, fail } = setup();
    reports.tell(reportOf('TicketAssigned'));
    reports.asked(id);
    await fail();
    reports.asked(id);
    expect(sent).toEqual(['2 TicketAssigned']);
  });
});

describe('a report that the manager refuses', () => {
  const refusal = new SealvisorError('remote_error', 'Venus.ReportState: no such sector');

  test('is sent once and logged once; the next change is a report again', async () => {
    const { reports, sent, refused, fail, answer, waitMs } = setup(7000);
    reports.tell(reportOf('TicketAssigned'));
    await fail(refusal);
    expect(waitMs()).toBeUndefined();
    expect(refused).toEqual([
      'the manager refuses the report that s-t010000-2 is TicketAssigned: Venus.ReportState: no such sector; it is dropped',
    ]);
    reports.tell(reportOf('PC1Done'));
    await answer();
    expect(sent).toEqual(['2 TicketAssigned', '2 PC1Done']);
    expect(waitMs()).toBe(7000);
  });

  test('after it was accepted is asked again, each time later, and logged once', async () => {
    const { reports, refused, fail, answer, waitMs, ring } = setup(7000);
    reports.tell(reportOf('TicketAssigned'));
    await answer();
    const waits: (number | undefined)[] = [];
    for (let count = 0; count < 3; count += 1) {
      ring();
      await fail(refusal);
      waits.push(waitMs());
    }
    expect(waits).toEqual([14_000, 28_000, 56_000]);
    expect(refused).toHaveLength(1);
    ring();
    await answer();
    expect(waitMs()).toBe(7000);
  });
});

test('a manager of ours that refuses what it accepted before is not asked again by itself', async () => {
  const { reports, fail, answer, waitMs, ring } = setup(7000);
  reports.tell(reportOf('TicketAssigned'));
  await answer();
  ring();
  await fail(
    new SealvisorError('remote_error', 'never allocated here', { data: { code: 'sector_not_found' } }),
  );
  expect(waitMs()).toBeUndefined();
});

test('a manager that does not is asked by the last state after each interval of silence, while a sector is held', async () => {
  const { reports, sent, answer, waitMs, ring } = setup(7000);
  reports.tell(reportOf('TicketAssigned'));
  await answer();
  for (let count = 0; count < 2; count += 1) {
    expect(waitMs()).toBe(7000);
    ring();
    await answer();
  }
  expect(sent).toEqual(['2 TicketAssigned', '2 TicketAssigned', '2 TicketAssigned']);
});

test.each(['Finished', 'Aborted'])('a sector that is %s is not told of again', async (state) => {
  const { reports, answer, waitMs } = setup();
  reports.tell(reportOf(state));
  await answer();
  expect(waitMs()).toBeUndefined();
});

test('an abort started at the manager is received once, with the answer to any report', async () => {
  const { reports, verdicts, answer, ring } = setup();
  const lost = { finalized: false, abortReason: 'aborted by alice' };
  reports.tell(reportOf('TicketAssigned'));
  await answer();
  expect(verdicts).toEqual([]);
  ring();
  await answer(lost);
  ring();
  await answer(lost);
  expect(verdicts).toEqual([[2, lost]]);
  reports.tell(reportOf('Allocated', 3));
  await answer(lost);
  expect(verdicts).toEqual([
    [2, lost],
    [3, lost],
  ]);
});

test.each([
  ['C2Done', { finalized: true, abortReason: null }, 1],
  ['Finished', { finalized: true, abortReason: null }, 0],
  ['Finished', { finalized: false, abortReason: 'given up' }, 1],
  ['Aborted', { finalized: false, abortReason: 'given up' }, 0],
  ['C2Done', { finalized: false, abortReason: '' }, 0],
])('in %s the answer %j is a verdict: %i', async (state, verdict, count) => {
  const { reports, verdicts, answer } = setup();
  reports.tell(reportOf(state));
  await answer(verdict);
  expect(verdicts).toHaveLength(count);
});

test('an answer is judged by what the thread said last', async () => {
  const { reports, verdicts, answer } = setup();
  reports.tell(reportOf('ProofSubmitted'));
  reports.tell(reportOf('Finished'));
  await answer({ finalized: true, abortReason: null });
  reports.tell(reportOf('Allocated', 3));
  await answer({ finalized: false, abortReason: 'too late' });
  expect(verdicts).toEqual([]);
});

test('after a stop nothing is said, waited for or judged; a second stop is nothing', async () => {
  const { reports, sent, verdicts, answer, waitMs } = setup();
  reports.tell(reportOf('Allocated'));
  reports.tell(reportOf('DealsAcquired'));
  reports.stop();
  reports.stop();
  await answer({ finalized: false, abortReason: 'x' });
  reports.tell(reportOf('PieceAdded'));
  expect([sent.length, verdicts.length, waitMs()]).toEqual([1, 0, undefined]);
});
