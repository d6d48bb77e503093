/** What a row of the table of events is made of. */
import { messageOf, SealvisorError } from '../errors.js';
import type { LogLevel } from '../log.js';
import type { Counted } from './counted.js';

/** How the value of a field is written. */
interface Kinds {
  readonly text: string;
  readonly texts: readonly string[];
  readonly number: number;
  readonly numbers: readonly number[];
}
export type FieldKind = keyof Kinds;

/** The fields of an event, by name; with `?` one that may be left out. */
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
  /** What stands before the message in a text log, where it is about a thread or a child of the worker. */
  prefix?(fields: FieldsOf<F>): string | undefined;
  /** Where it counts in `/metrics`. */
  readonly counted?: Counted<FieldsOf<F>>;
}

/** A row, with the types of its fields. */
export function event<const F extends FieldKinds>(row: EventRow<F>): EventRow<F> {
  return row;
}

/** `#2` */
export function threadPrefix({ thread }: { readonly thread: number }): string {
  return `#${thread}`;
}

/** The fields of an event that tells of an error: `code` is that of docs/errors.md, where the error has one. */
export const faultKinds = { reason: 'text', code: 'text?' } as const satisfies FieldKinds;

export function faultFields(error: unknown): FieldsOf<typeof faultKinds> {
  return { reason: messageOf(error), ...(error instanceof SealvisorError ? { code: error.code } : {}) };
}
