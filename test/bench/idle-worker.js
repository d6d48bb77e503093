import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadWorkerConfig } from '../../dist/src/config/worker-config.js';
import { startWorkerServer } from '../../dist/src/http/worker-server.js';

/** A worker whose threads are idle: its manager is not there. */
export async function idleWorker(home, threads) {
  const path = join(home, 'venus-worker.toml');
  const locations = Array.from({ length: threads }, (_, at) => JSON.stringify(join(home, `store${at}`)));
  writeFileSync(
    path,
    [
      '[worker]\nname = "bench"\nrpc_server.host = "127.0.0.1"\nrpc_server.port = 0',
      '[sector_manager]\nrpc_client.addr = "/ip4/127.0.0.1/tcp/9"',
      ...locations.map((location) => `[[sealing_thread]]\nlocation = ${location}`),
    ].join('\n'),
  );
  return startWorkerServer({ config: loadWorkerConfig(path).config, warn: () => undefined });
}
