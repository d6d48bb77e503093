/** A worker has adopted another manager: what was never submitted is given up, the rest waits for a person. */
import { describe, expect, test, vi } from 'vitest';
import type { ThreadRecord } from '#machines/thread-record.js';
import { SealvisorError } from '#src/protocol/errors.js';
import type { SectorService } from '#src/protocol/sealer.js';
import { leftRefusal } from '#src/sealing/left-manager.js';
import { KiB } from '../tools/sealing/chain.js';
import { id, planWorld } from '../tools/sealing/plan-world.js';

vi.setConfig({ testTimeout: 60_000 });

const given = { request: 'r-1', manager: 'manager-a' };
const left = async () => {
  throw leftRefusal({ gaveIt: 'manager-a', adopted: 'manager-b' }, -32602);
};
const refusing: Partial<SectorService> = Object.fromEntries(
  ['assignTicket', 'submitPreCommit', 'pollPreCommitState', 'waitSeed', 'acquireDeals'].map((call) => [
    call,
    left,
  ]),
);

async function at(until: string, more: Partial<ThreadRecord> = {}) {
  const world = planWorld(2 * KiB);
  const record = { ...(await world.run('sealer', { until })), given, ...more };
  const next = (service = refusing, from: ThreadRecord = record) => world.run('sealer', { service, from });
  return { world, record, next };
}

describe('a sector of the manager that was left', () => {
  test.each(['Allocated', 'TreeDBuilt', 'PC2Done'])(
    'at %s is given up: nothing was submitted',
    async (state) => {
      const { next } = await at(state);
      await expect(next()).rejects.toMatchObject({
        level: 'abort',
        message: `manager manager-a gave ${id}, and this worker has adopted manager manager-b: nothing of it was submitted, so it is aborted`,
      });
    },
  );

  test.each(['PCSubmitted', 'PersistanceSubmitted'])(
    'at %s waits for a person, with both ways out',
    async (state) => {
      const { next } = await at(state);
      await expect(next()).rejects.toMatchObject({
        level: 'permanent',
        message: expect.stringMatching(
          /^manager manager-a gave .*its pre-commit was submitted.*start manager manager-a on its own home again, .*worker adopt.*resume --state Aborted aborts it$/,
        ),
      });
    },
  );

  test('whose answer to the submission was lost waits for a person', async () => {
    const { next } = await at('PC2Done');
    const submitPreCommit = async () => {
      throw new SealvisorError('unreachable', 'cut in the middle');
    };
    await expect(next({ submitPreCommit })).rejects.toMatchObject({ isUnreachable: true });
    await expect(next()).rejects.toMatchObject({ level: 'permanent' });
  });

  test('whose submission another manager refused was not submitted', async () => {
    const { next } = await at('PC2Done');
    const submitPreCommit = async () => {
      throw new SealvisorError('other_manager', 'another manager answers');
    };
    await expect(next({ submitPreCommit })).rejects.toMatchObject({ isUnreachable: true });
    await expect(next()).rejects.toMatchObject({ level: 'abort' });
  });

  test('that was sent back behind its pre-commit waits for a person', async () => {
    const { record, next } = await at('PCSubmitted');
    const { pre_commit_ticket, deals } = record.outputs;
    const from = { ...record, state: 'Allocated', outputs: { pre_commit_ticket, deals } };
    await expect(next(refusing, from)).rejects.toMatchObject({ level: 'permanent' });
  });

  test('of 0.1.0, which noted no submission, waits for a person where one may have been lost', async () => {
    const { next } = await at('PC2Done', { given: null });
    await expect(next()).rejects.toMatchObject({ level: 'permanent' });
  });
});

test('another manager’s own refusal is a person’s matter', async () => {
  const { next } = await at('TreeDBuilt');
  const assignTicket = async () => {
    throw new SealvisorError('not_your_sector', 'it was given to another worker', {
      data: { rpcCode: -32602 },
    });
  };
  await expect(next({ assignTicket })).rejects.toMatchObject({
    level: 'permanent',
    message: 'it was given to another worker',
  });
});
