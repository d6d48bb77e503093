/** The root directories in a worker's configuration. */
import { dirname, sep } from 'node:path';
import type { WorkerConfig } from '../../config/worker-config.js';
import type { Root } from '../../disks/open-root.js';

type RootsConfig = Pick<WorkerConfig, 'threads' | 'attached' | 'home'>;

/** Locations, attached stores, and the home if it is not one of them; outer roots before the roots inside them. */
export function rootsOf({ threads, attached, home }: RootsConfig): readonly Root[] {
  const roots: Root[] = [
    ...threads.map(({ location }) => ({ path: location, kind: 'location' as const, isReadonly: false })),
    ...attached.map(({ location, readonly }) => ({
      path: location,
      kind: 'attached' as const,
      isReadonly: readonly,
    })),
  ];
  if (!roots.some(({ path }) => path === home)) roots.push({ path: home, kind: 'home', isReadonly: false });
  return roots.toSorted((a, b) => depthOf(a.path) - depthOf(b.path));
}

/** The nearest root that contains `path`. */
export function rootAbove(path: string, roots: readonly Root[]): Root | undefined {
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) {
    const found = roots.find((root) => root.path === at);
    if (found) return found;
  }
  return undefined;
}

const depthOf = (path: string) => path.split(sep).length;
