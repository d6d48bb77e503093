/** A thread and its plan: the next job is done by what the configuration says then, the current one by its own. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SnapUpJob } from '#src/protocol/jobs.js';
import { write } from '../../tools/e2e/setup.js';
import { setup } from '../../tools/worker/setup.js';

const hot = (location: string, plan: string) => write(join(location, 'config.toml'), `plan = "${plan}"\n`);
const soon = { recoverIntervalMs: 20, sealIntervalMs: 1 };

describe('a thread without a job', () => {
  test('asks for jobs of the plan that its hot configuration says now', async () => {
    const asked: string[] = [];
    const none = (plan: string) => async () => {
      asked.push(plan);
      return null;
    };
    const made = await setup({
      sealing: soon,
      service: {
        allocateSector: none('sealer'),
        allocateSnapUpSector: none('snapup'),
        allocateUnsealSector: none('unseal'),
      },
    });
    await expect.poll(() => asked, { interval: 5 }).toContain('sealer');
    hot(made.locationOf(0), 'snapup');
    await made.until(0, ({ plan }) => plan === 'snapup');
    hot(made.locationOf(0), 'unseal');
    await made.until(0, ({ plan }) => plan === 'unseal');
    expect([...new Set(asked)]).toEqual(
      ['sealer', 'snapup', 'unseal'].filter((plan) => asked.includes(plan)),
    );
    // It is the same thread all the while.
    expect(made.worker.control.thread(0)).toMatchObject({ incarnation: 1, sector: null, lastError: null });
  });

  test('keeps its pause over a change of plan, and takes the new one when it is resumed', async () => {
    const made = await setup({ sealing: soon, service: { allocateSector: async () => null } });
    await made.until(0, ({ mode }) => mode === 'idle');
    await made.worker.control.pause(0, { by: 'alice' });
    hot(made.locationOf(0), 'rebuild');
    expect(made.worker.control.thread(0)).toMatchObject({ mode: 'paused', plan: 'sealer' });
    await made.worker.control.resume(0, { by: 'alice' });
    expect(await made.until(0, ({ plan }) => plan === 'rebuild')).toMatchObject({ intent: null });
  });
});

describe('a current job', () => {
  const job: SnapUpJob = {
    Sector: { ID: { Miner: 10000, Number: 7 }, ProofType: 5 },
    Pieces: [],
    Public: { CommR: Array(32).fill(1) },
    Private: { AccessInstance: 'long' },
  };

  test('is ended by its own plan, whatever is configured meanwhile, also behind a restart of the worker', async () => {
    const jobs = [job];
    const service = {
      allocateSector: async () => null,
      allocateSnapUpSector: async () => jobs.shift() ?? null,
      reportAborted: async () => undefined,
      reportState: async () => ({ finalized: false, abortReason: null }),
    };
    // It stands in its first stage, as long as the test wants.
    const leastMs = { add_pieces: 3_600_000 };
    const faults = [{ stage: 'add_pieces', level: 'permanent' as const, message: 'bad day', times: 0 }];
    const first = await setup({ sealing: soon, service, leastMs, faults });
    hot(first.locationOf(0), 'snapup');
    await first.until(0, ({ plan, mode }) => plan === 'snapup' && mode === 'paused');
    await first.worker.stop(0);
    await first.closeManager();

    hot(first.locationOf(0), 'sealer');
    const second = await setup({ home: first.home, sealing: soon, service, leastMs, faults });
    const standing = await second.until(0, ({ mode }) => mode === 'paused');
    expect(standing).toMatchObject({ plan: 'snapup', state: 'Allocated', sector: { id: 's-t010000-7' } });
    expect(standing.possible).toEqual(['Allocated', 'Aborted']);
    await second.worker.control.resume(0, { state: 'Aborted', by: 'alice' });
    await second.until(0, ({ plan, state }) => plan === 'sealer' && state === 'Empty');
  });
});
