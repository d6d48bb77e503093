/** Chooses the attached store for a sector. */
import type { StoredKind } from '../../../machines/plan.js';
import { isAt, statIfAny } from '../../disks/stat-if-any.js';
import { systemCodeOf } from '../../protocol/errors.js';
import { StageError } from '../../protocol/level.js';
import type { Sector } from '../../protocol/sector.js';
import { type AttachedStore, type StageContext, sectorAtHand } from '../stage.js';
import type { StoreRoom, StoreRooms } from './attached.js';
import { checkStore, storedSector } from './stored-sector.js';

/** How often other threads may take the space first before the whole stage is retried. */
const mostTurns = 5;

/**
 * The store for `bytes` of the current sector: the one that already has its complete files, else the manager's choice among
 * those with enough space, else our own.
 * @throws StageError permanent when no store is writable or the manager names none of them, temporary when none has space
 */
export async function chosenStore(
  context: StageContext,
  bytes: number,
  kind: StoredKind = 'sealed',
): Promise<AttachedStore> {
  const sector = sectorAtHand(context);
  const stores = context.stores.filter((store) => !store.readonly);
  if (stores.length === 0)
    throw new StageError(
      'permanent',
      'no attached store can be written: add an [[attached]] store and resume',
    );
  const { attached } = context;
  const usable = await soundStores(stores);
  const wholes = await Promise.all(usable.map((store) => isWhole(store, sector, kind)));
  const before = usable.find((_, at) => wholes[at]);
  if (before) {
    // The files are already there: no space is needed.
    await attached?.take(before.name, 0);
    return before;
  }
  for (let turn = 0; turn < mostTurns; turn++) {
    const { rooms: all, isWeighted } = (await attached?.rooms(bytes)) ?? freeChoice(stores);
    // A store that was attached after this stage started is used from the next stage on.
    const rooms = all.filter(({ name }) => usable.some((store) => store.name === name));
    const candidates = inOrder(rooms, isWeighted, Math.random);
    if (candidates.length === 0) throw new StageError('temporary', shortage(all));
    const name = (await managersChoice(context, sector, bytes, candidates)) ?? candidates[0];
    const store = stores.find((each) => each.name === name);
    if (!store)
      throw new StageError(
        'permanent',
        `the manager wants the sector kept in ${name}, which is not an attached store with room here (those are ${candidates.join(', ')}): add it as [[attached]], then resume`,
      );
    if (attached && !(await attached.take(store.name, bytes))) continue;
    await checkStore(store);
    return store;
  }
  throw new StageError('temporary', 'other threads were faster to take the room of every attached store');
}

/** The stores whose disks are mounted. @throws StageError temporary, with the reason of the first, when there is none */
async function soundStores(stores: readonly AttachedStore[]): Promise<readonly AttachedStore[]> {
  const looks = await Promise.allSettled(stores.map(checkStore));
  const sound = stores.filter((_, at) => looks[at]?.status === 'fulfilled');
  const [fault] = looks.filter((look) => look.status === 'rejected');
  if (sound.length === 0 && fault) throw fault.reason;
  return sound;
}

/** Names of the stores with space, best first: in the given order, or drawn at random. `random`: from 0 to below 1. */
export function inOrder(
  rooms: readonly StoreRoom[],
  isWeighted: boolean,
  random: () => number,
): readonly string[] {
  const left = rooms.filter(({ why }) => why === null);
  if (!isWeighted) return left.map(({ name }) => name);
  const drawn: string[] = [];
  while (left.length > 0) {
    let at = random() * left.reduce((sum, { roomBytes }) => sum + roomBytes, 0);
    const found = left.findIndex(({ roomBytes }) => {
      at -= roomBytes;
      return at < 0;
    });
    drawn.push(...left.splice(Math.max(0, found), 1).map(({ name }) => name));
  }
  return drawn;
}

/** Null when the manager leaves the choice to us: it knows no store with space, or does not support the call. */
async function managersChoice(
  context: StageContext,
  { miner, number }: Sector,
  bytes: number,
  candidates: readonly string[],
): Promise<string | null> {
  try {
    const found = await context.service.storeReserveSpace({ miner, number }, bytes, candidates);
    return found?.Name ?? null;
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'remote_error') return null;
    throw thrown;
  }
}

/** Whether all files are there: the sector's own file is written last. */
async function isWhole(store: AttachedStore, { id, size }: Sector, kind: StoredKind): Promise<boolean> {
  const { file, cacheDir } = storedSector(store, id, kind);
  const found = await statIfAny(file);
  return found?.size === BigInt(size) && (await isAt(cacheDir));
}

function freeChoice(stores: readonly AttachedStore[]): StoreRooms {
  return { rooms: stores.map(({ name }) => ({ name, roomBytes: 1, why: null })), isWeighted: false };
}

function shortage(rooms: readonly StoreRoom[]): string {
  return `no attached store has room: ${rooms.map(({ why }) => why).join('; ')}`;
}
