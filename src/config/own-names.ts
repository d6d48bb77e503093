/** Names under which a daemon accepts requests, in addition to its addresses: `[sealvisor] names`, `--names`. */
import { SealvisorError } from '../protocol/errors.js';

export const ownNameExpected = 'a host name such as seal-7.lan, or an origin such as https://seal-7.lan:8443';

/** The name in lower case, or the origin as URLs write it (without the default port). @throws usage */
export function ownName(text: string): string {
  const name = text.trim().toLowerCase();
  if (/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(name)) return name;
  const url = /^https?:\/\//.test(name) && URL.canParse(name) ? new URL(name) : undefined;
  const isOrigin = url && url.pathname === '/' && url.search + url.hash + url.username === '';
  if (isOrigin) return url.origin;
  throw new SealvisorError('usage', `${JSON.stringify(text)}: expected ${ownNameExpected}`);
}
