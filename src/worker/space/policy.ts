/** Whether there is enough room: free space, granted space, needed space. Pure: values in, values out. */
import { sizeNear } from '../../protocol/text/size.js';
import type { Reading } from './disk.js';

/** What one stage was granted, on one file system. */
export interface RoomGrant {
  readonly index: number;
  readonly device: number;
  /** Total. */
  readonly bytes: number;
  /** Already written of that, so no longer free. */
  readonly writtenBytes: number;
}

export interface Room {
  readonly path: string;
  /** Free and not granted; below 0 when too much was granted. Null when the disk cannot be read. */
  readonly bytes: number | null;
  readonly grantedBytes: number;
  /** Threads whose stages hold the grants. */
  readonly holders: readonly number[];
  readonly why: string | null;
}

/** Bytes of a grant that its stage has not written yet. */
export function stillToWrite({ bytes, writtenBytes }: Pick<RoomGrant, 'bytes' | 'writtenBytes'>): number {
  return Math.max(0, bytes - Math.max(0, writtenBytes));
}

export function roomOn(path: string, reading: Reading | undefined, granted: readonly RoomGrant[]): Room {
  if (!reading?.isRead)
    return {
      path,
      bytes: null,
      grantedBytes: 0,
      holders: [],
      why: reading?.why ?? 'it was not looked at yet',
    };
  const here = granted.filter(({ device }) => device === reading.device);
  const grantedBytes = here.reduce((sum, each) => sum + stillToWrite(each), 0);
  return {
    path,
    bytes: reading.freeBytes - grantedBytes,
    grantedBytes,
    holders: [...new Set(here.map(({ index }) => index))],
    why: null,
  };
}

export function hasRoom({ bytes }: Room, neededBytes: number): boolean {
  return bytes !== null && bytes >= neededBytes;
}

/** The first with enough room, else the one that lacks least; undefined when `rooms` is empty. */
export function bestRoom<R extends Room & { readonly neededBytes: number }>(
  rooms: readonly R[],
): R | undefined {
  const lack = ({ bytes, neededBytes }: R) =>
    bytes === null ? Number.POSITIVE_INFINITY : neededBytes - bytes;
  return (
    rooms.find((room) => hasRoom(room, room.neededBytes)) ?? rooms.toSorted((a, b) => lack(a) - lack(b))[0]
  );
}

/** `1.2 GiB free of 3.5 GiB needed on /store1 for pc1` */
export function shortageText(room: Room, neededBytes: number, stage: string): string {
  const { path, bytes, grantedBytes, why } = room;
  if (bytes === null)
    return `the room on ${path} cannot be read (${why}), and ${stage} needs ${sizeNear(neededBytes)}`;
  const beside = grantedBytes > 0 ? ` beside ${sizeNear(grantedBytes)} granted already` : '';
  return `${sizeNear(Math.max(0, bytes))} free${beside} of ${sizeNear(neededBytes)} needed on ${path} for ${stage}`;
}

/**
 * Whether there is room for the request, however much of the granted bytes (`owed`) was written since the last check.
 * They count twice: written bytes may already be missing from `freeBytes` and still be counted as unwritten.
 */
export function isAmple(freeBytes: number, owed: readonly number[], askedBytes: number): boolean {
  return freeBytes >= 2 * owed.reduce((sum, bytes) => sum + bytes, 0) + askedBytes;
}
