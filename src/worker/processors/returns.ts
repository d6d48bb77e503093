/** Processes that the worker itself has ended and starts again: who needs one waits for it, instead of failing. */

export function processReturns() {
  const expected = new Map<string, { readonly promise: Promise<void>; resolve(): void }>();
  return {
    /** One of the stage is on its way. */
    expect: (stage: string): void => {
      if (!expected.has(stage)) expected.set(stage, Promise.withResolvers<void>());
    },
    /** It is there, or it did not start. */
    over: (stage: string): void => {
      expected.get(stage)?.resolve();
      expected.delete(stage);
    },
    isExpected: (stage: string): boolean => expected.has(stage),
    /** Resolves when none is on its way. */
    of: (stage: string): Promise<void> => expected.get(stage)?.promise ?? Promise.resolve(),
  };
}
