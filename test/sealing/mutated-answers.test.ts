/**
 * A whole thread, and one mistake in one answer of its manager: a place left out, null, or of another kind. It never finishes by
 * misreading, never replaces what is kept, and what stops it is said with method, place and what is expected.
 * `MUTATION_RUNS=2000 npx vitest run test/sealing/mutated-answers` draws more; MUTATION_SEED repeats a draw.
 */
import fc from 'fast-check';
import { afterAll, expect, test, vi } from 'vitest';
import { gone } from '../tools/mutations.js';
import {
  type Base,
  baseOf,
  type Course,
  type Ended,
  type Mistake,
  mistakesIn,
  placeOf,
  type Run,
} from '../tools/sealing/mutated-runs.js';

vi.setConfig({ testTimeout: 3_600_000 });

const runs = Number(process.env.MUTATION_RUNS ?? 30);
const seed = Number(process.env.MUTATION_SEED ?? Date.now() % 2 ** 31);
afterAll(() => console.log(`MUTATION_SEED=${seed} MUTATION_RUNS=${runs}`));

/** What a manager may leave out or say by null: the thread ends otherwise than by the client's refusal. */
const otherwise: Readonly<Record<string, RegExp>> = {
  AllocateSector: /^$/,
  AllocateSanpUpSector: /^$/,
  AllocateRebuildSector: /^$/,
  AllocateUnsealSector: /^$/,
  WdPoStAllocateJobs: /^$/,
  'AllocateSanpUpSector Pieces': /an upgrade without pieces/,
  // The manager says that it has none, or none is what it names.
  'AllocateRebuildSector PiecesV2': /another sector s-t010000-2 lies at|without pieces/,
  'AllocateRebuildSector UpgradePublic': /without its CommR/,
  'WaitSeed Seed': /Venus\.WaitSeed: Seed: expected a seed/,
  StoreReserveSpace: /room/,
  AcquireUnsealDest: /names no destination/,
};

/** Another answer, and not a mistake: a manager that has no deals says so by null. */
const isAnother = (mistake: Mistake) =>
  placeOf(mistake) === 'AcquireDeals' && (mistake.change === null || mistake.change === gone);

const noWords = /undefined|TypeError|\[object|NaN|Cannot read|is not (a function|iterable)|zod/i;
const refusal = /Venus\.(\w+) got an answer of another shape from 127\.0\.0\.1:\d+: ([\w./]+: )?expected .+/;

/** Whether it was another answer after all, with words of its own. */
function isOtherwise({ text }: Ended, mistake: Mistake): boolean {
  const { change } = mistake;
  return (change === null || change === gone) && otherwise[placeOf(mistake)]?.test(text) === true;
}

function checkWords({ text }: Ended, { method, path }: Mistake): void {
  const [, named, place = ''] = refusal.exec(text) ?? [text];
  expect(named).toBe(method);
  // Where the object is wrong as a whole, its parent is named.
  const told = place.replace(': ', '').split('.');
  expect(path.slice(0, told.length).map(String)).toEqual(path.length === 0 ? [] : told.slice(0, path.length));
}

const courses: readonly Course[] = [
  { plan: 'sealer', version: 'today' },
  { plan: 'sealer', version: 'v0.2' },
  { plan: 'snapup', version: 'today' },
  { plan: 'snapup', version: 'v0.2' },
  { plan: 'rebuild', version: 'today' },
  { plan: 'rebuild of an upgrade', version: 'today' },
  { plan: 'unseal', version: 'today' },
  { plan: 'wdpost', version: 'today' },
];

test.each(courses)(
  '$plan under a manager of $version: one mistake in an answer is refused by name, or changes nothing',
  async (course) => {
    const base = await baseOf(course);
    const undisturbed = await base.start();
    expect(undisturbed).toMatchObject({ end: 'Finished', text: '' });
    const { told, kept } = undisturbed;
    const mistakes = mistakesIn(undisturbed.calls).filter((mistake) => !isAnother(mistake));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...mistakes), async (mistake) => {
        const run = await base.start(mistake);
        try {
          if (run.end === 'Finished') expect(run).toMatchObject({ told, kept });
          else await checkStopped(base, run, mistake, { told, kept });
        } finally {
          run.close();
        }
      }),
      { numRuns: runs, seed, endOnFailure: true },
    );
  },
);

async function checkStopped(
  { before }: Base,
  run: Run,
  mistake: Mistake,
  { told, kept }: Pick<Ended, 'told' | 'kept'>,
): Promise<void> {
  expect(run.text).not.toMatch(noWords);
  const isOther = isOtherwise(run, mistake);
  if (!isOther) checkWords(run, mistake);
  // What is kept is as it was, or as it comes to be.
  const possible = (path: string) => [before.get(path), kept.get(path)];
  for (const [path, bytes] of run.kept) expect([path, possible(path).includes(bytes)]).toEqual([path, true]);
  expect([...run.kept.keys()]).toEqual(expect.arrayContaining([...before.keys()]));
  for (const each of run.told) expect(told).toContain(each);
  // Nothing of it was taken: with the right answer the thread comes to the same end.
  if (run.end === 'idle' || run.level === 'abort' || isOther) return;
  expect(await run.again()).toMatchObject({ end: 'Finished', told, kept });
}
