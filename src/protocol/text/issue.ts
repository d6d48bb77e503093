/** A value checked by its schema: the parsed data, or one sentence about what is wrong. */
import type * as z from 'zod';
import { shortText, someOf } from '../some-of.js';
import { expectedOf } from './expected.js';

export type Looked<T> =
  | { readonly data: T; readonly fault?: never }
  | { readonly data?: never; readonly fault: string };

/**
 * The fault names the field, what is expected and what was found, after `what`:
 * `pause waitMs: expected a whole number from 0 (found -1)`.
 * A schema's own message states only what is expected.
 */
export function looked<T>(schema: z.ZodType<T>, value: unknown, what?: string): Looked<T> {
  const result = schema.safeParse(value, { error: expectedOf, reportInput: true });
  if (result.success) return { data: result.data };
  const [issue] = result.error.issues;
  return { fault: issue ? faultOf(issue, what) : 'it cannot be read' };
}

function faultOf(issue: z.core.$ZodIssue, what = ''): string {
  const where = `${what} ${shortText(issue.path.map(String).join('.'))}`.trim();
  const prefix = where === '' ? '' : `${where}: `;
  // The message from expectedOf lists the known fields.
  if (issue.code === 'unrecognized_keys')
    return `${prefix}unknown field ${shortText(someOf(issue.keys))}; ${issue.message}`;
  return `${prefix}expected ${issue.message} (${found(issue)})`;
}

function found(issue: z.core.$ZodIssue): string {
  const { code, input } = issue;
  // For a missing member zod reports the whole object as the input.
  if (code === 'custom' && issue.params?.isMissing === true) return 'it is missing';
  switch (typeof input) {
    case 'undefined':
      return 'it is missing';
    case 'string':
      // For a text of the wrong length, its length is enough.
      return code === 'too_big' || (code === 'too_small' && input !== '')
        ? `found ${input.length.toLocaleString('en')} characters`
        : `found ${shortText(JSON.stringify(input), 60)}`;
    case 'object':
      if (input === null) return 'found null';
      return Array.isArray(input)
        ? `found a list of ${input.length.toLocaleString('en')}`
        : 'found an object';
    default:
      return `found ${String(input)}`;
  }
}
