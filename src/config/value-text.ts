/** Values of a configuration as a person writes them in its file. */

const dayMs = 86_400_000;

/** A duration in ms in humantime's grammar, to the nanosecond: `2h 5m`, `500ms`, `0s`. `parseDuration` reads it back. */
export function durationText(ms: number): string {
  const whole = Math.trunc(ms);
  const ns = Math.round((ms - whole) * 1e6);
  const parts = [
    [Math.floor(whole / dayMs), 'd'],
    [Math.floor(whole / 3_600_000) % 24, 'h'],
    [Math.floor(whole / 60_000) % 60, 'm'],
    [Math.floor(whole / 1000) % 60, 's'],
    [whole % 1000, 'ms'],
    [ns, 'ns'],
  ] as const;
  const text = parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${count}${unit}`])).join(' ');
  return text === '' ? '0s' : text;
}

/** A size in bytes in the greatest unit that it is whole in: `8MiB`, `1000B`. `parseSize` reads it back. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let count = bytes;
  let unit = 0;
  while (count > 0 && count % 1024 === 0 && unit < units.length - 1) {
    count /= 1024;
    unit += 1;
  }
  return `${count}${units[unit]}`;
}

/** A list, or null where there is none. */
export function listText<T>(
  items: readonly T[] | null,
  text: (item: T) => string = JSON.stringify,
): string | null {
  return items === null ? null : `[${items.map(text).join(', ')}]`;
}

/** The keys of a table that have a value: `name = "store1", readonly = false`. */
export function tableText(table: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(table).filter(([, value]) => value !== undefined && value !== null);
  return given.map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join(', ');
}
