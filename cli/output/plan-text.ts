/** A plan as a table, as a chart, and as a page of the docs. */
import { emptyState, endStates, type Plan, type PlanState } from '../../machines/index.js';
import { table } from './upstream-text.js';

export function planList(plans: readonly Plan[]): string {
  const rows = plans.map((plan) => [plan.name, String(plan.states.length), plan.about]);
  return table([['Plan', 'States', 'What it is for'], ...rows]);
}

/** One line per edge; the facts of a state are in its first line. */
export function planTable(plan: Plan): string {
  return table([head, ...rowsOf(plan)]);
}

/** As mermaid's `stateDiagram-v2`. */
export function planChart({ edges, states }: Plan): string {
  const ends = states.filter(({ name }) => endStates.includes(name));
  return [
    'stateDiagram-v2',
    `  [*] --> ${emptyState}`,
    ...edges.map(({ from, event, to }) => `  ${from} --> ${to}: ${event}`),
    ...ends.map(({ name }) => `  ${name} --> [*]`),
    '  note left of Aborted: from any state, when the sector is lost or aborted',
  ].join('\n');
}

/** A section of docs/plans.md. */
export function planSection(plan: Plan): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `## ${plan.name}`,
    `\`${plan.name}\` ${plan.about}.`,
    `\`\`\`mermaid\n${planChart(plan)}\n\`\`\``,
    [line(head), line(head.map(() => '---')), ...rowsOf(plan).map(line)].join('\n'),
  ].join('\n\n');
}

/** docs/plans.md as a whole. */
export function plansPage(plans: readonly Plan[]): string {
  return [intro, ...plans.map(planSection)].join('\n\n');
}

const intro = `# Plans

A plan is the kind of job that a sealing thread does, as a table of states. This page is made from the tables in \`machines/plans/\`:
\`sealvisor plans --markdown > docs/plans.md\` makes it anew. \`sealvisor plans <plan>\` prints one, \`--mermaid\` its chart, \`--json\` the table itself.

The sector is in a *state*, which is kept on disk; the *stage* is the work that leads out of it, and the *event* says how that work ended.
The *processor* is the name of a heavy stage in the configuration: limits, and \`[[processors.<name>]]\` ([processors](processors.md)). What a
state *needs* must be there to be sent to it by \`resume --state\`: outputs of earlier stages, and files (\`synthetic\` only of a sector with synthetic PoRep). \`Aborted\` can be reached from any state; \`Finished\` is earned.
A new plan is one table in \`machines/plans/\` and its stages in \`src/sealing/stages/\`; everything else reads the table.`;

const head = ['State', 'Event', 'Next', 'Stage', 'Processor', 'Needs'];

function rowsOf(plan: Plan): readonly (readonly string[])[] {
  return plan.states.flatMap((state) => {
    const edges = plan.edges.filter(({ from }) => from === state.name);
    const [first = { event: '-', to: '-' }, ...others] = edges;
    return [
      [state.name, first.event, first.to, state.stage, state.processor ?? '-', needsText(state)],
      ...others.map(({ event, to }) => ['', event, to, '', '', '']),
    ];
  });
}

function needsText({ needs: { outputs, files } }: PlanState): string {
  const parts = [outputs.join(', '), files.length > 0 ? `files ${files.join(', ')}` : ''];
  return parts.filter((part) => part !== '').join('; ') || '-';
}
