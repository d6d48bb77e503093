import '../../../src/disks/pool-size.js';
import { systemClock } from '../../../src/actors/index.js';
import { formatAddress } from '../../../src/config/endpoint.js';
import { readWorkerConfig } from '../../../src/config/read-worker-config.js';
import { diskGate } from '../../../src/disks/disk-gate.js';
import { startWorkerServer, type WorkerServer } from '../../../src/http/worker/server.js';
import { endSoon } from '../../../src/processes/end-now.js';
import { faultFields } from '../../../src/protocol/events/event.js';
import { rowEvent } from '../../../src/protocol/events/history-events.js';
import type { Emit } from '../../../src/protocol/events/table.js';
import type { HistoryRow } from '../../../src/protocol/thread.js';
import { type DaemonLog, withLog } from '../../log/daemon-log.js';
import type { LogOptions } from '../../log/log-options.js';
import { changeLines } from '../../output/changes-text.js';
import { untilStopped } from '../../output/until-stopped.js';

/** Runs a worker until SIGINT, SIGTERM or `worker stop`; SIGHUP reloads its file and reopens its log. */
export async function daemon(options: { config: string } & LogOptions): Promise<void> {
  try {
    await withLog(options, 'worker', (emit, file) => run(options.config, emit, file));
  } finally {
    endSoon();
  }
}

async function run(path: string, emit: Emit, file: DaemonLog): Promise<void> {
  let server: WorkerServer | undefined;
  // Installed first: without a handler SIGHUP ends the process.
  process.on('SIGHUP', () => {
    void file.reopen().then(() => server && reload(server, emit));
  });
  const { config, warnings } = await readWorkerConfig(path, diskGate(systemClock));
  for (const warning of warnings) emit({ event: 'config.warned', warning });
  const onRow = (index: number, row: HistoryRow) => emit(rowEvent(index, row));
  server = await startWorkerServer({ config, emit, onRow });
  const { worker, host, port, stop } = server;
  emit({
    event: 'worker.listening',
    name: worker.name,
    threads: config.threads.length,
    address: formatAddress({ host, port }),
  });
  let askedGraceMs: number | undefined;
  const done = worker.stopAsked.then((graceMs) => {
    askedGraceMs = graceMs;
    emit({ event: 'daemon.stopAsked' });
  });
  await untilStopped((graceMs) => stop(graceMs ?? askedGraceMs), {
    done,
    broke: worker.ended,
    emit,
  });
}

/** A faulty file is logged; the running configuration stays. */
async function reload({ worker }: WorkerServer, emit: Emit): Promise<void> {
  try {
    const { changes, warnings, message } = await worker.control.reload({ by: 'SIGHUP' });
    for (const warning of warnings) emit({ event: 'config.warned', warning });
    for (const change of changeLines(changes)) emit({ event: 'config.changed', change });
    emit({ event: 'config.reloaded', result: message });
  } catch (error) {
    emit({ event: 'config.notReloaded', ...faultFields(error) });
  }
}
