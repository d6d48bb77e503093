/** What the manager is told of a change of a sector. */
import { expect, test } from 'vitest';
import { emptyRecord } from '#machines/thread-record.js';
import type { Row } from '#src/protocol/thread.js';
import { presentReport, stateReport } from '#src/worker/thread/state-report.js';

const record = emptyRecord('sealer', '2026-11-22T10:00:00.000Z');
const setup = { workerName: 'w1', location: '/store1' };
const row: Row = {
  at: record.since,
  kind: 'transition',
  sector: 's-t010000-2',
  from: 'C1Done',
  to: 'C2Done',
  event: 'C2',
  stage: 'C2',
  durationMs: 3,
  level: null,
  message: null,
  by: null,
  reason: null,
  command: null,
};

test('a change of a sector is reported as upstream reads it', () => {
  expect(stateReport(record, row, setup)).toEqual({
    id: { miner: 10000, number: 2 },
    body: {
      Worker: { Instance: 'w1', Location: '/store1' },
      StateChange: { Prev: 'C1Done', Next: 'C2Done', Event: 'C2' },
      Failure: null,
    },
  });
});

test('a failure is reported with level and message, a command by its words', () => {
  const failed = {
    ...row,
    kind: 'error',
    to: 'C1Done',
    event: null,
    level: 'permanent',
    message: 'No',
  } as const;
  expect(stateReport(record, failed, setup)?.body.Failure).toEqual({ Level: 'permanent', Desc: 'No' });
  const paused = { ...row, kind: 'command', event: null, command: 'pause now' } as const;
  expect(stateReport(record, paused, setup)?.body.StateChange.Event).toBe('pause now');
});

test('what concerns no sector, or one that is let go, is not reported', () => {
  expect(stateReport(record, { ...row, sector: null }, setup)).toBeUndefined();
  expect(stateReport(record, { ...row, event: 'Released' }, setup)).toBeUndefined();
});

const sector = { miner: 10000, number: 2, id: 's-t010000-2', proofType: 5, size: 2048 };
const failed = {
  ...record,
  state: 'C1Done',
  sector,
  lastError: { level: 'permanent', message: 'No', stage: 'C2', at: record.since } as const,
};

test('a thread that starts tells its sector as it stands; one without a sector tells nothing', () => {
  expect(presentReport(failed, setup)).toEqual({
    id: { miner: 10000, number: 2 },
    body: {
      Worker: { Instance: 'w1', Location: '/store1' },
      StateChange: { Prev: 'C1Done', Next: 'C1Done', Event: '' },
      Failure: { Level: 'permanent', Desc: 'No' },
    },
  });
  expect(presentReport(record, setup)).toBeUndefined();
});

test('a pause does not take the error away that the thread stands at', () => {
  const paused = { ...row, kind: 'command', event: null, command: 'pause after-stage' } as const;
  expect(stateReport(failed, paused, setup)?.body.Failure).toEqual({ Level: 'permanent', Desc: 'No' });
});
