/** docs/config.md: made from the schema, from what a reload does with each key, and from config-keys.ts. */
import * as z from 'zod';
import * as field from '#src/config/field-types.js';
import { settingsAbove, settingsBelow, threadSettings } from '#src/config/settings.js';
import type { WorkerConfig } from '#src/config/worker-config.js';
import { hotTable, workerTable } from '#src/config/worker-schema.js';
import { baseConfig, effectOf } from './config-effect.js';
import { hotKeys, type KeyText, type TableText, upstreamTables } from './config-keys.js';
import { processorTables, sealvisorTables } from './config-own-keys.js';

export const tables: readonly TableText[] = [...upstreamTables, ...processorTables, ...sealvisorTables];

const head = `# Every key of a worker's file

\`venus-worker daemon -c <file>\` reads TOML in the spelling of venus-worker and damocles-worker. A key that is not on this page is refused with its nearest neighbour, a value that does not fit with what is expected. A manager has no configuration file: see \`venus-sector-manager daemon run --help\`.

This page is made by \`npm run docs\` from the schema and the code that reads it.

**Taken** says when a changed value takes hold: \`reload\` at \`venus-worker worker reload\` or SIGHUP (\`reload --dry-run\` shows the difference), \`restart\` when the worker is started again, \`nothing\` never: the key has no effect here, and each start and reload warns of it. **Of** says whose key it is: upstream's or ours.`;

const shortest = `Shorter intervals than 100 ms are refused, unless the manager is at a loopback address (rehearsals and tests on one machine): a fleet that asks its manager without pause keeps it from its work.`;

/** The whole page. */
export function configPage(): string {
  const config = baseConfig();
  const parts = tables.map(({ title, about, keys }) => {
    const rows = keys.map((text) => rowOf(text, config));
    const columns = ['Key', 'Meaning', 'Kind', 'Example', 'Default', 'Taken', 'Of'];
    return [`## ${title}`, ...(about === undefined ? [] : [about]), tableOf(columns, rows)].join('\n\n');
  });
  return `${[head, kindTable(), shortest, ...parts, hotPart()].join('\n\n')}\n`;
}

/** The paths of the schema that a key of the page stands for. */
export function pathsOf({ key, names = [] }: Pick<KeyText, 'key' | 'names'>): readonly string[] {
  const plain = key.replace('.<name>', '');
  return plain.includes('<') ? names.map((name) => plain.replace(/<\w+>/, name)) : [plain];
}

function rowOf(text: KeyText, config: WorkerConfig): readonly string[] {
  const { key, says, example, names = [] } = text;
  const schema = schemaAt(pathsOf(text)[0] ?? '');
  const of = key.startsWith('sealvisor') ? 'ours' : 'upstream';
  // A key that stands for those of another table: its first name shows how.
  const isOfOther = key.endsWith('<key>');
  const kind = isOfOther ? 'as there' : kindOf(schema);
  const shown = `\`${isOfOther ? `${names[0]} = ` : ''}${valueText(example)}\``;
  return [`\`${key}\``, says, kind, shown, defaultOf(text, config), effectOf(text).taken, of];
}

/** What holds without the key: as the schema and the configuration say, else in words. @throws when both or neither say it */
function defaultOf(text: KeyText, config: WorkerConfig): string {
  const { otherwise, key } = text;
  const isNeeded = !(schemaAt(pathsOf(text)[0] ?? '') instanceof z.ZodOptional);
  const shown = isNeeded ? 'required' : settingText(config, key);
  if ((shown === undefined) === (otherwise === undefined))
    throw new Error(`${key}: the code says ${String(shown)}, the page ${String(otherwise)}`);
  return shown ?? (typeof otherwise === 'function' ? otherwise(config) : String(otherwise));
}

/** The setting that a configuration without the key shows; what is only so in `base` is not a default. */
function settingText(config: WorkerConfig, key: string): string | undefined {
  const thread = 'sealing_thread "/nowhere/store1" ';
  const name = key.replace(/^sealing\./, `${thread}sealing.`).replace('sealing_thread[].', thread);
  const settings = [
    ...settingsAbove(config),
    ...config.threads.flatMap(threadSettings),
    ...settingsBelow(config),
  ];
  const text = settings.find((setting) => setting.key === name)?.text ?? '[]';
  return text === '[]' || text.includes('/nowhere') ? undefined : text;
}

function schemaAt(path: string): z.ZodType {
  return path.split(/\.|(?=\[\])/).reduce<z.ZodType>((schema, part) => {
    const inner = unwrap(schema);
    // Zod types what is inside as its core, which every schema of ours is more than.
    if (inner instanceof z.ZodArray) return inner.element as z.ZodType;
    const found = inner instanceof z.ZodObject ? (inner.shape[part] as z.ZodType | undefined) : undefined;
    if (!found) throw new Error(`the schema has nothing at ${path}`);
    return found;
  }, workerTable);
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema; // as above
}

/** Kinds of values that many keys have: the word for each, its schemas, and what the first of them refuses. */
const kinds: readonly (readonly [word: string, schemas: readonly z.ZodType[], wrong: unknown])[] = [
  ['text', [field.text, field.anyText, field.headerText], ''],
  ['name of a worker', [field.workerName], ''],
  ['true or false', [field.flag], 1],
  ['duration', [field.duration, field.someTime], ''],
  ['interval', [field.interval], '0s'],
  ['size', [field.size, field.sizeOrBytes], ''],
  ['number', [field.count, field.minerNumber], -1],
];

function kindOf(schema: z.ZodType): string {
  const inner = unwrap(schema);
  const known = kinds.find(([, schemas]) => schemas.includes(inner));
  if (known) return known[0];
  if (inner instanceof z.ZodRecord) return kindOf(inner.valueType as z.ZodType); // as above
  // What are its stages is said above the table.
  if (inner instanceof z.ZodEnum && inner.options.length > 10) return 'name of a stage';
  return expected(inner, null);
}

function kindTable(): string {
  return tableOf(
    ['Kind', 'What is expected'],
    kinds.map(([word, [schema], wrong]) => [word, schema ? expected(schema, wrong) : '']),
  );
}

/** What a schema says that it expects, when it is given something else. */
function expected(schema: z.ZodType, wrong: unknown): string {
  const said = schema.safeParse(wrong).error?.issues[0]?.message ?? '';
  const extras = [/^an? /, /,? in quotes/, / \(to stop .*\)$/, / to 4294967295$/, /, as a whole number$/];
  return extras.reduce((text, extra) => text.replace(extra, ''), said);
}

function hotPart(): string {
  const rows = Object.keys(hotTable.shape).map((key) => [`\`${key}\``, hotKeys[key] ?? '']);
  return `## \`<location>/config.toml\`

What a thread's own file sets holds for this thread, in place of the worker's file. It is read before each new job; a thread that waits for deals reads it again after \`request_task_max_retries\` answers. While it is faulty the thread keeps what it had.

${tableOf(['Key', 'Meaning'], rows)}`;
}

function valueText(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(valueText).join(', ')}]` : JSON.stringify(value);
}

function tableOf(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
