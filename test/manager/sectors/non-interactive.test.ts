/** Sectors that are proven without a pre-commit, at their manager. */
import { expect, test } from 'vitest';
import { preCommitOf, setup } from '../../tools/manager/setup.js';

const id = { miner: 10000, number: 1 };
const { Deals: _, ...sealed } = preCommitOf(5);
const proof = Buffer.alloc(192, 1).toString('base64');

test('whoever asks for one is given one, also where pieces are waited for; others are given the usual ones', async () => {
  const { manager } = await setup({ onlyWithDeals: true });
  const { sectors } = manager;
  expect(sectors.allocate(null, null)).toBeNull();
  expect(sectors.allocate(null, null, null, false)).toEqual({
    ID: { Miner: 10000, Number: 1 },
    ProofType: 15,
  });
  expect(sectors.allocate(null, [5, 10], null, false)).toBeNull();
  expect(sectors.whyNone({ miners: null, proofTypes: [5] }, false)).toContain(
    'proof type 15 (non-interactive PoRep)',
  );
});

test('its seed is answered at once, and its proof lands without a pre-commit', async () => {
  const { manager, epochs } = await setup();
  const { sectors } = manager;
  sectors.allocate(null, null, null, false);
  const ticket = sectors.chain.assignTicket(id);
  expect(sectors.chain.waitSeed(id)).toMatchObject({ ShouldWait: false, Seed: { Seed: expect.any(String) } });
  const Sealed = { ...sealed, Ticket: ticket };
  expect(sectors.chain.submitProof(id, proof, false, Sealed)).toMatchObject({ Res: 1 });
  epochs(20);
  expect(sectors.chain.pollProof(id)).toMatchObject({ State: 3 });
  expect(sectors.chain.onChain(id)).toMatchObject({ ...Sealed, ProofSha256: expect.any(String) });
  // What is on chain rests on it.
  expect(sectors.chain.assignTicket(id)).toEqual(ticket);
  expect(sectors.view(id)).toMatchObject({ messages: { preCommit: 0, proof: 1 } });
});

test('what it was sealed as is known to the jobs that come later, also after a restart', async () => {
  const { manager, restart } = await setup();
  manager.sectors.allocate(null, null, null, false);
  manager.sectors.chain.submitProof(id, proof, false, sealed);
  manager.sectors.submitPersisted(id, 'kept');
  manager.sectors.reportFinalized(id);
  const { sectors } = await restart();
  sectors.jobs.addRebuild(id, {});
  expect(sectors.jobs.rebuild.allocate({ AllowedMiners: null, AllowedProofTypes: [15] })).toMatchObject({
    Sector: { ProofType: 15 },
    CommR: sealed.CommR,
    Ticket: sealed.Ticket,
  });
});

test('a request that is open since the thread had another plan is given a sector of the kind that is asked for', async () => {
  const { manager } = await setup();
  const given = { request: 'r', worker: 'w' };
  const ask = (isInteractive: boolean) => manager.sectors.allocate(null, null, given, isInteractive);
  expect(ask(true)).toMatchObject({ ID: { Number: 1 }, ProofType: 5 });
  expect(ask(false)).toMatchObject({ ID: { Number: 2 }, ProofType: 15 });
  expect(ask(false)).toMatchObject({ ID: { Number: 2 } });
  expect(ask(true)).toMatchObject({ ID: { Number: 1 } });
});
