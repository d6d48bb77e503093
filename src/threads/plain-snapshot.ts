import type { AnyMachineSnapshot } from 'xstate';

/** The event that a machine in a thread sends after each of its steps. */
export interface SnapshotNews {
  readonly type: 'snapshot';
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  /** XState's: a name, or an object of names. */
  readonly value: unknown;
  /** Left out when it cannot be cloned to another thread (functions, actors). */
  readonly context?: unknown;
  /** The machine's output; only when it is done. */
  readonly output?: unknown;
}

/** A snapshot without the parts that cannot be cloned: `structuredClone` of XState's own throws. */
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
    // That it cannot be cloned is an expected outcome, not a fault.
    return {};
  }
}
