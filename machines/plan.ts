/** A plan is data: the machine, the checks of `resume --state`, the charts and the tests all come from this table. */
import type { PoRepFeature } from '../src/protocol/sector.js';

/** What must exist for a sector to be in a state: outputs of earlier stages (in the record) and files (in the store). */
export interface Needs {
  readonly outputs: readonly string[];
  readonly files: readonly string[];
}

/** What a stage writes at most, in multiples of its sector size; `layers` is added once per layer of labels. */
export interface StageWrites {
  /** Whether it writes to the thread's location or to an attached store. */
  readonly at: 'location' | 'store';
  readonly sizes: number;
  readonly layers?: number;
}

/**
 * The files as any processor must find them at the start of a stage: without leftovers of an earlier try. Names as in
 * src/sealing/plan-files.ts.
 */
export interface Ground {
  /** Files that the stage writes: removed. */
  readonly removes: readonly string[];
  /** Files that must exist, and are emptied. */
  readonly empties?: readonly string[];
  /** Files that the stage changes in place, with their sources: copied again, unless they cannot have changed. */
  readonly copies?: Readonly<Record<string, string>>;
}

/** How a stage is done. */
export interface StageWork {
  /** Its name; `-` when none is shown. */
  readonly stage: string;
  /** The processor that does the stage's heavy work (docs/spec.md#processor-protocol); a pause waits for its end by default. */
  readonly processor?: string;
  /** What is prepared before the processor gets its task. */
  readonly ground?: Ground;
  /** Disk space that the stage needs before it starts. */
  readonly space?: StageWrites;
  /**
   * Files that are compared in full with what was recorded, before the stage starts; `last-layer` is one of `layers`. Other
   * files are compared by size, and by digest when small or modified.
   */
  readonly reads?: readonly string[];
}

/** A state, and the stage that leads out of it. */
export interface PlanState extends StageWork {
  readonly name: string;
  /** Only sectors with this feature go through the state, and all of them do. @default every sector */
  readonly only?: PoRepFeature;
  readonly needs: Needs;
  /** Our own code does the work in the thread, even if a processor is configured. @default false */
  readonly isInThread?: boolean;
  /**
   * A permanent failure here ends the job with its reason instead of pausing the thread: little work is lost, and other
   * jobs are waiting. `after-tries`: also a temporary failure after all retries. @default neither
   */
  readonly endsJob?: 'permanent' | 'after-tries';
  /** Files that must be intact as well, but do not decide whether the state is possible: they are in a store. */
  readonly holds?: readonly string[];
}

export interface PlanEdge {
  readonly from: string;
  readonly event: string;
  readonly to: string;
}

/**
 * How long an output that no state needs is kept: as long as another output; always, whatever is made again; or until
 * its sector is sent to another state.
 */
export type OutputLife = { readonly with: string } | 'always' | 'until-sent-back';

export interface Plan {
  readonly name: string;
  /** Its purpose, in one line. */
  readonly about: string;
  /** What is submitted to the chain, in order. @default nothing */
  readonly submits?: readonly Submission[];
  /** The stored files that it makes for the first time: they are removed when the job is aborted. @default none */
  readonly makes?: StoredKind;
  /** Whether it requests deals: always, or if the configuration enables it. @default never */
  readonly deals?: 'always' | 'enabled';
  /** Outputs that no state needs, with their lifetime. Other outputs are kept when a sector is sent to a state that needs them. */
  readonly keeps?: Readonly<Record<string, OutputLife>>;
  /** Names in `needs` that stand for one of several files. */
  readonly standsFor?: Readonly<Record<string, readonly string[]>>;
  readonly states: readonly PlanState[];
  readonly edges: readonly PlanEdge[];
}

export type Submission = 'pre-commit' | 'proof' | 'upgrade';

/** The files of a sealed sector, or of its upgrade. */
export type StoredKind = 'sealed' | 'update';

/** The state of a thread without a sector or job. */
export const emptyState = 'Empty';

/** The states in which the thread releases its sector or job. */
export const endStates: readonly string[] = ['Finished', 'Aborted'];

/** Whether a stage of the plan puts the sector into a store. */
export function isStoring({ states }: Plan): boolean {
  return states.some(({ space }) => space?.at === 'store');
}

/** Whether the plan works on files in the thread's location. */
export function hasFiles({ states }: Plan): boolean {
  return states.some(({ needs, space }) => space !== undefined || needs.files.length > 0);
}

export function planState(plan: Plan, name: string): PlanState | undefined {
  return plan.states.find((state) => state.name === name);
}

/** A stage's name in configuration: its processor (docs/spec.md#processor-protocol), else the stage in snake_case. */
export function stageName(state: PlanState | undefined): string {
  if (!state) return '-';
  return (
    state.processor ??
    // `WaitPCLanded` is `wait_pc_landed`.
    state.stage.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '_').toLowerCase()
  );
}

/** The name of the permit for the next sector. */
export const sectorPlace = 'sector';

/** The name of the permit that is requested before the stage: for heavy work, and for the next sector. Undefined: none. */
export function placeName(state: PlanState): string | undefined {
  return state.name === emptyState ? sectorPlace : state.processor;
}

/** Not `Empty`, which has no sector, and not `Finished`, which only work can reach. */
export function isResumable(state: PlanState): boolean {
  return state.name !== emptyState && state.name !== 'Finished';
}

/** What a thread's sector has: the keys of its outputs, and its existing files. */
export interface Holdings {
  readonly outputs: readonly string[];
  hasFile(name: string): boolean;
}

/** What `state` needs and the sector does not have; empty when the state is possible. */
export function missingFor(state: PlanState, holdings: Holdings): readonly string[] {
  return [
    ...state.needs.outputs.filter((key) => !holdings.outputs.includes(key)),
    ...state.needs.files.filter((file) => !holdings.hasFile(file)),
  ];
}

/** States an operator may send a sector to, in plan order; `Aborted` always. */
export function possibleStates(plan: Plan, holdings: Holdings): readonly string[] {
  return plan.states
    .filter(isResumable)
    .filter((state) => state.name === 'Aborted' || missingFor(state, holdings).length === 0)
    .map((state) => state.name);
}

/**
 * Stages on the plan's path from state `from` (included) to `to` (excluded): what a move repeats or skips. At a fork, a
 * sector of a `kind` takes the state of its kind, else the first edge that leads to `to`; if none does, the first edge.
 */
export function stagesBetween(plan: Plan, from: string, to: string, kind?: PoRepFeature): readonly string[] {
  const places = new Map(plan.states.map((state, place) => [state.name, place]));
  const placeOf = (name: string) => places.get(name) ?? -1;
  const end = placeOf(to);
  const onward = (name: string) =>
    plan.edges
      .filter((edge) => edge.from === name && placeOf(edge.to) > placeOf(name))
      .map((edge) => edge.to);
  const leads = (name: string): boolean =>
    name === to || (placeOf(name) < end && onward(name).some((next) => leads(next)));
  const stages: string[] = [];
  for (let state = planState(plan, from); state && placeOf(state.name) < end; ) {
    const { name, stage } = state;
    if (stage !== '-') stages.push(stage);
    const nexts = onward(name);
    const isOwn = (next: string) => kind !== undefined && planState(plan, next)?.only === kind;
    const next = nexts.find((each) => isOwn(each) && leads(each)) ?? nexts.find(leads) ?? nexts[0];
    state = next === undefined ? undefined : planState(plan, next);
  }
  return stages;
}
