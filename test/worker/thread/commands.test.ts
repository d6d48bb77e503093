/** Commands that come twice, from two operators, by force, or around a death of the thread. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import {
  deadly,
  freshDir,
  gate,
  goodTicket,
  isIn,
  isWorking,
  noJobs,
  rejectionOf,
  setup,
} from '../../tools/worker/setup.js';

const long = { leastMs: { pc1: 600_000 } };
const c2Fault = { stage: 'c2', level: 'permanent' as const, message: 'No cached parameters found' };
const stopsAtC2 = { faults: [{ ...c2Fault, times: 1 }] };

describe('a command that comes again under its id', () => {
  test('is answered the same and done once, also when the thread has moved on since', async () => {
    const { control, until, untilRow, rowsOf } = await setup({
      service: noJobs,
      // Why there is nothing is told of who has asked.
      sealing: { allowedMiners: [10000] },
    });
    const first = await control.pause(0, { id: 'p1', by: 'alice' });
    expect(first).toMatchObject({ changed: true, message: 'thread #0 is paused at Empty' });
    await control.resume(0, { id: 'r1' });
    // It has asked for a job and got none, and rests for longer than this takes.
    await until(0, (view) => view.revision >= 2 && view.idle !== undefined);
    expect(await control.pause(0, { id: 'p1', by: 'alice' })).toMatchObject({
      changed: true,
      message: first.message,
      mode: 'idle',
    });
    await control.pause(0, { id: 'p2' });
    expect(await control.resume(0, { id: 'r1' })).toMatchObject({ changed: true, mode: 'paused' });
    await untilRow(0, (row) => row.seq === 3);
    expect(rowsOf(0).map((row) => row.command)).toEqual(['pause after-stage', 'resume', 'pause after-stage']);
  });

  test('is answered the same when it changed nothing', async () => {
    const { control } = await setup({ service: noJobs });
    const first = await control.resume(0, { id: 'r1' });
    await control.pause(0, {});
    expect(await control.resume(0, { id: 'r1' })).toMatchObject({ changed: false, message: first.message });
  });

  test('is answered the same behind a death of the thread and a restart of the worker', async () => {
    const home = freshDir();
    const door = gate();
    let asked = 0;
    const assignTicket = async () => {
      if (++asked === 1) await door.pass();
      return asked === 2 ? deadly : goodTicket;
    };
    const first = await setup({ home, service: { assignTicket }, ...long });
    await door.reached;
    const paused = await first.control.pause(0, { id: 'p1', by: 'alice' });
    await first.control.resume(0, { id: 'r1' });
    door.open();
    await first.until(0, (view) => view.incarnation === 2 && isWorking('TicketAssigned')(view));
    expect(await first.control.pause(0, { id: 'p1', by: 'alice' })).toMatchObject({
      changed: true,
      message: paused.message,
      mode: 'running',
    });
    await first.worker.stop(1);
    await first.closeManager();
    const second = await setup({ home, ...long });
    await second.until(0, isWorking('TicketAssigned'));
    expect(await second.control.pause(0, { id: 'p1' })).toMatchObject({ changed: true, mode: 'running' });
    expect(await second.control.resume(0, { id: 'r1' })).toMatchObject({ changed: true, mode: 'running' });
  });
});

describe('two operators at once', () => {
  test('the second is told, by the revision, what the first has done', async () => {
    const { control } = await setup({ service: noJobs });
    const { revision } = control.thread(0);
    await control.pause(0, { by: 'alice', ifRevision: revision });
    const error = await rejectionOf(control.pause(0, { by: 'bob', how: 'now', ifRevision: revision }));
    expect(error).toMatchObject({ code: 'revision_conflict', data: { revision: revision + 1 } });
    expect(error.message).toContain('it is paused by alice at Empty');
    expect(control.thread(0)).toMatchObject({ intent: { by: 'alice' }, revision: revision + 1 });
  });

  test('the revision that is shown behind a restart of the thread is the one to decide on', async () => {
    let asked = 0;
    const assignTicket = async () => (++asked === 1 ? deadly : goodTicket);
    const { control, until, untilRow } = await setup({ service: { assignTicket }, ...long });
    const { seq } = await untilRow(0, (row) => row.event === 'Restarted');
    await until(0, (view) => view.revision >= seq && isWorking('TicketAssigned')(view));
    const { revision } = control.thread(0);
    expect(await control.pause(0, { how: 'now', ifRevision: revision })).toMatchObject({ changed: true });
  });

  test('a restart that is only noted is shown: the view is never behind the history', async () => {
    const door = gate();
    let asked = 0;
    const assignTicket = async () => {
      if (++asked === 1) return deadly;
      await door.pass();
      return goodTicket;
    };
    const { until, untilRow } = await setup({ service: { assignTicket } });
    const { seq } = await untilRow(0, (row) => row.event === 'Restarted');
    await door.reached;
    expect(await until(0, (view) => view.revision >= seq)).toMatchObject({
      state: 'TreeDBuilt',
      revision: seq,
    });
  });
});

describe('a resume', () => {
  test('to the same state starts the stage over and forgets the error', async () => {
    const { control, until, untilRow } = await setup(stopsAtC2);
    await until(0, isIn('C1Done', 'paused'));
    expect(await control.resume(0, { state: 'C1Done', by: 'bob' })).toMatchObject({
      changed: true,
      state: 'C1Done',
      lastError: null,
    });
    await untilRow(0, (row) => row.to === 'Finished');
    expect(await untilRow(0, (row) => row.kind === 'command')).toMatchObject({
      command: 'resume --state C1Done',
      by: 'bob',
      from: 'C1Done',
      to: 'C1Done',
    });
  });

  test('to a state whose files are gone is refused, and is no longer among the possible ones', async () => {
    const { control, until, locationOf } = await setup(stopsAtC2);
    const { sector, possible } = await until(0, isIn('C1Done', 'paused'));
    expect(possible).toContain('PC2Done');
    rmSync(join(locationOf(0), 'sectors', sector?.id ?? ''), { recursive: true });
    const error = await rejectionOf(control.resume(0, { state: 'PC2Done' }));
    expect(error).toMatchObject({
      code: 'state_not_possible',
      data: { possible: expect.arrayContaining(['C1Done', 'Aborted']) },
    });
    expect(error.data).toMatchObject({ possible: expect.not.arrayContaining(['PC2Done']) });
    expect(error.message).toContain('to PC2Done: the staged data is missing; possible now: ');
    expect(await control.dryRun(0, { state: 'PC2Done' })).toMatchObject({ allowed: false });
  });

  test('by force goes where what is needed is not there, and is recorded as forced', async () => {
    const { control, until, untilRow } = await setup(stopsAtC2);
    await until(0, isIn('C1Done', 'paused'));
    expect(await control.dryRun(0, { state: 'C2Done', force: true })).toMatchObject({
      allowed: true,
      to: 'C2Done',
      skip: ['C2'],
    });
    expect(
      await control.resume(0, { state: 'C2Done', force: true, by: 'bob', reason: 'proof by hand' }),
    ).toMatchObject({ changed: true, state: 'C2Done' });
    expect(await untilRow(0, (row) => row.kind === 'command')).toMatchObject({
      command: 'resume --state C2Done --force',
      by: 'bob',
      reason: 'proof by hand',
    });
    // What is not there is found out by the stage, which stands still with its own error.
    await until(0, isIn('C2Done', 'paused'));
  });

  test('to Empty or Finished is refused, also by force, and so is a state nobody knows', async () => {
    const { control, until } = await setup(stopsAtC2);
    const { revision, possible } = await until(0, isIn('C1Done', 'paused'));
    for (const force of [false, true]) {
      for (const state of ['Empty', 'Finished'])
        expect(await rejectionOf(control.resume(0, { state, force }))).toMatchObject({
          code: 'state_not_possible',
          data: { possible },
        });
      expect(await rejectionOf(control.resume(0, { state: 'C3Done', force }))).toMatchObject({
        code: 'unknown_state',
      });
    }
    expect(control.thread(0)).toMatchObject({ mode: 'paused', state: 'C1Done', revision });
  });

  test('to Aborted aborts the sector, and the thread continues with the next', async () => {
    const { control, until } = await setup({ ...stopsAtC2, sealing: { sealIntervalMs: 10 } });
    await until(0, isIn('C1Done', 'paused'));
    await control.resume(0, { state: 'Aborted', by: 'bob' });
    await until(0, (view) => view.sector?.number === 2);
  });
});

describe('tries', () => {
  const refuses = async () => {
    throw new SealvisorError('remote_error', 'the manager answered: no ticket now');
  };
  const hour = 3_600_000;

  test("go by the stage's own policy, and the view shows them with the time of the next", async () => {
    const retry = { assign_ticket: { tries: 3, firstMs: 10, factor: 2, capMs: 15 } };
    const { until, views } = await setup({ service: { assignTicket: refuses }, config: { retry } });
    await until(0, isIn('TreeDBuilt', 'paused'));
    const tries = views.filter((view) => view.mode === 'retrying').map((view) => view.tries);
    expect(tries.map((each) => [each?.n, each?.of])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    for (const each of tries) expect(each?.nextAt).toMatch(/^\d{4}-.*Z$/);
  });

  test('keep their hour over a restart of the worker', async () => {
    const home = freshDir();
    const sealing = { recoverIntervalMs: hour };
    const first = await setup({ home, sealing, service: { assignTicket: refuses } });
    const { tries } = await first.until(0, isIn('TreeDBuilt', 'retrying'));
    expect(tries).toMatchObject({ n: 1, of: 5 });
    await first.worker.stop(0);
    await first.closeManager();
    const second = await setup({ home, sealing, service: { assignTicket: refuses } });
    expect(await second.until(0, isIn('TreeDBuilt', 'retrying'))).toMatchObject({ tries });
  });
});
