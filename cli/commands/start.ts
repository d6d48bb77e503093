/** A whole local fleet: manager and worker in one process, over real files. */
import '../../src/disks/pool-size.js';
import { join, resolve } from 'node:path';
import { systemClock } from '../../src/actors/index.js';
import { formatAddress } from '../../src/config/endpoint.js';
import { rereadWorkerConfig } from '../../src/config/reread-config.js';
import { diskGate } from '../../src/disks/disk-gate.js';
import { startManagerServer } from '../../src/http/manager-server.js';
import { startWorkerServer } from '../../src/http/worker-server.js';
import { endSoon } from '../../src/processes/end-now.js';
import { SealvisorError } from '../../src/protocol/errors.js';
import { type DaemonLog, openLog } from '../log/daemon-log.js';
import type { LogOptions } from '../log/log-options.js';
import { answer, answerJson } from '../output/say.js';
import { summaryOf, summaryText } from '../output/summary.js';
import { untilStopped } from '../output/until-stopped.js';
import { chainOptions } from './manager-daemon.js';
import { startEnd } from './start-end.js';
import { thingsToTry, writeConfig } from './start-home.js';
import { madePieces, madePiecesIn } from './start-pieces.js';
import { startStory } from './start-story.js';

export interface StartOptions extends LogOptions {
  readonly home: string;
  /** @default docs, and pieces of the run's own behind them */
  readonly pieces?: string;
  readonly sectorSize: string;
  readonly sectors?: string;
  readonly miner: string;
  readonly epoch: string;
  readonly json?: boolean;
}

function sectorLimit(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new SealvisorError('usage', `--sectors ${text}: write a whole number from 1 up`);
}

export async function start(options: StartOptions): Promise<void> {
  const file = await openLog(options);
  try {
    await run(options, file);
  } finally {
    await file.close();
    endSoon();
  }
}

async function run(options: StartOptions, file: DaemonLog): Promise<void> {
  // A terminal that was closed ends nothing.
  process.on('SIGHUP', () => void file.reopen());
  const home = resolve(options.home);
  const limit = sectorLimit(options.sectors);
  const chain = chainOptions(options);
  const configPath = writeConfig(home);
  const { config, warnings } = await rereadWorkerConfig(configPath, diskGate(systemClock));
  const story = startStory(options, file);
  const { display } = story;
  for (const warning of warnings) story.worker.warn(warning);
  const managerAt = new URL(config.manager.url);
  const pieces = resolve(options.pieces ?? 'docs');
  const made = options.pieces === undefined && Number.isFinite(limit) ? madePieces(home) : undefined;
  const onlyWithDeals = config.threads.every((thread) => thread.sealing.disableCc);
  let look: () => void = () => undefined;
  const manager = await startManagerServer({
    host: managerAt.hostname.replace(/^\[|\]$/g, ''),
    port: Number(managerAt.port),
    home: join(home, 'manager'),
    ...chain,
    pieces: options.pieces ?? 'docs',
    morePieces: made?.directory,
    pieceRoots: [join(home, 'upgrades'), madePiecesIn(home)],
    onlyWithDeals,
    limit,
    warn: story.manager.warn,
    log: story.manager,
    onPieces: (added) => {
      made?.seen(added);
      for (const path of added) story.line(`new piece: ${path}`);
      look();
    },
  });
  // The first transitions come while the worker still starts: they wait for what stands at the top.
  let early: (() => void)[] | undefined = [];
  const tellRow = (tell: () => void) => (early ? early.push(tell) : tell());
  const end = startEnd({
    limit,
    onlyWithDeals,
    pieces,
    made,
    manager: manager.manager,
    say: (line) => void tellRow(() => story.line(line)),
  });
  look = end.look;
  const worker = await startWorkerServer({
    config,
    warn: story.worker.warn,
    info: story.worker.info,
    onView: (view) => {
      display.show(view);
      if (view.sector === null) look();
    },
    onRow: (index, row) => {
      display.learn(row);
      tellRow(() => story.row(index, row));
    },
  }).catch(async (error: unknown) => {
    display.stop();
    await manager.stop();
    throw error;
  });
  end.serve(worker.worker);
  const toTry = thingsToTry({ home, config, manager, worker, miner: options.miner });
  story.banner(`manager on http://${formatAddress(manager)} (mock chain, miner ${options.miner}), worker on ${formatAddress(worker)}
pieces from ${pieces}: a file that is put there is sealed, too
sealing with the built-in dev processors: real work on real bytes, no proof any chain would take
In another terminal, from any directory:
${toTry.join('\n')}`);
  for (const tell of early) tell();
  early = undefined;
  look();
  let askedGraceMs: number | undefined;
  const { worker: running } = worker;
  const stopAll = async (graceMs?: number) => {
    display.stop();
    await running.stop(graceMs ?? askedGraceMs);
    await manager.stop();
  };
  const broke = Promise.race([running.ended, manager.manager.ended]);
  const asked = running.stopAsked.then((graceMs) => {
    askedGraceMs = graceMs;
  });
  const done = Promise.race([end.ended, asked]);
  await untilStopped(stopAll, { done, broke, say: story.closing }).catch(async (error: unknown) => {
    await stopAll(0);
    throw error;
  });
  const summary = await summaryOf(config, story.worker.warn);
  if (Number.isFinite(limit))
    options.json ? answerJson(summary) : answer(summaryText(summary, process.stdout.columns));
}
