import { loadWorkerConfig } from '../../src/config/worker-config.js';
import { startWorkerServer, type WorkerServer } from '../../src/http/worker-server.js';
import { messageOf } from '../../src/protocol/errors.js';
import { changesText } from '../output/changes-text.js';
import { tell, tellLines } from '../output/say.js';
import { rowLine } from '../output/transition.js';
import { untilStopped } from '../output/until-stopped.js';

/** Runs a worker until SIGINT, SIGTERM or `worker stop`; SIGHUP has it read its file again. */
export async function daemon(options: { config: string }): Promise<void> {
  const { config, warnings } = loadWorkerConfig(options.config);
  for (const warning of warnings) tell(`warning: ${warning}`);
  let server: WorkerServer | undefined;
  // Heard from the first moment on: unheard, it would end the process.
  process.on('SIGHUP', () => void (server && reload(server)));
  server = await startWorkerServer({
    config,
    warn: (line) => tell(`warning: ${line}`),
    onRow: (index, row) => tell(rowLine(index, row)),
  });
  const { worker, host, port, stop } = server;
  tell(`worker ${worker.name} with ${config.threads.length} threads listens on ${host}:${port}`);
  let askedGraceMs: number | undefined;
  const done = worker.stopAsked.then((graceMs) => {
    askedGraceMs = graceMs;
    tell('asked to stop: stopping at a safe point');
  });
  await untilStopped((graceMs) => stop(graceMs ?? askedGraceMs), { done, broke: worker.ended });
}

/** A fault of the file is told; what runs goes on. */
async function reload({ worker }: WorkerServer): Promise<void> {
  try {
    const { changes, warnings, message } = await worker.control.reload({ by: 'SIGHUP' });
    for (const warning of warnings) tell(`warning: ${warning}`);
    if (changes.length > 0) tellLines(changesText(changes));
    tell(`reload: ${message}`);
  } catch (error) {
    tell(`warning: nothing is reloaded: ${messageOf(error)}`);
  }
}
