/** The fleet that a storm goes over, and what it says of itself. */
import { join } from 'node:path';
import type { SectorView } from '../../../src/protocol/sealer-view.js';
import type { ThreadView } from '../../../src/protocol/thread.js';
import { onSectors, onWorker, workerToml } from '../e2e/fleet.js';
import { bytes, fileOf, freePort, project, write } from '../e2e/setup.js';
import { StormClock, StormLog, startDaemon } from './storm-daemons.js';
import { stormDisk } from './storm-disks.js';

const threads = 3;

/** A fleet in `dir`: a manager of either home, one worker, on ports that stay. */
export async function setup(dir: string, pieceCount: number) {
  const disks = [
    ...[1, 2, 3].map((n) => stormDisk(dir, `store${n}`, 64)),
    stormDisk(dir, 'remote', 512),
    stormDisk(dir, 'other-remote', 512),
  ];
  const logDisk = stormDisk(dir, 'logs', 1);
  const logs = {
    worker: new StormLog(join(logDisk.path, 'worker.log')),
    manager: new StormLog(join(logDisk.path, 'manager.log')),
  };
  const clocks = { worker: new StormClock(dir, 'worker'), manager: new StormClock(dir, 'manager') };
  const [managerPort, workerPort] = [await freePort(), await freePort()];
  const payloads = Array.from({ length: pieceCount }, (_, at) => bytes(1100 + (at % 900), at + 1));
  for (const [at, payload] of payloads.entries()) write(join(dir, 'pieces', `${at}.bin`), payload);
  write(join(dir, 'pieces-of-others', '0.bin'), bytes(900, 4711));
  const loud = join(project, 'test/tools/chaos/loud-processor.mjs');
  const toml = (isLoud: boolean) =>
    workerToml(dir, `127.0.0.1:${managerPort}`, {
      threads,
      sealing: 'max_retries = 1000',
      // Disks that are full in turn open the breakers: who has put them right does not wait for the usual five minutes.
      more: `[sealvisor.breaker]
probe = "2s"
[[attached]]
name = "other-remote"
location = ${JSON.stringify(join(dir, 'other-remote'))}
[[processors.pc1]]
${isLoud ? `bin = ${JSON.stringify(loud)}\nargs = [${JSON.stringify(fileOf('venus-worker'))}, "pc1"]` : ''}
[[processors.c1]]
${isLoud ? `bin = ${JSON.stringify(loud)}\nargs = [${JSON.stringify(fileOf('venus-worker'))}, "c1"]` : ''}
`,
    }).replace('rpc_server.port = 0', `rpc_server.port = ${workerPort}`);
  const manager = (home = 'manager', pieces = 'pieces') =>
    startDaemon(
      'venus-sector-manager',
      [
        'mock',
        '--listen',
        `127.0.0.1:${managerPort}`,
        '--home',
        join(dir, home),
        '--epoch',
        '50ms',
        '--sector-size',
        '2KiB',
        '--pieces',
        join(dir, pieces),
      ],
      { clock: clocks.manager, log: logs.manager },
    );
  const worker = (isLoud: boolean) =>
    startDaemon('venus-worker', ['daemon', '-c', write(join(dir, 'worker.toml'), toml(isLoud))], {
      clock: clocks.worker,
      log: logs.worker,
      env: { LOUD_CHANCE: '0.04' },
    });
  return {
    disks,
    logs,
    clocks,
    payloads,
    manager,
    worker,
    managerAt: `127.0.0.1:${managerPort}`,
    workerAt: `127.0.0.1:${workerPort}`,
  };
}

export type Fleet = Awaited<ReturnType<typeof setup>>;

export async function viewsOf({ workerAt }: Fleet): Promise<readonly ThreadView[]> {
  const { code, stdout } = await onWorker(workerAt, 'list', '--json');
  return code === 0 ? (JSON.parse(stdout) as ThreadView[]) : [];
}

export async function sectorsOf({ managerAt }: Fleet): Promise<readonly SectorView[] | undefined> {
  const { code, stdout } = await onSectors(managerAt, 'sectors', '--json');
  return code === 0 ? (JSON.parse(stdout) as SectorView[]) : undefined;
}
