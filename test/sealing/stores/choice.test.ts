import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import type { AttachedStore } from '#src/sealing/stage.js';
import type { StoreRoom } from '#src/sealing/stores/attached.js';
import { chosenStore, inOrder } from '#src/sealing/stores/choice.js';
import { makeDir } from '../../tools/sealing/chain.js';
import { stageContext } from '../../tools/sealing/stage-context.js';

const roomy = (name: string, roomBytes = 100): StoreRoom => ({ name, roomBytes, why: null });
const full = (name: string): StoreRoom => ({ name, roomBytes: 0, why: `0 B free on ${name}` });
const store = (name: string, readonly = false): AttachedStore => ({ name, location: makeDir(), readonly });

/** One choice: what the desk says of the stores, what the manager says, and which takes others are faster at. */
function choose(world: {
  readonly stores?: readonly AttachedStore[];
  readonly rooms?: readonly StoreRoom[];
  readonly manager?: (candidates: readonly string[]) => Promise<string | null>;
  readonly lost?: number;
}) {
  const { stores = [store('a'), store('b'), store('c')], manager = async () => null } = world;
  const asked: (readonly string[])[] = [];
  const taken: string[] = [];
  let lost = world.lost ?? 0;
  const { context } = stageContext({
    state: 'PCLanded',
    service: {
      storeReserveSpace: async (_id, _size, candidates) => {
        asked.push(candidates);
        const name = await manager(candidates);
        return name === null ? null : { Name: name, Path: '', Meta: {} };
      },
    },
  });
  const rooms = world.rooms ?? stores.filter(({ readonly }) => !readonly).map(({ name }) => roomy(name));
  const attached = {
    rooms: async () => ({ rooms, isWeighted: false }),
    take: async (name: string) => {
      taken.push(name);
      return lost-- <= 0;
    },
  };
  return { chosen: chosenStore({ ...context, stores, attached }, 10), asked, taken };
}

test('the first with room is taken: read-only and full ones are passed over', async () => {
  const { chosen, asked, taken } = choose({
    stores: [store('ro', true), store('full'), store('b'), store('c')],
    rooms: [full('full'), roomy('b'), roomy('c')],
  });
  expect((await chosen).name).toBe('b');
  expect([asked, taken]).toEqual([[['b', 'c']], ['b']]);
});

test("the manager's choice wins over ours", async () => {
  expect((await choose({ manager: async () => 'c' }).chosen).name).toBe('c');
});

test('a manager that does not know the call leaves the choice to us; one that cannot be reached does not', async () => {
  const failing = (code: 'remote_error' | 'unreachable') => async () => {
    throw new SealvisorError(code, 'method Venus.StoreReserveSpace not found');
  };
  expect((await choose({ manager: failing('remote_error') }).chosen).name).toBe('a');
  await expect(choose({ manager: failing('unreachable') }).chosen).rejects.toMatchObject({
    code: 'unreachable',
  });
});

test('a store that is not attached here, or has no room, is refused with its name when the manager wants it', async () => {
  const wanted = choose({ manager: async () => 'far' });
  await expect(wanted.chosen).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringMatching(/kept in far, .*a, b, c/),
  });
});

test('without a store that can be written: permanent; without one that has room: temporary, with all reasons', async () => {
  await expect(choose({ stores: [store('ro', true)] }).chosen).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringContaining('add an [[attached]] store'),
  });
  const rooms = [full('a'), full('b')];
  await expect(choose({ rooms }).chosen).rejects.toMatchObject({
    level: 'temporary',
    message: 'no attached store has room: 0 B free on a; 0 B free on b',
  });
});

test('a store whose room others took meanwhile is asked for again, and at last the stage is', async () => {
  const twice = choose({ lost: 2 });
  expect((await twice.chosen).name).toBe('a');
  expect(twice.taken).toHaveLength(3);
  await expect(choose({ lost: 99 }).chosen).rejects.toMatchObject({ level: 'temporary' });
});

test('where the sector lies whole it stays, asked or not; half of it is no reason', async () => {
  const stores = [store('a'), store('b'), store('c')];
  const lay = (at: AttachedStore | undefined, bytes: number) => {
    if (!at) throw new Error('no such store');
    mkdirSync(join(at.location, 'sealed'), { recursive: true });
    mkdirSync(join(at.location, 'cache', 's-t010000-2'), { recursive: true });
    writeFileSync(join(at.location, 'sealed', 's-t010000-2'), Buffer.alloc(bytes));
  };
  lay(stores[1], 1024);
  lay(stores[2], 2048);
  const { chosen, asked } = choose({ stores, rooms: stores.map(({ name }) => full(name)) });
  expect((await chosen).name).toBe('c');
  expect(asked).toEqual([]);
});

test('the lot is fair: each store comes first as often as it has room, and all come once', () => {
  // Numerical Recipes' generator: the same draws every time.
  let seed = 42;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  const rooms = [roomy('a', 600), full('x'), roomy('b', 300), roomy('c', 100)];
  const firsts = new Map<string, number>();
  for (let n = 0; n < 10_000; n += 1) {
    const order = inOrder(rooms, true, random);
    expect(order.toSorted()).toEqual(['a', 'b', 'c']);
    firsts.set(order[0] ?? '', (firsts.get(order[0] ?? '') ?? 0) + 1);
  }
  const share = (name: string) => (firsts.get(name) ?? 0) / 10_000;
  expect(share('a')).toBeCloseTo(0.6, 1);
  expect(share('b')).toBeCloseTo(0.3, 1);
  expect(share('c')).toBeCloseTo(0.1, 1);
  expect(inOrder(rooms, false, random)).toEqual(['a', 'b', 'c']);
});

test('stores without any room at all are drawn too, rather than never', () => {
  expect(inOrder([roomy('a', 0), roomy('b', 0)], true, () => 0.99)).toHaveLength(2);
});
