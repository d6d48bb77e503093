/** Checks that files are still what an earlier stage wrote, before anything is done with them. */
import { isAbsolute, join, sep } from 'node:path';
import type { Plan, PlanState } from '../../machines/plan.js';
import type { ThreadRecord } from '../../machines/thread-record.js';
import { StageError } from '../protocol/level.js';
import { faultOf, missing } from './file-fault.js';
import { notesOf } from './file-notes.js';
import { madeAnew } from './fresh-ground.js';
import { hasSectorFile, noteName } from './plan-files.js';
import { type SectorFiles, sectorFiles } from './sector-files.js';
import type { StageContext } from './stage.js';
import { checkStore } from './stores/stored-sector.js';

type Facts = Pick<StageContext, 'record' | 'location' | 'signal'> &
  Partial<Pick<StageContext, 'stores' | 'emit'>>;

/**
 * Compares the input files of a state's stage with their notes, except those that its ground makes again.
 * @throws StageError permanent for the first that differs
 */
export async function checkFiles(plan: Plan, state: PlanState, facts: Facts): Promise<void> {
  const { reads = [], holds = [], needs } = state;
  const found = await faultIn(facts, [...needs.files, ...holds], reads, state);
  if (!found) return;
  const { sector, outputs } = facts.record;
  if (
    state.name !== 'Finished' ||
    !sector ||
    canBeMadeAgain(plan, found, sectorFiles(facts.location, sector.id), outputs)
  )
    throw damaged(plan, found, state);
  // An earlier attempt of this stage removed the local files, after it had checked the stored ones.
  facts.emit?.({
    event: 'sector.filesDamaged',
    sector: sector.id,
    path: found.path,
    fault: found.fault,
  });
}

function canBeMadeAgain(
  plan: Plan,
  { name }: Found,
  files: SectorFiles,
  outputs: ThreadRecord['outputs'],
): boolean {
  const from = madeFrom(plan, name);
  const state = plan.states.find((each) => each.name === from);
  return state?.needs.files.every((each) => hasSectorFile(files, each, outputs)) ?? false;
}

/**
 * Checks the input files after a stage has failed: those that were not read in full before it started are read now. The
 * sector's own files in a store are not an input of any stage.
 */
export async function checkWorkedFrom(plan: Plan, state: PlanState, facts: Facts): Promise<void> {
  const { reads = [], holds = [], needs } = state;
  const names = [...needs.files, ...holds.filter((name) => name !== 'stored')];
  const unread = names.filter((name) => !reads.includes(name));
  await checkNamed(plan, facts, names, unread, state);
}

/** Compares files by their names in the plan; those in `reads` are read in full. Skips what the ground of `state` makes again. */
export async function checkNamed(
  plan: Plan,
  facts: Facts,
  names: readonly string[],
  reads: readonly string[],
  state?: PlanState,
): Promise<void> {
  const found = await faultIn(facts, names, reads, state);
  if (found) throw damaged(plan, found, state);
}

interface Found {
  readonly path: string;
  readonly fault: string;
  /** The name under which it is noted. */
  readonly name: string;
}

async function faultIn(
  { record, location, signal, stores = [] }: Facts,
  names: readonly string[],
  reads: readonly string[],
  state?: PlanState,
): Promise<Found | undefined> {
  if (!record.sector) return undefined;
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
      // A file that is missing because its disk is missing is not lost.
      const store = stores.find((each) => path.startsWith(`${each.location}${sep}`));
      if (store) await checkStore(store);
      return { path, fault, name: noteName(name, record.outputs) };
    }
  }
  return undefined;
}

function damaged(plan: Plan, { path, fault, name }: Found, state?: PlanState): StageError {
  // The job ends with this error, and leaves no thread to resume.
  if (state?.endsJob !== undefined)
    return new StageError('permanent', `${path} ${fault}: the job is over; ask for it again`);
  if (name === 'source')
    return new StageError(
      'permanent',
      `${path} ${fault}: an upgrade of this sector could not be proven; restore it from another copy or rebuild the sector, then resume; resume --state Aborted ends the upgrade`,
    );
  const from = madeFrom(plan, name);
  const advice = from === undefined ? 'resume --state Aborted' : `resume --state ${from} makes it again`;
  // A stored file that looks like another sector's is never overwritten.
  const first = name === 'stored' && fault !== missing ? 'move it away, then ' : '';
  return new StageError('permanent', `${path} ${fault}: put the file back and resume, or ${first}${advice}`);
}

/**
 * The state whose stage writes the file: the first that leads to a state that needs it; for a file that only one kind of
 * sector has, the state of that kind.
 */
export function madeFrom(plan: Plan, name: string): string | undefined {
  const has = (state: PlanState | undefined) =>
    state !== undefined && [...state.needs.files, ...(state.holds ?? [])].includes(name);
  const byName = (wanted: string) => plan.states.find((state) => state.name === wanted);
  const makers = plan.edges
    .filter(({ from, to }) => from !== 'Empty' && !has(byName(from)) && has(byName(to)))
    .map(({ from }) => from);
  return makers.find((from) => byName(from)?.only !== undefined) ?? makers[0];
}
