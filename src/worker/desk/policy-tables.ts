import type { DeskPolicy } from './words.js';

/** The desk's policy, looked up by name. */
export type PolicyTables = ReturnType<typeof tables>;

export function tables({ limits, configured, staggeredMs, breaker }: DeskPolicy) {
  const table = (record: Readonly<Record<string, number>>) => new Map(Object.entries(record));
  return {
    limits: table(limits),
    configured: table(configured),
    staggeredMs: table(staggeredMs),
    breaker,
  };
}
