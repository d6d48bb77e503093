import { SealvisorError } from '../errors.js';

const unitBytes: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  PiB: 2 ** 50,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
};

/** What a size looks like, for messages. */
export const sizeExpected = 'a size such as 2KiB, 8MiB or 64GiB (units B KiB MiB GiB TiB PiB, KB MB GB TB)';

/**
 * Bytes of a size: `2KiB`, `8MiB`, `64GiB`; a number without a unit is bytes, `GB` is 10^9.
 * @throws config_invalid
 */
export function parseSize(text: string): number {
  const found = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/.exec(text);
  const unit = found?.[2] || 'B';
  const bytes =
    Number(found?.[1]) * (Object.hasOwn(unitBytes, unit) ? (unitBytes[unit] ?? Number.NaN) : Number.NaN);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new SealvisorError('config_invalid', `${JSON.stringify(text)} is not ${sizeExpected}`);
}

/** A size to the next tenth of its unit: `3.5 GiB`, `712 B`. */
export function sizeNear(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let count = bytes;
  let at = 0;
  // What would be rounded up to the next unit is told in it.
  while (Math.abs(count) >= 1023.95 && at < units.length - 1) {
    count /= 1024;
    at += 1;
  }
  const text = count < 100 ? count.toFixed(1).replace(/\.0$/, '') : count.toFixed(0);
  return `${text} ${units[at]}`;
}
