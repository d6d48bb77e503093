/** Each verb of the contract goes over a real thread's border and back; what is not in it is refused. */
import { expect, onTestFinished, test } from 'vitest';
import { threadChild } from '#src/threads/index.js';
import { dispatcher, threadOver } from '#src/worker/border/calls.js';
import {
  type MainSide,
  mainVerbs,
  type Names,
  type ThreadSide,
  threadVerbs,
} from '#src/worker/border/contract.js';

const deadlineMs = 10_000;
const given = { request: 'r1', manager: 'm1' };

/** Answers each verb with its own name and what came with it. */
function echoes(room: string, names: object, before: readonly unknown[] = []) {
  return Object.fromEntries(
    Object.keys(names).map((verb) => [
      verb,
      async (...args: unknown[]) => ({ verb: `${room}.${verb}`, args, before }),
    ]),
  );
}

/** A thread that answers with an echo, and asks what a test tells it to ask. */
async function setup() {
  const { manager, ...rooms } = mainVerbs;
  const plain = Object.entries(rooms).map(([room, names]) => [room, echoes(room, names)]);
  const side = {
    ...Object.fromEntries(plain),
    manager: (of: unknown) => echoes('manager', manager, [of]),
  } as MainSide;
  const thread = await threadChild({
    entry: new URL('../../tools/worker/fixtures/echoing.mjs', import.meta.url),
    name: 'echoing',
    services: dispatcher(side),
  })();
  onTestFinished(async () => {
    thread.kill();
    await thread.exited;
  });
  return thread;
}

test('every verb of a sealing thread', async () => {
  const thread = await setup();
  const side = threadOver((verb, args) => thread.call(verb, args, deadlineMs));
  expect(Object.keys(side)).toEqual(Object.keys(threadVerbs));
  for (const [verb, ask] of Object.entries(side)) {
    // An echo takes anything.
    const echoed = (ask as (...args: unknown[]) => Promise<unknown>)('first', { second: [2] });
    expect(await echoed).toEqual({ verb, args: ['first', { second: [2] }] });
  }
});

test('every verb of the main thread; the manager is told what the thread was given', async () => {
  const thread = await setup();
  for (const [room, names] of Object.entries(mainVerbs))
    for (const verb of Object.keys(names))
      for (const of of room === 'manager' ? [given, null, undefined] : [undefined])
        expect(await thread.call('ask', [room, verb, ['first', { second: [2] }], of], deadlineMs)).toEqual({
          ...{ verb: `${room}.${verb}`, args: ['first', { second: [2] }] },
          before: room === 'manager' ? [of] : [],
        });
});

test.each(['seal', 'constructor', 'toString', '__proto__'])(
  'a thread refuses %s, which is not its verb',
  async (verb) => {
    const thread = await setup();
    await expect(thread.call(verb, [], deadlineMs)).rejects.toThrow(`the thread has no verb ${verb}`);
  },
);

test.each(['desk', 'desk.drop', 'desk.constructor', 'manager.toString', 'ask', 'reportState', 'constructor'])(
  'the main thread refuses %s, which is not its verb',
  async (name) => {
    const thread = await setup();
    await expect(thread.call('raw', [name], deadlineMs)).rejects.toThrow(
      `a sealing thread called ${name}: the main thread has no such verb`,
    );
  },
);

test('a table that misses a verb, or has one under another name, does not compile', () => {
  // @ts-expect-error `leave` is missing
  const short: Names<MainSide['desk']> = { ask: 'ask', granted: 'granted' };
  // @ts-expect-error a verb has its own name
  const mixed: Names<MainSide['settings']> = { now: 'later' };
  // @ts-expect-error every verb but `view` is missing
  const side: ThreadSide = { view: () => Promise.reject(new Error('never called')) };
  expect([short, mixed, side]).toHaveLength(3);
});
