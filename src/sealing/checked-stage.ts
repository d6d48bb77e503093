/** Wraps each stage: its input files are checked before it starts, and the files that it wrote are noted when it has ended. */
import { planNamed, planState } from '../../machines/index.js';
import type { StageOutcome } from '../../machines/record-changes.js';
import { checkFiles, checkNamed, checkWorkedFrom } from './file-checks.js';
import { type Notes, noted, notesOf } from './file-notes.js';
import { noteName } from './plan-files.js';
import type { StageContext } from './stage.js';

type Facts = Pick<StageContext, 'record' | 'location' | 'signal'> &
  Partial<Pick<StageContext, 'stores' | 'emit'>>;

/** The outcome, with the notes that were made before the stage (taken-over.ts); the stage's own notes take precedence. */
export function withEarlier({ outputs, ...outcome }: StageOutcome, notes: Notes | undefined): StageOutcome {
  if (notes === undefined) return { ...outcome, ...(outputs ? { outputs } : {}) };
  return { ...outcome, outputs: { ...outputs, files: { ...notes, ...notesOf({ outputs: outputs ?? {} }) } } };
}

/** Prevents hours of work on files that differ from what was written. An abort needs no files. @throws StageError permanent */
export async function checkInputs(facts: Facts): Promise<void> {
  const { record } = facts;
  const plan = planNamed(record.plan);
  const state = plan && planState(plan, record.state);
  if (!state || record.state === 'Aborted') return;
  await checkFiles(plan, state, facts);
}

/**
 * For a stage that failed permanently: a damaged input file explains the failure better than the processor's own error.
 * A transfer compares its files itself. @throws StageError permanent when an input is damaged
 */
export async function checkAfterFailure(facts: Facts): Promise<void> {
  const { record } = facts;
  const plan = planNamed(record.plan);
  const state = plan && planState(plan, record.state);
  if (!state || state.processor === undefined || state.processor === 'transfer') return;
  await checkWorkedFrom(plan, state, facts);
}

/**
 * The outputs with the notes of the files that the stage wrote: those that the next state needs and this one does not.
 * Before a sector is finished, its stored files are read in full once more. @throws StageError permanent when one is damaged
 */
export async function withNotes(
  facts: Facts,
  { event, outputs }: StageOutcome,
): Promise<StageOutcome['outputs']> {
  const { record, location, signal } = facts;
  const plan = planNamed(record.plan);
  const edge = plan?.edges.find(({ from, event: on }) => from === record.state && on === event);
  const state = plan && planState(plan, record.state);
  const next = plan && edge && planState(plan, edge.to);
  if (!record.sector || !state || !next) return outputs;
  const after = { ...record, outputs: { ...record.outputs, ...outputs, files: notesOf(record) } };
  if (next.name === 'Finished') {
    const stored = next.holds ?? [];
    await checkNamed(plan, { ...facts, record: after }, stored, stored);
    return outputs;
  }
  const nameIn = (name: string) => noteName(name, after.outputs);
  const before = state.needs.files.map(nameIn);
  const made = next.needs.files.map(nameIn).filter((name) => !before.includes(name));
  // A stage notes the files that it brought to a store itself.
  const own = notesOf({ outputs: outputs ?? {} });
  const isWriter = state.processor !== undefined;
  if ((!isWriter || made.length === 0) && outputs?.files === undefined) return outputs;
  return { ...outputs, files: { ...(isWriter ? await noted(after, location, made, signal) : {}), ...own } };
}
