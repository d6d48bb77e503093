/** What a configuration's schema states about a key besides its kind; used by the diff, by warnings and for docs/config.md. */
import * as z from 'zod';
import { table } from './field-types.js';

export interface KeyFacts {
  /** An example value as written in a file, other than the default. */
  readonly example: unknown;
  /** When a changed value takes effect: at a reload, at the next start, or never, because nothing reads the key. */
  readonly applied: 'reload' | 'restart' | 'never';
  /** What applies if the key is not set, in words; only for a key without a default value. */
  readonly otherwise?: string;
  /** `true`: never printed; a function returns the printable part of the value. */
  readonly secret?: true | ((value: never) => unknown);
}

export interface ExplainedKey extends KeyFacts {
  /** What it means, in one sentence. */
  readonly says: string;
}

const explainedKeys = z.registry<ExplainedKey>();

/** An optional key. A table that has facts itself is one whose keys are explained elsewhere. */
export function key<T extends z.ZodType>(schema: T, says: string, facts: KeyFacts): z.ZodOptional<T> {
  const optional = schema.optional();
  explain(optional, { says, ...facts });
  return optional;
}

/** A required key. */
export function needed<T extends z.ZodType>(schema: T, says: string, facts: KeyFacts): T {
  // A clone, because `schema` is also used for other keys.
  const own = schema.clone();
  explain(own, { says, ...facts });
  return own;
}

function explain(schema: z.ZodType, explained: ExplainedKey): void {
  explainedKeys.add(schema, explained);
}

export function factsOf(schema: z.ZodType): ExplainedKey | undefined {
  return explainedKeys.get(schema);
}

interface Section {
  readonly title: string;
  readonly about?: string;
}

const sections = z.registry<Section>();

/** A table with its own section in docs/config.md. */
export function section<T extends z.ZodRawShape>(title: string, about: string | undefined, shape: T) {
  return table(shape).register(sections, { title, ...(about === undefined ? {} : { about }) });
}

export function sectionOf(schema: z.ZodType): Section | undefined {
  return sections.get(schema);
}

const perNames = z.registry<{ readonly names: readonly string[] }>();

/** A table with the same kind of value for each of these names. */
export function perName<const N extends string, T extends z.ZodType>(names: readonly N[], value: T) {
  // It has exactly these names: fromEntries types its keys only as strings.
  const shape = Object.fromEntries(names.map((name) => [name, value.optional()]));
  return table(shape as Readonly<Record<N, z.ZodOptional<T>>>).register(perNames, { names });
}

/** The names of a table that `perName` made. */
export function namesOf(schema: z.ZodType): readonly string[] | undefined {
  return perNames.get(schema)?.names;
}
