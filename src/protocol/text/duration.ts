import { SealvisorError } from '../errors.js';

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** Units of Rust's humantime, by spelling; as there, a month is 30.44 days and a year 365.25 days. */
const unitMs: ReadonlyMap<string, number> = new Map([
  ...spell(1e-6, 'nanos nsec ns'),
  ...spell(1e-3, 'micros usec us µs μs'),
  ...spell(1, 'millis msec ms'),
  ...spell(secondMs, 'seconds second secs sec s'),
  ...spell(minuteMs, 'minutes minute mins min m'),
  ...spell(hourMs, 'hours hour hrs hr h'),
  ...spell(dayMs, 'days day d'),
  ...spell(7 * dayMs, 'weeks week wks wk w'),
  ...spell(30.44 * dayMs, 'months month M'),
  ...spell(365.25 * dayMs, 'years year yrs yr y'),
]);

/** The format of a duration, for messages. */
export const durationExpected =
  'a duration such as 500ms, 30s, 1min or 2h 5m (whole numbers with units ns us ms s m h d w M y)';

/**
 * Milliseconds of a duration in humantime's grammar: `30s`, `2h 5m`; `m` is minutes, `M` months.
 * @throws config_invalid
 */
export function parseDuration(text: string): number {
  if (text.trim() === '0') return 0;
  const isWhole = /^\s*(?:\d+\s*\p{L}+\s*)+$/u.test(text);
  const parts = isWhole ? [...text.matchAll(/(\d+)\s*(\p{L}+)/gu)] : [];
  let ms = 0;
  for (const [, count, unit] of parts) ms += Number(count) * (unitMs.get(unit ?? '') ?? Number.NaN);
  if (parts.length > 0 && ms <= Number.MAX_SAFE_INTEGER) return ms;
  throw new SealvisorError('config_invalid', `${JSON.stringify(text)} is not ${durationExpected}`);
}

/** A duration in ms in humantime's grammar, to the nanosecond: `2h 5m`, `500ms`, `0s`. `parseDuration` reads it back. */
export function durationText(ms: number): string {
  const whole = Math.trunc(ms);
  const ns = Math.round((ms - whole) * 1e6);
  const parts = [
    [Math.floor(whole / dayMs), 'd'],
    [Math.floor(whole / hourMs) % 24, 'h'],
    [Math.floor(whole / minuteMs) % 60, 'm'],
    [Math.floor(whole / secondMs) % 60, 's'],
    [whole % secondMs, 'ms'],
    [ns, 'ns'],
  ] as const;
  const text = parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${count}${unit}`])).join(' ');
  return text === '' ? '0s' : text;
}

/** A duration in ms as Go's `time.Duration.String` writes it: `13m42s`, `2.756922465s`, `250ms`, `0s`. */
export function formatGoDuration(ms: number): string {
  if (!Number.isFinite(ms)) return String(ms);
  const ns = BigInt(Math.round(ms * 1e6));
  const sign = ns < 0n ? '-' : '';
  return sign + formatNs(ns < 0n ? -ns : ns);
}

function formatNs(ns: bigint): string {
  if (ns === 0n) return '0s';
  if (ns < 1_000n) return `${ns}ns`;
  if (ns < 1_000_000n) return `${withFraction(ns, 3)}µs`;
  if (ns < 1_000_000_000n) return `${withFraction(ns, 6)}ms`;
  const minutes = ns / 60_000_000_000n;
  const seconds = `${withFraction(ns % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return seconds;
  const hours = minutes / 60n;
  return hours === 0n ? `${minutes}m${seconds}` : `${hours}h${minutes % 60n}m${seconds}`;
}

/** `value` with its last `digits` digits as a fraction, without trailing zeros. */
function withFraction(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, '0');
  const fraction = text.slice(-digits).replace(/0+$/, '');
  const whole = text.slice(0, -digits);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

function spell(ms: number, spellings: string): readonly (readonly [string, number])[] {
  return spellings.split(' ').map((spelling) => [spelling, ms] as const);
}
