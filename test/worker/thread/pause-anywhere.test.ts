/** A pause at any moment: where the thread stands still, what is answered, and where it goes on. */
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
const hour = 3_600_000;
const refusing = async () => {
  throw new SealvisorError('remote_error', 'Venus.AssignTicket: not now');
};
const alice = { by: 'alice', reason: 'swap disk' };
const standsStill = { changed: true, mode: 'paused', intent: { by: 'alice', reason: 'swap disk' } };

describe('a pause takes hold at once', () => {
  test('while the thread rests; resumed, it takes the next sector without resting on', async () => {
    const { control, until } = await setup({ sealing: { sealIntervalMs: hour } });
    await until(0, isIn('Empty', 'resting'));
    expect(await control.pause(0, alice)).toMatchObject({ ...standsStill, state: 'Empty' });
    await control.resume(0, {});
    await until(0, (view) => view.sector?.number === 2);
  });

  test('while it polls the chain', async () => {
    let state = 1;
    const asked = gate();
    const pollPreCommitState = async () => {
      void asked.pass();
      return { State: state, Desc: null };
    };
    const { control, until } = await setup({ service: { pollPreCommitState } });
    await asked.reached;
    expect(await control.pause(0, alice)).toMatchObject({ ...standsStill, state: 'PCSubmitted' });
    state = 3;
    expect(await control.resume(0, {})).toMatchObject({ changed: true, state: 'PCSubmitted' });
    await until(0, isIn('Empty', 'resting'));
  });

  test('while it asks the manager for a sector: the sector that comes is taken up after the resume', async () => {
    const door = gate();
    const { control, until, rowsOf } = await setup({
      service: {
        allocateSector: async () => {
          await door.pass();
          return { ID: { Miner: 10000, Number: 77 }, ProofType: 5 };
        },
        acquireDeals: async () => [],
      },
      leastMs: { add_pieces: 600_000 },
    });
    await door.reached;
    expect(await control.pause(0, alice)).toMatchObject({ ...standsStill, state: 'Empty', sector: null });
    door.open();
    await control.resume(0, {});
    await until(0, (view) => view.sector?.number === 77);
    expect(rowsOf(0).filter((row) => row.event === 'Allocate')).toHaveLength(1);
  });

  test('while it waits for the next try: the try does not come; resumed, it is made at once and counts anew', async () => {
    const { control, until } = await setup({
      service: { assignTicket: refusing },
      sealing: { recoverIntervalMs: hour },
    });
    expect(await until(0, isIn('TreeDBuilt', 'retrying'))).toMatchObject({ tries: { n: 1, of: 5 } });
    expect(await control.pause(0, alice)).toMatchObject({
      ...standsStill,
      lastError: { level: 'temporary' },
      tries: { n: 1, of: 5, nextAt: null },
    });
    const { revision } = await control.resume(0, {});
    expect(await until(0, (view) => view.revision > revision && view.mode === 'retrying')).toMatchObject({
      tries: { n: 1, of: 5, nextAt: expect.any(String) },
    });
  });

  test('while it is queued: it leaves the queue, and gets its position back when it is resumed', async () => {
    const { control, until } = await setup({
      threads: 4,
      leastMs: { pc1: 600_000 },
      config: { limits: { pc1: 1 } },
    });
    const holder = await Promise.race(
      [0, 1, 2, 3].map(async (index) => (await until(index, isWorking('TicketAssigned'))).index),
    );
    const others = [0, 1, 2, 3].filter((index) => index !== holder);
    await Promise.all(others.map((index) => until(index, isIn('TicketAssigned', 'waiting'))));
    const placeOf = (index: number) => control.thread(index).waitingFor?.place;
    const [first = 0, second = 0, third = 0] = others.toSorted(
      (a, b) => (placeOf(a) ?? 0) - (placeOf(b) ?? 0),
    );
    expect(await control.pause(second, alice)).toMatchObject({ ...standsStill, waitingFor: null });
    expect([placeOf(first), placeOf(second), placeOf(third)]).toEqual([1, undefined, 2]);
    await control.resume(second, {});
    await until(second, (view) => view.waitingFor?.place === 2);
    expect([placeOf(first), placeOf(third)]).toEqual([1, 3]);
    expect(control.thread(second).waitingFor).toEqual({ limit: 'pc1', place: 2, holders: [holder] });
    await control.pause(holder, { how: 'now' });
    await until(first, isWorking('TicketAssigned'));
    await control.pause(first, { how: 'now' });
    await until(second, isWorking('TicketAssigned'));
  });
});

describe('a pause that is said again while it is pending', () => {
  test('is told, not doubled: one row, one resume takes it back', async () => {
    const { control, until, untilRow, rowsOf } = await setup(long);
    await until(0, isWorking('TicketAssigned'));
    await control.pause(0, alice);
    const again = await control.pause(0, { by: 'bob' });
    expect(again).toMatchObject({
      changed: false,
      mode: 'pausing',
      intent: { by: 'alice' },
      message: 'thread #0 is pausing already by alice: the pause takes effect when PC1 is done',
    });
    expect(await control.resume(0, {})).toMatchObject({ changed: true, mode: 'running', intent: null });
    await untilRow(0, (row) => row.command === 'resume');
    expect(
      rowsOf(0)
        .filter((row) => row.kind === 'command')
        .map((row) => row.command),
    ).toEqual(['pause after-stage', 'resume']);
  });

  test('with now ends the stage', async () => {
    const { control, until } = await setup(long);
    await until(0, isWorking('TicketAssigned'));
    await control.pause(0, alice);
    expect(await control.pause(0, { how: 'now', by: 'bob' })).toMatchObject({
      changed: true,
      mode: 'paused',
      intent: { how: 'now', by: 'bob' },
    });
  });

  test('never acts on a later resume: a stage that was resumed ends, and the next one starts', async () => {
    const { control, until, untilRow } = await setup({ leastMs: { pc1: 300 } });
    await until(0, isWorking('TicketAssigned'));
    await control.pause(0, {});
    await control.pause(0, {});
    await control.resume(0, {});
    await untilRow(0, (row) => row.to === 'Finished');
  });
});

describe('a pause that is waited for', () => {
  test('answers when the thread is paused, with the state after the stage', async () => {
    const { control, until } = await setup({ leastMs: { pc1: 300 } });
    await until(0, isWorking('TicketAssigned'));
    expect(await control.pause(0, { ...alice, waitMs: 20_000 })).toMatchObject({
      ...standsStill,
      state: 'PC1Done',
      message: 'thread #0 is paused at PC1Done',
    });
  });

  test('answers pausing when the time is over, and the pause stands', async () => {
    const { control, until } = await setup(long);
    await until(0, isWorking('TicketAssigned'));
    expect(await control.pause(0, { waitMs: 1 })).toMatchObject({
      changed: true,
      mode: 'pausing',
      message: 'thread #0 is pausing: the pause takes effect when PC1 is done',
    });
    expect(control.thread(0).mode).toBe('pausing');
  });

  test('stands when who waited has gone away', async () => {
    const { control, until } = await setup(long);
    await until(0, isWorking('TicketAssigned'));
    const client = new AbortController();
    const asked = control.pause(0, { ...alice, waitMs: hour, signal: client.signal });
    await until(0, (view) => view.mode === 'pausing');
    client.abort();
    expect(await asked).toMatchObject({ changed: true, mode: 'pausing' });
    expect(control.thread(0)).toMatchObject({ mode: 'pausing', intent: { by: 'alice' } });
  });

  test('and is cancelled by another says so', async () => {
    const { control, until } = await setup(long);
    await until(0, isWorking('TicketAssigned'));
    const asked = control.pause(0, { ...alice, waitMs: hour });
    await until(0, (view) => view.mode === 'pausing');
    await control.resume(0, { by: 'bob' });
    expect(await asked).toMatchObject({
      mode: 'running',
      message: 'thread #0 was not paused: it is running at TicketAssigned',
    });
  });
});

describe('a thread that is being started again', () => {
  test('is paused when it is back, and stays paused when the worker is started again', async () => {
    const home = freshDir();
    let asked = 0;
    const assignTicket = async () => (++asked === 1 ? deadly : goodTicket);
    const first = await setup({ home, service: { assignTicket }, ...long });
    await first.until(0, (view) => view.mode === 'restarting');
    expect(await first.control.pause(0, alice)).toMatchObject({
      changed: true,
      incarnation: 2,
      mode: expect.stringMatching(/^paus(ed|ing)$/),
      intent: { by: 'alice', reason: 'swap disk' },
    });
    await first.worker.stop(1);
    await first.closeManager();
    const second = await setup({ home });
    expect(second.control.thread(0)).toMatchObject({ mode: 'paused', intent: { by: 'alice' } });
  });

  test('and failed for good refuses, and says how it is started again', async () => {
    const { control, until } = await setup({ service: { assignTicket: async () => deadly } });
    await until(0, (view) => view.mode === 'failed');
    for (const refused of [control.pause(0, {}), control.resume(0, {})]) {
      const error = await rejectionOf(refused);
      expect(error.code).toBe('thread_failed');
      expect(error.message).toContain('venus-worker worker restart --index 0');
    }
  });
});

describe('a freeze', () => {
  test('of what does not work freezes nothing, and does not say that it did', async () => {
    const { control } = await setup({ service: noJobs });
    expect((await control.pause(0, { how: 'freeze' })).message).toBe('thread #0 is paused at Empty');
  });
});

test('pauses and resumes in a row, 2,000 of them, leave a thread that answers, and a history no longer than it may be', async () => {
  const { control, until } = await setup({ service: noJobs, config: { historyRows: 200 } });
  await until(0, (view) => view.mode === 'idle');
  for (let n = 0; n < 1000; n++) {
    expect((await control.pause(0, { id: `p${n}` })).mode).toBe('paused');
    expect((await control.resume(0, { id: `r${n}` })).changed).toBe(true);
  }
  expect(control.thread(0)).toMatchObject({ revision: 2000, intent: null, incarnation: 1 });
  const rows: unknown[] = JSON.parse(await control.history(0, {}));
  expect(rows.length).toBeGreaterThanOrEqual(200);
  expect(rows.length).toBeLessThan(220);
});
