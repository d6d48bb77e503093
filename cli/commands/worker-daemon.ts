import { loadWorkerConfig } from '../../src/config/worker-config.js';
import { startWorkerServer } from '../../src/http/worker-server.js';
import { tell } from '../output/say.js';
import { rowLine } from '../output/transition.js';
import { untilStopped } from '../output/until-stopped.js';

/** Runs a worker until SIGINT or SIGTERM. */
export async function daemon(options: { config: string }): Promise<void> {
  const { config, warnings } = loadWorkerConfig(options.config);
  for (const warning of warnings) tell(`warning: ${warning}`);
  const server = await startWorkerServer({
    config,
    warn: (line) => tell(`warning: ${line}`),
    onRow: (index, row) => tell(rowLine(index, row)),
  });
  tell(
    `worker ${server.worker.name} with ${config.threads.length} threads listens on ${server.host}:${server.port}`,
  );
  await untilStopped((grace) => server.stop(grace), { broke: server.worker.ended });
}
