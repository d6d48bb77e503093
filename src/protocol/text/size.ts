import { SealvisorError } from '../errors.js';

/** Each unit is 1024 of the one before. */
export const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

const unitBytes: Readonly<Record<string, number>> = {
  ...Object.fromEntries(binaryUnits.map((unit, power) => [unit, 1024 ** power])),
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
};

/** The format of a size, for messages. */
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

/** A size in bytes in the largest unit that gives a whole number: `8MiB`, `1000B`. `parseSize` reads it back. */
export function sizeText(bytes: number): string {
  let count = bytes;
  let unit = 0;
  while (count > 0 && count % 1024 === 0 && unit < binaryUnits.length - 1) {
    count /= 1024;
    unit += 1;
  }
  return `${count}${binaryUnits[unit]}`;
}

/** A size rounded to a tenth of its unit below 100, else to whole units: `3.5 GiB`, `712 B`. */
export function sizeNear(bytes: number): string {
  let count = bytes;
  let at = 0;
  // A value that would round up to 1024 is shown in the next unit.
  while (Math.abs(count) >= 1023.95 && at < binaryUnits.length - 1) {
    count /= 1024;
    at += 1;
  }
  const text = count < 100 ? count.toFixed(1).replace(/\.0$/, '') : count.toFixed(0);
  return `${text} ${binaryUnits[at]}`;
}
