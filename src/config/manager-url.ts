import { isIPv6 } from 'node:net';
import { SealvisorError } from '../protocol/errors.js';

/** The format of a manager's address, for messages. */
export const managerUrlExpected =
  'a multiaddr such as /ip4/127.0.0.1/tcp/1789 (or /dns/host/tcp/1789, with /https at the end) or a URL such as http://127.0.0.1:1789';

const multiaddr = /^\/(ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(\d+)(?:\/(http|https|ws|wss|tls\/http))?\/?$/;

/**
 * The manager's base URL, without a trailing slash, from a multiaddr or a URL; `ws` becomes `http`.
 * @throws config_invalid
 */
export function managerUrl(address: string): string {
  const found = multiaddr.exec(address.trim());
  const text = found ? fromParts(found[2] ?? '', found[3] ?? '', found[4]) : address.trim();
  const url = URL.canParse(text) ? new URL(text) : null;
  const scheme = url && schemes[url.protocol];
  if (!url?.host || !scheme)
    throw new SealvisorError('config_invalid', `${JSON.stringify(address)} is not ${managerUrlExpected}`);
  const user = url.username === '' ? '' : `${url.username}:${url.password}@`;
  return `${scheme}//${user}${url.host}${url.pathname.replace(/\/+$/, '')}${url.search}`;
}

const schemes: Readonly<Record<string, 'http:' | 'https:'>> = {
  'http:': 'http:',
  'ws:': 'http:',
  'https:': 'https:',
  'wss:': 'https:',
};

function fromParts(host: string, port: string, over: string | undefined): string {
  const isSecure = over === 'https' || over === 'wss' || over === 'tls/http';
  return `${isSecure ? 'https' : 'http'}://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
