/** Foreign JSON is checked field by field. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** An object or a list, with fields of unknown types. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

/** The fields of an object; none of anything else. */
export function fieldsOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
