/** docs/config.md: made from the schema and from the configuration of a file that sets next to nothing. */
import * as z from 'zod';
import * as field from '#src/config/field-types.js';
import { hotTable } from '#src/config/sealing-schema.js';
import { workerTable } from '#src/config/worker-schema.js';
import { writtenConfig, writtenThread } from '#src/config/written.js';
import { base, baseConfig, pathOf } from './config-effect.js';
import { type KeyRow, partsOf, valueSchema } from './config-rows.js';

export const parts = partsOf(workerTable);

const head = `# Every key of a worker's file

\`venus-worker daemon -c <file>\` reads TOML in the spelling of venus-worker and damocles-worker. A key that is not on this page is refused with its nearest neighbour, a value that does not fit with what is expected. A manager has no configuration file: see \`venus-sector-manager daemon run --help\`.

This page is made by \`npm run docs\` from the schema, where each key stands with its meaning.

**Applied** says when a changed value takes effect: \`reload\` at \`venus-worker worker reload\` or SIGHUP (\`reload --dry-run\` shows the difference), \`restart\` when the worker is started again, \`never\`: the key has no effect here, and each start and reload warns of it. **Of** says whose key it is: upstream's or ours.`;

const shortest = `Shorter intervals than 100 ms are refused, unless the manager is at a loopback address (rehearsals and tests on one machine): a fleet that asks its manager without pause keeps it from its work.`;

/** The whole page. */
export function configPage(): string {
  const defaults = writtenDefaults();
  const made = parts.map(({ title, about, rows }) => {
    const columns = ['Key', 'Meaning', 'Type', 'Example', 'Default', 'Applied', 'Of'];
    const table = tableOf(
      columns,
      rows.map((row) => cellsOf(row, defaults)),
    );
    return [`## ${title}`, ...(about === undefined ? [] : [about]), table].join('\n\n');
  });
  return `${[head, kindTable(), shortest, ...made, hotPart()].join('\n\n')}\n`;
}

function cellsOf(row: KeyRow, defaults: unknown): readonly string[] {
  const { key, says, example, applied } = row;
  const of = key.startsWith('sealvisor') ? 'ours' : 'upstream';
  const kind = key.endsWith('<key>') ? 'as there' : kindOf(valueSchema(row));
  return [`\`${key}\``, says, kind, `\`${exampleText(example)}\``, defaultOf(row, defaults), applied, of];
}

function exampleText(example: unknown): string {
  if (typeof example !== 'object' || example === null || Array.isArray(example)) return valueText(example);
  return Object.entries(example)
    .map(([key, value]) => `${key} = ${valueText(value)}`)
    .join(', ');
}

/** The configuration of `base` in the keys of its file, with each default. */
function writtenDefaults(): unknown {
  const config = baseConfig();
  const threads = config.threads.map(writtenThread);
  return { ...writtenConfig(config), sealing_thread: threads, sealing: threads[0]?.sealing };
}

/** What applies without the key: as the schema and the configuration say, else in words. @throws when both or neither say it */
export function defaultOf(row: KeyRow, defaults: unknown = writtenDefaults()): string {
  const { otherwise, key } = row;
  const path = pathOf(row);
  const isGiven = valueAt(base, path) !== undefined;
  const value = isGiven || key.endsWith('<key>') ? undefined : valueAt(defaults, path);
  const isNone = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  const text = field.kinds.get(valueSchema(row))?.text;
  const shown = isNone ? undefined : text && typeof value === 'number' ? text(value) : String(value);
  const known = row.schema instanceof z.ZodOptional ? shown : 'required';
  if ((known === undefined) === (otherwise === undefined))
    throw new Error(`${key}: the code says ${String(known)}, the schema ${String(otherwise)}`);
  return known ?? String(otherwise);
}

function valueAt(table: unknown, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      table,
    );
}

/** Types of values that many keys have, each with what its schema refuses. */
const common: readonly (readonly [schema: z.ZodType, wrong: unknown])[] = [
  [field.text, ''],
  [field.workerName, ''],
  [field.flag, 1],
  [field.duration, ''],
  [field.interval, '0s'],
  [field.size, ''],
  [field.count, -1],
];

function kindOf(schema: z.ZodType): string {
  const kind = field.kinds.get(schema);
  if (kind) return kind.word;
  // What are its stages is said above the table.
  if (schema instanceof z.ZodEnum && schema.options.length > 10) return 'name of a stage';
  return expected(schema, null);
}

function kindTable(): string {
  const rows = common.map(([schema, wrong]) => [kindOf(schema), expected(schema, wrong)]);
  return tableOf(['Type', 'What is expected'], rows);
}

/** What a schema says that it expects, when it is given something else. */
function expected(schema: z.ZodType, wrong: unknown): string {
  const said = schema.safeParse(wrong).error?.issues[0]?.message ?? '';
  const extras = [/^an? /, /,? in quotes/, / \(to stop .*\)$/, / to 4294967295$/, /, as a whole number$/];
  return extras.reduce((text, extra) => text.replace(extra, ''), said);
}

function hotPart(): string {
  const rows = partsOf(hotTable).flatMap((part) => part.rows);
  return `## \`<location>/config.toml\`

What a thread's own file sets applies to this thread, in place of the worker's file. It is read before each new job; a thread that waits for deals reads it again after \`request_task_max_retries\` answers. While it is faulty the thread keeps what it had.

${tableOf(
  ['Key', 'Meaning'],
  rows.map(({ key, says }) => [`\`${key.replace('.<key>', '')}\``, says]),
)}`;
}

function valueText(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(valueText).join(', ')}]` : JSON.stringify(value);
}

function tableOf(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
