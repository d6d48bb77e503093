/** Tickets and pre-commits near their end are seen before the stage that would waste hours on them. */
import { describe, expect, test } from 'vitest';
import { resume } from '#machines/command-changes.js';
import { sealer } from '#machines/plans/sealer.js';
import { ageOf, ageText, isTicketShort } from '#src/sealing/deadlines.js';
import { assignTicket, submitPreCommit } from '#src/sealing/stages/chain.js';
import { c1, c2, pc1, pc2 } from '#src/sealing/stages/work.js';
import { epochMs, epochsAgo, nowMs, stageContext } from '../tools/sealing/stage-context.js';

const ticketOf = (byte: number, Epoch = 5) => ({
  Ticket: Buffer.alloc(32, byte).toString('base64'),
  Epoch,
});
const bytes = (byte: number) => Array.from({ length: 32 }, () => byte);

describe('an age', () => {
  const at = epochsAgo(7) - 1;

  test('is whole epochs, and what is left of the limit', () => {
    expect(ageOf(at, 10, epochMs, nowMs)).toEqual({ epochs: 7, left: 3, atMs: at });
    expect(ageOf(at, 5, epochMs, nowMs)?.left).toBe(-2);
  });

  test('of what an older record does not tell is none, and counts as fresh', () => {
    for (const untold of [undefined, null, '5', true])
      expect(ageOf(untold, 10, epochMs, nowMs)).toBeUndefined();
    expect(isTicketShort(undefined, { epochMs, ticket: 1, preCommit: 1, margin: 1 })).toBe(false);
  });

  test('is never below 0, also when the clock was set back', () => {
    expect(ageOf(nowMs + 10 * epochMs, 10, epochMs, nowMs)?.epochs).toBe(0);
  });

  test('is told with its hour and its limit', () => {
    const age = ageOf(epochsAgo(4), 3, epochMs, nowMs);
    expect(age && ageText(age)).toBe('4 epochs old (since 2026-11-22T09:58:00.000Z), it may be 3');
  });
});

test('a ticket is kept with its hour', async () => {
  const { context } = stageContext({ service: { assignTicket: async () => ticketOf(1) } });
  expect(await assignTicket(context)).toEqual({
    event: 'AssignTicket',
    outputs: { ticket: ticketOf(1), ticket_at: nowMs },
  });
});

describe('before PC1', () => {
  const setup = (ticket_at: number | undefined, given = ticketOf(2)) => {
    let asked = 0;
    const world = stageContext({
      outputs: { ticket: ticketOf(1), pieces: [], ...(ticket_at === undefined ? {} : { ticket_at }) },
      service: {
        assignTicket: async () => {
          asked += 1;
          return given;
        },
      },
      processed: { pc1: 'labels' },
    });
    return { ...world, asked: () => asked };
  };

  test.each([undefined, epochsAgo(0), epochsAgo(2820)])('a ticket of %s is used as it is', async (at) => {
    const { context, tasks, asked } = setup(at);
    const { outputs } = await pc1(context);
    expect(outputs).toEqual({ pc1: 'labels', ticket: ticketOf(1) });
    expect(tasks).toMatchObject([{ stage: 'pc1', task: { ticket: bytes(1) } }]);
    expect(asked()).toBe(0);
  });

  test('one with less left than the margin is drawn anew: PC1 is done with the new one, which is kept with it', async () => {
    const { context, tasks } = setup(epochsAgo(2821));
    expect(await pc1(context)).toEqual({
      event: 'PC1',
      outputs: { pc1: 'labels', ticket: ticketOf(2), ticket_at: nowMs },
    });
    expect(tasks).toMatchObject([{ task: { ticket: bytes(2) } }]);
  });

  test('a manager that has no other ticket is a permanent error, and PC1 does not begin', async () => {
    const { context, tasks } = setup(epochsAgo(2900), ticketOf(1));
    await expect(pc1(context)).rejects.toMatchObject({
      level: 'permanent',
      message: expect.stringMatching(/2900 epochs old .* may be 2880.*resume --state TreeDBuilt/),
    });
    expect(tasks).toEqual([]);
  });
});

describe('a ticket that is too old', () => {
  const outputs = { ticket: ticketOf(1), ticket_at: epochsAgo(2881), pc1: 'labels', deals: [] };
  const refusal = {
    level: 'permanent',
    message: expect.stringMatching(
      /2881 epochs old .*resume --state TreeDBuilt draws a new ticket; PC1 is done again$/,
    ),
  };

  test('stops PC2 before it begins', async () => {
    const { context, tasks } = stageContext({ state: 'PC1Done', outputs });
    await expect(pc2(context)).rejects.toMatchObject(refusal);
    expect(tasks).toEqual([]);
  });

  const submitted = { ...outputs, pc2: { comm_r: bytes(1), comm_d: bytes(2) } };
  const polled = (State: number) => ({ pollPreCommitState: async () => ({ State, Desc: null }) });

  test.each([4, 5, 6, 7])('stops the pre-commit when none is on its way (OnChainState %i)', async (state) => {
    const { context } = stageContext({ state: 'PC2Done', outputs: submitted, service: polled(state) });
    await expect(submitPreCommit(context)).rejects.toMatchObject(refusal);
  });

  test.each([1, 2, 3])(
    'is no matter when the pre-commit was taken before (OnChainState %i)',
    async (state) => {
      const { context } = stageContext({ state: 'PC2Done', outputs: submitted, service: polled(state) });
      expect(await submitPreCommit(context)).toMatchObject({
        event: 'SubmitPC',
        outputs: { pre_commit: true },
      });
    },
  );

  test('at its last epoch is submitted all the same', async () => {
    const last = { ...submitted, ticket_at: epochsAgo(2880) };
    const service = { submitPreCommit: async () => ({ Res: 1, Desc: null }) };
    const { context } = stageContext({ state: 'PC2Done', outputs: last, service });
    expect(await submitPreCommit(context)).toMatchObject({ outputs: { pre_commit_at: nowMs } });
  });
});

test.each([
  [1, undefined, nowMs],
  [1, epochsAgo(9), nowMs],
  [2, undefined, nowMs],
  [2, epochsAgo(9), epochsAgo(9)],
])('a pre-commit that is answered %i, before it at %s, counts from %i', async (Res, before, at) => {
  const outputs = {
    ticket: ticketOf(1),
    deals: [],
    pc2: { comm_r: bytes(1), comm_d: bytes(2) },
    ...(before === undefined ? {} : { pre_commit_at: before }),
  };
  const service = { submitPreCommit: async () => ({ Res, Desc: null }) };
  const { context } = stageContext({ state: 'PC2Done', outputs, service });
  expect(await submitPreCommit(context)).toMatchObject({ outputs: { pre_commit_at: at } });
});

test.each([
  ['C1', 'SeedAssigned', c1],
  ['C2', 'C1Done', c2],
])('a pre-commit that is too old stops %s before it begins', async (_, state, stage) => {
  const { context, tasks } = stageContext({ state, outputs: { pre_commit_at: epochsAgo(86_551), c1: {} } });
  await expect(stage(context)).rejects.toMatchObject({
    level: 'permanent',
    message: expect.stringMatching(/^the pre-commit is 86551 epochs old .*resume --state Aborted aborts/),
  });
  expect(tasks).toEqual([]);
});

test.each([undefined, epochsAgo(86_550)])('a pre-commit of %s lets C2 begin', async (pre_commit_at) => {
  const { context } = stageContext({
    state: 'C1Done',
    outputs: { pre_commit_at, c1: {} },
    processed: { c2: { proof: [1] } },
  });
  expect(await c2(context)).toMatchObject({ event: 'C2' });
});

test('a resume to another state keeps the hours of what it keeps, and only those', () => {
  const outputs = {
    ...{ deals: [], pieces: [], tree_d: true, ticket: ticketOf(1), ticket_at: 5, pc1: 'labels' },
    ...{ pc2: {}, pre_commit: true, pre_commit_at: 6 },
  };
  const { context } = stageContext({ state: 'PCSubmitted', outputs });
  const to = (state: string) => {
    const command = { type: 'THREAD.RESUME', force: false, state, by: 'alice', reason: null } as const;
    return Object.keys(resume(sealer, context.record, command, nowMs).record.outputs);
  };
  expect(to('PC1Done')).toEqual(['deals', 'pieces', 'tree_d', 'ticket', 'ticket_at', 'pc1']);
  expect(to('TreeDBuilt')).toEqual(['deals', 'pieces', 'tree_d']);
});
