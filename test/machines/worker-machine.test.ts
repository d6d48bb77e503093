import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import { workerMachine } from '#machines/index.js';

function setup(count = 2) {
  const forwarded: unknown[] = [];
  const refused: unknown[] = [];
  const machine = workerMachine.provide({
    actions: {
      forward: ({ event }) => void forwarded.push(event),
      refuse: ({ event }) => void refused.push(event),
    },
  });
  const actor = createActor(machine, { input: { count } });
  actor.start();
  return { actor, forwarded, refused };
}

const pause = { type: 'THREAD.PAUSE', how: 'after-stage', by: 'alice', reason: null } as const;
const command = { type: 'THREAD.COMMAND', id: 7, index: 1, command: pause } as const;

test('a command is forwarded as it is, before and while the worker serves', () => {
  const { actor, forwarded, refused } = setup();
  actor.send(command);
  actor.send({ type: 'WORKER.SERVE' });
  actor.send(command);
  expect(forwarded).toEqual([command, command]);
  expect(refused).toEqual([]);
});

test('a command to a worker that drains is refused; a second stop changes nothing', () => {
  const { actor, forwarded, refused } = setup();
  actor.send({ type: 'WORKER.SERVE' });
  actor.send({ type: 'WORKER.STOP' });
  actor.send({ type: 'WORKER.STOP' });
  actor.send(command);
  expect(actor.getSnapshot().value).toBe('draining');
  expect(forwarded).toEqual([]);
  expect(refused).toEqual([command]);
});

test('it ends when its threads are stopped', () => {
  const { actor } = setup();
  actor.send({ type: 'WORKER.STOP' });
  actor.send({ type: 'worker.stopped' });
  expect(actor.getSnapshot()).toMatchObject({ value: 'stopped', status: 'done' });
});

test('it keeps incarnation, status and last exit of each thread, and one thread’s news touch no other', () => {
  const { actor } = setup();
  const start = { status: 'starting', incarnation: 0, lastExit: null };
  expect(actor.getSnapshot().context.threads).toEqual({ 0: start, 1: start });
  actor.send({ type: 'thread.started', index: 0, incarnation: 1 });
  actor.send({ type: 'thread.started', index: 1, incarnation: 1 });
  actor.send({ type: 'thread.exited', index: 1, reason: 'exited with 3' });
  actor.send({ type: 'thread.restarting', index: 1 });
  expect(actor.getSnapshot().context.threads).toEqual({
    0: { status: 'up', incarnation: 1, lastExit: null },
    1: { status: 'restarting', incarnation: 1, lastExit: 'exited with 3' },
  });
  actor.send({ type: 'thread.started', index: 1, incarnation: 2 });
  expect(actor.getSnapshot().context.threads[1]).toEqual({
    status: 'up',
    incarnation: 2,
    lastExit: 'exited with 3',
  });
  actor.send({ type: 'thread.failed', index: 0, reason: 'unreadable' });
  expect(actor.getSnapshot().context.threads[0]).toMatchObject({ status: 'failed', lastExit: 'unreadable' });
});
