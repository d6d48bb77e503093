/** Tells a file that is complete from one that is still being written. Pure, except for the clocks it is given. */

/** What a look at a file sees. */
export interface FileLook {
  readonly size: number;
  readonly mtimeMs: number;
}

/** How long a file must have been left alone. */
export const settledMs = 1000;

export interface SettledFiles {
  /** Whether nothing has written to the file for a second, as far as its date or two looks can tell. */
  isSettled(path: string, look: FileLook): boolean;
  /** Paths that were looked at last and are not settled are kept; all others are forgotten. */
  keep(paths: ReadonlySet<string>): void;
}

export function settledFiles(clocks: {
  /** Wall time, ms: what a file's date is compared with. */
  readonly wall: () => number;
  /** Monotonic, ms. A wall clock that was set back would let a file wait for ever. */
  readonly steady: () => number;
}): SettledFiles {
  const seen = new Map<string, FileLook & { readonly sinceMs: number }>();
  return {
    isSettled: (path, { size, mtimeMs }) => {
      const before = seen.get(path);
      if (!before || before.size !== size || before.mtimeMs !== mtimeMs) {
        seen.set(path, { size, mtimeMs, sinceMs: clocks.steady() });
        // Looked at before, it is still growing, whatever its date says.
        return !before && clocks.wall() - mtimeMs >= settledMs;
      }
      return clocks.steady() - before.sinceMs >= settledMs || clocks.wall() - mtimeMs >= settledMs;
    },
    keep: (paths) => {
      for (const path of seen.keys()) if (!paths.has(path)) seen.delete(path);
    },
  };
}
