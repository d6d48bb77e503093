/** Where a worker listens, for commands that must start fast: no zod, and TOML only if a file is named. */
import { isIPv6 } from 'node:net';
import { SealvisorError } from '../protocol/errors.js';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** The default port of a worker. */
export const workerPort = 17890;

/**
 * The address of the worker in a configuration file, else of `--worker`, else of $SEALVISOR_WORKER, else of this machine's worker.
 * @throws usage, config_missing, config_invalid
 */
export async function workerEndpoint(
  options: { readonly config?: string; readonly worker?: string },
  env: Readonly<Record<string, string | undefined>>,
): Promise<Endpoint> {
  if (options.config !== undefined) return configuredEndpoint(options.config);
  if (options.worker !== undefined) return parseAddress(options.worker, workerPort);
  return parseAddress(env.SEALVISOR_WORKER || '127.0.0.1', workerPort);
}

/** The worker's name in a configuration; undefined if it sets none. @throws config_missing, config_invalid */
export async function configuredName(path: string): Promise<string | undefined> {
  const { readToml } = await import('./toml-file.js');
  const name = part(part(readToml(path), 'worker'), 'name');
  return typeof name === 'string' ? name : undefined;
}

/**
 * `host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 address.
 * @throws usage
 */
export function parseAddress(text: string, defaultPort: number): Endpoint {
  const address = text.trim();
  // Only called for a possible IPv6 address: the pattern behind isIPv6 adds 3 ms to a command's start.
  if (/^[^%]*:[^%]*:[^%]*$/.test(address) && isIPv6(address)) return { host: address, port: defaultPort };
  const found = /^(?:\[([^\]]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(address);
  const host = found?.[1] ?? found?.[2];
  const port = found?.[3] === undefined ? defaultPort : Number(found[3]);
  const isHost = host !== undefined && (found?.[1] === undefined || (isIPv6(host) && !host.includes('%')));
  if (isHost && port <= 65535) return { host, port };
  throw new SealvisorError(
    'usage',
    `${JSON.stringify(text)} is not a valid address: expected host, host:port or [v6]:port`,
  );
}

export function formatAddress({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The address to connect to: "listen everywhere" becomes loopback; any other is unchanged. */
export function dialable({ host, port }: Endpoint): Endpoint {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return { host: host === '::' ? '::1' : host, port };
}

async function configuredEndpoint(path: string): Promise<Endpoint> {
  const { readToml } = await import('./toml-file.js');
  const server = part(part(readToml(path), 'worker'), 'rpc_server');
  const host = part(server, 'host') ?? '0.0.0.0';
  const port = part(server, 'port') ?? workerPort;
  if (typeof host !== 'string' || host === '') throw wrong('host', host, path, 'a host name or address');
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65535)
    throw wrong('port', port, path, 'a whole number from 0 to 65535');
  return dialable({ host, port });
}

function part(table: unknown, key: string): unknown {
  return typeof table === 'object' && table !== null ? Reflect.get(table, key) : undefined;
}

function wrong(key: string, value: unknown, path: string, expected: string): SealvisorError {
  const message = `worker.rpc_server.${key} = ${JSON.stringify(value)} in ${path}: expected ${expected}`;
  return new SealvisorError('config_invalid', message);
}
