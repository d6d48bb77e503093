import { expect, test } from 'vitest';
import { reportsHeldBack } from '#src/worker/thread/held-back.js';
import type { SectorReport } from '#src/worker/thread/report.js';

const reportOf = (Next: string): SectorReport => ({
  id: { miner: 10000, number: 2 },
  body: {
    Worker: { Instance: 'w1', Location: '/store1' },
    StateChange: { Prev: '-', Next, Event: '' },
    Failure: null,
  },
});

function setup() {
  const told: string[] = [];
  let alarm: (() => void) | undefined;
  const reports = reportsHeldBack(
    {
      tell: ({ body }) => told.push(body.StateChange.Next),
      again: () => undefined,
      asked: () => undefined,
      stop: () => told.push('stop'),
    },
    {
      setTimeout: (run) => {
        alarm = run;
        return run;
      },
      clearTimeout: (handle) => {
        if (handle === alarm) alarm = undefined;
      },
    },
  );
  return { reports, told, ring: () => alarm?.() };
}

test('the report of a command goes out some time after it', () => {
  const { reports, told, ring } = setup();
  reports.tellBehind(reportOf('PC1Done'));
  expect(told).toEqual([]);
  ring();
  expect(told).toEqual(['PC1Done']);
});

test('it goes out before the next report, and once', () => {
  const { reports, told, ring } = setup();
  reports.tellBehind(reportOf('PC1Done'));
  reports.tell(reportOf('PC2Done'));
  ring();
  expect(told).toEqual(['PC1Done', 'PC2Done']);
});

test('a stop does not lose it', () => {
  const { reports, told, ring } = setup();
  reports.tellBehind(reportOf('PC1Done'));
  reports.stop();
  ring();
  expect(told).toEqual(['PC1Done', 'stop']);
});
