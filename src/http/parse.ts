import type * as z from 'zod';
import { SealvisorError } from '../protocol/errors.js';

/** Parses once, at the edge. @throws invalid_request naming the field */
export function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path.join('.');
  throw new SealvisorError(
    'invalid_request',
    `${what}${path ? ` ${path}` : ''}: ${issue?.message ?? 'is not valid'}`,
  );
}

/** A thread's index from a path. @throws invalid_request */
export function threadIndex(text: string | undefined): number {
  if (text !== undefined && /^\d{1,6}$/.test(text)) return Number(text);
  throw new SealvisorError('invalid_request', `${text} is no thread index`);
}
