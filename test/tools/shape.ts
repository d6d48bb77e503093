/** What all recorded values of one thing have in common: a value that fits is read by whoever read those. */
type Kind = 'null' | 'boolean' | 'whole' | 'fraction' | 'text' | 'list' | 'object';

export interface Shape {
  readonly kinds: ReadonlySet<Kind>;
  /** Of objects; `isAlways`: no recorded one leaves it out. */
  readonly keys: ReadonlyMap<string, { readonly shape: Shape; readonly isAlways: boolean }>;
  /** Of lists that have items; undefined where none was recorded. */
  readonly items: Shape | undefined;
}

export function kindOf(value: unknown): Kind {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return Number.isInteger(value) ? 'whole' : 'fraction';
    case 'string':
      return 'text';
    default:
      return 'object';
  }
}

export function shapeOf(values: readonly unknown[]): Shape {
  // Each is by its kind.
  const objects = values.filter((value) => kindOf(value) === 'object') as Record<string, unknown>[];
  const items = (values.filter(Array.isArray) as unknown[][]).flat();
  const names = new Set(objects.flatMap((value) => Object.keys(value)));
  return {
    kinds: new Set(values.map(kindOf)),
    keys: new Map(
      [...names].map((name) => {
        const having = objects.filter((value) => name in value);
        const shape = shapeOf(having.map((value) => value[name]));
        return [name, { shape, isAlways: having.length === objects.length }];
      }),
    ),
    items: items.length > 0 ? shapeOf(items) : undefined,
  };
}

/** Where a value differs from what was recorded; keys that nobody recorded are ignored, as Go and Rust do. */
export function misfit(value: unknown, { kinds, keys, items }: Shape, path: string): string | undefined {
  const kind = kindOf(value);
  if (!kinds.has(kind)) return `${path}: ${[...kinds].join(' or ')} was recorded, this is ${kind}`;
  if (Array.isArray(value) && items)
    return firstOf(value.map((item, at) => misfit(item, items, `${path}.${at}`)));
  if (kind !== 'object') return undefined;
  // By its kind.
  const object = value as Record<string, unknown>;
  return firstOf(
    [...keys].map(([name, { shape, isAlways }]) => {
      if (name in object) return misfit(object[name], shape, `${path}.${name}`);
      return isAlways ? `${path}.${name}: it is missing` : undefined;
    }),
  );
}

const firstOf = (faults: readonly (string | undefined)[]) => faults.find((fault) => fault !== undefined);
