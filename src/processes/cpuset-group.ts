/** A control group that binds a process to some CPUs; Linux, cgroup version 1 or 2. */
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface CpusetGroup {
  /** A command line that moves itself into the group, then executes the program: what that starts is in the group too. */
  wrapped(command: string, args: readonly string[]): readonly [string, readonly string[]];
  /** Call it when its processes are gone. */
  remove(): void;
}

interface Hierarchy {
  readonly root: string;
  readonly version: 1 | 2;
}

/** Where cpusets are mounted; undefined when the system has none. `mounts` is the text of /proc/mounts. */
export function cpusetHierarchy(mounts: string = read('/proc/mounts') ?? ''): Hierarchy | undefined {
  const found = mounts.split('\n').map((line): Hierarchy | undefined => {
    const [, root = '', type, options = ''] = line.split(' ');
    if (type === 'cgroup' && options.split(',').includes('cpuset')) return { root, version: 1 };
    const controllers = type === 'cgroup2' ? (read(join(root, 'cgroup.controllers')) ?? '') : '';
    return controllers.split(/\s+/).includes('cpuset') ? { root, version: 2 } : undefined;
  });
  return found.find((each) => each !== undefined);
}

/** Makes the group `name` (`vc-worker/sub-pc1`) for `cpus` (`0-3`), or uses an existing one. @throws errors of the system */
export function cpusetGroup({ root, version }: Hierarchy, name: string, cpus: string): CpusetGroup {
  const path = join(root, name);
  const above = dirname(path);
  if (version === 2) {
    mkdirSync(above, { recursive: true });
    for (const each of between(root, above)) writeFileSync(join(each, 'cgroup.subtree_control'), '+cpuset');
    mkdirSync(path, { recursive: true });
  } else {
    mkdirSync(path, { recursive: true });
    // A new group has neither CPUs nor memory nodes, and cannot hold a process.
    for (const each of between(root, path).slice(1))
      for (const file of ['cpuset.cpus', 'cpuset.mems']) inherit(each, file);
  }
  writeFileSync(join(path, 'cpuset.cpus'), cpus);
  return {
    wrapped: (command, args) => [
      '/bin/sh',
      ['-c', 'echo $$ > "$0" && exec "$@"', join(path, 'cgroup.procs'), command, ...args],
    ],
    remove: () => {
      try {
        rmdirSync(path);
      } catch {
        // Processes that left the process group may still be in it; a leftover group costs nothing.
      }
    },
  };
}

/** The directories from `root` down to `path`, both included. */
function between(root: string, path: string): readonly string[] {
  return path === root ? [root] : [...between(root, dirname(path)), path];
}

function inherit(group: string, file: string): void {
  const own = join(group, file);
  if ((read(own) ?? '').trim() === '') writeFileSync(own, read(join(dirname(group), file)) ?? '');
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
