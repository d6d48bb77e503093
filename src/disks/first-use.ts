/** The content of a directory without a mark: it decides whether the directory may become a store. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../protocol/errors.js';
import type { RootKind } from './mark.js';

export type Content =
  | { readonly kind: 'absent' }
  | { readonly kind: 'empty' }
  /** Used by this program before marks existed, or by an upstream worker (venus-cluster, damocles). */
  | { readonly kind: 'used'; readonly by: 'us' | 'upstream' }
  | { readonly kind: 'other'; readonly first: string };

/** The directories of sectors in an attached store, here and upstream. */
const storeDirs = ['sealed', 'cache', 'update', 'update-cache', 'unsealed'];
/** The file that an upstream worker puts into each directory that it uses (`venus-worker store sealing-init`). */
const upstreamMark = '.holder';
const sectorName = /^s-t0\d+-\d+$/;
/** Names in a directory that still counts as empty: the file system's, and an operator's from before the first start. */
const ignored = /^(\..*|lost\+found|config\.toml)$/;

/** `within`: names of other roots inside it. @throws errors of the file system */
export async function contentOf(
  root: string,
  kind: RootKind,
  within: readonly string[] = [],
): Promise<Content> {
  const names = await namesIn(root);
  if (names === undefined) return { kind: 'absent' };
  // A home may be any directory, with any content.
  if (kind === 'home') return { kind: 'empty' };
  if (kind === 'location' && names.some((name) => /^sealvisor\.db/.test(name)))
    return { kind: 'used', by: 'us' };
  if (names.includes(upstreamMark)) return { kind: 'used', by: 'upstream' };
  if (kind === 'location' && names.includes('data') && names.includes('meta'))
    return { kind: 'used', by: 'upstream' };
  if (kind === 'attached') {
    for (const dir of storeDirs) {
      const sectors = names.includes(dir) ? ((await namesIn(join(root, dir))) ?? []) : [];
      if (sectors.some((name) => sectorName.test(name))) return { kind: 'used', by: 'us' };
    }
  }
  const expected = kind === 'attached' ? storeDirs : [];
  const first = names.find(
    (name) => !ignored.test(name) && !within.includes(name) && !expected.includes(name),
  );
  return first === undefined ? { kind: 'empty' } : { kind: 'other', first };
}

async function namesIn(path: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(path);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
