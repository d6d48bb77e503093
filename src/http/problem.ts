import type { Context } from 'hono';
import { errorCodes, messageOf, SealvisorError } from '../protocol/errors.js';
import { shortText } from '../protocol/some-of.js';

const longestDetail = 4096;

/** Any thrown value as problem+json (RFC 9457) with our code; of a foreign error only the message is sent. */
export function problem(c: Context, thrown: unknown): Response {
  const error =
    thrown instanceof SealvisorError
      ? thrown
      : new SealvisorError('internal', `the request failed: ${messageOf(thrown)}`, { cause: thrown });
  const { http } = errorCodes[error.code];
  return c.body(
    JSON.stringify({
      type: 'about:blank',
      title: error.code.replaceAll('_', ' '),
      status: http,
      detail: shortText(error.message, longestDetail),
      code: error.code,
      ...error.data,
    }),
    http,
    { 'content-type': 'application/problem+json' },
  );
}
