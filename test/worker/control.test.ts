import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sealer } from '#machines/index.js';
import { isIn, isWorking, noJobs, rejectionOf, setup } from '../tools/worker/setup.js';

const stopsAtC2 = {
  faults: [{ stage: 'c2', level: 'permanent' as const, message: 'No cached parameters found', times: 1 }],
};
const long = { leastMs: { pc1: 600_000 } };

describe('an index that is out of range', () => {
  test('is refused by every verb with thread_not_found, which names those allowed', async () => {
    const { control } = await setup({ threads: 2, service: noJobs });
    for (const index of [2, -1, 0.5, Number.NaN]) {
      const refusals = await Promise.all([
        rejectionOf(control.pause(index, {})),
        rejectionOf(control.resume(index, {})),
        rejectionOf((async () => control.dryRun(index, {}))()),
        rejectionOf((async () => control.thread(index))()),
      ]);
      for (const error of refusals) {
        expect(error).toMatchObject({ code: 'thread_not_found' });
        expect(error.message).toBe(`no thread #${index}: the index is 0 to 1`);
      }
    }
  });

  test('of a worker with one thread names that one', async () => {
    const { control } = await setup({ service: noJobs });
    expect((await rejectionOf(control.pause(1, {}))).message).toBe('no thread #1: the index is only 0');
  });
});

describe('pause and resume of an idle thread', () => {
  test('say what happened, and whether anything did', async () => {
    const { control, until } = await setup({ service: noJobs });
    await until(0, (view) => view.mode === 'idle');
    const paused = await control.pause(0, { by: 'alice', reason: 'swap disk' });
    expect(paused).toMatchObject({
      changed: true,
      message: 'thread #0 is paused at Empty',
      mode: 'paused',
      state: 'Empty',
      intent: { kind: 'pause', how: 'after-stage', by: 'alice', reason: 'swap disk' },
      lastError: null,
      revision: 1,
    });
    expect(await control.pause(0, {})).toMatchObject({
      changed: false,
      message: 'thread #0 was paused already by alice, at Empty',
      intent: { by: 'alice' },
      revision: 1,
    });
    expect(control.thread(0).mode).toBe('paused');
    expect(await control.resume(0, {})).toMatchObject({
      changed: true,
      message: 'thread #0 resumes at Empty',
      mode: 'idle',
      intent: null,
    });
    expect(await control.resume(0, {})).toMatchObject({
      changed: false,
      message: 'thread #0 is not paused: it is idle at Empty',
    });
  });

  test('touch that thread alone', async () => {
    const { control } = await setup({ threads: 2, service: noJobs });
    await control.pause(1, {});
    expect(control.threads().map((view) => view.mode)).toEqual(['idle', 'paused']);
  });

  test('a freeze stops nothing, for nothing works: the thread stands still as by any pause', async () => {
    const { control } = await setup({ service: noJobs });
    expect(await control.pause(0, { how: 'freeze' })).toMatchObject({ changed: true, mode: 'paused' });
  });
});

describe('a pause while a heavy stage runs', () => {
  test('with a freeze is refused with a reason, for its stages run inside the thread', async () => {
    const { control, until } = await setup(long);
    await until(0, isWorking('TicketAssigned'));
    expect(await rejectionOf(control.pause(0, { how: 'freeze' }))).toMatchObject({
      code: 'freeze_refused',
      message: expect.stringContaining('its PC1 runs inside the thread'),
    });
    expect(control.thread(0)).toMatchObject({ mode: 'running', intent: null });
  });

  test('is pausing until the stage ends; said again it changes nothing; a resume takes it back', async () => {
    const { control, until } = await setup(long);
    await until(0, isWorking('TicketAssigned'));
    expect(await control.pause(0, {})).toMatchObject({
      changed: true,
      mode: 'pausing',
      message: 'thread #0 is pausing: the pause takes effect when PC1 is done',
      processor: { name: 'pc1', pid: null },
    });
    expect(await control.pause(0, {})).toMatchObject({
      changed: false,
      mode: 'pausing',
      message: 'thread #0 is pausing already by operator: the pause takes effect when PC1 is done',
    });
    expect(await control.resume(0, {})).toMatchObject({ changed: true, mode: 'running', intent: null });
  });

  test('now aborts it: the thread is paused when the answer comes, in the same state', async () => {
    const { control, until } = await setup(long);
    await until(0, isWorking('TicketAssigned'));
    expect(await control.pause(0, { how: 'now' })).toMatchObject({
      changed: true,
      mode: 'paused',
      state: 'TicketAssigned',
      processor: null,
      message: 'thread #0 is paused at TicketAssigned',
    });
  });
});

describe('resume to a state', () => {
  test('that nobody knows is refused with unknown_state and the known ones, paused or not', async () => {
    const { control } = await setup({ service: noJobs });
    for (const act of [() => undefined, () => control.pause(0, {})]) {
      await act();
      const error = await rejectionOf(control.resume(0, { state: 'C1Dome' }));
      expect(error).toMatchObject({ code: 'unknown_state' });
      expect(error.message).toContain('unknown state C1Dome');
      for (const { name } of sealer.states) expect(error.message).toContain(name);
    }
  });

  test('without a sector is refused', async () => {
    const { control } = await setup({ service: noJobs });
    await control.pause(0, {});
    const error = await rejectionOf(control.resume(0, { state: 'PC1Done' }));
    expect(error).toMatchObject({ code: 'state_not_possible', data: { possible: [] } });
    expect(error.message).toBe('cannot resume thread #0 to PC1Done: it holds no sector');
  });

  test('whose inputs are missing is refused with the first missing input and the states that are possible now', async () => {
    const { control, until } = await setup(stopsAtC2);
    const paused = await until(0, isIn('C1Done', 'paused'));
    expect(paused.lastError).toMatchObject({
      level: 'permanent',
      message: 'No cached parameters found',
      stage: 'C2',
    });
    expect(paused.possible).toContain('PC1Done');
    expect(paused.possible).not.toContain('C2Done');
    const error = await rejectionOf(control.resume(0, { state: 'C2Done' }));
    expect(error).toMatchObject({ code: 'state_not_possible', data: { possible: paused.possible } });
    expect(error.message).toBe(
      `cannot resume thread #0 to C2Done: no C2 output yet; possible now: ${paused.possible.join(', ')}`,
    );
    expect(control.thread(0)).toMatchObject({ mode: 'paused', state: 'C1Done', revision: paused.revision });
  });

  test('that is possible goes there, and the sector is sealed from there', async () => {
    const { control, until, untilRow } = await setup(stopsAtC2);
    await until(0, isIn('C1Done', 'paused'));
    expect(await control.resume(0, { state: 'PC1Done', by: 'bob' })).toMatchObject({
      changed: true,
      state: 'PC1Done',
      lastError: null,
      message: 'thread #0 resumes at PC1Done',
    });
    await untilRow(0, (row) => row.to === 'Finished');
  });

  test('Aborted, or Abort as upstream writes it, gives the sector up and tells the manager why', async () => {
    const { control, until, sectors } = await setup(stopsAtC2);
    await until(0, isIn('C1Done', 'paused'));
    await control.resume(0, { state: 'Abort', reason: 'the disk burned' });
    await until(0, isIn('Empty', 'resting'));
    expect(sectors.lives()).toMatchObject([{ life: { state: 'Aborted', abortReason: 'the disk burned' } }]);
  });
});

describe('a dry run', () => {
  test('names what would be redone, or skipped, and changes nothing', async () => {
    const { control, until } = await setup(stopsAtC2);
    const paused = await until(0, isIn('C1Done', 'paused'));
    expect(await control.dryRun(0, {})).toEqual({ allowed: true, to: 'C1Done', redo: [], skip: [] });
    expect(await control.dryRun(0, { state: 'PCLanded' })).toEqual({
      allowed: true,
      to: 'PCLanded',
      redo: ['PersistFiles', 'SubmitPersisted', 'WaitSeed', 'C1'],
      skip: [],
    });
    expect(await control.dryRun(0, { state: 'Aborted' })).toEqual({
      allowed: true,
      to: 'Aborted',
      redo: [],
      skip: ['C2', 'SubmitProof', 'WaitProofLanded'],
      loses: {
        sector: 's-t010000-1',
        preCommit: { certain: true, at: expect.stringMatching(/^20.*Z$/) },
        proof: false,
        files: [join(paused.location, 'sectors', 's-t010000-1')],
        stored: [expect.stringMatching(/\/long\/sealed\/s-t010000-1$/)],
      },
    });
    // As upstream's command line writes it.
    expect(await control.dryRun(0, { state: 'Abort' })).toMatchObject({ allowed: true, to: 'Aborted' });
    expect(await control.dryRun(0, { state: 'C2Done' })).toEqual({
      allowed: false,
      why: 'no C2 output yet',
      possible: paused.possible,
    });
    expect(await rejectionOf(control.dryRun(0, { state: 'Melted' }))).toMatchObject({
      code: 'unknown_state',
    });
    expect(control.thread(0)).toMatchObject({ mode: 'paused', state: 'C1Done', revision: paused.revision });
  });

  test('of a thread that is not paused says so', async () => {
    const { control } = await setup({ service: noJobs });
    expect(await control.dryRun(0, {})).toMatchObject({ allowed: false, why: 'thread #0 is not paused' });
  });
});

describe('a worker that stops', () => {
  test('refuses commands with shutting_down, while it drains and ever after', async () => {
    const { control, worker, until } = await setup(long);
    await until(0, isWorking('TicketAssigned'));
    const stopped = worker.stop(50);
    expect(await rejectionOf(control.pause(0, {}))).toMatchObject({ code: 'shutting_down' });
    await stopped;
    expect(await rejectionOf(control.pause(0, {}))).toMatchObject({ code: 'shutting_down' });
    expect(await rejectionOf(control.resume(0, {}))).toMatchObject({ code: 'shutting_down' });
  }, 5000);
});
