/** Who answered last, for an error that is found when the answer is shown. One for the process: a bundled bin has its own copy of this. */
const key = Symbol.for('sealvisor.answered-by');
// Whatever stands there was put there below.
const kept = globalThis as { [key]?: string };

export function answeredBy(host: string): void {
  kept[key] = host;
}

/** Host and port. @default nobody has */
export function lastAnsweredBy(): string | undefined {
  return kept[key];
}
