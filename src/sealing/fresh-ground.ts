/**
 * Every stage starts on fresh ground, no matter which processor runs it: what it will write is removed, what it changes in
 * place is made again from its source, what it expects is there. This is done before its task is sent, and only when no
 * process still works on an earlier task.
 */
import { constants } from 'node:fs';
import { copyFile, open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { planNamed, planState } from '../../machines/index.js';
import type { Ground } from '../../machines/plan.js';
import type { ThreadRecord } from '../../machines/thread-record.js';
import { replaceDurably, syncDirectory, syncFile, writeDurably } from '../disks/durable-file.js';
import { makeOnDisk } from '../disks/make-on-disk.js';
import { isAt } from '../disks/stat-if-any.js';
import { systemCodeOf } from '../protocol/errors.js';
import { groundFiles } from './plan-files.js';
import { type SectorFiles, sectorFiles } from './sector-files.js';

/** Prepares the ground of the record's stage, if `processor` is the one that the plan names for it. */
export async function freshGround(record: ThreadRecord, location: string, processor: string): Promise<void> {
  const plan = planNamed(record.plan);
  const state = plan && planState(plan, record.state);
  if (!record.sector || state?.processor !== processor || !state.ground) return;
  const { removes, empties = [], copies = {} } = state.ground;
  const files = sectorFiles(location, record.sector.id);
  const anew = await pathsOf([...removes, ...empties], files);
  for (const path of anew) await removed(path);
  // Not every processor creates the directory that it writes into.
  for (const directory of new Set(anew.map(dirname))) await makeOnDisk(location, directory);
  for (const path of await pathsOf(empties, files)) await emptied(path);
  for (const [name, from] of Object.entries(copies)) await copiedAnew(name, from, files);
}

/** Paths that the ground will remove or make again: the stage does not use their current contents. */
export async function madeAnew(ground: Ground | undefined, files: SectorFiles): Promise<ReadonlySet<string>> {
  if (!ground) return new Set();
  const { removes, empties = [], copies = {} } = ground;
  const paths = new Set(await pathsOf([...removes, ...empties], files));
  for (const path of await pathsOf(Object.keys(copies), files))
    if (!(await isAt(untouchedMark(path)))) paths.add(path);
  return paths;
}

async function pathsOf(names: readonly string[], files: SectorFiles): Promise<readonly string[]> {
  const groups = await Promise.all(names.map((name) => groundFiles(name, files)));
  return groups.flat();
}

async function removed(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Creates an empty file for a stage to fill, and marks it as untouched until a later stage is going to change it. */
async function emptied(path: string): Promise<void> {
  await (await open(path, 'wx')).close();
  await writeDurably(untouchedMark(path), '');
}

/**
 * Copied only when the file may have been changed: the mark says that no stage was asked to change it, and is removed before
 * one is. A file from a version without marks has none.
 */
async function copiedAnew(name: string, from: string, files: SectorFiles): Promise<void> {
  const [path, source] = [...(await groundFiles(name, files)), ...(await groundFiles(from, files))];
  if (path === undefined || source === undefined) return;
  const mark = untouchedMark(path);
  if (!(await removedMark(mark))) {
    const draft = `${path}.anew`;
    // Free on a file system that shares blocks.
    await copyFile(source, draft, constants.COPYFILE_FICLONE);
    await syncFile(draft);
    await replaceDurably(draft, path);
  }
}

/** Removes the mark durably; false if there was none. */
async function removedMark(mark: string): Promise<boolean> {
  try {
    await rm(mark);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
  await syncDirectory(dirname(mark));
  return true;
}

/** The path of the mark, next to the file: no stage was asked to change the file since it was filled. */
function untouchedMark(path: string): string {
  return join(dirname(path), `.${basename(path)}.untouched`);
}
