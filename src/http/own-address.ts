/** The address of this machine that a manager sees: the name of a worker without one, and where it is reached. */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface OwnAddress {
  current(): string;
  /** Looks again: another route, another network, or a name that can be resolved now. What was found stays while nothing is found. */
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

/** The local address that a packet to `url` would leave from (docs/spec.md#worker-configuration); nothing is sent. Null while that cannot be told. */
export async function addressTowards(url: string): Promise<string | null> {
  const { hostname, port } = new URL(url);
  try {
    const { address, family } = await lookup(hostname.replace(/^\[|\]$/g, ''));
    return await localAddress(address, family, Number(port) || 80);
  } catch {
    // The name is not known, or no route leads there: the report that follows says so.
    return null;
  }
}

/**
 * Where a worker that listens on `host` is reached, when its own address is `own`: the two may be of different families.
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
      // With a callback, a fault comes as its argument, and the address is that of nothing.
      socket.connect(port, address, () => {
        const own = socket.address().address;
        resolve(own === '0.0.0.0' || own === '::' ? null : own);
      });
    });
  } finally {
    socket.close();
  }
}

/** Until the manager is known: any address that leads out, IPv4 first. */
function anyAddress(): string {
  const outward = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const [first] = outward
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .toSorted((a, b) => a.family.localeCompare(b.family));
  return first?.address ?? '127.0.0.1';
}
