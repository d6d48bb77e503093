import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationText, formatGoDuration, parseDuration } from '#src/protocol/text/duration.js';
import { parseSize } from '#src/protocol/text/size.js';

test.each([
  ['0', 0],
  ['0s', 0],
  ['30s', 30_000],
  ['1min', 60_000],
  ['2h 5m', 7_500_000],
  ['2h5m', 7_500_000],
  ['500ms', 500],
  ['500us', 0.5],
  ['1500 ns', 0.0015],
  ['1m', 60_000],
  ['1M', 30.44 * 86_400_000],
  ['1y', 365.25 * 86_400_000],
  ['1week 2 days', 9 * 86_400_000],
  ['3hours 20 minutes 1 sec', 12_001_000],
])('%s is %d ms, as humantime reads it', (text, ms) => {
  expect(parseDuration(text)).toBeCloseTo(ms, 9);
});

test.each([
  '',
  ' ',
  '30',
  's',
  '1.5s',
  '-1s',
  '5 parsecs',
  '5S',
  '1s,2s',
  '99999999999999999999y',
  '1constructor',
])('%j is refused, and the message says what is allowed', (text) => {
  expect(() => parseDuration(text)).toThrow(
    expect.objectContaining({
      code: 'config_invalid',
      message: expect.stringContaining('such as 500ms, 30s'),
    }),
  );
});

test('a long text without meaning is refused at once', () => {
  const started = performance.now();
  expect(() => parseDuration(`${'1s'.repeat(20_000)}!`)).toThrow();
  expect(() => parseDuration('1'.repeat(50_000))).toThrow();
  expect(performance.now() - started).toBeLessThan(1000);
});

test.each([
  [0, '0s'],
  [0.0001, '100ns'],
  [0.0015, '1.5µs'],
  [1.5, '1.5ms'],
  [250, '250ms'],
  [1000, '1s'],
  [2756.922465, '2.756922465s'],
  [60_000, '1m0s'],
  [822_000, '13m42s'],
  [3_605_000, '1h0m5s'],
  [3_605_250, '1h0m5.25s'],
  [360_000_000, '100h0m0s'],
  [-1500, '-1.5s'],
])('%d ms is written %s, as Go writes it', (ms, text) => {
  expect(formatGoDuration(ms)).toBe(text);
});

test.each([
  ['2KiB', 2048],
  ['8MiB', 8 * 2 ** 20],
  ['64GiB', 64 * 2 ** 30],
  ['1.5 GiB', 1.5 * 2 ** 30],
  ['1GB', 1e9],
  ['512', 512],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['', 'GiB', '-1KiB', '8 bananas', '1constructor', '999999PiB'])('%j is no size', (text) => {
  expect(() => parseSize(text)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
});

test.each([
  [0, '0s'],
  [0.0015, '1500ns'],
  [500, '500ms'],
  [30_000, '30s'],
  [90_000, '1m 30s'],
  [7_500_000, '2h 5m'],
  [9 * 86_400_000 + 1, '9d 1ms'],
])('%d ms is written %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('a duration that was written is read as the same', () => {
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (ms) => {
      expect(parseDuration(durationText(ms))).toBe(ms);
    }),
  );
});
