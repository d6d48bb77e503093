import { expect, test } from 'vitest';
import { getShortestPaths } from 'xstate/graph';
import { planState, sealer, sealingThread } from '#machines/index.js';
import { recordAt, sector, settings, startMs } from './setup.js';

const machine = sealingThread(sealer);

/** A stage that is done, as the machine hears of it. */
function done(state: string, event: string) {
  const output = { event, ...(state === 'Empty' ? { sector } : {}) };
  return { type: `xstate.done.actor.0.sealer.${state}.active`, output };
}
function failed(state: string, level: string) {
  return { type: `xstate.error.actor.0.sealer.${state}.active`, error: { level, message: level } };
}

const events = sealer.states.flatMap(({ name }) => [
  ...sealer.edges.filter((edge) => edge.from === name).map((edge) => done(name, edge.event)),
  done(name, 'Released'),
  done(name, 'Idle'),
  failed(name, 'temporary'),
  failed(name, 'abort'),
]);

const paths = getShortestPaths(machine, {
  input: { record: recordAt('Empty'), settings, now: () => startMs, possible: () => [] },
  // The types know the outside's events only; these are what invoked stages send.
  events: [
    ...events,
    { type: 'THREAD.PAUSE', how: 'after-stage', by: 'alice', reason: null },
    { type: 'THREAD.STOP' },
  ] as never,
  serializeState: (snapshot) => JSON.stringify(snapshot.value),
});
const reached = new Set(paths.map((path) => JSON.stringify(path.state.value)));

test.each(sealer.states.map((state) => state.name))(
  '%s is reached from Empty: running, waiting and paused',
  (state) => {
    expect(reached).toContain(JSON.stringify({ [state]: { active: 'running' } }));
    expect(reached).toContain(JSON.stringify({ [state]: 'waitingForNext' }));
    expect(reached).toContain(JSON.stringify({ [state]: 'paused' }));
    const isHeavy = planState(sealer, state)?.processor !== undefined;
    expect(reached.has(JSON.stringify({ [state]: { active: 'pausing' } }))).toBe(isHeavy);
    expect(reached.has(JSON.stringify({ [state]: { active: 'stopping' } }))).toBe(isHeavy);
  },
);

test('the shortest way to Finished is the main line, one stage a step', () => {
  const way = paths.find((path) => JSON.stringify(path.state.value).startsWith('{"Finished":{"active"'));
  const earned = way?.steps.flatMap(({ event }) =>
    'output' in event ? [event.output as { event: string }] : [],
  );
  expect(earned?.map(({ event }) => event)).toEqual([
    'Allocate',
    'AcquireDeals',
    'AddPiece',
    'BuildTreeD',
    'AssignTicket',
    'PC1',
    'PC2',
    'SubmitPC',
    'CheckPC',
    'Persist',
    'SubmitPersistance',
    'AssignSeed',
    'C1',
    'C2',
    'SubmitProof',
    'Finish',
  ]);
});

test('a stopped machine is reached, and nothing leads out of it', () => {
  const ends = paths.filter((path) => path.state.status === 'done');
  expect(ends.map((path) => path.state.value)).toEqual(['stopped']);
});
