/** What goes wrong in a storm: each trouble begins, lasts some seconds, and is put right. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { filesUnder, kinds } from '../sealing/damage.js';
import type { StormClock, StormLog } from './storm-daemons.js';
import type { StormDisk } from './storm-disks.js';

export interface Trouble {
  readonly name: string;
  begin(): void | Promise<void>;
  end(): void | Promise<void>;
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function diskTroubles(disks: readonly StormDisk[]): readonly Trouble[] {
  return disks.flatMap((disk) => [
    { name: `${disk.name} is unmounted`, begin: disk.take, end: disk.giveBack },
    { name: `${disk.name} is full`, begin: disk.fill, end: disk.makeRoom },
  ]);
}

const hour = 3600;
const steps = [-hour, hour, 8 * hour, -24 * hour, 40 * 24 * hour];

export function clockTroubles(clocks: Readonly<Record<string, StormClock>>): readonly Trouble[] {
  return Object.entries(clocks).flatMap(([name, clock]) =>
    steps.map((seconds) => ({
      name: `the clock of the ${name} is off by ${seconds / hour} h`,
      begin: () => clock.step(seconds),
      end: () => clock.step(0),
    })),
  );
}

/** Longer than any log disk here lasts: the log is on a full disk until it is rotated. */
export function logTroubles(logs: readonly StormLog[]): readonly Trouble[] {
  return logs.map((log) => ({
    name: `${log.path} is rotated`,
    begin: () => log.rotate(),
    end: () => undefined,
  }));
}

/** Begins troubles by chance and ends them when they are due. */
export class Storm {
  readonly #active = new Map<Trouble, number>();
  readonly counts: Record<string, number> = {};
  constructor(
    private readonly troubles: readonly Trouble[],
    private readonly random: () => number,
    private readonly most = 2,
  ) {}

  /** @param nowMs monotonic */
  async look(nowMs: number): Promise<void> {
    for (const [trouble, until] of this.#active) if (nowMs >= until) await this.#end(trouble);
    if (this.#active.size >= this.most || this.random() < 0.4) return;
    const trouble = this.troubles[Math.floor(this.random() * this.troubles.length)];
    if (!trouble || this.#active.has(trouble)) return;
    this.#active.set(trouble, nowMs + 500 + this.random() * 5000);
    this.counts[trouble.name] = (this.counts[trouble.name] ?? 0) + 1;
    await trouble.begin();
  }

  async calm(): Promise<void> {
    for (const trouble of [...this.#active.keys()]) await this.#end(trouble);
  }

  async #end(trouble: Trouble): Promise<void> {
    this.#active.delete(trouble);
    await trouble.end();
  }
}

const ways = Object.values(kinds);

/**
 * Damages a file of a sector that is not finished, in a thread's location or, while the thread still has its own copy, in a store:
 * only while nobody works at it. Undefined when there is none.
 */
export function damageOne(
  dir: string,
  disks: readonly StormDisk[],
  random: () => number,
): string | undefined {
  const one = <T>(of: readonly T[]) => of[Math.floor(random() * of.length)];
  const under = (root: string) => (existsSync(root) ? filesUnder(root).map((file) => join(root, file)) : []);
  const local = disks.flatMap(({ path }) => under(join(path, 'sectors')));
  const sealed = local.filter((path) => basename(path) === 'sealed').map((path) => basename(dirname(path)));
  const stored = ['remote', 'other-remote']
    .flatMap((name) => ['sealed', 'cache'].flatMap((kind) => under(join(dir, name, kind))))
    .filter((path) => sealed.some((id) => path.includes(`/${id}`)));
  const [path, damage] = [one(random() < 0.7 ? local : stored), one(ways)];
  if (path === undefined || damage === undefined) return undefined;
  damage(path);
  return path;
}
