/** A sector does not go on behind another one's pre-commit or proof: what is on chain is compared with what was made. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { SectorService } from '#src/protocol/sealer.js';
import type { OnChain } from '#src/protocol/sector-answers.js';
import { sectorFiles } from '#src/sealing/sector-files.js';
import {
  assignTicket,
  submitPreCommit,
  submitProof,
  waitPreCommit,
  waitProof,
  waitSeed,
} from '#src/sealing/stages/chain.js';
import { abort } from '#src/sealing/stages/sector.js';
import { epochsAgo, stageContext } from '../tools/sealing/stage-context.js';

const bytes = (byte: number) => Array.from({ length: 32 }, () => byte);
const hex = (byte: number) => Buffer.from(bytes(byte)).toString('hex');
const digest = (byte: number) =>
  createHash('sha256')
    .update(Buffer.from(bytes(byte)))
    .digest('hex');
const ticketOf = (byte: number, Epoch = 5) => ({ Ticket: Buffer.alloc(32, byte).toString('base64'), Epoch });

const outputs = {
  deals: [],
  ticket: ticketOf(1),
  pc2: { comm_r: bytes(2), comm_d: bytes(3) },
  c2: { proof: bytes(4) },
};
const own: OnChain = {
  CommR: bytes(2),
  CommD: bytes(3),
  Ticket: ticketOf(1),
  ProofSha256: digest(4),
};
const others: readonly (readonly [string, OnChain, string, string])[] = [
  ['CommR', { ...own, CommR: bytes(9) }, hex(9), hex(2)],
  ['CommD', { ...own, CommD: bytes(9) }, hex(9), hex(3)],
  ['ticket', { ...own, Ticket: ticketOf(9) }, `${hex(9)} of epoch 5`, `${hex(1)} of epoch 5`],
  ['ticket', { ...own, Ticket: ticketOf(1, 6) }, `${hex(1)} of epoch 6`, `${hex(1)} of epoch 5`],
  ['sha256 of the proof', { ...own, ProofSha256: digest(9) }, digest(9), digest(4)],
];

/** A manager that has all of the sector, and says what. */
function manager(
  told: OnChain | undefined,
  answers: { readonly Res?: number; readonly State?: number } = {},
) {
  const chain = told ? { OnChain: told } : {};
  const submitted = async () => ({ Res: answers.Res ?? 2, Desc: null, ...chain });
  const polled = async () => ({ State: answers.State ?? 3, Desc: null, ...chain });
  return {
    submitPreCommit: submitted,
    submitProof: submitted,
    pollPreCommitState: polled,
    pollProofState: polled,
    waitSeed: async () => ({
      ...{ ShouldWait: false, Delay: 0, Seed: { Seed: Buffer.alloc(32, 5).toString('base64'), Epoch: 9 } },
      ...chain,
    }),
  } satisfies Partial<SectorService>;
}

const stages = {
  'submits its pre-commit': submitPreCommit,
  'waits for its pre-commit': waitPreCommit,
  'waits for its seed': waitSeed,
  'submits its proof': submitProof,
  'waits for its proof': waitProof,
};

describe.each(Object.entries(stages))('a sector that %s', (_, stage) => {
  const run = (told: OnChain | undefined, answers?: Parameters<typeof manager>[1]) =>
    stage(stageContext({ outputs, service: manager(told, answers) }).context);

  test.each(others)(
    'is paused where another %s is on chain: both are named',
    async (what, told, theirs, ours) => {
      await expect(run(told)).rejects.toMatchObject({
        level: 'permanent',
        message: `another sector s-t010000-2 is on chain, or on its way there: the ${what} there is ${theirs}, this thread's is ${ours}; this sector is stopped. If the manager's home was replaced, start the one that gave s-t010000-2 on its home and resume; otherwise resume --state Aborted lets this one go, and the other stays as it is`,
      });
    },
  );

  test('goes on where it is its own, or the manager says nothing of it', async () => {
    for (const told of [own, undefined, {}, { CommR: null, Ticket: null }])
      expect(await run(told)).toMatchObject({ event: expect.any(String) });
  });
});

test('another’s is named, too, where the manager refuses the submission as a different one', async () => {
  const service = manager({ ...own, CommR: bytes(9) }, { Res: 3 });
  for (const stage of [submitPreCommit, submitProof])
    await expect(stage(stageContext({ outputs, service }).context)).rejects.toThrow(hex(9));
});

test('nothing is compared with what is not made yet', async () => {
  const { c2: _c2, ...sealed } = outputs;
  const service = manager({ ...own, ProofSha256: digest(9) });
  expect(await waitPreCommit(stageContext({ outputs: sealed, service }).context)).toEqual({
    event: 'CheckPC',
  });
});

test('an old ticket is not a reason to continue after another’s pre-commit', async () => {
  const old = { ...outputs, ticket_at: epochsAgo(2881) };
  const service = manager({ ...own, CommR: bytes(9) });
  await expect(submitPreCommit(stageContext({ outputs: old, service }).context)).rejects.toThrow(hex(9));
});

test('a sector that is made again does not take another’s pre-commit for its own', async () => {
  const again = { deals: [], pre_commit_ticket: { ticket: ticketOf(1), ticket_at: epochsAgo(1) } };
  const stage = (told: OnChain) =>
    assignTicket(stageContext({ outputs: again, service: manager(told) }).context);
  await expect(stage({ ...own, Ticket: ticketOf(9) })).rejects.toMatchObject({ level: 'permanent' });
  expect(await stage(own)).toMatchObject({ outputs: { ticket: ticketOf(1) } });
});

describe('a sector that is aborted', () => {
  const giveUp = async (of: Record<string, unknown>, told: OnChain | undefined) => {
    const said: string[] = [];
    const service = {
      ...manager(told),
      reportAborted: async (_: unknown, why: string) => void said.push(why),
    };
    const { context } = stageContext({ state: 'Aborted', outputs: { ...of, abortReason: 'lost' }, service });
    const { root } = sectorFiles(context.location, 's-t010000-2');
    mkdirSync(root, { recursive: true });
    expect(await abort(context)).toEqual({ event: 'Released' });
    expect(existsSync(root)).toBe(false);
    return said;
  };

  test('is told to the manager, also where its files were made again and differ', async () => {
    for (const told of [own, undefined, { ...own, CommR: bytes(9) }])
      expect(await giveUp(outputs, told)).toEqual(['lost']);
    expect(await giveUp({}, { ...own, Ticket: ticketOf(9) })).toEqual(['lost']);
  });

  test('takes nothing with it of another’s under its number', async () => {
    const told = { ...own, Ticket: ticketOf(9) };
    expect(await giveUp(outputs, told)).toEqual([]);
    expect(await giveUp({ pre_commit_ticket: { ticket: ticketOf(1) } }, told)).toEqual([]);
  });

  test('and was submitted with a new ticket, unheard, is known by it', async () => {
    const of = { ticket: ticketOf(1), pre_commit_ticket: { ticket: ticketOf(8) } };
    expect(await giveUp(of, own)).toEqual(['lost']);
  });
});
