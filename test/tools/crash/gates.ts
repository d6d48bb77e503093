/** Stages that stand still in their middle while a test looks, and kills: `gates-preload.mjs` holds them. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { plans, stageName } from '#machines/index.js';
import type { RunOptions } from '../e2e/setup.js';
import { write } from '../e2e/setup.js';

const preload = new URL('gates-preload.mjs', import.meta.url).href;

const names = [...new Set(Object.values(plans).flatMap(({ states }) => states.map(stageName)))];

/** For `[sealvisor]`: every stage ends at its gate. */
export const gatedStages = `[sealvisor.builtin]\nleast = { ${names
  .map((name, at) => `${JSON.stringify(name)} = "${at + 301}h"`)
  .join(', ')} }`;

export interface Gates {
  /** What a process is started with so that it knows the gates. */
  readonly options: RunOptions;
  /** Who comes by from now on waits there; `step` is for gates that are in the middle of something. */
  close(gate: string, step?: number): void;
  open(gate: string): void;
  /** The living process that waits there, by the pid wanted where one is; an arrival counts once. */
  reached(gate: string, pid?: number): Promise<number>;
  /** Whether something waits there now. */
  isReached(gate: string): boolean;
}

export function gatesIn(dir: string): Gates {
  const path = (gate: string) => join(dir, gate);
  mkdirSync(dir, { recursive: true });
  const env = {
    NODE_OPTIONS: `--import ${preload}`,
    CRASH_GATES: dir,
    CRASH_NAMES: names.join(','),
  };
  return {
    options: { env },
    close: (gate, step) => {
      write(path(gate), String(step ?? ''));
      rmSync(path(`${gate}.at`), { force: true });
    },
    open: (gate) => rmSync(path(gate), { force: true }),
    isReached: (gate) => existsSync(path(`${gate}.at`)),
    reached: async (gate, pid) => {
      const arrival = path(`${gate}.at`);
      let by = 0;
      const look = () => {
        by = existsSync(arrival) ? Number(readFileSync(arrival, 'utf8')) : 0;
        return by > 0 && by === (pid ?? by) && existsSync(`/proc/${by}`);
      };
      await expect.poll(look, { timeout: 45_000, interval: 5, message: `somebody at ${gate}` }).toBe(true);
      rmSync(arrival, { force: true });
      return by;
    },
  };
}
