/**
 * Keeps threads from starting stages that would fill their disks. Free space is read; what was granted to stages that
 * run and is not written yet is taken off. Lives on the main thread, beside the desk, which asks before it lets one in.
 */
import { join } from 'node:path';
import { timestamp } from '../../protocol/clock.js';
import type { SpaceNeed } from '../../sealing/space-need.js';
import type { Blocked } from '../desk/words.js';
import { type Claim, moveTo, type SpaceAsk, spaceClaims } from './claims.js';
import type { Reading } from './disk.js';
import {
  bestRoom,
  hasRoom,
  isAmple,
  type Room,
  type RoomGrant,
  roomOn,
  shortageText,
  stillToWrite,
} from './policy.js';
import { storeViews } from './view.js';
import type { Space, SpaceOptions } from './words.js';

export type { Space, SpaceOptions } from './words.js';

/** Names of a sector's files in an attached store begin with these. */
const storeDirs = ['sealed', 'cache', 'update', 'update-cache'];

export function spaceKeeper({ clock, wall, disks, config, isHolding, look }: SpaceOptions): Space {
  /** The last answer of each path: which file system it is on, or why it cannot be read. */
  const answers = new Map<string, Reading>();
  /** By file system: the latest look at it, whichever of its paths was asked. */
  const latest = new Map<number, { readonly turn: number; readonly reading: Reading }>();
  const claims = spaceClaims(isHolding);
  /** The ids of asks on their way to the desk, by thread. */
  const preparing = new Map<number, number>();
  let turn = 0;
  let alarm: unknown;
  let nextAt = clock.now();

  const stores = () => config().attached.filter((store) => !store.readonly);
  const reserve = () => config().space.reserveBytes;
  const plannedBytes = ({ need, stage }: SpaceAsk) => {
    const sizes = config().space.needs[stage];
    return sizes === undefined ? need.bytes : Math.ceil(sizes * need.sectorBytes);
  };
  /** To a store where a part of the sector lies already it writes the rest, and for a while one file beside its like. */
  const bytesOn = (claim: Claim, path: string | null) => {
    const bytes = plannedBytes(claim);
    const there = (path !== null && claim.there.get(path)) || 0;
    return Math.max(bytes - there, Math.min(bytes, claim.need.sectorBytes));
  };
  const deviceOf = (path: string | null) => {
    const answer = path === null ? undefined : answers.get(path);
    return answer?.isRead ? answer.device : null;
  };
  const readingOf = (path: string) => {
    const device = deviceOf(path);
    return device === null ? answers.get(path) : latest.get(device)?.reading;
  };
  const granted = (claim: Claim): readonly RoomGrant[] => {
    const device = deviceOf(claim.path);
    const writtenBytes = claim.nowBytes - claim.wasBytes;
    if (device === null) return [];
    return [{ index: claim.index, device, bytes: bytesOn(claim, claim.path), writtenBytes }];
  };
  /** As this claim finds it: what is granted to others is not for it. */
  const roomFor = (path: string, own?: Claim) => {
    const others = claims.held().filter((claim) => claim !== own);
    return roomOn(path, readingOf(path), others.flatMap(granted));
  };
  const neededOn = (claim: Claim, path: string) => {
    const writtenBytes = claim.path === path ? claim.nowBytes - claim.wasBytes : 0;
    return stillToWrite({ bytes: bytesOn(claim, path), writtenBytes }) + reserve();
  };
  const storeRooms = (claim: Claim) =>
    stores().map(({ location: at }) => ({ ...roomFor(at, claim), neededBytes: neededOn(claim, at) }));

  const bytesIn = ({ sectorId }: SpaceNeed, store: string) =>
    disks.bytesIn(storeDirs.map((dir) => join(store, dir, sectorId)));
  const measured = async (claim: Claim) => {
    const { path, need } = claim;
    if (path === null) return { claim, path, bytes: null };
    const bytes = await (need.at === 'location' ? disks.bytesIn([need.dir]) : bytesIn(need, path));
    return { claim, path, bytes };
  };
  /** Whether what is written on a disk need not be looked at: the files of many threads at each ask would hold the loop. */
  const isRoomy = (device: number | null, held: readonly Claim[], asking: Claim | undefined) => {
    const reading = device === null ? undefined : latest.get(device)?.reading;
    if (!reading?.isRead || claims.isAnyWaiting()) return false;
    const owed = held
      .filter((each) => deviceOf(each.path) === device)
      .map((each) => bytesOn(each, each.path));
    return isAmple(reading.freeBytes, owed, (asking ? bytesOn(asking, asking.path) : 0) + reserve());
  };
  /**
   * What is written is read before what is free: what is written between the two counts twice, and not never. For the
   * same reason both take hold at once, and a slow answer to an earlier look never.
   */
  const refresh = async (paths: readonly string[], asking?: Claim) => {
    const mine = ++turn;
    const isNear = (claim: Claim) => paths.some((path) => deviceOf(path) === deviceOf(claim.path));
    const held = claims.held().filter(isNear);
    const devices = new Set(held.map(({ path }) => deviceOf(path)));
    const tight = [...devices].filter((device) => !isRoomy(device, held, asking));
    const sizes = await Promise.all(held.filter(({ path }) => tight.includes(deviceOf(path))).map(measured));
    const read = async (asked: string) => {
      const reading = await disks.read(asked);
      answers.set(asked, reading);
      if (!reading.isRead || mine < (latest.get(reading.device)?.turn ?? 0)) return;
      latest.set(reading.device, { turn: mine, reading });
      // Unless another store was chosen meanwhile.
      for (const { claim, path, bytes } of sizes)
        if (bytes !== null && claim.path === path && deviceOf(path) === reading.device)
          claim.nowBytes = bytes;
    };
    await Promise.all(paths.map(read));
    claims.forgetEnded(mine, isNear);
  };
  const refreshAndLook = async (paths: readonly string[]) => {
    await refresh(paths);
    if (claims.isAnyWaiting()) look();
  };
  const end = (claim: Claim) => {
    claim.endedAt = turn;
    // Rejects never: a disk that cannot be read is an answer.
    if (claim.path !== null) void refreshAndLook([claim.path]);
  };
  const lookAtAll = () => {
    const { space, threads, attached } = config();
    nextAt = clock.now() + space.checkIntervalMs;
    alarm = clock.setTimeout(lookAtAll, space.checkIntervalMs);
    void refreshAndLook([...threads, ...attached].map(({ location }) => location));
  };
  const blockedIn = (claim: Claim, room: Room, neededBytes: number): Blocked => ({
    limit: 'space',
    holders: room.holders,
    reason: shortageText(room, neededBytes, claim.stage),
    nextAt: timestamp(wall() + (nextAt - clock.now())),
  });
  const runningOf = (index: number) => {
    const claim = claims.latest(index);
    return claim?.need.at === 'store' && claims.isHeld(claim) ? claim : undefined;
  };
  return {
    prepare: async (ask) => {
      const { index, id, need } = ask;
      claims.forgetWaiting(index);
      preparing.set(index, id);
      const paths = need.at === 'location' ? [need.location] : stores().map(({ location }) => location);
      const there = new Map(
        need.at === 'location'
          ? []
          : await Promise.all(paths.map(async (path) => [path, (await bytesIn(need, path)) ?? 0] as const)),
      );
      const path = need.at === 'location' ? need.location : null;
      const claim: Claim = { ...ask, path, there, wasBytes: 0, nowBytes: 0, endedAt: null };
      claim.nowBytes = (await measured(claim)).bytes ?? need.leftoverBytes;
      claim.wasBytes = claim.nowBytes - need.leftoverBytes;
      await refresh(paths, claim);
      if (preparing.get(index) !== id) return false;
      preparing.delete(index);
      claims.add(claim);
      return true;
    },
    blockedBy: (index, name) => {
      const claim = claims.latest(index);
      if (!config().space.isEnabled || claim?.stage !== name || plannedBytes(claim) === 0) return null;
      if (claim.need.at === 'location') {
        const room = roomFor(claim.need.location, claim);
        // All that is counted as written now it removes first: also where that is more than it writes.
        const neededBytes = plannedBytes(claim) - (claim.nowBytes - claim.wasBytes) + reserve();
        return hasRoom(room, neededBytes) ? null : blockedIn(claim, room, neededBytes);
      }
      const best = bestRoom(storeRooms(claim));
      // Without any store that can be written the stage itself says so.
      return !best || hasRoom(best, best.neededBytes) ? null : blockedIn(claim, best, best.neededBytes);
    },
    taken: (index, name) => {
      const claim = claims.latest(index);
      if (!config().space.isEnabled || claim?.stage !== name || claim.need.at === 'location') return;
      const best = plannedBytes(claim) > 0 ? bestRoom(storeRooms(claim)) : undefined;
      if (best) moveTo(claim, best.path);
    },
    leave: (index, id) => {
      if (preparing.get(index) === id) preparing.delete(index);
      const claim = claims.find(index, id);
      if (claim && claims.isHeld(claim)) end(claim);
    },
    drop: (index) => {
      preparing.delete(index);
      claims.forgetWaiting(index);
      for (const claim of claims.held()) if (claim.index === index && claim.endedAt === null) end(claim);
    },
    rooms: async (index, bytes) => {
      await refresh(stores().map(({ location }) => location));
      const own = runningOf(index);
      const rooms = stores().map(({ name, location }) => {
        const room = roomFor(location, own);
        const neededBytes = own ? neededOn(own, location) : bytes + reserve();
        const why = hasRoom(room, neededBytes) ? null : shortageText(room, neededBytes, 'this sector');
        return { name, roomBytes: Math.max(0, room.bytes ?? 0), why };
      });
      return { rooms, isWeighted: config().space.isStoreWeighted };
    },
    take: async (index, name, bytes) => {
      const location = stores().find((store) => store.name === name)?.location;
      const own = runningOf(index);
      if (location === undefined) return false;
      if (own) moveTo(own, location);
      const neededBytes = own ? neededOn(own, location) : bytes + reserve();
      return hasRoom(roomFor(location, own), neededBytes);
    },
    stores: () => storeViews(config(), readingOf, roomFor),
    storeOf: (index) => runningOf(index)?.path ?? undefined,
    start: lookAtAll,
    stop: () => clock.clearTimeout(alarm),
  };
}
