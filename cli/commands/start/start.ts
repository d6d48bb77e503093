/** A whole local fleet: manager and worker in one process, over real files. */
import '../../../src/disks/pool-size.js';
import { join, resolve } from 'node:path';
import { systemClock } from '../../../src/actors/index.js';
import { formatAddress } from '../../../src/config/endpoint.js';
import { readWorkerConfig } from '../../../src/config/read-worker-config.js';
import { diskGate } from '../../../src/disks/disk-gate.js';
import { startManagerServer } from '../../../src/http/manager/server.js';
import { startWorkerServer } from '../../../src/http/worker/server.js';
import type { Manager } from '../../../src/manager/manager.js';
import { endSoon } from '../../../src/processes/end-now.js';
import { SealvisorError } from '../../../src/protocol/errors.js';
import { formatSectorId } from '../../../src/protocol/sector.js';
import { type DaemonLog, openLog } from '../../log/daemon-log.js';
import type { LogOptions } from '../../log/log-options.js';
import { answer, answerJson } from '../../output/say.js';
import { type Commitments, summaryOf, summaryText } from '../../output/summary.js';
import { untilStopped } from '../../output/until-stopped.js';
import { chainOptions } from '../manager/daemon.js';
import { startEnd } from './end.js';
import { defaultHome, thingsToTry, writeConfig } from './home.js';
import { firstPieces, madePieces, madePiecesIn } from './pieces.js';
import { isByPrograms, notReal, processorsText, proofsProgram, proofsTables } from './real-proofs.js';
import { startStory } from './story.js';

export interface StartOptions extends LogOptions {
  /** `dev`: our own processors; `real`: Filecoin's own proofs. */
  readonly proofs: 'dev' | 'real';
  /** @default .sealvisor, of real proofs .sealvisor/real */
  readonly home?: string;
  /** @default docs, and pieces of the run's own behind them */
  readonly pieces?: string;
  /** @default 8MiB, of real proofs 2KiB */
  readonly sectorSize?: string;
  readonly useSyntheticPorep?: boolean;
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

/** Where the fleet is kept, with its configuration; of real proofs with their program. @throws proofs_not_built */
function placeOf(options: StartOptions) {
  const isReal = options.proofs === 'real';
  const sectorSize = options.sectorSize ?? (isReal ? '2KiB' : '8MiB');
  const chain = chainOptions({ ...options, sectorSize });
  const program = isReal ? proofsProgram() : undefined;
  const home = resolve(options.home ?? defaultHome(isReal));
  const configPath = writeConfig(home, program === undefined ? '' : proofsTables(program));
  return { program, sectorSize, chain, home, configPath };
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
  const limit = sectorLimit(options.sectors);
  const { program, sectorSize, chain, home, configPath } = placeOf(options);
  const { config, warnings } = await readWorkerConfig(configPath, diskGate(systemClock));
  const isReal = isByPrograms(config);
  if (program !== undefined && !isReal) throw notReal(configPath);
  const story = startStory(options, file);
  const { display } = story;
  for (const warning of warnings) story.worker({ event: 'config.warned', warning });
  const managerAt = new URL(config.manager.url);
  const pieces = resolve(options.pieces ?? 'docs');
  const hasFirst = program !== undefined && options.pieces === undefined;
  if (hasFirst) firstPieces(home);
  const made = options.pieces === undefined && Number.isFinite(limit) ? madePieces(home) : undefined;
  const onlyWithDeals = config.threads.every((thread) => thread.sealing.disableCc);
  let look: () => void = () => undefined;
  const manager = await startManagerServer({
    host: managerAt.hostname.replace(/^\[|\]$/g, ''),
    port: Number(managerAt.port),
    home: join(home, 'manager'),
    ...chain,
    pieces: options.pieces ?? 'docs',
    morePieces: made?.directory ?? (hasFirst ? madePiecesIn(home) : undefined),
    pieceRoots: [join(home, 'upgrades'), madePiecesIn(home)],
    onlyWithDeals,
    limit,
    emit: story.manager,
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
    warn: story.warn,
    info: story.info,
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
  const toTry = thingsToTry({ home, config, manager, worker, miner: options.miner, isReal });
  story.banner(`manager on http://${formatAddress(manager)} (mock chain, miner ${options.miner}), worker on ${formatAddress(worker)}
pieces from ${pieces}: a file that is put there is sealed, too
${processorsText(isReal, program, sectorSize)}
In another terminal, from any directory:
${toTry.join('\n')}`);
  for (const tell of early) tell();
  early = undefined;
  look();
  let askedGraceMs: number | undefined;
  const { worker: running } = worker;
  let preCommits: ReturnType<typeof preCommitsOf> | undefined;
  const stopAll = async (graceMs?: number) => {
    display.stop();
    await running.stop(graceMs ?? askedGraceMs);
    preCommits ??= preCommitsOf(manager.manager);
    await manager.stop();
  };
  const broke = Promise.race([running.ended, manager.manager.ended]);
  const asked = running.stopAsked.then((graceMs) => {
    askedGraceMs = graceMs;
  });
  const done = Promise.race([end.ended, asked]);
  await untilStopped(stopAll, { done, broke, emit: story.fleet }).catch(async (error: unknown) => {
    await stopAll(0);
    throw error;
  });
  const summary = await summaryOf(config, story.warn, preCommits);
  if (Number.isFinite(limit))
    options.json ? answerJson(summary) : answer(summaryText(summary, process.stdout.columns));
}

/** What was submitted of each sector. */
function preCommitsOf({ sectors }: Pick<Manager, 'sectors'>): ReadonlyMap<string, Commitments> {
  return new Map(
    sectors.lives().flatMap(({ id, life }) => {
      const info = life.preCommit?.info;
      return info ? [[formatSectorId(id), { commD: info.CommD, commR: info.CommR }] as const] : [];
    }),
  );
}
