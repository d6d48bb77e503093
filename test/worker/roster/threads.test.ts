import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { SealvisorError } from '#src/protocol/errors.js';
import { openThreadStore } from '#src/store/thread-store.js';
import {
  deadly,
  freshDir,
  gate,
  goodTicket,
  isIn,
  noJobs,
  rejectionOf,
  setup,
} from '../../tools/worker/setup.js';

function spoilRecord(location: string): void {
  openThreadStore(location).close();
  const db = new Database(join(location, 'sealvisor.db'));
  db.prepare("insert into record (id, version, body) values (1, 1, 'not what was written')").run();
  db.close();
}

describe('a worker with two threads', () => {
  test('seals: each transition is a row in the order of the plan, the files are in the store, and the thread rests', async () => {
    const { until, rows, locationOf, home, sectors, worker } = await setup({ threads: 2 });
    await Promise.all([until(0, isIn('Empty', 'resting')), until(1, isIn('Empty', 'resting'))]);
    for (const index of [0, 1]) {
      const mine = rows.filter((each) => each.index === index).map(({ row }) => row);
      expect(mine.map((row) => row.event)).toEqual([
        ...['Allocate', 'AcquireDeals', 'AddPiece', 'BuildTreeD', 'AssignTicket', 'PC1', 'PC2', 'SubmitPC'],
        ...['CheckPC', 'Persist', 'SubmitPersistance', 'AssignSeed', 'C1', 'C2', 'SubmitProof', 'Finish'],
        'Released',
      ]);
      expect(mine.map((row) => row.seq)).toEqual(mine.map((_, n) => n + 1));
      expect(readdirSync(join(locationOf(index), 'sectors'))).toEqual([]);
    }
    expect(sectors.lives().map(({ life }) => life.finalized)).toEqual([true, true]);
    for (const number of [1, 2])
      expect(existsSync(join(home, 'long', 'sealed', `s-t010000-${number}`))).toBe(true);
    expect(worker.summary()).toMatchObject({ threads: 2, empty: 2, running: 0, errors: 0 });
  });
});

describe('a thread that dies', () => {
  test('is restarted from its record, finishes, and the others do not notice', async () => {
    let asked = 0;
    const assignTicket = async () => (++asked === 1 ? deadly : goodTicket);
    const { control, until, views, warnings } = await setup({
      threads: 2,
      service: { assignTicket },
      sealingOf: onlyFirst,
    });
    const ended = await until(0, (view) => view.incarnation === 2 && view.mode === 'resting');
    expect(ended.state).toBe('Empty');
    expect(asked).toBe(2);
    const restarting = views.find((view) => view.index === 0 && view.mode === 'restarting');
    expect(restarting).toMatchObject({
      state: 'TreeDBuilt',
      incarnation: 1,
      lastError: { level: 'critical' },
    });
    expect(restarting?.lastError?.message).toContain('cannot write the record');
    const second = views.filter((view) => view.index === 0 && view.incarnation === 2);
    expect(second[0]).toMatchObject({ state: 'TreeDBuilt', sector: { number: 1 }, lastError: null });
    expect(control.thread(1).incarnation).toBe(1);
    expect(views.filter((view) => view.index === 1).every((view) => view.mode === 'idle')).toBe(true);
    expect(warnings).toEqual([
      expect.stringMatching(/^thread #1 has no job: .*allowed_miners = \[999\]/),
      expect.stringMatching(/^thread #0 ended: .*started again from its record$/),
    ]);
    expect(control.worker()).toMatchObject({ life: 'serving' });
  });

  test('again and again is parked as failed, says why, and the others continue', async () => {
    const { control, until, warnings, worker } = await setup({
      threads: 2,
      service: { assignTicket: async () => deadly },
      sealingOf: onlyFirst,
    });
    const failed = await until(0, (view) => view.mode === 'failed');
    expect(failed).toMatchObject({ state: 'TreeDBuilt', incarnation: 6, lastError: { level: 'critical' } });
    expect(failed.lastError?.message).toMatch(/more than 5 times within 60 s.*cannot write the record/);
    expect(await rejectionOf(control.pause(0, {}))).toMatchObject({ code: 'thread_failed' });
    expect(warnings.at(-1)).toMatch(/thread #0 failed.*the other threads continue/);
    expect(await control.pause(1, {})).toMatchObject({ changed: true, incarnation: 1 });
    expect(worker.summary()).toMatchObject({ threads: 2, paused: 1, running: 0, errors: 1 });
  });
});

describe('a thread that cannot start is failed, and the others go on', () => {
  test('for its record cannot be read: the record stays as it is', async () => {
    const home = freshDir();
    spoilRecord(join(home, 'store0'));
    const { control, warnings, until } = await setup({ home, threads: 2, service: noJobs });
    const failed = control.thread(0);
    expect(failed).toMatchObject({ mode: 'failed', lastError: { level: 'critical' } });
    expect(failed.lastError?.message).toContain(join(home, 'store0', 'sealvisor.db'));
    // Its location was used before there were marks.
    expect(warnings).toEqual([
      expect.stringContaining('store0 is taken over'),
      expect.stringContaining('thread #0 failed'),
    ]);
    expect(await rejectionOf(control.resume(0, {}))).toMatchObject({ code: 'thread_failed' });
    await until(1, (view) => view.mode === 'idle' && view.incarnation === 1);
    const db = new Database(join(home, 'store0', 'sealvisor.db'));
    expect(db.prepare('select body from record').get()).toEqual({ body: 'not what was written' });
    db.close();
  });

  test('for another process has its location', async () => {
    const home = freshDir();
    const owner = openThreadStore(join(home, 'store0'));
    const { control } = await setup({ home, threads: 2, service: noJobs });
    owner.close();
    expect(control.threads().map((view) => view.mode)).toEqual(['failed', 'idle']);
    expect(control.thread(0).lastError?.message).toContain('in use');
  });
});

describe('a worker that stops and starts again', () => {
  const long = { leastMs: { pc1: 600_000 } };

  test('goes on where it stopped, a stage that outlived the grace is done again', async () => {
    const home = freshDir();
    const first = await setup({ home, ...long });
    const before = await first.until(0, isIn('TicketAssigned', 'running'));
    await first.worker.stop(20);
    await first.worker.stop(20);
    await first.closeManager();
    const second = await setup({ home });
    const resting = await second.until(0, isIn('Empty', 'resting'));
    expect(resting.revision).toBeGreaterThan(before.revision);
    const events = second.rows.map(({ row }) => row.event);
    expect(events.slice(0, 2)).toEqual(['PC1', 'PC2']);
    expect(second.sectors.lives()).toMatchObject([{ id: { number: 1 }, life: { finalized: true } }]);
  });

  test('rests on until its time is over', async () => {
    const home = freshDir();
    const sealing = { sealIntervalMs: 600_000 };
    const first = await setup({ home, sealing });
    await first.until(0, isIn('Empty', 'resting'));
    await first.worker.stop(1000);
    await first.closeManager();
    const second = await setup({ home, sealing });
    expect(second.control.thread(0)).toMatchObject({ mode: 'resting', state: 'Empty', sector: null });
  });

  test('keeps a pause with who and why; one that still waited has taken hold', async () => {
    const home = freshDir();
    const first = await setup({ home, ...long });
    await first.until(0, isIn('TicketAssigned', 'running'));
    await first.control.pause(0, { by: 'alice', reason: 'swap disk' });
    await first.worker.stop(1);
    await first.closeManager();
    const second = await setup({ home });
    const paused = { state: 'TicketAssigned', mode: 'paused', intent: { by: 'alice', reason: 'swap disk' } };
    expect(second.control.thread(0)).toMatchObject(paused);
    await second.worker.stop(1);
    await second.closeManager();
    const third = await setup({ home });
    expect(third.control.thread(0)).toMatchObject(paused);
    expect(third.rows).toEqual([]);
    expect(await third.control.resume(0, {})).toMatchObject({
      changed: true,
      state: 'TicketAssigned',
      intent: null,
    });
    await third.until(0, isIn('Empty', 'resting'));
  });
});

describe('a manager that cannot be reached', () => {
  const unreachable = async () => {
    throw new SealvisorError('unreachable', 'cannot reach 127.0.0.1:1789');
  };

  test('leaves threads without a sector idle, without an error; they ask again', async () => {
    let asked = 0;
    const again = gate();
    const allocateSector = async () => {
      asked += 1;
      if (asked === 2) void again.pass();
      return unreachable();
    };
    const { until, control } = await setup({
      service: { allocateSector },
      sealing: { recoverIntervalMs: 10 },
    });
    await until(0, (view) => view.mode === 'idle' && view.incarnation === 1);
    await again.reached;
    expect(control.thread(0)).toMatchObject({ mode: 'idle', state: 'Empty', lastError: null, revision: 0 });
  });

  test('is waited out by a thread with a sector, past all its tries, and the thread goes on by itself', async () => {
    let asked = 0;
    const { until } = await setup({
      service: ({ assignTicket }) => ({
        assignTicket: async (id) => {
          asked += 1;
          return asked > 5 ? assignTicket(id) : unreachable();
        },
      }),
      sealing: { recoverIntervalMs: 1, maxRetries: 1 },
    });
    expect(await until(0, isIn('TreeDBuilt', 'retrying'))).toMatchObject({
      tries: null,
      outage: { since: expect.any(String), nextAt: expect.any(String) },
      lastError: { level: 'temporary', message: 'cannot reach 127.0.0.1:1789', stage: 'AssignTicket' },
    });
    expect(await until(0, (view) => view.state === 'TicketAssigned')).toMatchObject({ lastError: null });
    expect(asked).toBe(6);
  });

  test('answers with an error: that is a try, and past the last the thread pauses with its sector', async () => {
    const { until } = await setup({
      service: {
        assignTicket: async () => {
          throw new SealvisorError('remote_error', 'Venus.AssignTicket: no');
        },
      },
      sealing: { recoverIntervalMs: 10, maxRetries: 2 },
    });
    expect(await until(0, isIn('TreeDBuilt', 'retrying'))).toMatchObject({
      tries: { of: 2, nextAt: expect.any(String) },
    });
    expect(await until(0, isIn('TreeDBuilt', 'paused'))).toMatchObject({
      sector: { id: 's-t010000-1' },
      intent: null,
      lastError: { level: 'permanent', message: 'Venus.AssignTicket: no' },
    });
  });
});

/** The manager has no sector for the second thread. */
function onlyFirst(index: number) {
  return index === 0 ? {} : { allowedMiners: [999] };
}
