/** The keys of a schema as docs/config.md lists them: one row for all names of a table that has the same for each. */
import * as z from 'zod';
import { type ExplainedKey, factsOf, namesOf, sectionOf } from '#src/config/key-facts.js';
import { itemOf, join, partOf, recordValue, unwrap } from '#src/config/schema-parts.js';

export interface KeyRow extends ExplainedKey {
  /** Its path: `[]` for the items of a list, `<stage>` for one of `names`, `<name>` for any name, `<key>` for a key of another table. */
  readonly key: string;
  readonly names: readonly string[];
  readonly schema: z.ZodType;
}

export interface Part {
  readonly title: string;
  readonly about?: string;
  readonly rows: KeyRow[];
}

/** @throws for a key without facts */
export function partsOf(schema: z.ZodType): readonly Part[] {
  const parts: Part[] = [];
  collect({ schema, path: '', names: [] }, parts, { title: '', rows: [] });
  return parts;
}

interface At {
  readonly schema: z.ZodType;
  readonly path: string;
  readonly names: readonly string[];
}

function collect(at: At, parts: Part[], around: Part): void {
  const { schema, path, names } = at;
  const inner = unwrap(schema);
  const facts = factsOf(schema);
  if (facts) {
    around.rows.push({ ...facts, schema, key: rowKey(inner, path), names: namesOf(inner) ?? names });
  } else if (inner instanceof z.ZodArray) {
    collect({ ...at, schema: itemOf(inner), path: `${path}[]` }, parts, around);
  } else if (inner instanceof z.ZodObject) {
    const section = sectionOf(inner);
    const mine = section ? { ...section, rows: [] } : around;
    if (section) parts.push(mine);
    // A table of the file without a part of its own stands in the last one.
    for (const below of insideOf(inner, at))
      collect(below, parts, path === '' ? (parts.at(-1) ?? mine) : mine);
  } else throw new Error(`${path} has no facts: declare it with key() or needed()`);
}

/** What a table has at its keys; keys with the very same tables are one, `<stage>`. */
function insideOf(table: z.ZodObject, { path, names }: At): readonly At[] {
  const byPart = new Map<z.ZodType, string[]>();
  for (const key of Object.keys(table.shape)) {
    const part = partOf(table, key);
    const schema = factsOf(part) ? part : unwrap(part);
    byPart.set(schema, [...(byPart.get(schema) ?? []), key]);
  }
  return [...byPart].map(([schema, keys]) =>
    keys.length > 1
      ? { schema, path: join(path, '<stage>'), names: keys }
      : { schema, path: join(path, keys.join()), names },
  );
}

function rowKey(inner: z.ZodType, path: string): string {
  if (namesOf(inner)) return `${path}.<stage>`;
  if (inner instanceof z.ZodRecord) return `${path}.<name>`;
  return inner instanceof z.ZodObject ? `${path}.<key>` : path;
}

/** The schema of the values of a row. */
export function valueSchema({ schema }: KeyRow): z.ZodType {
  const inner = unwrap(schema);
  const [name] = namesOf(inner) ?? [];
  if (name !== undefined && inner instanceof z.ZodObject) return unwrap(partOf(inner, name));
  return inner instanceof z.ZodRecord ? recordValue(inner) : inner;
}
