/** A submission is one message on chain, however often it is asked for. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { FailsOnChain } from '#src/manager/chain.js';
import type { Sectors } from '#src/manager/sectors/sectors.js';
import { setup as manage, preCommitOf } from '../tools/manager/setup.js';

const id = { miner: 10000, number: 1 };

type Kind = Parameters<FailsOnChain>[0];
const kinds: readonly Kind[] = ['preCommit', 'proof'];

async function setup(fails: FailsOnChain = () => false) {
  const fixture = await manage({ fails });
  fixture.manager.sectors.allocate(null, null);
  return fixture;
}

function submitTo(sectors: Sectors, kind: Kind, seed = 1, reset = false): number {
  const answer =
    kind === 'proof'
      ? sectors.chain.submitProof(id, Buffer.alloc(32, seed).toString('base64'), reset)
      : sectors.chain.submitPreCommit(id, preCommitOf(seed), reset);
  return answer.Res;
}

const pollOf = (sectors: Sectors, kind: Kind) =>
  kind === 'proof' ? sectors.chain.pollProof(id) : sectors.chain.pollPreCommit(id);

describe.each(kinds)('a %s', (kind) => {
  test('that is asked for again is a duplicate, other words are mismatched, one message is sent', async () => {
    const { manager, epochs } = await setup();
    const { sectors } = manager;
    const submit = (seed: number, reset = false) => submitTo(sectors, kind, seed, reset);
    expect([submit(1), submit(1), submit(2)]).toEqual([1, 2, 3]);
    expect([submit(1, true), submit(2, true)]).toEqual([2, 3]);
    epochs(5);
    expect([submit(1, true), submit(2, true)]).toEqual([2, 3]);
    expect(sectors.view(id).messages[kind]).toBe(1);
  });

  test('that failed on chain says so, and is sent once more when it is reset', async () => {
    const { manager, epochs } = await setup((of, _, nth) => of === kind && nth === 1);
    const { sectors } = manager;
    submitTo(sectors, kind);
    expect(pollOf(sectors, kind).State).toBe(2);
    expect(submitTo(sectors, kind, 1, true)).toBe(2);
    epochs(1);
    expect(pollOf(sectors, kind)).toMatchObject({ State: 5, Desc: expect.any(String) });
    expect(submitTo(sectors, kind, 1, false)).toBe(2);
    expect(submitTo(sectors, kind, 1, true)).toBe(1);
    expect(submitTo(sectors, kind, 1, true)).toBe(2);
    expect(pollOf(sectors, kind).State).toBe(2);
    epochs(1);
    expect(pollOf(sectors, kind).State).toBe(3);
    expect(sectors.view(id).messages[kind]).toBe(2);
  });

  test('with other words goes out where the one before it failed', async () => {
    const { manager, epochs } = await setup((of, _, nth) => of === kind && nth === 1);
    submitTo(manager.sectors, kind);
    epochs(1);
    expect(submitTo(manager.sectors, kind, 2)).toBe(1);
    expect(manager.sectors.view(id).messages[kind]).toBe(2);
  });

  test('whose answer was lost with the manager is a duplicate of the message that was sent', async () => {
    const { manager, restart } = await setup();
    submitTo(manager.sectors, kind);
    const { sectors } = await restart();
    expect(submitTo(sectors, kind)).toBe(2);
    expect(sectors.view(id).messages[kind]).toBe(1);
  });

  test('fails on chain as it was sent, whatever a manager that is started again lets fail', async () => {
    const { manager, restart, epochs } = await setup((of) => of === kind);
    submitTo(manager.sectors, kind);
    epochs(1);
    const { sectors } = await restart({ fails: () => false });
    expect(pollOf(sectors, kind).State).toBe(5);
  });
});

test('what is on chain, or on its way there, is told; a message that failed is not', async () => {
  const { manager, epochs } = await setup((of, _, nth) => of === 'proof' && nth === 1);
  const { sectors } = manager;
  expect(sectors.chain.onChain(id)).toBeNull();
  submitTo(sectors, 'preCommit');
  const { Deals: _deals, ...preCommit } = preCommitOf(1);
  expect(sectors.chain.onChain(id)).toEqual(preCommit);
  const ProofSha256 = createHash('sha256').update(Buffer.alloc(32, 1)).digest('hex');
  submitTo(sectors, 'proof');
  expect(sectors.chain.onChain(id)).toEqual({ ...preCommit, ProofSha256 });
  // Another one does not take its place by being refused.
  submitTo(sectors, 'preCommit', 2);
  submitTo(sectors, 'proof', 2);
  expect(sectors.chain.onChain(id)).toEqual({ ...preCommit, ProofSha256 });
  epochs(1);
  expect(sectors.chain.onChain(id)).toEqual(preCommit);
});

test('a ticket is drawn anew when the pre-commit that rested on it has failed', async () => {
  const { manager, epochs } = await setup(() => true);
  const { sectors } = manager;
  const ticket = sectors.chain.assignTicket(id);
  submitTo(sectors, 'preCommit');
  epochs(20);
  expect(sectors.chain.assignTicket(id)).not.toEqual(ticket);
});
