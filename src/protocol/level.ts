/** How severe a stage's failure is (docs/spec.md#failures). */
export const errorLevels = ['temporary', 'permanent', 'critical', 'abort'] as const;

export type ErrorLevel = (typeof errorLevels)[number];

const wireLevels = {
  temporary: 'Temporary',
  permanent: 'Permanent',
  critical: 'Critical',
  abort: 'Abort',
} as const satisfies Record<ErrorLevel, string>;

/** The level as upstream's worker writes it in a report: Rust's variant names. */
export function wireLevel(level: ErrorLevel): string {
  return wireLevels[level];
}

const levelled = new RegExp(`^(${errorLevels.join('|')}):\\s(.*)$`, 's');

/** The level in front of a failure's text (`permanent: …`), as our children and upstream's threads write it; undefined = none. */
export function levelIn(text: string): { readonly level: ErrorLevel; readonly rest: string } | undefined {
  const [, said, rest] = levelled.exec(text) ?? [];
  const level = errorLevels.find((each) => each === said);
  return level === undefined || rest === undefined ? undefined : { level, rest };
}

/** A stage's failure with its level; the level decides what the thread does next. */
export class StageError extends Error {
  override readonly name = 'StageError';
  /** The chain rejected a message that the sector needs. */
  readonly isRejected: boolean;
  constructor(
    readonly level: ErrorLevel,
    message: string,
    options: { cause?: unknown; isRejected?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.isRejected = options.isRejected ?? false;
  }
}
