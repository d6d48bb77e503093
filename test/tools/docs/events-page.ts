/** docs/events.md: made from the table of events. */
import { type EventMetric, eventMetrics } from '#src/protocol/events/counted.js';
import { eventGroups } from '#src/protocol/events/table.js';

const head = `# What the daemons log

A line of the log is one event: dated, with a level, the component that tells it (\`worker\`, \`manager\`, \`fleet\`, \`log\`) and a message. \`--log-format json\` writes one object a line: \`time\`, \`level\`, \`component\`, \`event\` (the name below), the fields of the event, and \`message\`. \`--log-level\` leaves out what is less important. Match on \`event\` and its fields; a message may change.

\`reason\` is the text of an error or the reason that a person gave, \`code\` the error's stable code ([errors](errors.md)), \`thread\` the index of a sealing thread. A field with \`?\` is left out where it is not known.

The history of a thread is told by \`GET /api/v1/events\`, too: each of its events is a \`row\` there. "Counted in" names the figure of a worker's \`/metrics\` that an event adds to, with its labels.

This page is made by \`npm run docs\` from the table (\`src/protocol/events\`).`;

/** The whole page. */
export function eventsPage(): string {
  const parts = Object.entries(eventGroups).map(([title, rows]) => {
    const lines = Object.entries(rows).map(
      ([name, { level, when, fields, counted }]) =>
        `| \`${name}\` | ${level} | ${when}${countedText(counted?.metric)} | ${fieldsText(fields)} |`,
    );
    return [
      `## ${title}`,
      ['| Event | Level | When | Fields |', '| --- | --- | --- | --- |', ...lines].join('\n'),
    ].join('\n\n');
  });
  return `${[head, ...parts].join('\n\n')}\n`;
}

function fieldsText(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, kind]) => (kind.endsWith('?') ? `\`${name}?\`` : `\`${name}\``))
    .join(', ');
}

function countedText(metric: EventMetric | undefined): string {
  if (metric === undefined) return '';
  return ` (counted in \`${metric}{${eventMetrics[metric].labels.join(', ')}}\`)`;
}
