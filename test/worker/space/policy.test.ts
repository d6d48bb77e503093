import { expect, test } from 'vitest';
import type { Reading } from '#src/worker/space/disk.js';
import {
  bestRoom,
  hasRoom,
  isAmple,
  type Room,
  type RoomGrant,
  roomOn,
  shortageText,
  stillToWrite,
} from '#src/worker/space/policy.js';

const disk = (freeBytes: number, device = 1): Reading => ({
  isRead: true,
  device,
  freeBytes,
  totalBytes: 1000,
});
const grant = (index: number, bytes: number, writtenBytes = 0, device = 1): RoomGrant => ({
  index,
  device,
  bytes,
  writtenBytes,
});
const room = (bytes: number | null, path = '/store1'): Room => ({
  path,
  bytes,
  grantedBytes: 0,
  holders: [],
  why: bytes === null ? 'EIO' : null,
});
const needing = (bytes: number | null, neededBytes: number, path: string) => ({
  ...room(bytes, path),
  neededBytes,
});

test.each([
  ['nothing is granted', [], 100, []],
  ['one has written nothing yet', [grant(0, 60)], 40, [0]],
  ['what is written is not free any more, and counts once', [grant(0, 60, 50)], 90, [0]],
  ['who wrote more than it was granted takes nothing more', [grant(0, 60, 80)], 100, [0]],
  ['who freed something first has all to write yet', [grant(0, 60, -20)], 40, [0]],
  ['another file system is not this one', [grant(0, 60, 0, 2)], 100, []],
  [
    'more can be granted than there is, when others write there too',
    [grant(0, 60), grant(2, 60)],
    -20,
    [0, 2],
  ],
])('room: %s', (_, granted, bytes, holders) => {
  expect(roomOn('/store1', disk(100), granted)).toMatchObject({ bytes, holders, why: null });
});

test('a disk that cannot be read, or was not yet, has no room, and says why', () => {
  expect(roomOn('/a', { isRead: false, why: 'EIO' }, [])).toMatchObject({ bytes: null, why: 'EIO' });
  const unseen = roomOn('/a', undefined, []);
  expect(unseen).toMatchObject({ bytes: null, why: 'it was not looked at yet' });
  expect(hasRoom(unseen, 0)).toBe(false);
});

test('just enough is enough', () => {
  expect([hasRoom(room(10), 10), hasRoom(room(9), 10)]).toEqual([true, false]);
});

test('what a stage has still to write is never less than nothing', () => {
  const left = [grant(0, 60, 10), grant(0, 60, 70), grant(0, 60, -5)].map(stillToWrite);
  expect(left).toEqual([50, 0, 60]);
});

test.each([
  ['the first with room', [needing(5, 9, '/a'), needing(9, 9, '/b'), needing(99, 9, '/c')], '/b'],
  ['else the one that lacks least', [needing(5, 9, '/a'), needing(7, 9, '/b'), needing(1, 9, '/c')], '/b'],
  ['each needs what is not there yet', [needing(50, 90, '/a'), needing(40, 45, '/b')], '/b'],
  ['one that cannot be read comes last', [needing(null, 9, '/a'), needing(-3, 9, '/b')], '/b'],
  ['none', [], undefined],
])('of several stores: %s', (_, rooms, path) => {
  expect(bestRoom(rooms)?.path).toBe(path);
});

test('what lacks is told with how much is free, of how much, where and for what', () => {
  const GiB = 2 ** 30;
  expect(shortageText(room(1.2 * GiB), 3.5 * GiB, 'pc1')).toBe(
    '1.2 GiB free of 3.5 GiB needed on /store1 for pc1',
  );
  expect(shortageText({ ...room(-GiB), grantedBytes: 2 * GiB }, GiB, 'pc2')).toBe(
    '0 B free beside 2 GiB granted already of 1 GiB needed on /store1 for pc2',
  );
  expect(shortageText(room(null), GiB, 'pc1')).toBe(
    'the room on /store1 cannot be read (EIO), and pc1 needs 1 GiB',
  );
});

test.each([
  [100, [], 100, true],
  [99, [], 100, false],
  // All that is owed may have been written since: it is then missing from what is free, and counted as to come.
  [200, [50], 100, true],
  [199, [50], 100, false],
  [1000, [200, 250], 101, false],
])('with %i free, %j owed and %i asked for it is %j that nobody need look', (free, owed, asked, is) => {
  expect(isAmple(free, owed, asked)).toBe(is);
});
