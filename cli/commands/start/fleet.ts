/** A manager and a worker in one process, with one common output. */
import { join, resolve } from 'node:path';
import { type ManagerServer, startManagerServer } from '../../../src/http/manager/server.js';
import { startWorkerServer, type WorkerServer } from '../../../src/http/worker/server.js';
import { type StartEnd, startEnd } from './end.js';
import type { StartSetup } from './setup.js';
import type { StartStory } from './story.js';

export interface Fleet {
  readonly manager: ManagerServer;
  readonly worker: WorkerServer;
  readonly end: StartEnd;
  /** Call it when the banner is printed: prints what happened in the meantime and checks for the end. */
  opened(): void;
}

/** @throws what the start of either throws; nothing is left running then */
export async function startFleet(setup: StartSetup, story: StartStory): Promise<Fleet> {
  const rows = heldBack();
  let look: () => void = () => undefined;
  const manager = await startManager(setup, story, () => look());
  const end = startEnd({
    ...setup,
    pieces: resolve(setup.pieces),
    manager: manager.manager,
    say: (line) => rows.tell(() => story.line(line)),
  });
  look = end.look;
  const worker = await startWorkerServer({
    config: setup.config,
    emit: story.worker,
    onView: (view) => {
      story.display.show(view);
      if (view.sector === null) look();
    },
    onRow: (index, row) => {
      story.display.learn(row);
      rows.tell(() => story.row(index, row));
    },
  }).catch(async (error: unknown) => {
    story.display.stop();
    await manager.stop();
    throw error;
  });
  end.serve(worker.worker);
  const opened = () => {
    rows.release();
    look();
  };
  return { manager, worker, end, opened };
}

function startManager(setup: StartSetup, story: StartStory, look: () => void): Promise<ManagerServer> {
  const { config, chain, home, pieces, morePieces, pieceRoots, onlyWithDeals, limit, made } = setup;
  const at = new URL(config.manager.url);
  return startManagerServer({
    ...{ ...chain, pieces, morePieces, pieceRoots, onlyWithDeals, limit },
    host: at.hostname.replace(/^\[|\]$/g, ''),
    port: Number(at.port),
    home: join(home, 'manager'),
    emit: story.manager,
    onPieces: (added) => {
      made?.seen(added);
      for (const path of added) story.line(`new piece: ${path}`);
      look();
    },
  });
}

/** The first transitions happen while the worker is still starting: they are held back until the banner is printed. */
function heldBack() {
  let early: (() => void)[] | undefined = [];
  return {
    tell: (tell: () => void): void => {
      if (early) early.push(tell);
      else tell();
    },
    release: (): void => {
      for (const tell of early ?? []) tell();
      early = undefined;
    },
  };
}
