/** The life of a supervisor as a table; `machines/supervisor.ts` draws the same one. */

type Edges = Readonly<Partial<Record<LifeEvent, Life>>>;

export type LifeEvent =
  | 'children.started'
  | 'start.failed'
  | 'limit.passed'
  | 'significant.exited'
  | 'supervisor.faulted'
  | 'children.exited'
  | 'SUPERVISOR.STOP'
  | 'SUPERVISOR.KILL';

export type Life =
  | 'starting'
  | 'running'
  | 'unwinding'
  | 'stopping'
  | 'failing'
  | 'killing'
  | 'neverStarted'
  | 'shutdown'
  | 'crashed'
  | 'killed';

export const lives: Readonly<Record<Life, Edges>> = {
  starting: { 'children.started': 'running', 'start.failed': 'unwinding' },
  running: {
    'SUPERVISOR.STOP': 'stopping',
    'limit.passed': 'stopping',
    'significant.exited': 'stopping',
    'supervisor.faulted': 'failing',
    'SUPERVISOR.KILL': 'killing',
  },
  unwinding: { 'children.exited': 'neverStarted' },
  stopping: {
    'children.exited': 'shutdown',
    'supervisor.faulted': 'failing',
    'SUPERVISOR.KILL': 'killing',
  },
  failing: { 'children.exited': 'crashed', 'SUPERVISOR.KILL': 'killing' },
  killing: { 'children.exited': 'killed' },
  neverStarted: {},
  shutdown: {},
  crashed: {},
  killed: {},
};

/** The next state; undefined when the event has no effect in this one. */
export function nextLife(life: Life, event: LifeEvent): Life | undefined {
  return lives[life][event];
}

/** Whether children may still be started. */
export function isOpen(life: Life): boolean {
  return life === 'starting' || life === 'running';
}

/** Whether the supervisor has ended. */
export function hasEnded(life: Life): boolean {
  return Object.keys(lives[life]).length === 0;
}
