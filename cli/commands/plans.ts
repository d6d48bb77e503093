import { plans as known, type Plan, planNamed } from '../../machines/index.js';
import { meantText } from '../../src/config/nearest.js';
import { SealvisorError } from '../../src/protocol/errors.js';
import { planChart, planList, planSection, plansPage, planTable } from '../output/plan-text.js';
import { answer, answerJson } from '../output/say.js';

export interface PlansOptions {
  readonly json?: boolean;
  readonly mermaid?: boolean;
  readonly markdown?: boolean;
}

/** Prints all plans, or one of them. @throws usage */
export async function plans(name: string | undefined, options: PlansOptions): Promise<void> {
  if (name !== undefined) return printOne(planOf(name), options);
  const all = Object.values(known);
  if (options.mermaid)
    throw new SealvisorError('usage', `--mermaid draws one plan: name it, of ${names.join(', ')}`);
  if (options.markdown) answer(plansPage(all));
  else if (options.json)
    answerJson(all.map((plan) => ({ name: plan.name, about: plan.about, states: plan.states.length })));
  else answer(planList(all));
}

function printOne(plan: Plan, { json, mermaid, markdown }: PlansOptions): void {
  if (json) answerJson(plan);
  else if (mermaid) answer(planChart(plan));
  else if (markdown) answer(planSection(plan));
  else answer(`${plan.name} ${plan.about}\n\n${planTable(plan)}`);
}

const names = Object.keys(known);

function planOf(name: string): Plan {
  const found = planNamed(name);
  if (found) return found;
  throw new SealvisorError(
    'usage',
    `no plan is named ${name}: ${meantText(name, names)}there are ${names.join(', ')}`,
  );
}
