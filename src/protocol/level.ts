/** How bad a stage's failure is (SPEC section 3). */
export const errorLevels = ['temporary', 'permanent', 'critical', 'abort'] as const;

export type ErrorLevel = (typeof errorLevels)[number];

/** A stage's failure with its level; the level decides what the thread does next. */
export class StageError extends Error {
  override readonly name = 'StageError';
  constructor(
    readonly level: ErrorLevel,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
  }
}
