/** A whole local fleet: manager and worker in one process, over real files. */
import '../../src/disks/pool-size.js';
import { join, resolve } from 'node:path';
import { loadWorkerConfig } from '../../src/config/worker-config.js';
import { startManagerServer } from '../../src/http/manager-server.js';
import { startWorkerServer, type WorkerServer } from '../../src/http/worker-server.js';
import { SealvisorError } from '../../src/protocol/errors.js';
import { formatSectorId } from '../../src/protocol/sector.js';
import { type DaemonLog, openLog } from '../log/daemon-log.js';
import type { LogOptions } from '../log/log-options.js';
import { answer, answerJson } from '../output/say.js';
import { summaryOf, summaryTable } from '../output/summary.js';
import { untilStopped } from '../output/until-stopped.js';
import { chainOptions } from './manager-daemon.js';
import { thingsToTry, writeConfig } from './start-home.js';
import { startStory } from './start-story.js';

export interface StartOptions extends LogOptions {
  readonly home: string;
  readonly pieces: string;
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
  }
}

async function run(options: StartOptions, file: DaemonLog): Promise<void> {
  // A terminal that was closed ends nothing.
  process.on('SIGHUP', () => void file.reopen());
  const home = resolve(options.home);
  const limit = sectorLimit(options.sectors);
  const chain = chainOptions(options);
  const configPath = writeConfig(home);
  const { config, warnings } = loadWorkerConfig(configPath);
  const story = startStory(options, file);
  const { display } = story;
  for (const warning of warnings) story.worker.warn(warning);
  const managerAt = new URL(config.manager.url);
  const onlyWithDeals = config.threads.every((thread) => thread.sealing.disableCc);
  const manager = await startManagerServer({
    host: managerAt.hostname,
    port: Number(managerAt.port),
    home: join(home, 'manager'),
    ...chain,
    pieces: options.pieces,
    pieceRoots: [join(home, 'upgrades')],
    onlyWithDeals,
    limit,
    warn: story.manager.warn,
    log: story.manager,
  });
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let worker: WorkerServer | undefined;
  let isTold = false;
  /** Ends the run when what it was asked for is sealed and no thread has still to clean up behind it. */
  const look = () => {
    if (!worker || isTold) return;
    const held = new Set(worker.worker.control.threads().map((view) => view.sector?.id));
    const { sectors } = manager.manager;
    const lives = sectors.lives().filter(({ life }) => life.abortReason === null);
    const sealed = lives.filter(({ id, life }) => life.finalized && !held.has(formatSectorId(id))).length;
    const isAllSealed = onlyWithDeals && sealed === lives.length && sectors.waiting().length === 0;
    if (sealed < limit && !isAllSealed) return;
    isTold = true;
    if (sealed >= limit) return end();
    story.line(`every piece is sealed, ${sealed} sector${sealed === 1 ? '' : 's'} in all`);
    if (Number.isFinite(limit)) end();
    else story.line('the fleet is idle and goes on serving; Ctrl-C stops it');
  };
  // The first transitions come while the worker still starts: they wait for what stands at the top.
  let early: (() => void)[] | undefined = [];
  const tellRow = (tell: () => void) => (early ? early.push(tell) : tell());
  worker = await startWorkerServer({
    config,
    warn: story.worker.warn,
    info: story.worker.info,
    onView: (view) => {
      display.show(view);
      if (view.sector === null) look();
    },
    onRow: (index, row) => tellRow(() => story.row(index, row)),
  }).catch(async (error: unknown) => {
    await manager.stop();
    throw error;
  });
  story.banner(`manager on http://${manager.host}:${manager.port} (mock chain, miner ${options.miner}), worker on ${worker.host}:${worker.port}
sealing with the built-in dev processors: real work on real bytes, no proof any chain would take
In another terminal:
${thingsToTry(configPath, config, manager, worker, options.miner)}`);
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
  const done = Promise.race([ended, asked]);
  await untilStopped(stopAll, { done, broke, say: story.closing }).catch(async (error: unknown) => {
    await stopAll(0);
    throw error;
  });
  const summary = summaryOf(config);
  if (Number.isFinite(limit)) options.json ? answerJson(summary) : answer(summaryTable(summary));
}
