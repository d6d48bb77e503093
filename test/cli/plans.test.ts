import { describe, expect, test } from 'vitest';
import { plans as printPlans } from '#cli/commands/plans.js';
import { planChart, planTable } from '#cli/output/plan-text.js';
import { type Plan, plans, unseal } from '#machines/index.js';
import { captured } from '../tools/cli/setup.js';
import { run } from '../tools/e2e/setup.js';

const said = captured();
const all = Object.values(plans);

test('without a plan each is named, with what it is for and the number of its states', async () => {
  await printPlans(undefined, {});
  const [head, ...lines] = said.out.trimEnd().split('\n');
  expect(head).toBe('Plan     States  What it is for');
  expect(lines.map((line) => line.split(/ {2,}/))).toEqual(
    all.map(({ name, states, about }) => [name, String(states.length), about]),
  );
  said.out = '';
  await printPlans(undefined, { json: true });
  expect(JSON.parse(said.out)).toEqual(
    all.map(({ name, about, states }) => ({ name, about, states: states.length })),
  );
});

test('what a plan is for is one line without an end', () => {
  for (const { about } of all) expect(about).toMatch(/^[a-z][^\n.]{10,100}[a-z]$/);
});

describe.each(all.map((plan) => [plan.name, plan] as const))('plan %s', (name, plan) => {
  test('as a table has every edge, and the stage, processor and needs of every state', async () => {
    await printPlans(name, {});
    const lines = said.out.split('\n').map((line) => line.split(/ {2,}/));
    for (const { from, event, to } of plan.edges)
      expect(
        lines.some((cells) => ['', from].includes(cells[0] ?? '-') && cells[1] === event && cells[2] === to),
      ).toBe(true);
    for (const state of plan.states) {
      const [line] = lines.filter((cells) => cells[0] === state.name);
      expect(line?.slice(3, 5)).toEqual([state.stage, state.processor ?? '-']);
      for (const need of [...state.needs.outputs, ...state.needs.files]) expect(line?.[5]).toContain(need);
    }
  });

  test('as a chart has every edge and every end', async () => {
    await printPlans(name, { mermaid: true });
    expect(said.out).toMatch(/^stateDiagram-v2\n {2}\[\*\] --> Empty\n/);
    for (const { from, event, to } of plan.edges)
      expect(said.out).toContain(`\n  ${from} --> ${to}: ${event}\n`);
    for (const end of ['Finished', 'Aborted']) expect(said.out).toContain(`\n  ${end} --> [*]\n`);
  });

  test('as JSON is its definition', async () => {
    await printPlans(name, { json: true });
    expect(JSON.parse(said.out)).toEqual(plan);
  });
});

test('the table of unseal, as it is printed', () => {
  expect(planTable(unseal)).toBe(`\
State      Event                  Next       Stage        Processor  Needs
Empty      AllocatedUnsealSector  Allocated  -            -          -
Allocated  UnsealDone             Unsealed   Unseal       unseal     unseal
Unsealed   UploadPieceDone        Finished   UploadPiece  transfer   unseal, unsealed; files piece
Finished   -                      -          -            -          unseal, unsealed
Aborted    -                      -          -            -          -`);
});

test('a state with two ways out has a line for each; its facts stand in the first', () => {
  const needs = { outputs: [], files: [] };
  const fork: Plan = {
    name: 'fork',
    about: 'forks',
    states: ['Empty', 'Left', 'Finished'].map((name) => ({ name, stage: '-', needs })),
    edges: [
      { from: 'Empty', event: 'Go', to: 'Left' },
      { from: 'Empty', event: 'Skip', to: 'Finished' },
    ],
  };
  const lines = planTable(fork).split('\n');
  expect(lines.slice(1, 3).map((line) => line.trimEnd().split(/ +/))).toEqual([
    ['Empty', 'Go', 'Left', '-', '-', '-'],
    ['', 'Skip', 'Finished'],
  ]);
  expect(planChart(fork)).not.toContain('Aborted -->');
});

test.each([
  [
    ['plans', 'sealing'],
    /^error: no plan is named sealing: there are sealer, niporep, .*wdpost \(usage\)\n$/,
  ],
  [['plans', 'constructor'], /^error: no plan is named constructor: there are sealer/],
  [['plans', '--mermaid'], /^error: --mermaid draws one plan: name it, of sealer, .*\(usage\)\n$/],
  [['plans', 'sealer', '--mermaid', '--json'], /cannot be used with option/],
  [['plans', 'sealer', 'snapup'], /too many arguments/],
])('%j is wrong usage', async (args, told) => {
  const { code, stdout, stderr } = await run('sealvisor', args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(told);
});
