import '../../../src/disks/pool-size.js';
import { systemClock } from '../../../src/actors/index.js';
import { formatAddress } from '../../../src/config/endpoint.js';
import { readWorkerConfig } from '../../../src/config/read-worker-config.js';
import { diskGate } from '../../../src/disks/disk-gate.js';
import { startWorkerServer, type WorkerServer } from '../../../src/http/worker/server.js';
import { endSoon } from '../../../src/processes/end-now.js';
import { messageOf } from '../../../src/protocol/errors.js';
import type { Log } from '../../../src/protocol/log.js';
import type { HistoryRow } from '../../../src/protocol/thread.js';
import { type DaemonLog, withLog } from '../../log/daemon-log.js';
import type { LogOptions } from '../../log/log-options.js';
import { changeLines } from '../../output/changes-text.js';
import { rowLevel, rowText } from '../../output/transition.js';
import { untilStopped } from '../../output/until-stopped.js';

/** Runs a worker until SIGINT, SIGTERM or `worker stop`; SIGHUP has it read its file again, and open its log again. */
export async function daemon(options: { config: string } & LogOptions): Promise<void> {
  try {
    await withLog(options, 'worker', (log, file) => run(options.config, log, file));
  } finally {
    endSoon();
  }
}

async function run(path: string, log: Log, file: DaemonLog): Promise<void> {
  let server: WorkerServer | undefined;
  // Handled from the first moment on: else it would end the process.
  process.on('SIGHUP', () => {
    void file.reopen().then(() => server && reload(server, log));
  });
  const { config, warnings } = await readWorkerConfig(path, diskGate(systemClock));
  for (const warning of warnings) log.warn(warning);
  server = await startWorkerServer({ config, warn: log.warn, info: log.info, onRow: rowLogger(log) });
  const { worker, host, port, stop } = server;
  log.info(
    `worker ${worker.name} with ${config.threads.length} threads listens on ${formatAddress({ host, port })}`,
  );
  let askedGraceMs: number | undefined;
  const done = worker.stopAsked.then((graceMs) => {
    askedGraceMs = graceMs;
    log.info('asked to stop: stopping at a safe point');
  });
  await untilStopped((graceMs) => stop(graceMs ?? askedGraceMs), {
    done,
    broke: worker.ended,
    say: log.info,
  });
}

/** Logs each row of a thread's history. */
export function rowLogger(log: Log) {
  return (index: number, row: HistoryRow): void => {
    log[rowLevel(row)](rowText(row), {
      thread: index,
      ...(row.sector === null ? {} : { sector: row.sector }),
    });
  };
}

/** A faulty file is logged; what runs goes on. */
async function reload({ worker }: WorkerServer, log: Log): Promise<void> {
  try {
    const { changes, warnings, message } = await worker.control.reload({ by: 'SIGHUP' });
    for (const warning of warnings) log.warn(warning);
    for (const line of changeLines(changes)) log.info(line);
    log.info(`reload: ${message}`);
  } catch (error) {
    log.warn(`nothing is reloaded: ${messageOf(error)}`);
  }
}
