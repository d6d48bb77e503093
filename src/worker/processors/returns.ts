/** Processes that the worker itself has ended and restarts: requests for one wait for it instead of failing. */

export function processReturns() {
  const expected = new Map<string, { readonly promise: Promise<void>; resolve(): void }>();
  return {
    /** A process of the stage is being restarted. */
    expect: (stage: string): void => {
      if (!expected.has(stage)) expected.set(stage, Promise.withResolvers<void>());
    },
    /** The start has succeeded or failed. */
    over: (stage: string): void => {
      expected.get(stage)?.resolve();
      expected.delete(stage);
    },
    isExpected: (stage: string): boolean => expected.has(stage),
    /** Resolves when no process of the stage is being restarted. */
    of: (stage: string): Promise<void> => expected.get(stage)?.promise ?? Promise.resolve(),
  };
}
