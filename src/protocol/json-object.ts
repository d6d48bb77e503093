/** What came from outside is looked at field by field. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** An object, or a list: something with fields, of which nothing is known yet. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

/** The fields of an object; none of anything else. */
export function fieldsOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
