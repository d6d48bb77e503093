import { describe, expect, onTestFinished, test } from 'vitest';
import type { Supervisor } from '#src/actors/index.js';
import { ThreadAddress } from '#src/threads/index.js';
import { Outbox } from '#src/threads/outbox.js';
import { backUp, type ChildSetup, call, childOf, underSupervisor } from '../tools/threads/child-setup.js';
import { longMs, rejectionOf } from '../tools/threads/setup.js';

async function setup(
  options: ChildSetup & { readonly keeps?: number; readonly ids?: readonly string[] } = {},
) {
  const { keeps, ids, ...rest } = options;
  const tree = await underSupervisor(ids, rest);
  const address = new ThreadAddress(tree.supervisor, 'one', keeps === undefined ? {} : { mailbox: keeps });
  onTestFinished(() => address.close());
  return { ...tree, address };
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const took = (said: readonly unknown[]) => (said as { took: unknown }[]).map((each) => each.took);

/** Resolves when the supervisor has noted the end of the child. */
function noted(supervisor: Supervisor, id = 'one'): Promise<void> {
  return new Promise((resolve) => {
    supervisor.subscribe((event) => {
      if (event.kind === 'child.exited' && event.id === id) setImmediate(resolve);
    });
  });
}

describe('events sent to an address', () => {
  test('arrive in order, and in order with calls', async () => {
    const { address } = await setup();
    for (const n of numbers(200)) expect(address.send(n)).toBe('sent');
    expect(await address.call('taken', [], longMs)).toEqual(numbers(200));
  });

  test('while the child restarts arrive in order at the next incarnation, none lost', async () => {
    const { supervisor, address, child } = await setup();
    const back = backUp(supervisor);
    child().kill();
    await noted(supervisor);
    for (const n of numbers(500)) expect(address.send(n)).toBe('waiting');
    expect(await (await back).call('taken', [], longMs)).toEqual(numbers(500));
    expect(address.stats()).toEqual({ waiting: 0, deadLetters: 0, refused: 0 });
  });

  test('at a thread that has crashed and is not yet known to have, arrive too: all but the one in hand', async () => {
    const { supervisor, address, child, said } = await setup();
    const was = child();
    const back = backUp(supervisor);
    for (const n of numbers(50)) address.send(n);
    address.send('crash');
    for (const n of numbers(300).slice(50)) address.send(n);
    const next = await back;
    await next.call('ping', [], longMs);
    expect(took(said)).toEqual(numbers(300));
    expect(await next.call('taken', [], longMs)).toEqual(numbers(300).slice(50));
    expect(was.stats().deadLetters).toBe(0);
  });

  test('past the bound of the mailbox are refused and counted, and those kept arrive', async () => {
    const { supervisor, address, child } = await setup({ keeps: 3 });
    const back = backUp(supervisor);
    child().kill();
    await noted(supervisor);
    expect(numbers(5).map((n) => address.send(n))).toEqual([
      'waiting',
      'waiting',
      'waiting',
      'refused',
      'refused',
    ]);
    expect(address.stats()).toEqual({ waiting: 3, deadLetters: 0, refused: 2 });
    expect(await (await back).call('taken', [], longMs)).toEqual([0, 1, 2]);
  });

  test('are kept as they were when they were sent', async () => {
    const { supervisor, address, child } = await setup();
    const back = backUp(supervisor);
    child().kill();
    await noted(supervisor);
    const event = { count: 1 };
    address.send(event);
    event.count = 2;
    expect(await (await back).call('taken', [], longMs)).toEqual([{ count: 1 }]);
    expect(() => address.send(() => 1)).toThrow(/could not be cloned/);
  });

  test('of a group that restarts because of a sibling are kept for the next incarnation', async () => {
    const { supervisor, child } = await underSupervisor(['one', 'two']);
    await supervisor.changeSpec({
      strategy: 'one_for_all',
      intensity: 100,
      children: ['one', 'two'].map((id) => supervisor.getChildSpec(id)),
    });
    const address = new ThreadAddress(supervisor, 'one');
    const back = backUp(supervisor, 'one');
    child('two').kill();
    await noted(supervisor, 'one');
    expect(address.send('kept')).toBe('waiting');
    expect(await (await back).call('taken', [], longMs)).toEqual(['kept']);
  });

  test('for a child that was terminated are dead letters, until it is started again', async () => {
    const { supervisor, address } = await setup();
    await supervisor.terminateChild('one');
    await new Promise((resolve) => setImmediate(resolve));
    expect(address.send('nobody')).toBe('dead');
    expect(await rejectionOf(address.call('ping', [], longMs))).toMatchObject({ code: 'thread_gone' });
    await supervisor.restartChild('one');
    expect(address.send('somebody')).toBe('sent');
    expect(await address.call('taken', [], longMs)).toEqual(['somebody']);
    expect(address.stats().deadLetters).toBe(1);
  });

  test('that were kept are dead letters when the supervisor gives the child up', async () => {
    const { supervisor, address, child } = await setup({ intensity: 0 });
    child().kill();
    expect(address.send('on its way')).toBe('sent');
    await supervisor.exited;
    expect(address.send('too late')).toBe('dead');
    expect(address.stats()).toEqual({ waiting: 0, deadLetters: 2, refused: 0 });
  });
});

describe('one incarnation', () => {
  test('refuses events past its mailbox, and goes on when it has taken them', async () => {
    const { child } = await underSupervisor(['one'], { mailbox: 2 });
    const one = child();
    const slow = one.call('slices', [1, 30], longMs);
    expect(numbers(4).map((n) => one.send(n))).toEqual(['sent', 'sent', 'refused', 'refused']);
    await slow;
    await one.call('ping', [], longMs);
    expect(one.send('again')).toBe('sent');
    expect(one.stats()).toMatchObject({ refused: 2, deadLetters: 0 });
  });

  test('counts what was sent to it when it was dead, or never taken by it, as dead letters', async () => {
    const { supervisor, child } = await underSupervisor();
    const one = child();
    const back = backUp(supervisor);
    call(one, 'spin');
    one.send('never taken');
    one.kill();
    await one.exited;
    expect(one.send('too late')).toBe('dead');
    expect(one.stats()).toMatchObject({ deadLetters: 2, untaken: 0, lateMessages: 0 });
    expect((await back).stats().deadLetters).toBe(0);
    expect(childOf(supervisor, 'one')).not.toBe(one);
  });
});

test('an outbox knows which of its events were never taken', () => {
  const pulse = { taken: 0 };
  const outbox = new Outbox(pulse, 3);
  for (const event of ['a', 'b', 'c']) outbox.add(event);
  expect(outbox.isFull).toBe(true);
  pulse.taken = 2;
  expect(outbox.isFull).toBe(false);
  outbox.add('d');
  expect(outbox.untaken).toBe(2);
  expect(outbox.takeBack()).toEqual(['c', 'd']);
  expect(outbox.takeBack()).toEqual([]);
});
