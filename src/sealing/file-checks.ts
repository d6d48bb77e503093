/** Nothing is done with files that are not what an earlier stage wrote. */
import { isAbsolute, join, sep } from 'node:path';
import type { Plan, PlanState } from '../../machines/plan.js';
import { StageError } from '../protocol/level.js';
import { faultOf, missing } from './file-fault.js';
import { notesOf } from './file-notes.js';
import { madeAnew } from './fresh-ground.js';
import { noteName } from './plan-files.js';
import { sectorFiles } from './sector-files.js';
import type { StageContext } from './stage.js';
import { checkStore } from './stored-sector.js';

type Facts = Pick<StageContext, 'record' | 'location' | 'signal'> & Partial<Pick<StageContext, 'stores'>>;

/** Compares the files that a state's stage works from with what was noted of them; not what its ground makes anew. @throws StageError permanent for the first that is another */
export async function checkFiles(plan: Plan, state: PlanState, facts: Facts): Promise<void> {
  const { reads = [], holds = [], needs } = state;
  await checkNamed(plan, facts, [...needs.files, ...holds], reads, state);
}

/**
 * The same when the stage has failed, for the files that it worked from: those which were only looked at before it began
 * are read. What a store keeps of the sector itself is no work's input.
 */
export async function checkWorkedFrom(plan: Plan, state: PlanState, facts: Facts): Promise<void> {
  const { reads = [], holds = [], needs } = state;
  const names = [...needs.files, ...holds.filter((name) => name !== 'stored')];
  const unread = names.filter((name) => !reads.includes(name));
  await checkNamed(plan, facts, names, unread, state);
}

/** Compares files by the plan's names; of those in `reads` every byte. What the ground of `state` makes anew is left out. */
export async function checkNamed(
  plan: Plan,
  { record, location, signal, stores = [] }: Facts,
  names: readonly string[],
  reads: readonly string[],
  state?: PlanState,
): Promise<void> {
  if (!record.sector) return;
  const files = sectorFiles(location, record.sector.id);
  const { root } = files;
  const anew = await madeAnew(state?.ground, files);
  const notes = notesOf(record);
  for (const name of names) {
    const group = notes[noteName(name, record.outputs)] ?? [];
    for (const note of group) {
      const isLast = name === 'layers' && reads.includes('last-layer') && note === group.at(-1);
      const path = isAbsolute(note.path) ? note.path : join(root, note.path);
      if (anew.has(path)) continue;
      const fault = await faultOf(path, note, isLast || reads.includes(name), signal);
      if (fault === undefined) continue;
      // What is missing with its disk is not lost.
      const store = stores.find((each) => path.startsWith(`${each.location}${sep}`));
      if (store) await checkStore(store);
      throw damaged(plan, path, fault, noteName(name, record.outputs));
    }
  }
}

function damaged(plan: Plan, path: string, fault: string, name: string): StageError {
  if (name === 'source')
    return new StageError(
      'permanent',
      `${path} ${fault}: an upgrade of this sector could not be proven; restore it from another copy or rebuild the sector, then resume; resume --state Aborted ends the upgrade`,
    );
  const from = madeFrom(plan, name);
  const advice = from === undefined ? 'resume --state Aborted' : `resume --state ${from} makes it again`;
  // Over what looks like another sector nothing is persisted.
  const first = name === 'stored' && fault !== missing ? 'move it away, then ' : '';
  return new StageError('permanent', `${path} ${fault}: put the file back and resume, or ${first}${advice}`);
}

/** The state whose stage writes the file: the first that leads to one that needs it. */
export function madeFrom(plan: Plan, name: string): string | undefined {
  const has = (state: PlanState | undefined) =>
    state !== undefined && [...state.needs.files, ...(state.holds ?? [])].includes(name);
  const byName = (wanted: string) => plan.states.find((state) => state.name === wanted);
  return plan.edges.find(({ from, to }) => from !== 'Empty' && !has(byName(from)) && has(byName(to)))?.from;
}
