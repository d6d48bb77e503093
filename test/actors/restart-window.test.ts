import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RestartWindow } from '#src/actors/restart-window.js';

const admitted = (times: readonly number[], intensity: number, periodMs: number) => {
  const window = new RestartWindow();
  return times.map((at) => window.admit(at, intensity, periodMs));
};

test.each([
  { intensity: 0, times: [0], answers: [false] },
  { intensity: 1, times: [0, 2100, 4200, 6300], answers: [true, true, true, true] },
  { intensity: 1, times: [0, 999], answers: [true, false] },
  { intensity: 1, times: [0, 1000], answers: [true, false] },
  { intensity: 1, times: [0, 1001], answers: [true, true] },
  { intensity: 2, times: [0, 900, 1800, 1850], answers: [true, true, true, false] },
  { intensity: 3, times: [5, 5, 5, 5], answers: [true, true, true, false] },
])('intensity $intensity in 1000 ms at $times', ({ intensity, times, answers }) => {
  expect(admitted(times, intensity, 1000)).toEqual(answers);
});

test('it slides: the answer is that of counting all restarts of the last period', () => {
  const gaps = fc.array(fc.nat({ max: 40 }), { maxLength: 200 });
  fc.assert(
    fc.property(gaps, fc.nat({ max: 6 }), fc.integer({ min: 1, max: 100 }), (steps, intensity, periodMs) => {
      let now = 0;
      const times = steps.map((step) => {
        now += step;
        return now;
      });
      const counted = times.map(
        (at, nth) => times.slice(0, nth + 1).filter((other) => at - other <= periodMs).length <= intensity,
      );
      expect(admitted(times, intensity, periodMs)).toEqual(counted);
    }),
  );
});
