import type { AnyMachineSnapshot } from 'xstate';

/** What a machine in a thread tells of itself at each of its steps. */
export interface SnapshotNews {
  readonly type: 'snapshot';
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  /** XState's: a name, or an object of names. */
  readonly value: unknown;
  /** Left out when it cannot cross into another thread (functions, actors). */
  readonly context?: unknown;
  /** What the machine came to; only when it is done. */
  readonly output?: unknown;
}

/** A snapshot without what cannot cross: `structuredClone` of XState's own throws. */
export function plainSnapshot({ status, value, context, output }: AnyMachineSnapshot): SnapshotNews {
  return {
    type: 'snapshot',
    status,
    value,
    ...cloned('context', context),
    ...(status === 'done' && cloned('output', output)),
  };
}

function cloned(key: string, value: unknown): Record<string, unknown> {
  try {
    return { [key]: structuredClone(value) };
  } catch {
    // That it cannot cross is the outcome, not a fault.
    return {};
  }
}
