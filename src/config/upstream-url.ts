/** `--upstream` of a manager: the address of the manager behind it. */
import { SealvisorError } from '../protocol/errors.js';
import { formatAddress, parseAddress } from './endpoint.js';
import { managerUrl } from './manager-url.js';

const managerPort = 1789;

/**
 * A URL (also `ws`, with or without `/rpc/v0`), a multiaddr, `host` or `host:port`, as a URL without a trailing slash.
 * @throws usage, config_invalid
 */
export function upstreamUrl(address: string): string {
  const text = address.trim();
  const isBare = /^(\[[^\]]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/.test(text);
  const url = managerUrl(isBare ? `http://${formatAddress(parseAddress(text, managerPort))}` : text);
  const { username, password, search } = new URL(url);
  // The URL is shown in logs and errors.
  if (username !== '' || password !== '' || search !== '')
    throw new SealvisorError(
      'usage',
      'the address holds a user, a password or a query: leave them out; each worker sends its own token (sector_manager.rpc_client.headers), which is passed on',
    );
  return url.replace(/\/rpc\/v0$/, '');
}
