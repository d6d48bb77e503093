/** A plan is data: the machine, the checks of `resume --state`, the charts and the tests come from one table. */
import type { PoRepFeature } from '../src/protocol/sector.js';

/** What must exist for a sector to be in a state: outputs of earlier stages (in the record) and files (in the store). */
export interface Needs {
  readonly outputs: readonly string[];
  readonly files: readonly string[];
}

/** What a stage writes at most, in sizes of its sector; `layers` counts once for each layer of labels. */
export interface StageWrites {
  /** Into the thread's own location, or into an attached store. */
  readonly at: 'location' | 'store';
  readonly sizes: number;
  readonly layers?: number;
}

/**
 * The files of a stage as its processor finds them, whoever that is: nothing of an earlier try. Names as in
 * src/sealing/plan-files.ts.
 */
export interface Ground {
  /** What the stage writes: removed. */
  readonly removes: readonly string[];
  /** Files that have to be there, emptied. */
  readonly empties?: readonly string[];
  /** What the stage changes in place: copied again from its source, unless nobody can have changed it. */
  readonly copies?: Readonly<Record<string, string>>;
}

/** How a stage is done. */
export interface StageWork {
  /** Its name; `-` where none is shown. */
  readonly stage: string;
  /** The processor of docs/spec.md#processor-protocol that does the stage's heavy work; a pause waits for such a stage's end. */
  readonly processor?: string;
  /** What is made ready before the processor is asked. */
  readonly ground?: Ground;
  /** Room that the stage wants before it starts. */
  readonly space?: StageWrites;
  /** Files of which every byte is compared with what was noted, before the stage begins; `last-layer` is one of `layers`. Others by size, and by digest when they are small or were touched. */
  readonly reads?: readonly string[];
}

/** A state, and the stage that leads out of it. */
export interface PlanState extends StageWork {
  readonly name: string;
  /** All sectors that are proven so go through the state, and no others. @default every sector */
  readonly only?: PoRepFeature;
  readonly needs: Needs;
  /** Our own code does the work in the thread, whatever does it elsewhere. @default who the configuration names does it */
  readonly isInThread?: boolean;
  /**
   * A permanent failure here ends the job with its reason instead of pausing the thread: no hours of work are in it, and
   * other jobs wait behind it. `after-tries`: also a temporary one that was tried `max_retries` times. @default neither
   */
  readonly endsJob?: 'permanent' | 'after-tries';
  /** Files that have to be whole, too, but do not decide whether the state is possible: they lie in a store. */
  readonly holds?: readonly string[];
}

export interface PlanEdge {
  readonly from: string;
  readonly event: string;
  readonly to: string;
}

/**
 * Until when an output is kept that no state needs: with another one, or whatever is made again, or until its sector is sent
 * to another state.
 */
export type OutputLife = { readonly with: string } | 'always' | 'until-sent-back';

export interface Plan {
  readonly name: string;
  /** What it is for, in one line. */
  readonly about: string;
  /** What is sent to be put on chain, in its order. @default nothing */
  readonly submits?: readonly Submission[];
  /** Which stored files it makes for the first time: when the job is aborted they are removed. @default none */
  readonly makes?: StoredKind;
  /** Whether it asks for deals: always, or where the configuration enables it. @default never */
  readonly deals?: 'always' | 'enabled';
  /** Outputs that no state needs. Those that states need are kept when a sector is sent to one that needs them. */
  readonly keeps?: Readonly<Record<string, OutputLife>>;
  /** Names in `needs` that stand for one of several files. */
  readonly standsFor?: Readonly<Record<string, readonly string[]>>;
  readonly states: readonly PlanState[];
  readonly edges: readonly PlanEdge[];
}

export type Submission = 'pre-commit' | 'proof' | 'upgrade';

/** A sealed sector's files, or those of its upgrade. */
export type StoredKind = 'sealed' | 'update';

/** The state of a thread without a sector or job. */
export const emptyState = 'Empty';

/** States that free the thread. */
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

/** The place that is asked for before the next sector. */
export const sectorPlace = 'sector';

/** The name under which a place is asked for before the stage begins: heavy work, and the next sector. */
export function placeName(state: PlanState): string | undefined {
  return state.name === emptyState ? sectorPlace : state.processor;
}

/** Empty holds no sector, Finished is earned. */
export function isResumable(state: PlanState): boolean {
  return state.name !== emptyState && state.name !== 'Finished';
}

/** What a thread's sector has: the keys of its outputs, and which of its files are there. */
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
 * Stages along the plan's line from `from` (included) to `to` (excluded): what a move redoes or skips. Where the line
 * forks, a sector of a `kind` takes the state of its kind; then the first edge that leads to `to` counts; to a state that no
 * edge leads to, the first of all.
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
