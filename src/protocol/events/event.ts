/** The parts of a row in the table of events. */
import { messageOf, SealvisorError } from '../errors.js';
import type { LogLevel } from '../log.js';
import type { Counted } from './counted.js';

/** Types of field values. */
interface Kinds {
  readonly text: string;
  readonly texts: readonly string[];
  readonly number: number;
  readonly numbers: readonly number[];
}
export type FieldKind = keyof Kinds;

/** The fields of an event, by name; `?` marks an optional one. */
export type FieldKinds = Readonly<Record<string, FieldKind | `${FieldKind}?`>>;

export type FieldsOf<F extends FieldKinds> = {
  readonly [K in keyof F as F[K] extends FieldKind ? K : never]: F[K] extends FieldKind ? Kinds[F[K]] : never;
} & {
  readonly [K in keyof F as F[K] extends FieldKind ? never : K]?:
    | (F[K] extends `${infer Kind extends FieldKind}?` ? Kinds[Kind] : never)
    | undefined;
};

export interface EventRow<F extends FieldKinds> {
  readonly level: LogLevel;
  /** Completes the sentence "logged when". */
  readonly when: string;
  readonly fields: F;
  /** The message of its log line. */
  text(fields: FieldsOf<F>): string;
  /** Put before the message in a text log, for an event of a thread or a child of the worker. */
  prefix?(fields: FieldsOf<F>): string | undefined;
  /** What it adds to `/metrics`. */
  readonly counted?: Counted<FieldsOf<F>>;
}

/** Infers the field types of a row. */
export function event<const F extends FieldKinds>(row: EventRow<F>): EventRow<F> {
  return row;
}

/** `#2` */
export function threadPrefix({ thread }: { readonly thread: number }): string {
  return `#${thread}`;
}

/** The fields of an event that reports an error: `code` is listed in docs/errors.md; left out if the error has none. */
export const faultKinds = { reason: 'text', code: 'text?' } as const satisfies FieldKinds;

export function faultFields(error: unknown): FieldsOf<typeof faultKinds> {
  return { reason: messageOf(error), ...(error instanceof SealvisorError ? { code: error.code } : {}) };
}
