/** Distinguishes complete files from those that are still being written. Pure, except for the given clocks. */

/** What one look at a file shows. */
export interface FileLook {
  readonly size: number;
  readonly mtimeMs: number;
}

/** How long a file must be unchanged, ms. */
export const settledMs = 1000;

export interface FileClocks {
  /** Wall time, ms: compared with a file's modification time. */
  readonly wall: () => number;
  /** Monotonic, ms. With a wall clock that was set back, a file would wait forever. */
  readonly steady: () => number;
}

export class SettledFiles {
  readonly #seen = new Map<string, FileLook & { readonly sinceMs: number }>();

  constructor(private readonly clocks: FileClocks) {}

  /** Whether the file has been unchanged for a second, judged by its modification time or by two looks. */
  isSettled(path: string, { size, mtimeMs }: FileLook): boolean {
    const { wall, steady } = this.clocks;
    const before = this.#seen.get(path);
    if (!before || before.size !== size || before.mtimeMs !== mtimeMs) {
      this.#seen.set(path, { size, mtimeMs, sinceMs: steady() });
      // If it was seen before and differs now, it is still growing, whatever its date says.
      return !before && wall() - mtimeMs >= settledMs;
    }
    return steady() - before.sinceMs >= settledMs || wall() - mtimeMs >= settledMs;
  }

  /** Keeps the given paths, which are not settled yet; forgets all others. */
  keep(paths: ReadonlySet<string>): void {
    for (const path of this.#seen.keys()) if (!paths.has(path)) this.#seen.delete(path);
  }
}
