/** A sector that is aborted takes its own stored files with it, and nothing else; in doubt they stay. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { ThreadRecord } from '#machines/thread-record.js';
import { SealvisorError } from '#src/protocol/errors.js';
import type { SectorService } from '#src/protocol/sealer.js';
import { claimFile } from '#src/sealing/stores/place-claim.js';
import { warningsTo } from '../tools/protocol/told-events.js';
import { KiB } from '../tools/sealing/chain.js';
import { keptFiles, sealed, snapUpJob } from '../tools/sealing/jobs.js';
import { gives, id, type PlanWorld, planWorld, type RunOptions } from '../tools/sealing/plan-world.js';

vi.setConfig({ testTimeout: 60_000 });

const size = 2 * KiB;
const notThere: Partial<SectorService> = { pollProofState: async () => ({ State: 4, Desc: null }) };

const persistedWorld = async () => {
  const world = planWorld(size);
  const record = await world.run('sealer', { until: 'Persisted' });
  const giveUp = (by = 'operator', given: RunOptions = {}, more: ThreadRecord['outputs'] = {}) => {
    const outputs = { ...record.outputs, ...more, abortedBy: by, abortReason: `by ${by}` };
    const from = { ...record, state: 'Aborted', outputs };
    return world.run('sealer', { service: notThere, ...given, from });
  };
  return { world, file: join(world.dir, 'kept', 'sealed', id), giveUp, all: keptFiles(world) };
};

const told = (world: PlanWorld) => {
  const last = world.said.at(-1);
  expect(last).toMatchObject({ call: 'reportAborted' });
  return String(last?.args[1]);
};

describe('aborted after Persist', () => {
  test.each(['operator', 'manager', 'rejected'])('by %s: its files are gone from the store', async (by) => {
    const { world, giveUp } = await persistedWorld();
    await giveUp(by);
    expect(keptFiles(world)).toEqual(new Map());
    expect(told(world)).toBe(`by ${by}`);
  });

  test.each<[string, string, Partial<SectorService>, ThreadRecord['outputs']]>([
    ['the manager says that it is finalized', 'finalized', notThere, {}],
    ['nobody says who gave it up', 'stage', notThere, {}],
    ['its proof is on its way', 'operator', { pollProofState: async () => ({ State: 1, Desc: null }) }, {}],
    ['its proof has landed', 'manager', { pollProofState: async () => ({ State: 3, Desc: null }) }, {}],
    ['its proof was submitted', 'operator', notThere, { proof: true }],
    [
      'the manager knows nothing of it',
      'operator',
      {
        pollProofState: async () => {
          throw new SealvisorError('remote_error', 'no such sector');
        },
      },
      {},
    ],
    [
      'the manager gave it up behind a proof that landed, and it was sent back before',
      'rejected',
      {
        pollProofState: async () => ({
          State: 7,
          Desc: 'no more',
          OnChain: { ProofSha256: '07'.repeat(32) },
        }),
      },
      {},
    ],
  ])('when %s, its files stay, and the manager is told', async (_, by, service, more) => {
    const { world, file, giveUp, all } = await persistedWorld();
    const warnings: string[] = [];
    await giveUp(by, { service, emit: warningsTo(warnings) }, more);
    expect(keptFiles(world)).toEqual(all);
    expect(told(world)).toContain(`${file} stays: `);
    expect(warnings).toEqual([expect.stringContaining(`${id} is aborted: ${file} stays: `)]);
  });

  describe('whose proof was submitted, and which was sent back and lost that from its outputs', () => {
    const ours = { request: 'r', manager: 'm' };
    const proofRefused = { level: 'abort', message: '', stage: 'WaitProofLanded', at: '' } as const;
    test.each<[string, number, Partial<ThreadRecord>, string | null]>([
      ['operator', 4, {}, 'its proof was submitted, and may be on chain'],
      ['rejected', 7, {}, 'its proof was submitted, and the manager does not say what is on chain'],
      ['rejected', 7, { given: ours }, null],
      ['rejected', 7, { lastError: proofRefused }, null],
      ['rejected', 6, {}, null],
    ])('by %s, the manager answers %i %o: %s', async (by, State, more, why) => {
      const world = planWorld(size);
      const { outputs, ...proven } = await world.run('sealer', { until: 'ProofSubmitted' });
      const { proof: _proof, c2: _c2, ...rest } = outputs;
      const all = keptFiles(world);
      const from = { ...proven, ...more, state: 'Aborted', outputs: { ...rest, abortedBy: by } };
      await world.run('sealer', { from, service: { pollProofState: async () => ({ State, Desc: null }) } });
      expect(keptFiles(world)).toEqual(why === null ? new Map() : all);
      if (why !== null) expect(told(world)).toContain(why);
    });
  });

  test('a manager that cannot be reached is waited for before anything goes', async () => {
    const { world, giveUp, all } = await persistedWorld();
    const pollProofState = async () => {
      throw new SealvisorError('unreachable', 'cannot reach the manager');
    };
    await expect(giveUp('operator', { service: { pollProofState } })).rejects.toMatchObject({
      isUnreachable: true,
    });
    expect(keptFiles(world)).toEqual(all);
  });

  test('its report fails: what stays is told with the next', async () => {
    const { world, file, giveUp } = await persistedWorld();
    const reportAborted = async () => {
      throw new SealvisorError('unreachable', 'cannot reach the manager');
    };
    const service = { ...notThere, reportAborted };
    await expect(giveUp('finalized', { service })).rejects.toMatchObject({ isUnreachable: true });
    await giveUp('finalized');
    expect(existsSync(file)).toBe(true);
    expect(told(world)).toContain(`${file} stays: `);
  });

  test('killed when the file is gone and its cache is not: the next try removes the rest', async () => {
    const { world, file, giveUp } = await persistedWorld();
    rmSync(file);
    await giveUp();
    expect(keptFiles(world)).toEqual(new Map());
  });

  test('another sector that lies there by now stays', async () => {
    const { world, file, giveUp } = await persistedWorld();
    const manifest = join(world.dir, 'kept', 'cache', id, 'sealvisor.json');
    writeFileSync(manifest, JSON.stringify({ commR: Array.from({ length: 32 }, () => 7) }));
    await giveUp();
    expect(existsSync(file)).toBe(true);
    expect(told(world)).toContain('stays: it is another sector');
  });

  test.each<[string, (cached: (name: string) => string) => void]>([
    ['alone', (cached) => rmSync(cached('sealvisor.json'))],
    ['beside the manifest of this one', () => undefined],
  ])('the p_aux of an upstream processor, %s: it stays, and so does what lies beside it', async (_, make) => {
    const { world, file, giveUp } = await persistedWorld();
    const cached = (name: string) => join(world.dir, 'kept', 'cache', id, name);
    make(cached);
    writeFileSync(cached('p_aux'), Buffer.alloc(64, 7));
    const before = keptFiles(world);
    await giveUp();
    expect(keptFiles(world)).toEqual(before);
    expect(told(world)).toContain(`${file} stays: its p_aux is another one`);
  });

  test('a file that nothing tells the CommR of stays', async () => {
    const { world, file, giveUp } = await persistedWorld();
    rmSync(join(world.dir, 'kept', 'cache', id), { recursive: true });
    await giveUp();
    expect(existsSync(file)).toBe(true);
    expect(told(world)).toContain('it may be another sector');
  });

  test('a sector of its number that another thread brings there now stays', async () => {
    const { world, file, giveUp, all } = await persistedWorld();
    const other = { commR: '00'.repeat(32), worker: 'w2', location: '/elsewhere', at: '' };
    writeFileSync(claimFile(file), JSON.stringify(other));
    await giveUp();
    expect(existsSync(file)).toBe(true);
    expect(keptFiles(world).size).toBeGreaterThanOrEqual(all.size);
    expect(told(world)).toContain('worker w2 brings a sector there');
  });

  test.each<[string, Partial<PlanWorld['stores'][number]>, string]>([
    ['is attached read-only', { readonly: true }, 'is attached read-only'],
    ['is not on its disk', { mark: 'another-mark' }, 'store kept: '],
  ])('a store that %s keeps them', async (_, store, why) => {
    const { world, giveUp, all } = await persistedWorld();
    const [kept] = world.stores;
    if (!kept) throw new Error('no store');
    await giveUp('operator', { stores: [{ ...kept, ...store }] });
    expect(keptFiles(world)).toEqual(all);
    expect(told(world)).toContain(why);
  });

  test('a store that is attached no more is named', async () => {
    const { world, file, giveUp } = await persistedWorld();
    await giveUp('operator', { stores: [] });
    expect(told(world)).toContain(`${file} stays: no attached store holds it`);
  });
});

describe('an upgrade that is aborted', () => {
  const upgradeWorld = async () => {
    const world = planWorld(size);
    const { CommR } = await sealed(world, size, []);
    const before = keptFiles(world);
    const job = snapUpJob(size, CommR, [await world.piece(500, 512, 1)]);
    const record = await world.run('snapup', { service: gives({ snapUp: job }), until: 'Persisted' });
    const giveUp = (by: string) =>
      world.run('snapup', {
        from: { ...record, state: 'Aborted', outputs: { ...record.outputs, abortedBy: by } },
      });
    return { world, before, giveUp };
  };

  test('as its submission was rejected takes the upgraded files alone', async () => {
    const { world, before, giveUp } = await upgradeWorld();
    await giveUp('rejected');
    expect(keptFiles(world)).toEqual(before);
  });

  test('by an operator leaves them: its submission may have been taken', async () => {
    const { world, giveUp } = await upgradeWorld();
    const all = keptFiles(world);
    await giveUp('operator');
    expect(keptFiles(world)).toEqual(all);
    expect(told(world)).toContain('its upgrade may be on chain');
  });
});
