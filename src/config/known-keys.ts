/** The keys that a schema knows: to suggest one for a typo, and to find those that nothing reads yet. */
import { distance } from 'fastest-levenshtein';
import * as z from 'zod';
import { factsOf } from './key-facts.js';
import { itemOf, join, shapeOf, unwrap } from './schema-parts.js';

/** Paths of the values that are known but have no effect, in the order of the file. */
export function unusedPaths(schema: z.ZodType, value: unknown, path = ''): readonly string[] {
  const entries = entriesOf(unwrap(schema), value, path);
  if (entries === undefined) return factsOf(schema)?.applied === 'never' ? [path] : [];
  return entries.flatMap(([part, item, key]) => unusedPaths(part, item, key));
}

/** The values of one kind, with their paths, in the order of the file. */
export function valuesOf(
  schema: z.ZodType,
  value: unknown,
  kind: z.ZodType,
  path = '',
): readonly (readonly [path: string, value: unknown])[] {
  const inner = unwrap(schema);
  if (inner === kind) return [[path, value]];
  const entries = entriesOf(inner, value, path) ?? [];
  return entries.flatMap(([part, item, key]) => valuesOf(part, item, kind, key));
}

/** The keys known in a schema as dotted paths, with `[]` for the items of a list. */
export function knownPaths(schema: z.ZodType, path = ''): readonly string[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return [path, ...knownPaths(itemOf(inner), `${path}[]`).slice(1)];
  if (!(inner instanceof z.ZodObject)) return [path];
  const nested = Object.entries(shapeOf(inner)).flatMap(([key, part]) => knownPaths(part, join(path, key)));
  return [path, ...nested];
}

/**
 * What to write in place of an unknown path: a similar key of the same table, else a similar one of another
 * table, else all the keys of that table. List indices are kept.
 */
export function hintFor(unknown: string, paths: readonly string[]): string {
  const plain = unknown.replaceAll(/\[\d+\]/g, '[]');
  const word = lastPart(plain);
  const known = paths.filter((path) => path !== '' && !path.endsWith('[]'));
  const siblings = known.filter((path) => tableOf(path) === tableOf(plain));
  const isWithin = (most: number) => (path: string) => distance(lastPart(path), word) <= most;
  const near = siblings.some(isWithin(Math.max(2, word.length / 3)))
    ? siblings
    : known.filter(isWithin(word.length / 3));
  if (near.length === 0) return `known there are ${siblings.map(lastPart).join(', ')}`;
  const indices = unknown.match(/\[\d+\]/g) ?? [];
  return `did you mean ${closest(plain, near).replaceAll('[]', () => indices.shift() ?? '[0]')}?`;
}

/** A path as text: `sealing_thread[0].sealing.max_retries`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : join(text, String(part))),
    '',
  );
}

/** The nearest path, by its last part, then by the whole path. */
function closest(path: string, candidates: readonly string[]): string {
  const score = (other: string) => distance(lastPart(path), lastPart(other)) + distance(path, other) / 1000;
  return candidates.reduce((best, other) => (score(other) < score(best) ? other : best));
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

function tableOf(path: string): string {
  return path.slice(0, path.lastIndexOf('.') + 1);
}

function entriesOf(
  schema: z.ZodType,
  value: unknown,
  path: string,
): readonly (readonly [z.ZodType, unknown, string])[] | undefined {
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    const item = itemOf(schema);
    return item instanceof z.ZodObject
      ? value.map((one: unknown, index) => [item, one, `${path}[${index}]`] as const)
      : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (schema instanceof z.ZodRecord) return Object.keys(value).length === 0 ? [] : undefined;
  if (!(schema instanceof z.ZodObject)) return undefined;
  const shape = shapeOf(schema);
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) => {
    const part = shape[key];
    return part ? [[part, item, join(path, key)] as const] : [];
  });
}
