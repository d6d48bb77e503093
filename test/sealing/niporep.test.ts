/** An empty sector with non-interactive PoRep: real bytes through the plan's own stages, with the manager's real sectors. */
import { describe, expect, test, vi } from 'vitest';
import { proofTypeOfSize } from '#src/protocol/sector.js';
import { KiB } from '../tools/sealing/chain.js';
import { lastSaid } from '../tools/sealing/jobs.js';
import { planWorld } from '../tools/sealing/plan-world.js';

vi.setConfig({ testTimeout: 60_000 });

const size = 2 * KiB;
/** That of the plan's world. */
const nowMs = Date.parse('2026-11-22T10:00:00.000Z');
const ID = { Miner: 10000, Number: 2 };
const { proofType: ProofType, registered } = proofTypeOfSize(size, 'non-interactive');

function setup() {
  const world = planWorld(size);
  const asked: unknown[] = [];
  const service = {
    allocateSector: async (spec: object, isNonInteractive?: boolean) => {
      asked.push([spec, isNonInteractive]);
      return { ID, ProofType };
    },
  };
  return { world, asked, service };
}

test('it goes from nothing to proven without a pre-commit; its proof says what it was sealed as', async () => {
  const { world, asked, service } = setup();
  const names: string[] = [];
  const { runTask } = await import('#src/sealing/builtin/index.js');
  const record = await world.run('niporep', {
    service,
    settings: { enableDeals: true, allowedSizes: [size] },
    process: (stage, task, ...rest) => {
      const named = Object.entries(task).filter(([key]) => /^(registered_proof|seal_proof_type)$/.test(key));
      names.push(...named.map(([, name]) => String(name)));
      return runTask(
        stage,
        task,
        { signal: new AbortController().signal, progress: () => undefined },
        ...rest,
      );
    },
  });
  expect(record.state).toBe('Finished');
  expect(asked).toEqual([[expect.objectContaining({ AllowedProofTypes: [ProofType] }), true]]);
  expect([...new Set(names)]).toEqual([registered]);
  const said = world.said.map(({ call }) => call);
  expect(said).not.toContain('submitPreCommit');
  const { comm_r: CommR, comm_d: CommD } = record.outputs.pc2 as { comm_r: unknown; comm_d: unknown };
  expect(lastSaid(world, 'submitProof')[1]).toEqual({
    Proof: expect.any(String),
    Sealed: { CommR, CommD, Ticket: record.outputs.ticket },
  });
});

describe('a sector of the other kind is not begun', () => {
  test.each([
    ['sealer', ProofType],
    ['niporep', proofTypeOfSize(size).proofType],
  ])('by plan %s, of proof type %d', async (plan, type) => {
    const { world } = setup();
    const reasons: (string | undefined)[] = [];
    const record = await world.run(plan, {
      service: { allocateSector: async () => ({ ID, ProofType: type }) },
      onIdle: (reason) => reasons.push(reason),
    });
    expect(record).toMatchObject({ state: 'Empty', sector: null });
    expect(reasons[0]).toContain(`the manager gave s-t010000-2 of proof type ${type}`);
  });
});

test('its ticket lasts for 180 days, and not longer: nothing is submitted then', async () => {
  const { world, service } = setup();
  const record = await world.run('niporep', { service, until: 'C2Done' });
  const days = (count: number) => ({ ...record.outputs, ticket_at: nowMs - count * 86_400_000 });
  await expect(
    world.run('niporep', { service, from: { ...record, outputs: days(181) } }),
  ).rejects.toMatchObject({ level: 'permanent', message: expect.stringContaining('draws a new ticket') });
  const done = await world.run('niporep', { service, from: { ...record, outputs: days(179) } });
  expect(done.state).toBe('Finished');
});

test('sent back behind its proof it keeps the ticket of the proof that the chain has', async () => {
  const { world, service } = setup();
  const { ticket } = (await world.run('niporep', { service, until: 'ProofSubmitted' })).outputs;
  const submitted = await world.run('niporep', { service, until: 'ProofSubmitted' });
  const { proof: _, ticket: __, ticket_at: ___, ...outputs } = submitted.outputs;
  const again = await world.run('niporep', {
    service: { ...service, assignTicket: () => Promise.reject(new Error('no other ticket is drawn')) },
    from: { ...submitted, state: 'TreeDBuilt', outputs },
    until: 'PC1Done',
  });
  expect(again.outputs.ticket).toEqual(ticket);
});
