import '../../../src/disks/pool-size.js';
import { dirname, resolve } from 'node:path';
import { formatAddress, parseAddress } from '../../../src/config/endpoint.js';
import { ownName } from '../../../src/config/own-names.js';
import { upstreamUrl } from '../../../src/config/upstream-url.js';
import { makeWithParents } from '../../../src/disks/make-below.js';
import { startManagerServer } from '../../../src/http/manager/server.js';
import { startUpstreamServer } from '../../../src/http/upstream/server.js';
import { trustedAddresses } from '../../../src/manager/worker-address.js';
import { endSoon } from '../../../src/processes/end-now.js';
import { messageOf, SealvisorError } from '../../../src/protocol/errors.js';
import type { Emit } from '../../../src/protocol/events/table.js';
import { proofTypeOfSize } from '../../../src/protocol/sector.js';
import { parseDuration } from '../../../src/protocol/text/duration.js';
import { parseSize } from '../../../src/protocol/text/size.js';
import { type DaemonLog, withLog } from '../../log/daemon-log.js';
import type { LogOptions } from '../../log/log-options.js';
import { untilStopped } from '../../output/until-stopped.js';
import { managerHome, refuseOtherKind } from './home.js';

/** Options of the mock chain. @throws usage, which names the option */
export function chainOptions(options: {
  readonly miner: string;
  readonly sectorSize: string;
  readonly useSyntheticPorep?: boolean;
  readonly epoch: string;
}): {
  readonly miner: number;
  readonly sectorSize: number;
  readonly useSyntheticPoRep: boolean;
  readonly epochMs: number;
} {
  const miner = /^\d{1,15}$/.test(options.miner) ? Number(options.miner) : undefined;
  if (miner === undefined)
    throw new SealvisorError(
      'usage',
      `--miner ${options.miner} is not an actor id: write a whole number, like 10000`,
    );
  const sectorSize = option('--sector-size', () => proofTypeOfSize(parseSize(options.sectorSize)).size);
  const epochMs = option('--epoch', () => parseDuration(options.epoch));
  const useSyntheticPoRep = options.useSyntheticPorep === true;
  if (epochMs >= 1) return { miner, sectorSize, useSyntheticPoRep, epochMs };
  throw new SealvisorError('usage', `--epoch ${options.epoch}: an epoch takes some time, write 1s`);
}

function option<T>(name: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new SealvisorError('usage', `${name}: ${messageOf(cause)}`, { cause });
  }
}

/** Items separated by commas. @throws usage, which names the option */
function listOf<T>(name: string, text: string | undefined, parse: (item: string) => T): readonly T[] {
  const items = (text ?? '').split(',').filter((item) => item.trim() !== '');
  return items.map((item) => option(name, () => parse(item)));
}

/** @throws usage */
function failMessages(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new SealvisorError('usage', `--fail-messages ${text}: write how many, like 1`);
}

/** @throws usage */
function jobHeartbeat(text: string): number {
  const ms = option('--job-heartbeat', () => parseDuration(text));
  if (ms >= 1) return ms;
  throw new SealvisorError('usage', `--job-heartbeat ${text}: a worker needs some time, write 1m`);
}

interface ManagerDaemonOptions extends LogOptions {
  readonly miner: string;
  readonly sectorSize: string;
  readonly useSyntheticPorep?: boolean;
  readonly listen: string;
  readonly home?: string;
  readonly pieces?: string;
  readonly epoch: string;
  readonly failMessages: string;
  readonly jobHeartbeat: string;
  readonly names?: string;
  readonly pieceRoots?: string;
  readonly workerAddresses?: string;
  readonly upstream?: string;
}

/** Runs a manager until SIGINT or SIGTERM; SIGHUP reopens its log. */
export async function daemon(options: ManagerDaemonOptions): Promise<void> {
  try {
    await withLog(options, 'manager', (emit, file) => run(options, emit, file));
  } finally {
    endSoon();
  }
}

async function run(options: ManagerDaemonOptions, emit: Emit, file: DaemonLog): Promise<void> {
  // Installed first: without a handler SIGHUP ends the process.
  process.on('SIGHUP', () => {
    void file.reopen().then(() => emit({ event: 'log.reopened' }));
  });
  const { home, note } = managerHome(options.home, process.env, process.cwd());
  if (note !== null) emit({ event: 'manager.homeChosen', note });
  refuseOtherKind(home, options.upstream !== undefined);
  // The default home is in the user's own directory; for a named home the parent directory must exist.
  // A failure here repeats, and is reported, where the home itself is created.
  if (options.home === undefined) await makeWithParents(dirname(home)).catch(() => undefined);
  await (options.upstream === undefined
    ? runOwn(options, home, emit)
    : runInFront(options, options.upstream, home, emit));
}

/** Options of both kinds of manager. @throws usage, which names the option */
function doorOptions(options: ManagerDaemonOptions, home: string) {
  return {
    ...parseAddress(options.listen, 1789),
    home,
    workerAddresses: listOf('--worker-addresses', options.workerAddresses, (item) => {
      trustedAddresses([item.trim()]);
      return item.trim();
    }),
    names: listOf('--names', options.names, ownName),
  };
}

async function runInFront(
  options: ManagerDaemonOptions,
  address: string,
  home: string,
  emit: Emit,
): Promise<void> {
  const upstream = option('--upstream', () => upstreamUrl(address));
  const server = await startUpstreamServer({ ...doorOptions(options, home), upstream, emit });
  emit({ event: 'front.opened', home });
  emit({ event: 'front.listening', upstream, address: `http://${formatAddress(server)}` });
  await untilStopped(() => server.stop(), { broke: server.front.ended, emit });
}

async function runOwn(options: ManagerDaemonOptions, home: string, emit: Emit): Promise<void> {
  const failing = failMessages(options.failMessages);
  const server = await startManagerServer({
    ...doorOptions(options, home),
    ...chainOptions(options),
    pieces: options.pieces,
    pieceRoots: listOf('--piece-roots', options.pieceRoots, (dir) => resolve(dir.trim())),
    heartbeatMs: jobHeartbeat(options.jobHeartbeat),
    fails: (_kind, _sector, nth) => nth <= failing,
    emit,
  });
  emit({ event: 'manager.opened', home, manager: server.manager.identity });
  emit({
    event: 'manager.listening',
    miner: options.miner,
    address: `http://${formatAddress(server)}`,
  });
  await untilStopped(() => server.stop(), { broke: server.manager.ended, emit });
}
