import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import { workerMachine } from '#machines/index.js';
import { emptyWorkerRecord, type WorkerRecord } from '#machines/worker-record.js';

function setup(facts: Partial<WorkerRecord> = {}) {
  const forwarded: unknown[] = [];
  const executed: unknown[] = [];
  const refused: unknown[] = [];
  const machine = workerMachine.provide({
    actions: {
      forward: ({ event }) => void forwarded.push(event),
      execute: ({ event }) => void executed.push(event),
      refuse: ({ event }) => void refused.push(event),
    },
  });
  const actor = createActor(machine, { input: { record: { ...emptyWorkerRecord, ...facts } } });
  actor.start();
  const life = () => actor.getSnapshot().value;
  const change = (changes: Partial<WorkerRecord>) => {
    const { record } = actor.getSnapshot().context;
    actor.send({ type: 'worker.changed', record: { ...record, ...changes } });
  };
  return { actor, forwarded, executed, refused, life, change };
}

const pause = { type: 'THREAD.PAUSE', how: 'after-stage', by: 'alice', reason: null } as const;
const reply = { resolve: () => undefined, reject: () => undefined };
const carryOut = () => Promise.reject(new Error('not asked here'));
const command = { type: 'THREAD.COMMAND', index: 1, command: pause, carryOut, reply } as const;
const cordonCommand = {
  type: 'WORKER.COMMAND',
  command: { type: 'WORKER.CORDON', by: 'alice', reason: null },
  reply,
} as const;
const wish = { by: 'alice', reason: 'new disks', at: '2026-11-22T10:00:00.000Z' };
const drain = { ...wish, toFinish: false, deadlineMs: null };

test('a command is forwarded as it is, before and while the worker serves', () => {
  const { actor, forwarded, refused } = setup();
  actor.send(command);
  actor.send({ type: 'WORKER.SERVE' });
  actor.send(command);
  expect(forwarded).toEqual([command, command]);
  expect(refused).toEqual([]);
});

test.each([
  ['boots', {}, false, 'booting'],
  ['serves', {}, true, 'serving'],
  ['is cordoned', { cordon: wish }, true, 'cordoned'],
  ['drains', { drain }, true, 'draining'],
])(
  'while it %s, commands to a thread and to itself are taken, and its life waits for the record',
  (_, facts, serves, life) => {
    const { actor, forwarded, executed, refused, ...one } = setup(facts);
    if (serves) actor.send({ type: 'WORKER.SERVE' });
    actor.send(command);
    actor.send(cordonCommand);
    expect(forwarded).toEqual([command]);
    expect(executed).toEqual([cordonCommand]);
    expect(refused).toEqual([]);
    expect(one.life()).toBe(life);
  },
);

test('a command to a worker that stops is refused, its own too; a second stop changes nothing', () => {
  const { actor, forwarded, executed, refused, life } = setup();
  actor.send({ type: 'WORKER.SERVE' });
  actor.send({ type: 'WORKER.STOP' });
  actor.send({ type: 'WORKER.STOP' });
  actor.send(command);
  actor.send(cordonCommand);
  expect(life()).toBe('stopping');
  expect([...forwarded, ...executed]).toEqual([]);
  expect(refused).toEqual([command, cordonCommand]);
});

test('its record says what it is when it begins to serve, and nothing of it is lost by a restart', () => {
  for (const [facts, life] of [
    [{}, 'serving'],
    [{ cordon: wish }, 'cordoned'],
    [{ drain }, 'draining'],
    [{ cordon: wish, drain }, 'draining'],
  ] as const) {
    const one = setup(facts);
    one.actor.send({ type: 'WORKER.SERVE' });
    expect(one.life()).toBe(life);
    expect(one.actor.getSnapshot().context.record).toEqual({ ...emptyWorkerRecord, ...facts });
  }
});

test.each([
  ['serving', {}, { cordon: wish }, 'cordoned'],
  ['serving', {}, { drain }, 'draining'],
  ['cordoned', { cordon: wish }, { cordon: null }, 'serving'],
  ['cordoned', { cordon: wish }, { drain }, 'draining'],
  ['draining', { drain }, { drain: null }, 'serving'],
  ['draining', { cordon: wish, drain }, { cordon: null, drain: null }, 'serving'],
  ['serving', {}, { limits: { pc1: { limit: 4, configured: null } } }, 'serving'],
] as const)('%s: a record %j that becomes %j makes it %s', (before, facts, changes, after) => {
  const one = setup(facts);
  one.actor.send({ type: 'WORKER.SERVE' });
  expect(one.life()).toBe(before);
  one.change(changes);
  expect(one.life()).toBe(after);
  expect(one.actor.getSnapshot().context.record).toEqual({ ...emptyWorkerRecord, ...facts, ...changes });
});

test('a record that changes while the worker boots or stops is kept and does not move its life', () => {
  const one = setup();
  one.change({ cordon: wish });
  expect(one.life()).toBe('booting');
  one.actor.send({ type: 'WORKER.SERVE' });
  expect(one.life()).toBe('cordoned');
  one.actor.send({ type: 'WORKER.STOP' });
  one.change({ cordon: null });
  expect(one.life()).toBe('stopping');
  expect(one.actor.getSnapshot().context.record.cordon).toBeNull();
});

test.each([
  ['booting', {}, false],
  ['serving', {}, true],
  ['cordoned', { cordon: wish }, true],
  ['draining', { drain }, true],
])('%s, it is told to stop, and ends when its threads are stopped', (life, facts, serves) => {
  const one = setup(facts);
  if (serves) one.actor.send({ type: 'WORKER.SERVE' });
  expect(one.life()).toBe(life);
  one.actor.send({ type: 'WORKER.STOP' });
  expect(one.life()).toBe('stopping');
  one.actor.send({ type: 'worker.stopped' });
  expect(one.actor.getSnapshot()).toMatchObject({ value: 'stopped', status: 'done' });
});

test('it keeps incarnation, status and last exit of each thread, and one thread’s news touch no other', () => {
  const { actor } = setup();
  expect(actor.getSnapshot().context.threads).toEqual({});
  actor.send({ type: 'thread.exited', index: 0, reason: 'did not start' });
  expect(actor.getSnapshot().context.threads[0]).toEqual({
    status: 'starting',
    incarnation: 0,
    lastExit: 'did not start',
  });
  actor.send({ type: 'thread.started', index: 0, incarnation: 1 });
  actor.send({ type: 'thread.started', index: 1, incarnation: 1 });
  actor.send({ type: 'thread.exited', index: 1, reason: 'exited with 3' });
  actor.send({ type: 'thread.restarting', index: 1 });
  expect(actor.getSnapshot().context.threads).toEqual({
    0: { status: 'up', incarnation: 1, lastExit: 'did not start' },
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

test('a thread that is removed is forgotten, the others are not', () => {
  const { actor } = setup();
  actor.send({ type: 'thread.started', index: 0, incarnation: 1 });
  actor.send({ type: 'thread.started', index: 1, incarnation: 4 });
  actor.send({ type: 'thread.removed', index: 1 });
  actor.send({ type: 'thread.removed', index: 9 });
  expect(Object.keys(actor.getSnapshot().context.threads)).toEqual(['0']);
});
