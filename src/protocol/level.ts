/** How bad a stage's failure is (SPEC section 3). */
export type ErrorLevel = 'temporary' | 'permanent' | 'critical' | 'abort';

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
