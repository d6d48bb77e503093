/** The home of a local fleet: its configuration, and what an operator can do with it. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatAddress } from '../../src/config/endpoint.js';
import type { WorkerConfig } from '../../src/config/worker-config.js';
import type { ManagerServer } from '../../src/http/manager-server.js';
import type { WorkerServer } from '../../src/http/worker-server.js';
import { messageOf, SealvisorError } from '../../src/protocol/errors.js';

/** The configuration of the local worker; a file of the user's own in its place is kept. @throws location_not_writable */
export function writeConfig(home: string): string {
  const path = join(home, 'venus-worker.toml');
  const threads = [1, 2, 3].map(
    (n) => `[[sealing_thread]]\nlocation = ${JSON.stringify(join(home, `store${n}`))}\n`,
  );
  const text = `# Written by \`sealvisor start\`, kept when it is there.
[worker]
name = "local"

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
`;
  try {
    for (const own of ['unsealed', 'upgrades']) mkdirSync(join(home, own), { recursive: true });
    writeFileSync(path, text, { flag: 'wx' });
  } catch (cause) {
    if (existsSync(path)) return path;
    const message = `cannot write to ${home}: ${messageOf(cause)}; choose another --home`;
    throw new SealvisorError('location_not_writable', message, { cause });
  }
  return path;
}

/** Commands that work as they are printed, wherever the configuration of this home says who listens. */
export function thingsToTry(
  configPath: string,
  config: WorkerConfig,
  manager: ManagerServer,
  worker: WorkerServer,
  miner: string,
): string {
  const toWorker = config.worker.port === 0 ? `--worker ${formatAddress(worker)}` : `-c ${configPath}`;
  const toManager = manager.port === 1789 ? '' : ` --manager http://${formatAddress(manager)}`;
  const store = config.attached.find((each) => !each.readonly)?.location ?? '<store>';
  return [
    `venus-worker worker ${toWorker} list`,
    `venus-worker worker ${toWorker} pause --index 0`,
    `venus-worker worker ${toWorker} resume --index 0`,
    `venus-sector-manager util worker${toManager} list`,
    `venus-sector-manager util worker${toManager} info ${worker.worker.name}`,
    `sealvisor unseal ${join(store, 'sealed', `s-t0${miner}-1`)} --out pieces`,
  ]
    .map((line) => `  npx ${line}`)
    .join('\n');
}
