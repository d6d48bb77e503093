/** Values of a configuration as written in its file. */

/** A list; null if there is none. */
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
