import { resolve } from 'node:path';
import { parseAddress } from '../../src/config/endpoint.js';
import { startManagerServer } from '../../src/http/manager-server.js';
import { parseDuration } from '../../src/protocol/duration.js';
import { SealvisorError } from '../../src/protocol/errors.js';
import { parseSize } from '../../src/protocol/size.js';
import { tell } from '../output/say.js';
import { untilStopped } from '../output/until-stopped.js';

/** A miner's actor id from its option. @throws usage */
export function minerOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new SealvisorError('usage', `--miner ${text} is no actor id: write a whole number, like 10000`);
}

/** Runs a manager until SIGINT or SIGTERM. */
export async function daemon(options: {
  miner: string;
  sectorSize: string;
  listen: string;
  home: string;
  pieces?: string;
  epoch: string;
}): Promise<void> {
  const server = await startManagerServer({
    ...parseAddress(options.listen, 1789),
    miner: minerOf(options.miner),
    sectorSize: parseSize(options.sectorSize),
    home: resolve(options.home),
    epochMs: parseDuration(options.epoch),
    pieces: options.pieces,
    warn: (line) => tell(`warning: ${line}`),
  });
  tell(`manager of miner ${options.miner} (mock chain) listens on http://${server.host}:${server.port}`);
  await untilStopped(() => server.stop());
}
