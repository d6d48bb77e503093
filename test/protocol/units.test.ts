import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatGoDuration, parseDuration } from '#src/protocol/text/duration.js';
import { parseSize, sizeNear } from '#src/protocol/text/size.js';

const nsOf: Readonly<Record<string, bigint>> = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  µs: 1_000n,
  ns: 1n,
};

/** Reads what Go's `time.ParseDuration` reads, exactly, in ns. */
function parseGo(text: string): bigint {
  let ns = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(
    /(\d+)(?:\.(\d+))?(h|ms|µs|ns|m|s)/g,
  )) {
    const scale = nsOf[unit] ?? 0n;
    ns += BigInt(whole) * scale + (BigInt(fraction || 0) * scale) / 10n ** BigInt(fraction.length);
  }
  return text.startsWith('-') ? -ns : ns;
}

test('a duration written as Go writes it keeps every nanosecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(10 ** 14), max: 10 ** 14 }), (ns) => {
      const text = formatGoDuration(ns / 1e6);
      expect(parseGo(text)).toBe(BigInt(ns));
      expect(text).toMatch(/^-?(?:\d+h\d+m|\d+m)?\d+(?:\.\d*[1-9])?(?:s|ms|µs|ns)$/);
    }),
  );
});

test("the ages in venus-cluster's documents", () => {
  expect(formatGoDuration(2756.922465)).toBe('2.756922465s');
  expect(formatGoDuration(822_000)).toBe('13m42s');
});

test('a humantime duration is the sum of its parts', () => {
  const count = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(count, count, count, count, (h, m, s, ms) => {
      const total = ((h * 60 + m) * 60 + s) * 1000 + ms;
      expect(parseDuration(`${h}h ${m}m ${s}s ${ms}ms`)).toBe(total);
      expect(parseDuration(`${h}hours${m}min${s}sec${ms}millis`)).toBe(total);
    }),
  );
});

test('a size is its count times its unit', () => {
  const units = fc.constantFrom(['B', 1], ['KiB', 2 ** 10], ['MiB', 2 ** 20], ['GiB', 2 ** 30], ['MB', 1e6]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000 }), units, (count, [unit, bytes]) => {
      expect(parseSize(`${count}${unit}`)).toBe(count * Number(bytes));
      expect(parseSize(` ${count} ${unit} `)).toBe(count * Number(bytes));
    }),
  );
});

test.each([
  [0, '0 B'],
  [712, '712 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1.25 * 2 ** 30, '1.3 GiB'],
  [352 * 2 ** 30, '352 GiB'],
  [2 ** 40 - 1, '1 TiB'],
  [2 ** 53 - 1, '8 PiB'],
])('%i bytes are near to %s', (bytes, text) => {
  expect(sizeNear(bytes)).toBe(text);
});
