/**
 * Real sectors to their end: `npm run test:proofs`, where PROOFS_PARAMETERS names a directory with the parameters of 2KiB
 * (`sealvisor-proofs params porep --size 2KiB`, with FIL_PROOFS_PARAMETER_CACHE set to it: 25 minutes of CPU). A sector that is stuck for want of parameters is finished when they are put there.
 */
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { proverId } from '#src/sealing/builtin/index.js';
import { soon, type World } from '../tools/crash/world.js';
import { bytes } from '../tools/e2e/setup.js';
import { synthetic, usual } from '../tools/proofs/direct.js';
import { describeReal, verified } from '../tools/proofs/program.js';
import { preCommitsOf, realWorld, sealingStages, ticketOf } from '../tools/proofs/real-world.js';

const parameters = process.env.PROOFS_PARAMETERS;
const long = { timeout: 30 * 60_000, interval: 500 };
const id = 's-t010000-1';

/** What a chain would verify of the sector. */
function provenOf(world: World, registered_proof: string) {
  const [preCommit] = preCommitsOf(world, 1);
  const of = (name: string) => world.wire.said.filter(({ method }) => method === name);
  const seed = of('WaitSeed').findLast(({ result }) => (result as { Seed: unknown } | null)?.Seed)?.result;
  const proof = of('SubmitProof').at(-1)?.params[1];
  const bytesOf = (base64: string) => [...Buffer.from(base64, 'base64')];
  return {
    registered_proof,
    comm_r: preCommit?.CommR,
    comm_d: preCommit?.CommD,
    prover_id: proverId(10000),
    sector_id: 1,
    ticket: ticketOf(world),
    // As the mock chain answers and the worker sends them.
    seed: bytesOf((seed as { Seed: { Seed: string } }).Seed.Seed),
    proof: bytesOf((proof as { Proof: string }).Proof),
  };
}

describeReal('a real sector to its end', () => {
  describe.runIf(parameters !== undefined)('with parameters', () => {
    test.each([
      ['usual', usual, sealingStages],
      ['synthetic', synthetic, [...sealingStages, 'synth_proof']],
    ] as const)(
      'is stuck at C1Done without them; they are put there, it is resumed, finished, and verified: %s',
      {
        timeout: long.timeout,
      },
      async (_, proof, stages) => {
        const world = await realWorld({
          pieces: [bytes(2000, 1)],
          stages: [...stages, 'c2'],
          useSyntheticPoRep: proof === synthetic,
        });
        const missing = join(world.dir, 'parameters');
        await world.killWorker();
        await expect.poll(() => world.thread(), soon).toMatchObject({ mode: 'paused', state: 'C1Done' });
        expect((await world.thread()).lastError?.message).toContain(`[failure finding ${missing}/v28-`);
        mkdirSync(missing, { recursive: true });
        for (const name of readdirSync(parameters ?? ''))
          symlinkSync(join(parameters ?? '', name), join(missing, name));
        expect(await world.post('/threads/0/resume', { by: 'alice' })).toMatchObject({ changed: true });
        await expect.poll(async () => (await world.sector(id)).state, long).toBe('Finished');
        const seal = provenOf(world, proof);
        expect(verified({ seal }, missing)).toBe('true');
        // Of another sector it is not.
        expect(verified({ seal: { ...seal, sector_id: 2 } }, missing)).toBe('false');
      },
    );
  });
});
