import { setup } from 'xstate';

/** Events of a supervisor: facts about its children and itself, and the two commands of its parent. */
export type SupervisorLifeEvent =
  | { readonly type: 'children.started' }
  | { readonly type: 'start.failed' }
  | { readonly type: 'limit.passed' }
  | { readonly type: 'significant.exited' }
  | { readonly type: 'supervisor.faulted' }
  | { readonly type: 'children.exited' }
  | { readonly type: 'SUPERVISOR.STOP' }
  | { readonly type: 'SUPERVISOR.KILL' };

/**
 * The life cycle of a supervisor. It stays `running` during restarts of its children, until there are too many. Each end
 * is a separate state, which determines what the parent sees.
 */
export const supervisorMachine = setup({
  types: { events: {} as SupervisorLifeEvent },
}).createMachine({
  id: 'supervisor',
  initial: 'starting',
  states: {
    starting: {
      description: 'children start, first to last',
      on: { 'children.started': 'running', 'start.failed': 'unwinding' },
    },
    running: {
      description: 'children are kept alive, verbs are answered',
      on: {
        'SUPERVISOR.STOP': 'stopping',
        'limit.passed': 'stopping',
        'significant.exited': 'stopping',
        'supervisor.faulted': 'failing',
        'SUPERVISOR.KILL': 'killing',
      },
    },
    unwinding: {
      description: 'a child did not start: those before it are stopped, last to first',
      on: { 'children.exited': 'neverStarted' },
    },
    stopping: {
      description: 'children are stopped, last to first, each within its shutdown time',
      on: { 'children.exited': 'shutdown', 'supervisor.faulted': 'failing', 'SUPERVISOR.KILL': 'killing' },
    },
    failing: {
      description: 'the supervisor itself is at fault; its children are stopped all the same',
      on: { 'children.exited': 'crashed', 'SUPERVISOR.KILL': 'killing' },
    },
    killing: {
      description: 'children are killed, all at once',
      on: { 'children.exited': 'killed' },
    },
    neverStarted: { type: 'final' },
    shutdown: { type: 'final' },
    crashed: { type: 'final' },
    killed: { type: 'final' },
  },
});
