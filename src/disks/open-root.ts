/** Takes a root directory into use: by its mark, or on first use by making one. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { messageOf, SealvisorError, systemCodeOf } from '../protocol/errors.js';
import { type Content, contentOf } from './first-use.js';
import type { KnownRoot } from './known-roots.js';
import { makeOne, makeWithParents } from './make-below.js';
import { type Mark, makeMark, type RootKind, readMark } from './mark.js';
import { type SeenRoot, seeRoot, wrongDisk } from './seen-root.js';

export interface Root {
  readonly path: string;
  readonly kind: RootKind;
  /** Nothing is ever written there, not even a mark. */
  readonly isReadonly: boolean;
}

export interface AdmitOptions {
  /** The store that is expected there, if one is known. */
  readonly expected: KnownRoot | undefined;
  /** Paths of all roots. */
  readonly others: readonly string[];
  /** No root is known yet: parent directories may be made too. */
  readonly isFirstStart: boolean;
  /** The operator accepts what is there now, regardless of what was expected. @default false */
  readonly isForced?: boolean;
}

export interface Admitted {
  readonly mark: Mark | null;
  /** The content of a root that has no mark yet; null with a mark, and for a read-only store without one. */
  readonly content: Content | null;
}

/**
 * Checks that the directory is the expected store or may become one; makes it if it does not exist.
 * @throws wrong_disk when its mark is missing or differs, or the directory holds something else;
 * location_not_writable
 */
export async function admitRoot(root: Root, options: AdmitOptions): Promise<Admitted> {
  const { path, kind, isReadonly } = root;
  const { expected, isForced = false } = options;
  const mark = await readMark(path);
  if (expected && !isForced && mark?.id !== expected.id)
    throw wrongDisk(path, expected.id, mark?.id, madeText(mark));
  if (mark) {
    if (mark.kind !== kind && kind !== 'home' && mark.kind !== 'home') throw otherKind(root, mark);
    if (!isReadonly) await checkWritable(path);
    return { mark, content: null };
  }
  return { mark: null, content: isReadonly ? null : await firstUse(root, options) };
}

/**
 * Takes an admitted root into use and makes its mark, in the name of `worker`, if it has none. Null for a read-only
 * store without one.
 */
export async function takeRoot(
  { path, kind, isReadonly }: Root,
  { mark }: Admitted,
  worker: string,
  now: Date,
): Promise<SeenRoot | null> {
  if (mark) return seeRoot(path, mark.id);
  if (isReadonly) return null;
  const made = await makeMark(path, kind, worker, now).catch((cause: unknown) => {
    throw notWritable(path, cause);
  });
  return seeRoot(path, made.id);
}

/** Checks the content, and makes the directory if it does not exist. */
async function firstUse({ path, kind }: Root, options: AdmitOptions): Promise<Content> {
  const { others, isFirstStart, isForced = false } = options;
  const within = others.filter((other) => dirname(other) === path).map((other) => basename(other));
  const content = await contentOf(path, kind, within).catch((cause: unknown) => {
    throw notWritable(path, cause);
  });
  if (content.kind === 'other' && !isForced)
    throw new SealvisorError(
      'wrong_disk',
      `${path} is not empty and does not hold the files of a sealing store (it has ${content.first}): choose an empty directory, or \`venus-worker store init -l ${path}\` uses it as it is`,
    );
  if (content.kind === 'absent') await makeDirectory(path, isFirstStart || isForced);
  await checkWritable(path);
  return content;
}

async function makeDirectory(path: string, isFirstStart: boolean): Promise<void> {
  try {
    await (isFirstStart ? makeWithParents : makeOne)(path);
  } catch (cause) {
    const code = systemCodeOf(cause);
    if (code !== 'ENOENT') throw notWritable(path, cause);
    const message = `${dirname(path)} is not there, and ${path} was never used: mount its disk or make the directory, or \`venus-worker store init -l ${path}\` makes both`;
    throw new SealvisorError('wrong_disk', message, { cause });
  }
}

/** @throws location_not_writable */
async function checkWritable(path: string): Promise<void> {
  await access(path, constants.W_OK | constants.X_OK).catch((cause: unknown) => {
    throw notWritable(path, cause);
  });
}

export function notWritable(path: string, cause: unknown): SealvisorError {
  return new SealvisorError(
    'location_not_writable',
    `cannot write to ${path}: ${messageOf(cause)}; make it writable for this user or change the configuration`,
    { cause },
  );
}

function otherKind({ path, kind }: Root, mark: Mark): SealvisorError {
  const names = {
    location: 'the location of a sealing thread',
    attached: 'an attached store',
    home: 'a home',
  };
  return new SealvisorError(
    'wrong_disk',
    `${path} is marked as ${names[mark.kind]} (by worker ${mark.madeBy}, ${mark.madeAt}) and is configured as ${names[kind]}: change the configuration`,
  );
}

const madeText = (mark: Mark | undefined) => (mark ? `, made by worker ${mark.madeBy}, ${mark.madeAt}` : '');
