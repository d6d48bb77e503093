/** What a schema accepts, in plain words: zod's own messages name JavaScript types. */
import type * as z from 'zod';
import { someOf } from '../some-of.js';

/** For `safeParse(value, { error })`; the schema's own message takes precedence. */
export function expectedOf(issue: z.core.$ZodRawIssue): string {
  const schema = issue.schema ?? issue.inst;
  const def = schema && 'def' in schema._zod ? defOf(schema) : undefined;
  if (issue.code === 'unrecognized_keys') return `known are ${someOf(Object.keys(def?.shape ?? {}), 30)}`;
  return def ? wordsOf(def) : 'another value';
}

/** The parts of zod's schema definition that are read here. */
interface Def {
  readonly type: string;
  readonly format?: string;
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly entries?: Readonly<Record<string, string | number>>;
  readonly values?: readonly unknown[];
  readonly options?: readonly z.core.$ZodType[];
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly checks?: readonly { readonly _zod: { readonly def: object } }[];
}

function defOf(schema: z.core.$ZodType | z.core.$ZodCheck): Def {
  // zod types a definition by the kind of its schema; here the kind is checked by its name.
  return schema._zod.def as unknown as Def;
}

/** What the checks of a schema allow. */
interface Limits {
  readonly least?: number;
  readonly most?: number;
  readonly isWhole?: boolean;
}

function limitsOf({ format, checks = [] }: Def): Limits {
  let limits: Limits = { isWhole: format === 'safeint' };
  for (const { _zod } of checks) {
    // As above: by the check's own name.
    const def = _zod.def as Readonly<Record<string, number | string>>;
    if (def.check === 'greater_than' || def.check === 'min_length')
      limits = { ...limits, least: Number(def.value ?? def.minimum) };
    if (def.check === 'less_than' || def.check === 'max_length')
      limits = { ...limits, most: Number(def.value ?? def.maximum) };
    if (def.check === 'length_equals')
      limits = { ...limits, least: Number(def.length), most: Number(def.length) };
    if (def.format === 'safeint') limits = { ...limits, isWhole: true };
  }
  return limits;
}

function wordsOf(def: Def): string {
  const inner = def.innerType ?? def.in;
  if (inner) return wordsOf(defOf(inner)) + (def.type === 'nullable' ? ' or null' : '');
  switch (def.type) {
    case 'string':
      return textWords(def);
    case 'number':
      return numberWords(limitsOf(def));
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list${countWords(limitsOf(def), 'items')}`;
    case 'object':
    case 'record':
      return 'an object';
    case 'enum':
      return `one of ${Object.values(def.entries ?? {}).join(', ')}`;
    case 'literal':
      return (def.values ?? []).map((value) => JSON.stringify(value)).join(' or ');
    case 'union':
      return (def.options ?? []).map((option) => wordsOf(defOf(option))).join(' or ');
    default:
      return 'another value';
  }
}

function textWords(def: Def): string {
  if (def.format === 'base64') return 'a text in base64';
  const limits = limitsOf(def);
  return limits.least === 1 && limits.most === undefined
    ? 'a text that is not empty'
    : `a text${countWords(limits, 'characters')}`;
}

function countWords({ least, most }: Limits, unit: string): string {
  if (least === undefined) return most === undefined ? '' : ` of at most ${most} ${unit}`;
  if (most === undefined) return ` of at least ${least} ${unit}`;
  return least === most ? ` of ${most} ${unit}` : ` of ${least} to ${most} ${unit}`;
}

function numberWords({ least, most, isWhole = false }: Limits): string {
  const kind = isWhole ? 'a whole number' : 'a number';
  if (least === undefined) return most === undefined ? kind : `${kind} of at most ${most}`;
  return most === undefined ? `${kind} from ${least}` : `${kind} from ${least} to ${most}`;
}
