/** Cordon and drain with real threads: what goes on, what stands still, and what the lifting of it resumes. */
import { describe, expect, test } from 'vitest';
import { heldChild } from '../tools/worker/held-child.js';
import { freshDir, gate, isIn, isWorking, rejectionOf, setup } from '../tools/worker/setup.js';

const long = { leastMs: { pc1: 600_000 } };
const hour = 3_600_000;
const atPc1 = isWorking('TicketAssigned');
const stands = (view: { readonly mode: string }) => view.mode === 'paused';

describe('a cordoned worker', () => {
  test('finishes what was started and takes no new sector, until it is uncordoned', async () => {
    const door = gate();
    const { control, until, untilRow, untilWorker } = await setup({
      service: ({ assignTicket }) => ({
        assignTicket: async (id) => {
          await door.pass();
          return assignTicket(id);
        },
      }),
      sealing: { sealIntervalMs: 1 },
    });
    await door.reached;
    expect(await control.cordon({ by: 'alice', reason: 'new disks' })).toMatchObject({
      changed: true,
      life: 'cordoned',
      cordon: { by: 'alice', reason: 'new disks' },
    });
    expect(await control.cordon({ by: 'bob' })).toMatchObject({
      changed: false,
      message: 'the worker takes no new sectors already: cordoned by alice',
    });
    door.open();
    await untilRow(0, (row) => row.event === 'Released');
    expect(await until(0, isIn('Empty', 'waiting'))).toMatchObject({
      waitingFor: { limit: 'cordon', reason: 'cordoned by alice: new disks' },
    });
    expect(await control.uncordon({})).toMatchObject({ changed: true, life: 'serving', cordon: null });
    await until(0, (view) => view.sector?.number === 2);
    expect(await control.uncordon({})).toMatchObject({ changed: false });
    await untilWorker(({ life }) => life === 'serving');
  });

  test('is still cordoned after a restart', async () => {
    const home = freshDir();
    const first = await setup({ home, service: { allocateSector: async () => null } });
    await first.control.cordon({ by: 'alice' });
    await first.worker.stop(0);
    await first.closeManager();
    const second = await setup({ home });
    expect(second.control.worker()).toMatchObject({ life: 'cordoned', cordon: { by: 'alice' } });
    await second.until(0, isIn('Empty', 'waiting'));
  });
});

describe('a drain', () => {
  test('brings each thread to the end of its stage, shows how far it is, and when it is lifted the threads continue', async () => {
    const { control, until, untilWorker } = await setup({ threads: 2, leastMs: { pc1: 500 } });
    await Promise.all([0, 1].map((index) => until(index, atPc1)));
    expect(await control.drain({ by: 'alice', reason: 'kernel' })).toMatchObject({
      changed: true,
      life: 'draining',
      drain: { by: 'alice', reason: 'kernel', toFinish: false, deadline: null, done: 0, of: 2 },
    });
    await untilWorker(({ drain }) => drain?.done === 2);
    for (const index of [0, 1])
      expect(control.thread(index)).toMatchObject({
        state: 'PC1Done',
        mode: 'paused',
        intent: { by: 'alice', reason: 'drain: kernel' },
      });
    expect(await control.uncordon({})).toMatchObject({ changed: true, life: 'serving', drain: null });
    await Promise.all([0, 1].map((index) => until(index, isIn('Empty', 'resting'))));
  });

  test('leaves what was paused before, by an operator or by an error, when it is lifted', async () => {
    const { control, until } = await setup({
      threads: 3,
      ...long,
      faults: [{ stage: 'tree_d', level: 'permanent', message: 'no parameters', times: 0, thread: 2 }],
    });
    await Promise.all([until(0, atPc1), until(1, atPc1), until(2, stands)]);
    await control.pause(0, { how: 'now', by: 'alice' });
    await control.drain({ by: 'alice', deadlineMs: 0 });
    await until(1, stands);
    await control.uncordon({ by: 'bob' });
    await until(1, atPc1);
    expect(control.thread(0)).toMatchObject({ mode: 'paused', intent: { by: 'alice', reason: null } });
    expect(control.thread(2)).toMatchObject({ mode: 'paused', lastError: { level: 'permanent' } });
  });

  test('whose deadline is over ends the pause that alice asked for, and it stays hers', async () => {
    const { control, until } = await setup(long);
    await until(0, atPc1);
    await control.pause(0, { by: 'alice', reason: 'swap disk' });
    await control.drain({ by: 'bob', deadlineMs: 0 });
    expect(await until(0, stands)).toMatchObject({
      intent: { how: 'now', by: 'alice', reason: 'swap disk' },
    });
    await control.uncordon({});
    expect(control.thread(0)).toMatchObject({ mode: 'paused', intent: { by: 'alice' } });
  });

  test('does not send a thread on whose stage failed while the drain waited for it', async () => {
    const { control, until, atWork, warnings } = await heldChild({ sealing: { maxRetries: 0 } });
    const { pid } = await atWork();
    await control.drain({ by: 'alice' });
    await until(0, (view) => view.mode === 'pausing');
    process.kill(pid, 'SIGKILL');
    expect(await until(0, stands)).toMatchObject({ lastError: { level: 'permanent', stage: 'PC1' } });
    await control.uncordon({});
    expect(control.thread(0)).toMatchObject({ mode: 'paused', lastError: { level: 'permanent' } });
    expect(warnings).toEqual([expect.stringContaining('processor pc1 was killed by SIGKILL')]);
  });

  test('pauses a thread whose stage failed in passing: no try comes by itself', async () => {
    const { control, until, atWork } = await heldChild({ sealing: { recoverIntervalMs: hour } });
    const { pid } = await atWork();
    await control.drain({ by: 'alice' });
    await until(0, (view) => view.mode === 'pausing');
    process.kill(pid, 'SIGKILL');
    expect(await until(0, stands)).toMatchObject({ tries: { n: 1, of: 5, nextAt: null } });
    await control.uncordon({});
    await until(0, (view) => view.mode !== 'paused');
  });

  test('that is asked for again, by another and for another reason, lets all go when it is lifted', async () => {
    const { control, until } = await setup({ threads: 2, ...long });
    await Promise.all([0, 1].map((index) => until(index, atPc1)));
    await control.drain({ by: 'alice', reason: 'kernel', deadlineMs: 0 });
    await Promise.all([0, 1].map((index) => until(index, stands)));
    await control.drain({ by: 'bob', reason: 'disks' });
    await control.drain({ by: 'carol', toFinish: false, deadlineMs: 1000 });
    await control.uncordon({});
    await Promise.all([0, 1].map((index) => until(index, atPc1)));
  });

  test('to the end of the sectors pauses nobody; past its deadline what still works stands still, and it is done', async () => {
    const { control, until, untilWorker } = await setup({ threads: 2, ...long });
    await Promise.all([0, 1].map((index) => until(index, atPc1)));
    await control.drain({ by: 'alice', toFinish: true });
    expect(control.threads().map(({ mode }) => mode)).toEqual(['running', 'running']);
    await control.drain({ by: 'alice', toFinish: true, deadlineMs: 20 });
    await untilWorker(({ drain }) => drain?.done === 2);
    expect(control.threads().map(({ mode, state }) => [mode, state])).toEqual([
      ['paused', 'TicketAssigned'],
      ['paused', 'TicketAssigned'],
    ]);
  });

  test('to the end of the sectors is done when the thread has none, and it takes no other', async () => {
    const { control, until, untilWorker } = await setup({
      sealing: { sealIntervalMs: 1 },
      leastMs: { pc1: 300 },
    });
    await until(0, atPc1);
    await control.drain({ by: 'alice', toFinish: true });
    await untilWorker(({ drain }) => drain?.done === 1);
    expect(await until(0, isIn('Empty', 'waiting'))).toMatchObject({
      waitingFor: { limit: 'cordon', reason: 'draining by alice' },
    });
  });

  test('holds after a restart, and can be lifted then', async () => {
    const home = freshDir();
    const first = await setup({ home, threads: 2, ...long });
    await Promise.all([0, 1].map((index) => first.until(index, atPc1)));
    await first.control.pause(0, { how: 'now', by: 'carol' });
    await first.control.drain({ by: 'alice' });
    await first.worker.stop(0);
    await first.closeManager();
    const second = await setup({ home, threads: 2, ...long });
    await Promise.all([0, 1].map((index) => second.until(index, stands)));
    expect(second.control.worker()).toMatchObject({
      life: 'draining',
      drain: { by: 'alice', done: 2, of: 2 },
    });
    await second.control.uncordon({});
    await second.until(1, atPc1);
    expect(second.control.thread(0)).toMatchObject({ mode: 'paused', intent: { by: 'carol' } });
  });
});

describe('a stop that is asked for', () => {
  test('is answered, tells whoever runs the worker, and refuses commands once it is under way', async () => {
    const { control, worker } = await setup({ service: { allocateSector: async () => null } });
    expect(await control.stop({ by: 'alice', graceMs: 50 })).toMatchObject({
      changed: true,
      life: 'serving',
    });
    expect(await worker.stopAsked).toBe(50);
    await worker.stop(50);
    expect(control.worker().life).toBe('stopped');
    expect(await rejectionOf(control.cordon({}))).toMatchObject({ code: 'shutting_down' });
  });
});

test('a drain deadline far away is no timer that ends at once', async () => {
  const { control, until } = await setup(long);
  await until(0, atPc1);
  await control.drain({ by: 'alice', deadlineMs: 1000 * hour });
  expect(await until(0, (view) => view.mode === 'pausing')).toMatchObject({ state: 'TicketAssigned' });
});

test('what an operator paused stays paused when the drain is lifted, whatever its reason says', async () => {
  const { control, until } = await setup({ threads: 2, service: { allocateSector: async () => null } });
  await Promise.all([0, 1].map((index) => until(index, (view) => view.incarnation === 1)));
  await control.pause(0, { by: 'alice', reason: 'drain: kernel' });
  await until(0, stands);
  await control.drain({ by: 'alice', reason: 'kernel' });
  expect(await until(1, stands)).toMatchObject({ intent: { drain: expect.any(String) } });
  await control.uncordon({ by: 'alice' });
  await until(1, (view) => view.mode !== 'paused');
  expect(control.thread(0)).toMatchObject({ mode: 'paused', intent: { reason: 'drain: kernel' } });
});
