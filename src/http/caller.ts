import type { Socket } from 'node:net';
import type { Context } from 'hono';
import { type Caller, identityHeaders } from '../protocol/identity.js';
import { nodeSide } from './node-side.js';

/** The connection of a request; undefined if there is none, as in a test of the app. */
export function callerSocket(c: Context): Socket | undefined {
  return nodeSide(c).incoming?.socket;
}

/** The address that a request came from, IPv4 without `::ffff:`; undefined if there is no connection. */
export function callerAddress(c: Context): string | undefined {
  return callerSocket(c)?.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '');
}

/** The caller's identity, as its headers give it. */
export function callerOf(c: Context): Caller {
  const said = (name: string) => c.req.header(name) || null;
  return {
    worker: said(identityHeaders.worker),
    expects: said(identityHeaders.expects),
    given: said(identityHeaders.given),
  };
}
