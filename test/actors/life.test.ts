import { describe, expect, test } from 'vitest';
import { transition } from 'xstate';
import { supervisorMachine } from '#machines/index.js';
import { hasEnded, type Life, type LifeEvent, lives, nextLife } from '#src/actors/life.js';

const events = [
  'children.started',
  'start.failed',
  'limit.passed',
  'significant.exited',
  'supervisor.faulted',
  'children.exited',
  'SUPERVISOR.STOP',
  'SUPERVISOR.KILL',
] as const satisfies readonly LifeEvent[];
// The keys of a record over Life.
const all = Object.keys(lives) as Life[];

describe('the statechart is the table the supervisor lives by', () => {
  test('it has the same states and the same beginning', () => {
    expect(Object.keys(supervisorMachine.states).toSorted()).toEqual(all.toSorted());
    expect(supervisorMachine.config.initial).toBe('starting');
    expect(supervisorMachine.events.toSorted()).toEqual([...events].toSorted());
  });

  test.each(all)('%s: every event leads to the same place, or nowhere', (life) => {
    const snapshot = supervisorMachine.resolveState({ value: life });
    for (const type of events) {
      const [next] = transition(supervisorMachine, snapshot, { type });
      expect([type, next.value]).toEqual([type, nextLife(life, type) ?? life]);
    }
    expect(supervisorMachine.states[life]?.type === 'final').toBe(hasEnded(life));
  });
});
