/** Nothing is done with files that are not what an earlier stage wrote. */
import { type BigIntStats, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Plan, PlanState } from '../../machines/plan.js';
import type { ThreadRecord } from '../../machines/thread-record.js';
import { StageError } from '../protocol/level.js';
import { digestOf, digestRead, touchOf } from './digests.js';
import { type FileNote, noteName, notesOf } from './file-notes.js';
import { sectorFiles } from './sector-files.js';

/** Smaller files are read each time, bytes. */
const smallBytes = 1024 * 1024;

/** What is wrong with a file; undefined when it is what was noted. `isRead`: its bytes are read whatever its inode says. */
async function faultOf(
  path: string,
  note: FileNote,
  isRead: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  let found: BigIntStats | undefined;
  try {
    found = statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // A directory on the way is a file now.
  }
  if (!found?.isFile()) return missing;
  if (Number(found.size) !== note.size) return `has ${found.size} bytes instead of ${note.size}`;
  const isUntouched = note.touch !== '' && touchOf(found) === note.touch;
  if (isUntouched && !isRead && note.size > smallBytes) return undefined;
  const sha256 = await (isRead ? digestRead : digestOf)(path, signal);
  return sha256 === note.sha256
    ? undefined
    : `has the digest ${short(sha256)} instead of ${short(note.sha256)}`;
}

const missing = 'is missing';
const short = (sha256: string) => `sha256 ${sha256.slice(0, 16)}…`;

/** Compares the files that a state's stage goes by with what was noted of them. @throws StageError permanent for the first that is another */
export async function checkFiles(
  plan: Plan,
  state: PlanState,
  record: ThreadRecord,
  location: string,
  signal: AbortSignal,
): Promise<void> {
  const { reads = [], holds = [], needs } = state;
  await checkNamed(plan, record, location, [...needs.files, ...holds], reads, signal);
}

/** Compares files by the plan's names; of those in `reads` every byte. */
export async function checkNamed(
  plan: Plan,
  record: ThreadRecord,
  location: string,
  names: readonly string[],
  reads: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (!record.sector) return;
  const { root } = sectorFiles(location, record.sector.id);
  const notes = notesOf(record);
  for (const name of names) {
    const group = notes[noteName(name, record.outputs)] ?? [];
    for (const note of group) {
      const isLast = name === 'layers' && reads.includes('last-layer') && note === group.at(-1);
      const path = isAbsolute(note.path) ? note.path : join(root, note.path);
      const fault = await faultOf(path, note, isLast || reads.includes(name), signal);
      if (fault !== undefined) throw damaged(plan, path, fault, noteName(name, record.outputs));
    }
  }
}

function damaged(plan: Plan, path: string, fault: string, name: string): StageError {
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
