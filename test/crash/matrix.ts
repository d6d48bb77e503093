/** Which deaths were died where: counted, timed, and printed as a table at the end. */
import { type Plan, planState, plans } from '#machines/index.js';

export type Victim = 'worker' | 'thread' | 'processor' | 'manager';
/**
 * Right behind the commit into the state; with a file of the stage written but not named yet; with the stage's call to
 * the manager not heard, or its answer not; with all of the stage done but its commit.
 */
export type Moment = 'commit' | 'half' | 'request' | 'answer' | 'stage';

export interface Matrix {
  /** Runs one cell; a failure says which one it was. */
  cell(plan: Plan, state: string, victim: Victim, moment: Moment, die: () => Promise<void>): Promise<void>;
  /** The table, and how many cells there were. */
  text(): string;
}

const columns = [
  'worker commit',
  'worker half',
  'worker stage',
  'thread commit',
  'thread half',
  'thread stage',
  'processor half',
  'processor stage',
  'manager request',
  'manager answer',
  'manager stage',
];

export function matrix(): Matrix {
  const took = new Map<string, number>();
  const all: number[] = [];
  const row = (head: string, cells: readonly string[]) =>
    `${head.padEnd(23)}${cells.map((cell) => cell.padStart(11)).join('')}`;
  const words = columns.map((column) => column.split(' '));
  return {
    cell: async (plan, state, victim, moment, die) => {
      const startedMs = performance.now();
      try {
        await die();
      } catch (cause) {
        throw new Error(
          `${victim} dies at ${state} (${plan.name}, ${planState(plan, state)?.stage}), ${moment}: ${cause}`,
          {
            cause,
          },
        );
      }
      all.push(performance.now() - startedMs);
      took.set(`${plan.name} ${state} ${victim} ${moment}`, performance.now() - startedMs);
    },
    text: () =>
      [
        row(
          '',
          words.map(([victim = '']) => victim),
        ),
        row(
          'state',
          words.map(([, moment = '']) => moment),
        ),
        ...Object.values(plans)
          .filter(({ name }) => [...took.keys()].some((key) => key.startsWith(`${name} `)))
          .flatMap(({ name: plan, states }) => [
            plan,
            ...states
              .filter(({ name }) => [...took.keys()].some((key) => key.startsWith(`${plan} ${name} `)))
              .map(({ name }) =>
                row(
                  `  ${name}`,
                  columns.map((column) => {
                    const ms = took.get(`${plan} ${name} ${column}`);
                    return ms === undefined ? '-' : `${(ms / 1000).toFixed(1)} s`;
                  }),
                ),
              ),
          ]),
        `${all.length} cells, ${(all.reduce((sum, ms) => sum + ms, 0) / 1000).toFixed(0)} s; - = no such death there`,
      ].join('\n'),
  };
}
