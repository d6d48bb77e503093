import * as z from 'zod';
import { SealvisorError } from '../protocol/errors.js';
import { factsOf } from './key-facts.js';
import { hintFor, knownPaths, pathText } from './known-keys.js';
import { itemOf, shapeOf, unwrap } from './schema-parts.js';

/**
 * Checks all tables of a file at once; every fault is reported with its key, its value and what is expected.
 * @throws config_invalid
 */
export function checked<T extends z.ZodType>(schema: T, raw: unknown, file: string): z.output<T> {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) => faultsOf(issue, schema, raw, file));
  throw new SealvisorError('config_invalid', faults.join('\n'));
}

function faultsOf(issue: z.core.$ZodIssue, schema: z.ZodType, raw: unknown, file: string): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownPaths(schema);
    return issue.keys.map((key) => {
      const path = pathText([...issue.path, key]);
      return `unknown key ${path} in ${file}: ${hintFor(path, known)}`;
    });
  }
  const path = pathText(issue.path);
  const value = valueAt(raw, issue.path);
  if (value === undefined) return [`${path} is missing in ${file}: expected ${issue.message}`];
  const shown = isSecret(schema, issue.path, value) ? '(secret)' : show(value);
  return [`${path} = ${shown} in ${file}: expected ${expectedOf(issue)}`];
}

/** The fault of an invalid table key is in a nested issue. */
function expectedOf(issue: z.core.$ZodIssue): string {
  const [inner] = issue.code === 'invalid_key' ? issue.issues : [];
  return inner?.message ?? issue.message;
}

/** Whether a key on the path has a value that is never printed, or only in part: a URL may contain a password. */
function isSecret(schema: z.ZodType, path: readonly PropertyKey[], value: unknown): boolean {
  const { secret } = factsOf(schema) ?? {};
  if (secret === true) return true;
  if (secret) return path.length > 0 || /[@?]/.test(String(value));
  const [key, ...rest] = path;
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return isSecret(itemOf(inner), rest, value);
  const part = inner instanceof z.ZodObject ? shapeOf(inner)[String(key)] : undefined;
  return part !== undefined && isSecret(part, rest, value);
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    raw,
  );
}

function show(value: unknown): string {
  // JSON has neither inf nor nan.
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
