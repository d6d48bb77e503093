/** The home of a local fleet: its configuration, and commands for an operator to try. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dialable, formatAddress } from '../../../src/config/endpoint.js';
import type { WorkerConfig } from '../../../src/config/worker-config.js';
import { writeNewSync } from '../../../src/disks/durable-file.js';
import type { ManagerServer } from '../../../src/http/manager/server.js';
import type { WorkerServer } from '../../../src/http/worker/server.js';
import { messageOf, SealvisorError } from '../../../src/protocol/errors.js';
import { launchers, shellWord } from './launchers.js';

const realHome = '.sealvisor/real';

/** The home of a fleet without `--home`; for real proofs its parent directory is created. */
export function defaultHome(isReal: boolean): string {
  if (isReal) mkdirSync(dirname(realHome), { recursive: true });
  return isReal ? realHome : '.sealvisor';
}

/**
 * Writes the local worker's configuration, with `tables` of processors, and returns its path; an existing file is kept.
 * @throws location_not_writable
 */
export function writeConfig(home: string, tables: string): string {
  const path = join(home, 'venus-worker.toml');
  const threads = [1, 2, 3].map(
    (n) => `[[sealing_thread]]\nlocation = ${JSON.stringify(join(home, `store${n}`))}\n`,
  );
  const text = `# Written by \`sealvisor start\`, kept when it is there.
[worker]
name = "local"
ping_interval = "2s"

[worker.rpc_server]
host = "127.0.0.1"
port = 17890

[sector_manager]
rpc_client.addr = "/ip4/127.0.0.1/tcp/1789"

[sealing]
enable_deals = true
disable_cc = true
seal_interval = "1s"
recover_interval = "2s"
rpc_polling_interval = "1s"

${threads.join('\n')}
[[attached]]
name = "store"
location = ${JSON.stringify(join(home, 'store'))}

[sealvisor]
# Where unsealed pieces may be written (util sealer unseal --dest).
unseal_roots = [${JSON.stringify(join(home, 'unsealed'))}]
${tables === '' ? '' : `\n${tables}`}`;
  try {
    // The home's parent is not created: if it is missing, its disk may not be mounted.
    for (const own of ['.', 'unsealed', 'upgrades', 'made-pieces']) {
      const dir = join(home, own);
      if (!existsSync(dir)) mkdirSync(dir);
    }
    writeNewSync(path, text);
  } catch (cause) {
    const message = `cannot write to ${home}: ${messageOf(cause)}; choose another --home`;
    throw new SealvisorError('location_not_writable', message, { cause });
  }
  return path;
}

/**
 * Commands that work as printed, from any directory: they are launchers in the home that fix the node, the build and the
 * fleet. (`npx venus-worker` elsewhere would download any package with that name.)
 */
export function thingsToTry(fleet: {
  readonly home: string;
  readonly config: WorkerConfig;
  readonly manager: ManagerServer;
  readonly worker: WorkerServer;
  readonly miner: string;
  /** Whether sectors are sealed by third-party programs: our own `unseal` cannot read them. */
  readonly isReal: boolean;
}): readonly string[] {
  const { home, config, manager, worker, miner, isReal } = fleet;
  const run = launchers(home, {
    SEALVISOR_WORKER: formatAddress(dialable(worker)),
    SEALVISOR_MANAGER: `http://${formatAddress(dialable(manager))}`,
  });
  const store = config.attached.find((each) => !each.readonly)?.location ?? '<store>';
  return [
    `${run('venus-worker')} worker list`,
    `${run('venus-worker')} worker pause --index 0`,
    `${run('venus-worker')} worker resume --index 0`,
    `${run('venus-sector-manager')} util worker list`,
    `${run('venus-sector-manager')} util worker info ${shellWord(worker.worker.name)}`,
    isReal
      ? `${run('venus-worker')} worker resume --all`
      : `${run('sealvisor')} unseal ${shellWord(join(store, 'sealed', `s-t0${miner}-1`))} --out pieces`,
  ].map((line) => `  ${line}`);
}
