/** What is asked of the keeper to show a thread changes nothing. */
import { expect, test } from 'vitest';
import { SpaceKeeper } from '#src/worker/space/space.js';
import { TestClock } from '../../tools/actors/world.js';

test('a thread that is let in has its room in a store, one that is only shown has not', async () => {
  const held = { is: false };
  const keeper = new SpaceKeeper({
    clock: new TestClock(),
    wall: () => 0,
    disks: {
      read: async () => ({ isRead: true, device: 1, freeBytes: 100, totalBytes: 1000 }),
      bytesIn: async () => 0,
    },
    config: () => ({
      space: { isEnabled: true, reserveBytes: 1, checkIntervalMs: 30_000, needs: {}, isStoreWeighted: false },
      threads: [],
      attached: [{ name: 'a', location: '/a', readonly: false }],
    }),
    isHolding: () => held.is,
    look: () => undefined,
  });
  const need = { at: 'store', sectorId: 's-1', sectorBytes: 10, bytes: 50, leftoverBytes: 0 } as const;
  const whole = { location: '/disk', dir: '/disk/0', ...need };
  expect(await keeper.prepare({ index: 0, id: 1, stage: 'persist', need: whole })).toBe(true);
  expect(keeper.blockedBy(0, 'persist')).toBeNull();
  held.is = true;
  expect(keeper.storeOf(0)).toBeUndefined();
  keeper.taken(0, 'persist');
  expect(keeper.storeOf(0)).toBe('/a');
});
