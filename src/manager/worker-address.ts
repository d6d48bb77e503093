/** Which address a worker is dialled at: anyone can report any address, and the manager must not give access to its network. */
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Endpoint, formatAddress, parseAddress, workerPort } from '../config/endpoint.js';
import { SealvisorError } from '../protocol/errors.js';

/** Addresses that may be dialled wherever the report came from. */
export interface TrustedAddresses {
  has(host: string): boolean;
}

export const workerAddressExpected = 'an address, a range such as 10.0.0.0/24, or a host name';

/** @throws usage, naming the entry */
export function trustedAddresses(entries: readonly string[]): TrustedAddresses {
  const ranges = new BlockList();
  const names = new Set<string>();
  for (const entry of entries) {
    const [address = '', length] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const most = family === 'ipv6' ? 128 : 32;
    const isRange = length !== undefined && /^\d{1,3}$/.test(length) && Number(length) <= most;
    if (isIP(address) !== 0 && length === undefined) ranges.addAddress(address, family);
    else if (isIP(address) !== 0 && isRange) ranges.addSubnet(address, Number(length), family);
    else if (length === undefined && /^[A-Za-z_][\w.-]*$/.test(address)) names.add(address.toLowerCase());
    else throw new SealvisorError('usage', `${JSON.stringify(entry)}: expected ${workerAddressExpected}`);
  }
  return {
    has: (host) => {
      const family = isIP(host);
      return family === 0
        ? names.has(host.toLowerCase())
        : ranges.check(host, family === 6 ? 'ipv6' : 'ipv4');
    },
  };
}

/**
 * Where to dial a worker that names `dest` in a report from `source` (null: from this process, or unknown).
 * If `dest` is a wildcard address, the worker is dialled at `source`.
 * @throws untrusted_address if `dest` is not the machine that the report came from, and is not listed
 */
export function dialledAt(
  name: string,
  dest: string,
  source: string | null,
  trusted: TrustedAddresses,
): Endpoint {
  const { host, port } = parseAddress(dest, workerPort);
  const isFromHere = source === null || isLoopback(source);
  if (host === '0.0.0.0' || host === '::')
    return { host: source ?? (host === '::' ? '::1' : '127.0.0.1'), port };
  if (host === source || trusted.has(host) || (isFromHere && isOfThisMachine(host))) return { host, port };
  throw new SealvisorError(
    'untrusted_address',
    `worker ${name} names the address ${formatAddress({ host, port })}, and its report came from ${source ?? 'this machine'}: if it is to be dialled there, start the manager with --worker-addresses ${host}`,
  );
}

function isLoopback(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function isOfThisMachine(host: string): boolean {
  if (isLoopback(host) || host === 'localhost') return true;
  return Object.values(networkInterfaces())
    .flat()
    .some((each) => each?.address === host);
}
