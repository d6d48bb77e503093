/** The address of this machine that a manager sees: where a worker is reached, and its name if it has none. */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface OwnAddress {
  current(): string;
  /**
   * Looks again, as the route, the network or the name resolution may have changed. The last address is kept if none
   * is found.
   */
  look(): Promise<void>;
}

export function ownAddress(url: string): OwnAddress {
  let found = anyAddress();
  return {
    current: () => found,
    look: async () => {
      found = (await addressTowards(url)) ?? found;
    },
  };
}

/**
 * The local address that a packet to `url` would leave from (docs/spec.md#worker-configuration); nothing is sent.
 * Null if it cannot be determined.
 */
export async function addressTowards(url: string): Promise<string | null> {
  const { hostname, port } = new URL(url);
  try {
    const { address, family } = await lookup(hostname.replace(/^\[|\]$/g, ''));
    return await localAddress(address, family, Number(port) || 80);
  } catch {
    // The name cannot be resolved, or there is no route: the next report fails and logs it.
    return null;
  }
}

/**
 * Where a worker that listens on `host` is reached if its own address is `own`: the two may be of different families.
 * @returns an address without brackets
 */
export function reachedAt(host: string, own: string): string {
  const isEverywhere = host === '0.0.0.0' || host === '::';
  if (host === '0.0.0.0' && own === '::1') return '127.0.0.1';
  return isEverywhere || isIP(host) === 0 || isIP(host) === isIP(own) ? own : host;
}

async function localAddress(address: string, family: number, port: number): Promise<string | null> {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    return await new Promise<string | null>((resolve, reject) => {
      socket.once('error', reject);
      // On failure the callback gets the error, and the address is a wildcard one.
      socket.connect(port, address, () => {
        const own = socket.address().address;
        resolve(own === '0.0.0.0' || own === '::' ? null : own);
      });
    });
  } finally {
    socket.close();
  }
}

/** Used until the first look succeeds: any external address, IPv4 first. */
function anyAddress(): string {
  const outward = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const [first] = outward
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .toSorted((a, b) => a.family.localeCompare(b.family));
  return first?.address ?? '127.0.0.1';
}
