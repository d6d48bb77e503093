/** Tells a file that is complete from one that is still being written. Pure, except for the clocks it is given. */

/** What a look at a file sees. */
export interface FileLook {
  readonly size: number;
  readonly mtimeMs: number;
}

/** How long a file must have been left alone. */
export const settledMs = 1000;

export interface FileClocks {
  /** Wall time, ms: what a file's date is compared with. */
  readonly wall: () => number;
  /** Monotonic, ms. A wall clock that was set back would let a file wait for ever. */
  readonly steady: () => number;
}

export class SettledFiles {
  readonly #seen = new Map<string, FileLook & { readonly sinceMs: number }>();

  constructor(private readonly clocks: FileClocks) {}

  /** Whether nothing has written to the file for a second, as far as its date or two looks can tell. */
  isSettled(path: string, { size, mtimeMs }: FileLook): boolean {
    const { wall, steady } = this.clocks;
    const before = this.#seen.get(path);
    if (!before || before.size !== size || before.mtimeMs !== mtimeMs) {
      this.#seen.set(path, { size, mtimeMs, sinceMs: steady() });
      // Looked at before, it is still growing, whatever its date says.
      return !before && wall() - mtimeMs >= settledMs;
    }
    return steady() - before.sinceMs >= settledMs || wall() - mtimeMs >= settledMs;
  }

  /** Paths that were looked at last and are not settled are kept; all others are forgotten. */
  keep(paths: ReadonlySet<string>): void {
    for (const path of this.#seen.keys()) if (!paths.has(path)) this.#seen.delete(path);
  }
}
