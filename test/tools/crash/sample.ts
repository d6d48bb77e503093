/**
 * Which deaths are died, by `CRASH_MATRIX`: `few`, as the tests list them; `whole`, all of them; `sample`, or a share such as
 * `60%`: those that a seed draws. Without it `sample` under CI, elsewhere `few`. The seed is `CRASH_SEED`, else one made up for the
 * run (`vitest.config.ts`): the same seed and share draw the same deaths.
 */
import { hash } from 'node:crypto';
import { test } from 'vitest';

/** As large as fits: about four minutes on two cores. */
const sampledShare = 0.5;

const form = process.env.CRASH_MATRIX ?? (process.env.CI === 'true' ? 'sample' : 'few');
const share = shareOf(form);
export const seed = process.env.CRASH_SEED ?? '1';

/** Whether more than the few that the tests list is wanted. */
export const isMore = share > 0;
export const isWhole = share === 1;

/** Whether a cell of the matrix, or a test of a whole story, is of the sample. */
export function isDrawn(name: string): boolean {
  return numberOf(name) < share;
}

/** One of these, the same for the same seed and name. */
export function drawn<T>(name: string, of: readonly T[]): T {
  const found = of[Math.floor(numberOf(name) * of.length)];
  if (found !== undefined) return found;
  throw new Error(`nothing to draw from: ${name}`);
}

/** From 0 to below 1. */
const numberOf = (name: string) =>
  Number.parseInt(hash('sha256', `${seed} ${name}`).slice(0, 8), 16) / 2 ** 32;

const stories = { drawn: 0, all: 0 };

/** A test of a whole story, which is run when it is of the sample. */
export function sampled(of: string, name: string, act: () => Promise<void>): void {
  const isIn = isDrawn(`${of}: ${name}`);
  stories.all += 1;
  stories.drawn += Number(isIn);
  test.runIf(isIn)(name, act);
}

/** How the same deaths are died once more. */
export const again = `CRASH_MATRIX=${form} CRASH_SEED=${seed} npm test -- <file>`;

/** What was drawn, as the last line of a file's tests. */
export const sampleText = (what = 'stories', { drawn, all } = stories) =>
  `crash sample: ${drawn} of ${all} ${what}; the same again: ${again}`;

function shareOf(text: string): number {
  if (text === 'few') return 0;
  if (text === 'sample') return sampledShare;
  if (text === 'whole') return 1;
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) <= 100) return Number(percent) / 100;
  throw new Error(`CRASH_MATRIX=${text}: expected few, sample, whole, or a share such as 60%`);
}
