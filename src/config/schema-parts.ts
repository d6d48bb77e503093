/** Parts of a schema. Zod types inner schemas as its core types; all of ours are full zod schemas, hence the casts. */
import * as z from 'zod';

/** Without `optional`. */
export function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

/** The items of a list. */
export function itemOf(schema: z.ZodArray): z.ZodType {
  return unwrap(schema.element as z.ZodType);
}

/** The values of a table with any keys. */
export function recordValue(schema: z.ZodRecord): z.ZodType {
  return unwrap(schema.valueType as z.ZodType);
}

export function shapeOf(schema: z.ZodObject): Readonly<Record<string, z.ZodType>> {
  return schema.shape as Readonly<Record<string, z.ZodType>>;
}

/** The schema of a table's key. */
export function partOf(schema: z.ZodObject, key: string): z.ZodType {
  const part = shapeOf(schema)[key];
  if (!part) throw new Error(`the schema has no ${key}`);
  return part;
}

/** Appends a key to a dotted path. */
export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
