/** A real empty sector of 2KiB with non-interactive PoRep, through a real worker under a real manager, up to C1. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshDir } from '../tools/e2e/setup.js';
import { pledge, sealedDirectly } from '../tools/proofs/direct.js';
import { describeReal } from '../tools/proofs/program.js';
import { realWorld } from '../tools/proofs/real-world.js';

const proof = 'StackedDrg2KiBV1_2_Feat_NonInteractivePoRep';

describeReal('a real sector with non-interactive PoRep', () => {
  test('passes C1 without a pre-commit, as the sector of its own proof type', async () => {
    const world = await realWorld({ pieces: [], plan: 'niporep' });
    await world.killWorker();
    await world.worker().line(/s-t010000-1 C1Done -> C2Done/);
    await world.worker().line(/s-t010000-1 Finished -> Empty/);
    const { said } = world.wire;
    expect(said.filter(({ method }) => /PreCommit|AcquireDeals/.test(method))).toEqual([]);
    const sent = said.find(({ method }) => method === 'SubmitProof');
    const { Sealed } = (sent?.params[1] ?? {}) as {
      Sealed: { CommR: number[]; Ticket: { Ticket: string } };
    };
    const ticket = [...Buffer.from(Sealed.Ticket.Ticket, 'base64')];
    const { pc2 } = await sealedDirectly(freshDir(), { number: 1, ticket, pieces: [pledge], proof });
    expect(Sealed.CommR).toEqual(pc2.comm_r);
    expect(readFileSync(join(world.remote, 'sealed/s-t010000-1'))).toHaveLength(2048);
    expect(await world.sector('s-t010000-1')).toMatchObject({
      failure: null,
      messages: { preCommit: 0, proof: 1 },
    });
  });
});
