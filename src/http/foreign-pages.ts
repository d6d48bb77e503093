/**
 * Keeps foreign pages from using a daemon through the browser of someone who can reach it: a page whose name was made to
 * resolve to the daemon (DNS rebinding) is recognized by Host, one from another site by Origin and Sec-Fetch-Site. Programs
 * send neither a foreign name nor these headers, and pass.
 */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Hono } from 'hono';
import { SealvisorError } from '../protocol/errors.js';

export interface OwnNames {
  /**
   * Host names, and origins of pages that may change something (src/config/own-names.ts). Called for each request
   * that needs them.
   */
  names(): readonly string[];
  /** The option that lists names, for the text of a refusal. */
  readonly option: string;
}

/** The headers of a request that show its origin and target; undefined if absent. */
export interface RequestFacts {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly contentType: string | undefined;
  readonly hasBody: boolean;
  /** A request to upgrade to a WebSocket. */
  readonly isUpgrade: boolean;
}

/** Refuses on every route, before anything else of the request is checked. */
export function refuseForeignPages(app: Hono, own: OwnNames): void {
  app.use('*', async (c, next) => {
    const header = (name: string) => c.req.header(name);
    const length = header('content-length');
    const refusal = foreignRefusal(
      {
        method: c.req.method,
        host: header('host'),
        origin: header('origin'),
        fetchSite: header('sec-fetch-site'),
        contentType: header('content-type'),
        hasBody: header('transfer-encoding') !== undefined || (length !== undefined && length !== '0'),
        isUpgrade: header('upgrade') !== undefined,
      },
      own,
    );
    if (refusal) throw refusal;
    await next();
  });
}

/** Pure, except for the machine's own name. */
export function foreignRefusal(facts: RequestFacts, own: OwnNames): SealvisorError | undefined {
  const { method, host, origin, fetchSite, contentType } = facts;
  // HTTP/1.0 may omit Host; no browser does.
  if (host !== undefined && !isOwnHost(host, own)) {
    const shown = JSON.stringify(hostOf(host) ?? host);
    return new SealvisorError(
      'foreign_host',
      `${shown} is not a name of this daemon: ask it by its IP address, or list the name in ${own.option}`,
    );
  }
  const isRead = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
  if (isRead && !facts.isUpgrade) return undefined;
  const isListed = origin !== undefined && isListedOrigin(origin, own);
  const isSame = origin === undefined || isListed || isSameOrigin(origin, host);
  if (!isSame || (fetchSite !== undefined && fetchSite !== 'same-origin' && !isListed))
    return new SealvisorError(
      'foreign_origin',
      `a page of ${JSON.stringify(origin ?? 'another site')} may not change anything here: if it is yours, list its origin in ${own.option}`,
    );
  if (!facts.hasBody || mediaType(contentType) === 'application/json') return undefined;
  return new SealvisorError(
    'foreign_origin',
    `a request that changes something is JSON: send Content-Type: application/json with the body, not ${JSON.stringify(contentType ?? 'none')}`,
  );
}

function mediaType(contentType: string | undefined): string {
  return (contentType?.split(';')[0] ?? '').trim().toLowerCase();
}

/** The host without its port; undefined if it is not a valid host. */
function hostOf(host: string): string | undefined {
  const found = /^(?:\[([^\]]+)\]|([^\s:/@?#\\]+))(?::\d{1,5})?$/.exec(host);
  return (found?.[1] ?? found?.[2])?.toLowerCase().replace(/\.$/, '');
}

function isOwnHost(text: string, own: OwnNames): boolean {
  const host = hostOf(text);
  if (host === undefined) return false;
  if (isIP(host) !== 0 || host === 'localhost') return true;
  const machine = hostname().toLowerCase();
  if (host === machine || host === machine.split('.')[0]) return true;
  return own.names().some((name) => host === (name.includes('://') ? hostOf(new URL(name).host) : name));
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(origin)) return false;
  const { host: named, protocol } = new URL(origin);
  const address = `${protocol}//${host}`;
  return named !== '' && URL.canParse(address) && new URL(address).host === named;
}

/** A name that is listed without a scheme means http and https at their default ports. */
function isListedOrigin(text: string, own: OwnNames): boolean {
  if (!URL.canParse(text)) return false;
  const { origin } = new URL(text);
  return own
    .names()
    .some((name) =>
      name.includes('://') ? name === origin : origin === `http://${name}` || origin === `https://${name}`,
    );
}
