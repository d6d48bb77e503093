/** Around each stage: its files are looked at before it begins, and those that it wrote are noted when it has ended. */
import { planNamed, planState } from '../../machines/index.js';
import type { StageOutcome } from '../../machines/record-changes.js';
import { checkFiles, checkNamed, checkWorkedFrom } from './file-checks.js';
import { type Notes, noted, notesOf } from './file-notes.js';
import { noteName } from './plan-files.js';
import type { StageContext } from './stage.js';

type Facts = Pick<StageContext, 'record' | 'location' | 'signal'> &
  Partial<Pick<StageContext, 'stores' | 'emit'>>;

/** The outcome with notes that were made before the stage (taken-over.ts); its own come last. */
export function withEarlier({ outputs, ...outcome }: StageOutcome, notes: Notes | undefined): StageOutcome {
  if (notes === undefined) return { ...outcome, ...(outputs ? { outputs } : {}) };
  return { ...outcome, outputs: { ...outputs, files: { ...notes, ...notesOf({ outputs: outputs ?? {} }) } } };
}

/** Hours are not spent on files that are not what was written. An abort needs none. @throws StageError permanent */
export async function checkInputs(facts: Facts): Promise<void> {
  const { record } = facts;
  const plan = planNamed(record.plan);
  const state = plan && planState(plan, record.state);
  if (!state || record.state === 'Aborted') return;
  await checkFiles(plan, state, facts);
}

/**
 * Of a stage that failed for good: a damaged file is a better reason than what it did to the work. A transfer compares
 * its files itself. @throws StageError permanent
 */
export async function checkAfterFailure(facts: Facts): Promise<void> {
  const { record } = facts;
  const plan = planNamed(record.plan);
  const state = plan && planState(plan, record.state);
  if (!state || state.processor === undefined || state.processor === 'transfer') return;
  await checkWorkedFrom(plan, state, facts);
}

/**
 * The outputs with the notes of the files that the stage wrote: those which the next state goes by and this one does not.
 * What a store keeps is read once more, whole, before a sector is finished. @throws StageError permanent when it is not whole
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
  // What a stage brought to a store it notes itself.
  const own = notesOf({ outputs: outputs ?? {} });
  const isWriter = state.processor !== undefined;
  if ((!isWriter || made.length === 0) && outputs?.files === undefined) return outputs;
  return { ...outputs, files: { ...(isWriter ? await noted(after, location, made, signal) : {}), ...own } };
}
