/** `npm test` runs these briefly, `npm run test:stress` at length. */
import { readdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Exit, startSupervisor } from '#src/actors/index.js';
import { spareThreads, ThreadAddress, threadChild, threadCount } from '#src/threads/index.js';
import { childOf } from '../tools/threads/child-setup.js';
import { longMs } from '../tools/threads/setup.js';

const seconds = Number(process.env.STRESS_SECONDS ?? 5);
const cycles = Number(process.env.STRESS_CYCLES ?? 60);
const entry = new URL('../tools/threads/fixtures/actor.mjs', import.meta.url);

const mostEvents = 2 ** 23;

interface Took {
  /** Left out in its last word. */
  readonly took?: number;
  readonly incarnation: number;
}

/** A small generator, so that a run can be repeated by its seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

/** One actor with what was sent to it and what it has taken. */
function actorOf(id: string) {
  const taken: Took[] = [];
  const seen = new Uint8Array(new SharedArrayBuffer(mostEvents));
  const start = threadChild<Took>({
    entry,
    name: id,
    data: { seen: seen.buffer },
    onEvent: (event) => {
      if (event.took !== undefined) taken.push(event);
    },
    heartbeatMs: 50,
    missed: 4,
    graceMs: 500,
  });
  return { id, start, taken, seen, sent: 0, dead: 0, ends: 0 };
}

test(`random sends, crashes, hangs and stops for ${seconds} s: all answer at the end, no event came twice or out of order`, {
  timeout: seconds * 1000 + 60_000,
}, async () => {
  const seed = Date.now() % 2 ** 31;
  const draw = random(seed);
  const actors = Array.from({ length: 6 }, (_, at) => actorOf(`actor ${at}`));
  const supervisor = await startSupervisor({
    intensity: 1_000_000,
    children: actors.map(({ id, start }) => ({ id, start, restart: 'permanent', shutdown: 1000 })),
  });
  onTestFinished(() => supervisor.stop());
  const exits = new Map<string, Exit>();
  supervisor.subscribe(({ kind, id, incarnation, exit }) => {
    if (kind !== 'child.exited' || !exit) return;
    // One exit record an incarnation.
    expect(exits.has(`${id} ${incarnation}`)).toBe(false);
    exits.set(`${id} ${incarnation}`, exit);
    const actor = actors.find((each) => each.id === id);
    if (actor) actor.ends += 1;
  });
  const addresses = actors.map(({ id }) => new ThreadAddress(supervisor, id, { mailbox: 100_000 }));
  const call = (address: ThreadAddress, verb: string, ...args: unknown[]) =>
    void address.call(verb, args, longMs).catch(() => undefined);
  const acts: readonly ((address: ThreadAddress) => unknown)[] = [
    (address) => call(address, 'exit', 0),
    (address) => call(address, 'throwOutside'),
    (address) => call(address, 'reject'),
    (address) => call(address, 'spin'),
    (address) => address.child && childOf(supervisor, address.id).kill(),
    (address) => supervisor.terminateChild(address.id).then(() => supervisor.restartChild(address.id)),
  ];
  const until = performance.now() + seconds * 1000;
  const undone: Promise<unknown>[] = [];
  while (performance.now() < until) {
    const at = draw(actors.length);
    const [actor, address] = [actors[at], addresses[at]];
    if (!actor || !address) continue;
    for (let left = draw(8); left > 0; left -= 1) {
      const delivery = address.send(actor.sent);
      if (delivery === 'sent' || delivery === 'waiting') actor.sent += 1;
      else if (delivery === 'dead') actor.dead += 1;
    }
    if (draw(20) === 0)
      undone.push(Promise.resolve(acts[draw(acts.length)]?.(address)).catch(() => undefined));
    // The threads want the processor too.
    await breath();
  }
  await Promise.all(undone);
  for (const [at, address] of addresses.entries()) {
    expect(await pinged(address), `${address.id}, seed ${seed}`).toBeGreaterThan(0);
    const actor = actors[at];
    if (!actor) continue;
    const isInOrder = actor.taken.every(
      ({ took = 0 }, n) => n === 0 || took > (actor.taken[n - 1]?.took ?? 0),
    );
    expect(isInOrder, `seed ${seed}`).toBe(true);
    const counts = actor.seen.subarray(0, actor.sent);
    expect(Math.max(...new Set(counts)), `seed ${seed}`).toBe(1);
    // What was sent was taken once, or is counted; only what an incarnation had in hand when it ended is neither.
    const untaken = counts.reduce((sum, count) => sum + 1 - count, 0);
    const { waiting, refused, deadLetters } = address.stats();
    expect({ waiting, refused }).toEqual({ waiting: 0, refused: 0 });
    expect(untaken, `seed ${seed}`).toBeGreaterThanOrEqual(deadLetters - actor.dead);
    expect(untaken, `seed ${seed}`).toBeLessThanOrEqual(deadLetters - actor.dead + actor.ends);
    console.log(
      `${actor.id}: ${actor.sent} events, ${actor.ends} ends, ${untaken} not taken, ${deadLetters - actor.dead} of them dead letters`,
    );
  }
  expect(exits.size).toBeGreaterThan(seconds);
});

function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/** A child may be on its way up, or go down once more because of what was asked of it before. */
async function pinged(address: ThreadAddress): Promise<number> {
  const until = performance.now() + longMs;
  for (;;) {
    try {
      return await address.call<number>('ping', [], longMs);
    } catch (error) {
      if (performance.now() > until) throw error;
      await breath();
    }
  }
}

interface Footing {
  readonly rss: number;
  readonly files: number;
  readonly ports: number;
  readonly resources: number;
  readonly listeners: number;
}

function footing(): Footing {
  globalThis.gc?.();
  const resources = process.getActiveResourcesInfo();
  const listeners = process.eventNames().map((name) => process.listenerCount(name));
  return {
    rss: process.memoryUsage.rss(),
    files: readdirSync('/proc/self/fd').length,
    ports: resources.filter((name) => name === 'MessagePort').length,
    resources: resources.filter((name) => name !== 'Immediate' && name !== 'Timeout').length,
    listeners: listeners.reduce((sum, count) => sum + count, 0),
  };
}

describe.each([
  { kind: 'fresh threads', count: 0 },
  { kind: 'warm spare threads', count: 1 },
])(`${cycles} crashes and restarts, $kind`, ({ count }) => {
  test('leave memory, descriptors, ports and listeners where they were', {
    timeout: cycles * 1000 + 30_000,
  }, async () => {
    const spares = spareThreads({ entry, count });
    onTestFinished(() => spares.stop());
    const start = threadChild({ entry, name: 'actor', spares });
    const supervisor = await startSupervisor({
      intensity: 1_000_000,
      children: [{ id: 'one', start }],
    });
    onTestFinished(() => supervisor.stop());
    const back = new Set<() => void>();
    supervisor.subscribe(({ kind }) => {
      if (kind === 'child.started') for (const tell of back) tell();
    });
    const ways: readonly (readonly [string, readonly unknown[]])[] = [
      ['throwOutside', []],
      ['exit', [0]],
      ['reject', []],
      ['exit', [3]],
    ];
    const cycle = async (at: number) => {
      const up = new Promise<void>((resolve) => {
        const tell = () => {
          back.delete(tell);
          resolve();
        };
        back.add(tell);
      });
      const child = childOf(supervisor, 'one');
      const [verb, args] = ways[at % ways.length] ?? ['exit', [0]];
      child.call(verb, args, longMs).catch(() => undefined);
      await up;
    };
    const warmUp = Math.max(20, cycles / 20);
    for (let at = 0; at < warmUp; at += 1) await cycle(at);
    await spares.filled();
    const before = footing();
    for (let at = 0; at < cycles; at += 1) await cycle(at);
    await spares.filled();
    const after = footing();
    expect(await childOf(supervisor, 'one').call('ping', [], longMs)).toBe(1 + warmUp + cycles);
    expect({ ...after, rss: 0 }).toEqual({ ...before, rss: 0 });
    // Allocators keep some of what they had; a leak of one thread's remains (measured: 158 KiB a port) shows.
    expect(after.rss - before.rss).toBeLessThan(30 * 2 ** 20 + cycles * 20 * 1024);
    expect(threadCount()).toBe(1 + count);
    console.log(
      `${cycles} cycles: RSS ${((after.rss - before.rss) / 2 ** 20).toFixed(1)} MiB, descriptors ${after.files - before.files}, ports ${after.ports - before.ports}, listeners ${after.listeners - before.listeners}`,
    );
  });
});
