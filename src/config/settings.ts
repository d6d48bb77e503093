/** A configuration as a list of settings that can be compared with another one; order and facts come from the schema. */
import * as z from 'zod';
import { kinds } from './field-types.js';
import { type ExplainedKey, factsOf, namesOf } from './key-facts.js';
import { itemOf, join, partOf, recordValue, unwrap } from './schema-parts.js';
import { threadTable } from './sealing-schema.js';
import type { ThreadConfig } from './thread-config.js';
import { listText, tableText } from './value-text.js';
import type { WorkerConfig } from './worker-config.js';
import { workerTable } from './worker-schema.js';
import { writtenConfig, writtenThread } from './written.js';

export interface Setting {
  readonly key: string;
  /** The value as written in a file; null = not set. */
  readonly text: string | null;
  /** A value that is compared but must not be printed. */
  readonly secret?: string;
  /** Whether it takes effect only after a restart of the worker. */
  readonly isFixed: boolean;
}

const tables = Object.keys(workerTable.shape);
const threadsAt = tables.indexOf('sealing_thread');

/** The settings of the tables above the threads. */
export function settingsAbove(config: WorkerConfig): readonly Setting[] {
  return settingsIn(tables.slice(0, threadsAt), config);
}

/** The settings of the tables below the threads. */
export function settingsBelow(config: WorkerConfig): readonly Setting[] {
  return settingsIn(tables.slice(threadsAt + 1), config);
}

function settingsIn(names: readonly string[], config: WorkerConfig): readonly Setting[] {
  const written: Readonly<Record<string, unknown>> = writtenConfig(config);
  return names.flatMap((name) => settingsAt(partOf(workerTable, name), written[name], name));
}

/** The settings of a thread; its index is its position in the file. */
export function threadSettings(thread: ThreadConfig): readonly Setting[] {
  const name = threadName(thread.location);
  const settings = settingsAt(threadTable, writtenThread(thread), '');
  return [
    { key: `${name} index`, text: String(thread.index), isFixed: true },
    ...settings.map((setting) => ({ ...setting, key: `${name} ${setting.key}` })),
  ];
}

/** The name of a thread in a change: by its location, which identifies it in an edited file. */
export function threadName(location: string): string {
  return `sealing_thread ${JSON.stringify(location)}`;
}

/** A value with its key's facts from the schema. */
interface Leaf {
  readonly path: string;
  readonly schema: z.ZodType;
  readonly facts: ExplainedKey;
  readonly value: unknown;
}

function settingsAt(schema: z.ZodType, value: unknown, path: string): readonly Setting[] {
  const list = tablesIn(schema);
  if (list && Array.isArray(value))
    return value.map((item: unknown, index) => itemSetting(list, item, itemName(path, item, index)));
  const inner = unwrap(schema);
  if (isTable(value) && inner instanceof z.ZodObject && !namesOf(inner))
    return Object.keys(inner.shape).flatMap((key) =>
      settingsAt(partOf(inner, key), Reflect.get(value, key), join(path, key)),
    );
  return leavesOf(schema, value, path).map(leafSetting);
}

/** One setting for a table in a list. */
function itemSetting(schema: z.ZodType, item: unknown, key: string): Setting {
  const leaves = leavesOf(schema, item, '');
  const hidden = leaves.filter(({ facts }) => facts.secret !== undefined);
  const texts = leaves.map((leaf): [string, unknown] => [leaf.path, shownOf(leaf)]);
  return {
    key,
    text: tableText(Object.fromEntries(texts)),
    isFixed: leaves.some(({ facts }) => facts.applied === 'restart'),
    ...(hidden.length > 0 ? { secret: JSON.stringify(hidden.map(({ value }) => value)) } : {}),
  };
}

function leafSetting(leaf: Leaf): Setting {
  const { path: key, schema, facts, value } = leaf;
  const itemKind = schema instanceof z.ZodArray ? kinds.get(itemOf(schema)) : undefined;
  const shown = shownOf(leaf);
  return {
    key,
    text: Array.isArray(shown) ? listText(shown, itemKind?.text ?? JSON.stringify) : String(shown),
    isFixed: facts.applied === 'restart',
    ...(facts.secret ? { secret: JSON.stringify(value) } : {}),
  };
}

/** The values below a key, each with the facts of its own key or of the nearest enclosing one. */
function leavesOf(schema: z.ZodType, value: unknown, path: string, around?: ExplainedKey): readonly Leaf[] {
  if (value === undefined || value === null) return [];
  const facts = factsOf(schema) ?? around;
  const inner = unwrap(schema);
  const isWhole = typeof facts?.secret === 'function';
  if (isTable(value) && inner instanceof z.ZodObject)
    // The names of `perName` tables keep the order of the file.
    return Object.keys(namesOf(inner) ? value : inner.shape).flatMap((key) =>
      leavesOf(partOf(inner, key), Reflect.get(value, key), join(path, key), facts),
    );
  if (isTable(value) && inner instanceof z.ZodRecord && !isWhole)
    return Object.entries(value).flatMap(([key, item]) =>
      leavesOf(recordValue(inner), item, join(path, key), facts),
    );
  if (!facts) throw new Error(`the schema does not explain ${path}`);
  return [{ path, schema: inner, facts, value }];
}

/** The printable part of a value, as written in a file. */
function shownOf({ schema, facts: { secret }, value }: Leaf): unknown {
  if (secret === true) return '(secret)';
  // The key's facts are declared for the type of this value.
  if (secret) return secret(value as never);
  const text = kinds.get(schema)?.text;
  return text && typeof value === 'number' ? text(value) : value;
}

/** A store is identified by its name, other items by their position. */
function itemName(path: string, item: unknown, index: number): string {
  return path === 'attached' && isTable(item) && 'name' in item
    ? `attached ${JSON.stringify(item.name)}`
    : `${path}[${index}]`;
}

function tablesIn(schema: z.ZodType): z.ZodType | undefined {
  const inner = unwrap(schema);
  const item = inner instanceof z.ZodArray ? itemOf(inner) : undefined;
  return item instanceof z.ZodObject ? item : undefined;
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
