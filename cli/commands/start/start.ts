/** A whole local fleet: manager and worker in one process, over real files. */
import '../../../src/disks/pool-size.js';
import { resolve } from 'node:path';
import { formatAddress } from '../../../src/config/endpoint.js';
import type { Manager } from '../../../src/manager/manager.js';
import { endSoon } from '../../../src/processes/end-now.js';
import { formatSectorId } from '../../../src/protocol/sector.js';
import { type DaemonLog, openLog } from '../../log/daemon-log.js';
import { answer, answerJson } from '../../output/say.js';
import { type Commitments, summaryOf, summaryText } from '../../output/summary.js';
import { untilStopped } from '../../output/until-stopped.js';
import { type Fleet, startFleet } from './fleet.js';
import { thingsToTry } from './home.js';
import { processorsText } from './real-proofs.js';
import { type StartOptions, type StartSetup, setupOf } from './setup.js';
import { type StartStory, startStory } from './story.js';

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
  // Closing the terminal does not end the fleet.
  process.on('SIGHUP', () => void file.reopen());
  const setup = await setupOf(options);
  const story = startStory(options, file);
  for (const warning of setup.warnings) story.worker({ event: 'config.warned', warning });
  const fleet = await startFleet(setup, story);
  story.banner(bannerOf(setup, fleet));
  fleet.opened();
  const preCommits = await served(fleet, story);
  const summary = await summaryOf(setup.config, story.worker, preCommits);
  if (Number.isFinite(setup.limit))
    options.json ? answerJson(summary) : answer(summaryText(summary, process.stdout.columns));
}

function bannerOf(setup: StartSetup, { manager, worker }: Fleet): string {
  const { miner, isReal, program, sectorSize } = setup;
  const toTry = thingsToTry({ ...setup, manager, worker });
  return `manager on http://${formatAddress(manager)} (mock chain, miner ${miner}), worker on ${formatAddress(worker)}
pieces from ${resolve(setup.pieces)}: a file that is put there is sealed, too
${processorsText(isReal, program, sectorSize)}
In another terminal, from any directory:
${toTry.join('\n')}`;
}

/** Waits until the run has nothing more to do, is stopped, or breaks; resolves to each sector's submitted pre-commit. */
async function served({ manager, worker, end }: Fleet, story: StartStory) {
  const { worker: running } = worker;
  let askedGraceMs: number | undefined;
  let preCommits: ReturnType<typeof preCommitsOf> | undefined;
  const stopAll = async (graceMs?: number) => {
    story.display.stop();
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
  return preCommits;
}

/** The submitted pre-commit of each sector. */
function preCommitsOf({ sectors }: Pick<Manager, 'sectors'>): ReadonlyMap<string, Commitments> {
  return new Map(
    sectors.lives().flatMap(({ id, life }) => {
      const info = life.preCommit?.info;
      return info ? [[formatSectorId(id), { commD: info.CommD, commR: info.CommR }] as const] : [];
    }),
  );
}
