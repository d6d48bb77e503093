/** Filecoin's own proofs as processors of a real worker under a real manager: 2KiB, without parameters. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takePlan } from '../tools/crash/jobs.js';
import { soon } from '../tools/crash/world.js';
import { onSectors } from '../tools/e2e/fleet.js';
import { bytes } from '../tools/e2e/setup.js';
import { describeReal } from '../tools/proofs/program.js';
import { expectUndisturbedCommR, realWorld, sealingStages } from '../tools/proofs/real-world.js';

const hex = (bytes: Buffer) => bytes.toString('hex');

describeReal('a real sector of 2KiB', () => {
  test('goes from its piece through C1, and without parameters ends in the words of C2, paused', async () => {
    const piece = bytes(2000, 1);
    const world = await realWorld({ pieces: [piece], stages: [...sealingStages, 'c2'] });
    await world.killWorker();
    await expect.poll(() => world.thread(), soon).toMatchObject({ mode: 'paused', state: 'C1Done' });
    const { lastError } = await world.thread();
    const name =
      'stacked-proof-of-replication-merkletree-poseidon_hasher-8-0-0-sha256_hasher-032d3138d22506ec0082ed72b2dcba18df18477904e35bafee82b3793b06832f';
    expect(lastError).toMatchObject({
      level: 'permanent',
      message: `No cached parameters found for ${name} [failure finding ${join(world.dir, 'parameters')}/v28-${name}.params]`,
    });
    await expectUndisturbedCommR(world, 1, piece);
  });

  test('with pieces that do not fill it passes C1, and gives each of them back, unsealed', async () => {
    const pieces = [bytes(1000, 1), bytes(250, 2), bytes(100, 3)];
    // Ours downloads the pieces.
    const world = await realWorld({ pieces, stages: ['tree_d', 'pc1', 'pc2', 'c1', 'unseal'] });
    await world.killWorker();
    await world.worker().line(/s-t010000-1 Empty -> Allocated/);
    takePlan(world, 'unseal');
    await world.worker().line(/s-t010000-1 Finished -> Empty/);
    const out = join(world.dir, 'out');
    expect(
      await onSectors(world.manager().at, 'unseal', 's-t010000-1', '--dest', out, '--json'),
    ).toMatchObject({ code: 0 });
    const written = () =>
      existsSync(out) ? readdirSync(out).map((name) => hex(readFileSync(join(out, name)))) : [];
    await expect.poll(() => written().toSorted(), soon).toEqual(pieces.map(hex).toSorted());
  });
});
