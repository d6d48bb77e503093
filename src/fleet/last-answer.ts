/**
 * The host that answered last, for errors found while an answer is shown. One per process: a bundled bin has its
 * own copy of this module.
 */
const key = Symbol.for('sealvisor.answered-by');
// Only the function below sets it.
const kept = globalThis as { [key]?: string };

export function answeredBy(host: string): void {
  kept[key] = host;
}

/** Host and port; undefined before the first answer. */
export function lastAnsweredBy(): string | undefined {
  return kept[key];
}
