/** Which deaths were died where: counted, timed, and printed as a table at the end. */
import { type Plan, planState, plans } from '#machines/index.js';
import type { Course } from './courses.js';
import { again, isDrawn, sampleText } from './sample.js';

/** What is not there when the worker comes back from its death: the manager's home, its own disk, the store's disk. */
export type Missing = 'home' | 'location' | 'store';
/** What is damaged when the worker comes back: a file of its sector, or one that the store keeps of it. */
export type Damaged = 'file' | 'kept';
/** Besides: another sector's files in the place of its own, or the manager on a backup of its home. */
export type Loss = Missing | Damaged | 'another' | 'backup';
export type Victim = 'worker' | 'thread' | 'processor' | 'manager' | Loss;
/**
 * Right behind the commit into the state; with a file of the stage written but not named yet; with the stage's call to
 * the manager not heard, or its answer not; with all of the stage done but its commit.
 */
export type Moment = 'commit' | 'half' | 'request' | 'answer' | 'stage';

export interface Death {
  readonly victim: Victim;
  readonly moment: Moment;
}

/** By state, in the order in which they can happen: commit, half or request and answer, stage. */
export type Deaths = Readonly<Record<string, readonly Death[]>>;

export interface Matrix {
  /** The deaths of a life that are of the sample. */
  draw(life: string, course: Course, deaths: Deaths): Deaths;
  /** Runs one cell; a failure says which one it was. */
  cell(plan: Plan, state: string, victim: Victim, moment: Moment, die: () => Promise<void>): Promise<void>;
  /** The table, how many cells there were, and how they were drawn. */
  text(): string;
}

const columns = [
  'worker commit',
  'worker half',
  'worker answer',
  'worker stage',
  'thread commit',
  'thread half',
  'thread stage',
  'processor half',
  'processor stage',
  'manager request',
  'manager answer',
  'manager stage',
  'home commit',
  'home stage',
  'location commit',
  'location stage',
  'store commit',
  'store stage',
  'file commit',
  'kept commit',
  'file stage',
  'kept stage',
  'another stage',
  'backup stage',
];

export function matrix(): Matrix {
  const took = new Map<string, number>();
  const all: number[] = [];
  const sample = { drawn: 0, all: 0 };
  return {
    draw: (life, { plan }, deaths) =>
      Object.fromEntries(
        Object.entries(deaths).map(([state, each]) => {
          const drawn = each.filter(({ victim, moment }) =>
            isDrawn(`${life}: ${plan.name} ${state} ${victim} ${moment}`),
          );
          sample.all += each.length;
          sample.drawn += drawn.length;
          return [state, drawn];
        }),
      ),
    cell: async (plan, state, victim, moment, die) => {
      const startedMs = performance.now();
      try {
        await die();
      } catch (cause) {
        throw new Error(
          `${victim} dies at ${state} (${plan.name}, ${planState(plan, state)?.stage}), ${moment}: ${cause}\nagain: ${again}`,
          { cause },
        );
      }
      all.push(performance.now() - startedMs);
      took.set(`${plan.name} ${state} ${victim} ${moment}`, performance.now() - startedMs);
    },
    text: () =>
      [
        ...table(took),
        `${all.length} cells, ${(all.reduce((sum, ms) => sum + ms, 0) / 1000).toFixed(0)} s; - = no such death there`,
        sampleText('cells', sample),
      ].join('\n'),
  };
}

const row = (head: string, cells: readonly string[]) =>
  `${head.padEnd(23)}${cells.map((cell) => cell.padStart(11)).join('')}`;

/** What was died of where; `took` in ms, by plan, state, victim and moment. */
function table(took: ReadonlyMap<string, number>): readonly string[] {
  const keys = [...took.keys()];
  const died = columns.filter((column) => keys.some((key) => key.endsWith(` ${column}`)));
  const cell = (plan: string, state: string) => (column: string) => {
    const ms = took.get(`${plan} ${state} ${column}`);
    return ms === undefined ? '-' : `${(ms / 1000).toFixed(1)} s`;
  };
  const has = (start: string) => keys.some((key) => key.startsWith(`${start} `));
  const rows = Object.values(plans)
    .filter(({ name }) => has(name))
    .flatMap(({ name: plan, states }) => [
      plan,
      ...states
        .filter(({ name }) => has(`${plan} ${name}`))
        .map(({ name }) => row(`  ${name}`, died.map(cell(plan, name)))),
    ]);
  const head = (at: number) => died.map((column) => column.split(' ')[at] ?? '');
  return [row('', head(0)), row('state', head(1)), ...rows];
}
