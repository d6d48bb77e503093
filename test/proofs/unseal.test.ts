/** Pieces out of a sector that was really sealed and really upgraded: they come out byte for byte, wherever they lie in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faults, tried } from '../tools/conformance/setup.js';
import { type Course, unsealing, upgrading } from '../tools/crash/courses.js';
import { doJob, expectNothingLeft, keptFiles, loseFiles, worldWithSector } from '../tools/crash/jobs.js';
import type { World } from '../tools/crash/world.js';
import { bytes, freshDir, write } from '../tools/e2e/setup.js';
import { describeReal, program } from '../tools/proofs/program.js';
import { keptByCid, realOptions, sealingStages } from '../tools/proofs/real-world.js';

const undisturbed = async (world: World, _: Course, begin: () => Promise<void>) => {
  await begin();
  await world.worker().line(/ (\S+) Finished -> Empty/);
};

describeReal('a real upgraded sector', () => {
  test('of the conformance checks is decoded', async () => {
    const results = await tried({ command: program, args: ['unseal'], stage: 'unseal' });
    expect(faults(results)).toEqual([]);
    expect(results['upgraded sector']?.verdict).toBe('ok');
  });

  test('gives its pieces back without the files of its sealing, and nothing is written where it is kept', async () => {
    const pieces = [bytes(900, 7), bytes(1000, 8)];
    const local = freshDir();
    for (const piece of pieces) await keptByCid(local, piece);
    const stages = [...sealingStages, 'snap_encode', 'snap_vanilla', 'unseal'];
    const { world, id } = await worldWithSector(await realOptions({ pieces: [], local, stages }));
    const dir = join(world.dir, 'upgrade');
    for (const [at, piece] of pieces.entries()) write(join(dir, `piece-${at}`), piece);
    await doJob(world, upgrading, ['snapup', id, '--pieces', dir], undisturbed);
    const isOld = (path: string) => path.startsWith('/sealed') || path.startsWith('/cache');
    loseFiles(world, id, ['sealed', 'cache']);
    const before = keptFiles(world, id);
    expect(Object.keys(before).filter(isOld)).toEqual([]);

    for (const [at, cid] of readdirSync(local).entries()) {
      const out = join(world.dir, `out-${at}`);
      await doJob(world, unsealing, ['unseal', id, '--piece', cid, '--dest', out], undisturbed);
      expect(readFileSync(join(out, cid)).equals(readFileSync(join(local, cid)))).toBe(true);
    }
    expect(keptFiles(world, id)).toEqual(before);
    expectNothingLeft(world);
  }, 120_000);
});
