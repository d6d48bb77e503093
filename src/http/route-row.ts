/** The rows of docs/api.md: a test checks that each route of the apps has a row, and each row a route. */
import type * as z from 'zod';
import type { ErrorCode } from '../protocol/errors.js';

export interface RouteRow {
  /** Method and path, as hono writes them: `POST /api/v1/threads/:index/pause`. */
  readonly route: string;
  readonly purpose: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  /** The answer's type in src/protocol, or a description. */
  readonly answer: string;
  /** Error codes in addition to those of every route. */
  readonly errors?: readonly ErrorCode[];
}

/** Error codes that every route can answer. */
export const everyRoute: readonly ErrorCode[] = [
  'invalid_request',
  'body_too_large',
  'too_many',
  'foreign_host',
  'foreign_origin',
  'internal',
];

export const noThread = 'thread_not_found';
/** For a command, the thread must exist and its disk must respond. */
export const ofThread: readonly ErrorCode[] = [
  noThread,
  'revision_conflict',
  'thread_failed',
  'thread_gone',
  'disk_hung',
  'deadline_exceeded',
  'shutting_down',
];
