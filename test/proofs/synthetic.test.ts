/** A real sector of 2KiB with synthetic PoRep, through a real worker under a real manager. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takePlan } from '../tools/crash/jobs.js';
import { soon } from '../tools/crash/world.js';
import { onSectors } from '../tools/e2e/fleet.js';
import { bytes, freshDir, write } from '../tools/e2e/setup.js';
import { die, prepare, type RealDeath } from '../tools/proofs/deaths.js';
import { filesIn, sealedDirectly, synthesizedDirectly, synthetic } from '../tools/proofs/direct.js';
import { describeReal } from '../tools/proofs/program.js';
import { preCommitsOf, realWorld, sealingStages } from '../tools/proofs/real-world.js';

describeReal('a real sector with synthetic PoRep', () => {
  test('is finished after its C1, its CommR that of its proof type, not of the usual one, and unsealed', async () => {
    const piece = bytes(2000, 1);
    const stages = [...sealingStages, 'synth_proof', 'unseal'];
    const world = await realWorld({ pieces: [piece], stages, useSyntheticPoRep: true });
    await world.killWorker();
    await world.worker().line(/s-t010000-1 SyntheticPoRepNeeded -> PC2Done/);
    takePlan(world, 'unseal');
    await world.worker().line(/s-t010000-1 Finished -> Empty/);
    const [sent, ...more] = preCommitsOf(world, 1);
    expect(more).toEqual([]);
    const ticket = [...Buffer.from(sent?.Ticket.Ticket ?? '', 'base64')];
    const commR = async (proof?: string) => {
      const dir = freshDir();
      const local = write(join(dir, 'piece'), piece);
      const pieces = [{ piece_file: { local }, payload_size: piece.length, piece_size: 2032 }];
      return (await sealedDirectly(dir, { number: 1, ticket, pieces, ...(proof ? { proof } : {}) })).pc2
        .comm_r;
    };
    expect(sent?.CommR).toEqual(await commR(synthetic));
    expect(sent?.CommR).not.toEqual(await commR());
    const out = join(world.dir, 'out');
    await onSectors(world.manager().at, 'unseal', 's-t010000-1', '--dest', out);
    const written = () =>
      existsSync(out) ? readdirSync(out).map((name) => readFileSync(join(out, name)).equals(piece)) : [];
    await expect.poll(written, soon).toEqual([true]);
  });

  test.each(['child', 'thread', 'worker'] as const)(
    'a %s that dies in the middle of synth_proof, and behind it, costs nothing but its time: C1 passes',
    async (victim) => {
      const stages = [...sealingStages, 'synth_proof'];
      const world = await realWorld({ pieces: [bytes(2000, 1)], stages, useSyntheticPoRep: true });
      const deaths: readonly RealDeath[] = [
        { stage: 'pc2', moment: 'after' },
        { stage: 'synth_proof', moment: 'during', step: 2 },
        { stage: 'synth_proof', moment: 'after' },
      ];
      for (const death of deaths) prepare(world, death);
      await world.killWorker();
      for (const death of deaths) await die(world, victim, death);
      await world.worker().line(/s-t010000-1 Finished -> Empty/);
      expect(await world.sector('s-t010000-1')).toMatchObject({
        failure: null,
        messages: { preCommit: 1, proof: 1 },
      });
    },
  );

  test('C1 reads what synth_proof has written, not the layers', async () => {
    const dir = freshDir();
    const c1 = await synthesizedDirectly(dir, synthetic);
    const { cache } = filesIn(dir);
    for (const layer of ['sc-02-data-layer-1.dat', 'sc-02-data-layer-2.dat']) {
      expect(existsSync(join(cache, layer))).toBe(true);
      rmSync(join(cache, layer));
    }
    expect(await c1()).toMatchObject({ registered_proof: synthetic });
    rmSync(join(cache, 'syn-porep-vanilla-proofs.dat'));
    await expect(c1()).rejects.toThrow(/^c1: /);
  });
});
