/** `store …`: marks of locations and stores, without a running daemon. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { systemClock } from '../../../src/actors/system-clock.js';
import { loadWorkerConfig } from '../../../src/config/worker-config.js';
import type { RootKind } from '../../../src/disks/mark.js';
import { admitRoot, takeRoot } from '../../../src/disks/open-root.js';
import { SealvisorError } from '../../../src/protocol/errors.js';
import { type SurveyedStore, storeSurvey } from '../../../src/worker/roots/store-survey.js';
import { answer, answerJson, exitCodes, tell } from '../../output/say.js';
import { table } from '../../output/upstream-text.js';

export interface StoreOptions {
  readonly config?: string;
  readonly location?: readonly string[];
  readonly kind?: string;
  readonly json?: boolean;
}

export async function storeList({ config, json = false }: StoreOptions): Promise<void> {
  show(await surveyOf(config).look(), json);
}

/** Exit 1 when one of them cannot be used as it is. */
export async function storeCheck({ config, json = false }: StoreOptions): Promise<void> {
  const stores = await surveyOf(config).look();
  show(stores, json);
  if (stores.some(({ state }) => state !== 'ok' && state !== 'new')) process.exitCode = exitCodes.failed;
}

export async function storeInit(options: StoreOptions): Promise<void> {
  const { config, json = false } = options;
  const paths = (options.location ?? []).map((path) => resolve(path));
  if (config !== undefined) {
    show(await surveyOf(config).init(paths), json);
    return;
  }
  if (paths.length === 0)
    throw new SealvisorError('usage', 'name what is to be marked: -c <config>, or -l <dir>');
  const kind = kindOf(options.kind ?? 'location');
  for (const path of paths) {
    const root = { path, kind, isReadonly: false };
    const none = { expected: undefined, others: [], isFirstStart: true, isForced: true };
    const seen = await takeRoot(root, await admitRoot(root, none), hostname(), new Date());
    tell(`${path} has the mark ${seen?.id}`);
  }
}

function kindOf(text: string): RootKind {
  if (text === 'location' || text === 'attached') return text;
  throw new SealvisorError('usage', `--kind ${text}: expected location or attached`);
}

function surveyOf(path: string | undefined) {
  if (path === undefined) throw new SealvisorError('usage', 'name the configuration: -c <config>');
  const { config } = loadWorkerConfig(path);
  return storeSurvey(config, {
    workerName: config.worker.name ?? hostname(),
    timers: systemClock,
    now: new Date(),
  });
}

function show(stores: readonly SurveyedStore[], json: boolean): void {
  if (json) {
    answerJson(stores);
    return;
  }
  const rows = stores.map(({ kind, path, state, id, madeBy, madeAt, note }) => [
    ...[state, kind, path, id ?? '-', madeBy ?? '-', madeAt ?? '-'],
    note,
  ]);
  answer(table([['State', 'Kind', 'Path', 'Mark', 'MadeBy', 'MadeAt', 'Note'], ...rows]));
}
