/** One change in a recorded value: a place in it, and what stands there instead. */
export type Path = readonly (string | number)[];

/** The place is left out. */
export const gone = Symbol('gone');

/** What may stand in any place, beside nothing at all. */
export const changes: readonly unknown[] = [gone, null, true, -1.5, 'no base64!', [], [{}], {}];

/** Every place in a value, its root left out. */
export function placesIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [];
  // Of a long list of bytes its ends are enough.
  const keys = Array.isArray(value)
    ? [...value.keys()].filter((at) => at === 0 || at === value.length - 1)
    : Object.keys(value);
  return keys.flatMap((key) => {
    const place = [...path, key];
    // Each key is of the object.
    return [place, ...placesIn((value as Record<string | number, unknown>)[key], place)];
  });
}

export function changed(value: unknown, [key, ...rest]: Path, change: unknown): unknown {
  if (key === undefined) return change;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  if (rest.length > 0) copy[key] = changed(copy[key], rest, change);
  else if (change === gone) delete copy[key];
  else copy[key] = change;
  return Array.isArray(copy) ? copy.filter((_, at) => at in copy) : copy;
}

export function at(value: unknown, path: Path): unknown {
  // Each place is of the value.
  return path.reduce((found, key) => (found as Record<string | number, unknown>)[key], value);
}

/** Whether it is a change of kind: another value of the same kind is another answer, not a mistake. */
export function isMistake(value: unknown, path: Path, change: unknown): boolean {
  // A list without one of its items is another list.
  if (change === gone) return typeof path.at(-1) !== 'number';
  return kindOf(change) !== kindOf(at(value, path));
}

const kindOf = (value: unknown) => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value);

/** `Pieces.*.DealInfo` of any piece. */
export const anyOf = (path: Path) => path.map((key) => (typeof key === 'number' ? '*' : key)).join('.');
