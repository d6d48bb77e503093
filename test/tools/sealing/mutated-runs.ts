/** A whole thread under an upstream-shaped manager, one of whose answers has one mistake. */
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ThreadRecord } from '#machines/thread-record.js';
import { sectorClient } from '#src/fleet/sector-client.js';
import { failureOf } from '#src/sealing/runner.js';
import { anyOf, changed, changes, isMistake, type Path, placesIn } from '../mutations.js';
import type { Version } from '../recorded.js';
import type { Offers } from '../upstream/desk.js';
import { type UpstreamManager, upstreamManager } from '../upstream/manager.js';
import { type OfferedPiece, offered } from '../upstream/pieces.js';
import { bytesOf } from './chain.js';
import { keptFiles } from './jobs.js';
import { type PlanWorld, planWorld } from './plan-world.js';

const number = 2;

export interface Course {
  readonly plan: 'sealer' | 'snapup' | 'rebuild' | 'rebuild of an upgrade' | 'unseal' | 'wdpost';
  readonly version: Version;
}

export interface Mistake {
  readonly method: string;
  /** Which of the method's answers. */
  readonly nth: number;
  readonly path: Path;
  readonly change: unknown;
}

/** `AcquireDeals *.DealInfo`, for tables. */
export const placeOf = ({ method, path }: Pick<Mistake, 'method' | 'path'>) =>
  `${method} ${anyOf(path)}`.trim();

export interface Ended {
  readonly end: 'Finished' | 'idle' | 'failed';
  readonly level: string | null;
  /** Why it is idle or failed. */
  readonly text: string;
  /** Each thing that was submitted or reported, once. */
  readonly told: readonly string[];
  /** What lies in the store, and where an unsealed piece was wanted; hex. */
  readonly kept: ReadonlyMap<string, string>;
}

export interface Run extends Ended {
  /** What was said to the manager. */
  readonly calls: UpstreamManager['calls'];
  /** The same thread goes on, and no answer has a mistake any more. */
  again(): Promise<Ended>;
  close(): void;
}

/** What lies in the store before, and what the manager has to give out. */
export interface Base {
  readonly course: Course;
  readonly before: ReadonlyMap<string, string>;
  start(mistake?: Mistake): Promise<Run>;
}

export async function piecesOf(version: Version): Promise<readonly OfferedPiece[]> {
  const second = version === 'v0.2' ? { deal: 78 } : { allocation: 12 };
  return [
    await offered(bytesOf(1000, 1).subarray(0, 1000), 1024, { deal: 77 }),
    await offered(bytesOf(1016, 2).subarray(0, 1016), 1024, second),
  ];
}

export async function baseOf(course: Course): Promise<Base> {
  const { plan, version } = course;
  const pieces = await piecesOf(version);
  const world = planWorld();
  const run = (name: string, offers: Partial<Offers>) => threadOf(world, version, name, offers);
  const isEmpty = plan === 'snapup' || plan === 'rebuild of an upgrade';
  const sealed = await run('sealer', { sectors: [{ number, pieces: isEmpty ? [] : pieces }] });
  await sealed.goOn();
  const { CommR: commR = [], CommD: commD = [] } = sealed.manager.sectors.get(number)?.preCommit ?? {};
  const snapUps = [{ number, commR, pieces }];
  let upgraded: readonly number[] | null = null;
  if (plan === 'rebuild of an upgrade') {
    const upgrade = await run('snapup', { snapUps });
    await upgrade.goOn();
    upgraded = commR;
  }
  const [piece] = pieces;
  if (!piece) throw new Error('no piece');
  const offersIn = (dir: string): Partial<Offers> => {
    switch (plan) {
      case 'sealer':
        return { sectors: [{ number, pieces }] };
      case 'snapup':
        return { snapUps: [...snapUps] };
      case 'wdpost':
        return { wdPosts: [{ id: 'job-1', number, commR }] };
      case 'unseal':
        return {
          unseals: [{ number, piece, offset: 0, commD, dests: [pathToFileURL(join(dir, 'dest')).href] }],
        };
      default:
        return { rebuilds: [{ number, pieces, upgraded }] };
    }
  };
  const storeOf = ({ stores }: PlanWorld) => stores[0]?.location ?? '';
  const isNew = plan === 'sealer';
  return {
    course,
    before: isNew ? new Map() : hexOf(world),
    start: async (mistake) => {
      const own = planWorld();
      if (!isNew) cpSync(storeOf(world), storeOf(own), { recursive: true });
      const name = plan === 'rebuild of an upgrade' ? 'rebuild' : plan;
      const thread = await threadOf(own, version, name, offersIn(own.dir), mistake);
      return {
        ...(await thread.goOn()),
        calls: thread.manager.calls,
        again: thread.goOn,
        close: () => {
          thread.manager.close();
          rmSync(own.dir, { recursive: true, force: true });
        },
      };
    },
  };
}

interface Thread {
  readonly manager: UpstreamManager;
  /** From where it is to its end, or to the next failure. */
  goOn(): Promise<Ended>;
}

async function threadOf(
  world: PlanWorld,
  version: Version,
  plan: string,
  offers: Partial<Offers>,
  mistake?: Mistake,
): Promise<Thread> {
  const manager = await upstreamManager({
    version,
    offers,
    store: { name: 'kept', dir: world.stores[0]?.location ?? '' },
    change: (method, nth, result) =>
      mistake?.method === method && mistake.nth === nth
        ? changed(result, mistake.path, mistake.change)
        : result,
  });
  const service = sectorClient({ url: manager.url, headers: {} });
  let record: ThreadRecord | undefined;
  const goOn = async (): Promise<Ended> => {
    let reason: string | undefined;
    const options = {
      service,
      onIdle: (why: string | undefined) => {
        reason = why ?? '';
      },
      onRecord: (at: ThreadRecord) => {
        record = at;
      },
    };
    const end = await world.run(plan, { ...options, ...(record ? { from: record } : {}) }).then(
      () => (reason === undefined ? { end: 'Finished' as const } : { end: 'idle' as const, text: reason }),
      (thrown: unknown) => {
        // What a runner rejects with is a failure already.
        const { level, message } = 'level' in (thrown as object) ? (thrown as Failure) : failureOf(thrown);
        return { end: 'failed' as const, level, text: message };
      },
    );
    return { ...{ level: null, text: '' }, ...end, told: toldTo(manager), kept: hexOf(world) };
  };
  return { manager, goOn };
}

interface Failure {
  readonly level: string;
  readonly message: string;
}

function toldTo({ calls }: UpstreamManager): readonly string[] {
  const told = calls.filter(({ method }) =>
    /^(Submit|Achieve|ReportFinalized|ReportAborted|WdPoStFinish)/.test(method),
  );
  return [...new Set(told.map(({ method, params }) => JSON.stringify([method, params])))];
}

function hexOf(world: PlanWorld): ReadonlyMap<string, string> {
  const dest = join(world.dir, 'dest');
  const files = new Map([...keptFiles(world)].map(([path, bytes]) => [path, bytes.toString('hex')]));
  if (existsSync(dest)) files.set('dest', readFileSync(dest).toString('hex'));
  return files;
}

/** Every mistake in every answer that the undisturbed thread is given; in the answer as a whole, too. */
export function mistakesIn(calls: UpstreamManager['calls']): readonly Mistake[] {
  const counts = new Map<string, number>();
  return calls.flatMap(({ method, answer }) => {
    if ('error' in answer) return [];
    const { result } = answer;
    const nth = counts.get(method) ?? 0;
    counts.set(method, nth + 1);
    const places = [[], ...placesIn(result)];
    return places.flatMap((path) =>
      changes
        .filter((change) => isMistake(result, path, change))
        .map((change) => ({ method, nth, path, change })),
    );
  });
}
