import type * as z from 'zod';
import { SealvisorError } from '../protocol/errors.js';
import { looked } from '../protocol/text/issue.js';

/** Parses a value at the edge. @throws invalid_request, naming the field */
export function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const { data, fault } = looked(schema, value, what);
  if (fault === undefined) return data;
  throw new SealvisorError('invalid_request', fault);
}

/** A thread's index from a path. @throws invalid_request */
export function threadIndex(text: string | undefined): number {
  if (text !== undefined && /^\d{1,6}$/.test(text)) return Number(text);
  throw new SealvisorError(
    'invalid_request',
    `${text} is not a thread's index: expected a whole number such as 0`,
  );
}
