import * as z from 'zod';
import { SealvisorError } from '../protocol/errors.js';
import { factsOf } from './key-facts.js';
import { hintFor, knownPaths, pathText } from './known-keys.js';
import { itemOf, shapeOf, unwrap } from './schema-parts.js';

/**
 * A file's tables after one look at all of them; every fault is named with its key, value and what is expected.
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

/** What is wrong with a key of a table stands in an issue of its own. */
function expectedOf(issue: z.core.$ZodIssue): string {
  const [inner] = issue.code === 'invalid_key' ? issue.issues : [];
  return inner?.message ?? issue.message;
}

/** Whether a key on the path is one whose value is never printed, or only in part: a URL may hold a password. */
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
  // JSON has no inf and no nan.
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
