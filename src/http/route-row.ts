/** What each route is for, as docs/api.md lists it: a test finds a row for each route of the apps, and a route for each row. */
import type * as z from 'zod';
import type { ErrorCode } from '../protocol/errors.js';

export interface RouteRow {
  /** As hono knows it: `POST /api/v1/threads/:index/pause`. */
  readonly route: string;
  readonly purpose: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  /** The answer's type in src/protocol, or what it is. */
  readonly answer: string;
  /** Codes of its own, beside those of every route. */
  readonly errors?: readonly ErrorCode[];
}

/** What every route can answer. */
export const everyRoute: readonly ErrorCode[] = [
  'invalid_request',
  'body_too_large',
  'too_many',
  'foreign_host',
  'foreign_origin',
  'internal',
];

export const noThread = 'thread_not_found';
/** A thread that is to act has to be there, and its disk has to answer. */
export const ofThread: readonly ErrorCode[] = [
  noThread,
  'revision_conflict',
  'thread_failed',
  'thread_gone',
  'disk_hung',
  'deadline_exceeded',
  'shutting_down',
];
