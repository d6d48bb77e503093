/** docs/api.md: made from the rows of src/http/{worker,manager,upstream}/routes.ts and the schemas that the routes parse with. */
import * as z from 'zod';
import { managerRows } from '#src/http/manager/routes.js';
import { everyRoute, type RouteRow } from '#src/http/route-row.js';
import { upstreamRows } from '#src/http/upstream/routes.js';
import { workerRows } from '#src/http/worker/routes.js';
import { errorCodes } from '#src/protocol/errors.js';

const parts: readonly (readonly [title: string, rows: readonly RouteRow[]])[] = [
  ['Worker', workerRows],
  ['Manager', managerRows],
  ['Manager in front of another one (`--upstream`)', upstreamRows],
];

const head = `# Every route

This page is made by \`npm run docs\` from the routes and from the schemas that they check requests with.

Bodies and answers are JSON, version 1; a body is at most 1 MiB, and a field that is not listed is refused. An error is \`application/problem+json\` with its \`code\` ([errors](errors.md)) and a text that says what to do. Every route can answer with ${listed(everyRoute)}. A route of a worker that is meant for another one is refused with \`wrong_worker\`. Types in the answers are those of \`src/protocol\`. In \`Parameters\`, \`?\` marks what may be left out; those of a GET stand in its query.`;

export function apiPage(): string {
  const made = parts.map(([title, rows]) => {
    const lines = rows.map(({ route, purpose, body, query, answer, errors = [] }) =>
      [
        `\`${route.replaceAll(/:(\w+)/g, '{$1}')}\``,
        purpose,
        parameters(body ?? query),
        answer,
        listed(errors),
      ].join(' | '),
    );
    const columns = '| Route | Purpose | Parameters | Answer | Errors |\n| --- | --- | --- | --- | --- |';
    return `## ${title}\n\n${columns}\n${lines.map((line) => `| ${line} |`).join('\n')}`;
  });
  return `${[head, ...made].join('\n\n')}\n`;
}

function listed(codes: RouteRow['errors'] = []): string {
  return codes.length === 0
    ? '-'
    : [...new Set(codes)].map((code) => `\`${code}\` (${errorCodes[code].http})`).join(', ');
}

function parameters(schema: z.ZodType | undefined): string {
  if (!schema) return '-';
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties)
    .map(([name, each]) => `\`${name}${required.includes(name) ? '' : '?'}\`: ${typeText(each)}`)
    .join('; ');
}

/** One property, as a reader of the table needs it. */
function typeText(schema: z.core.JSONSchema._JSONSchema): string {
  if (typeof schema === 'boolean') return 'any';
  const { anyOf, enum: words, type, minimum, maximum, maxLength, items } = schema;
  if (anyOf) return anyOf.map(typeText).join(' or ');
  if (words) return words.map((word) => `"${String(word)}"`).join(', ');
  if (type === 'integer' || type === 'number') return `${type}${rangeText(minimum, maximum)}`;
  if (type === 'array') return `list of ${items && !Array.isArray(items) ? typeText(items) : 'any'}`;
  if (type === 'string') return maxLength === undefined ? 'text' : `text (at most ${maxLength})`;
  return String(type ?? 'any');
}

function rangeText(least: number | undefined, most: number | undefined): string {
  const isOpen = most === undefined || most >= Number.MAX_SAFE_INTEGER;
  if (least === undefined) return '';
  return isOpen ? ` from ${least}` : ` from ${least} to ${most}`;
}
