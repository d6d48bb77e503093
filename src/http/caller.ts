import type { Socket } from 'node:net';
import type { Context } from 'hono';
import { type Caller, identityHeaders } from '../protocol/identity.js';
import { nodeSide } from './node-side.js';

/** The connection that a request came over; undefined where there is none, as in a test of the app. */
export function callerSocket(c: Context): Socket | undefined {
  return nodeSide(c).incoming?.socket;
}

/** The address that a request came from, IPv4 as such; undefined where there is no connection. */
export function callerAddress(c: Context): string | undefined {
  return callerSocket(c)?.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '');
}

/** Who asks, as the headers of its request say. */
export function callerOf(c: Context): Caller {
  const said = (name: string) => c.req.header(name) || null;
  return {
    worker: said(identityHeaders.worker),
    expects: said(identityHeaders.expects),
    given: said(identityHeaders.given),
  };
}
