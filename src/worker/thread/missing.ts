/** Which of the needed files and outputs a sector has, and what is missing for a state, as text for operators. */
import { isResumable, missingFor, type Plan, planState } from '../../../machines/index.js';
import type { Holdings } from '../../../machines/plan.js';
import type { ThreadRecord } from '../../../machines/thread-record.js';
import { featureOf } from '../../protocol/sector.js';
import { presentOutputs } from '../../sealing/large-outputs.js';
import { fileTitle, hasSectorFile } from '../../sealing/plan-files.js';
import { sectorFiles } from '../../sealing/sector-files.js';

/** Most states need the same files, so each file is checked once. */
export function holdingsOf(location: string, record: ThreadRecord): Holdings {
  const { sector, outputs } = record;
  const files = sector && sectorFiles(location, sector.id);
  const found = new Map<string, boolean>();
  const hasFile = (name: string) => {
    const known = found.get(name) ?? (files !== null && hasSectorFile(files, name, outputs));
    found.set(name, known);
    return known;
  };
  return { outputs: presentOutputs(outputs, files?.root), hasFile };
}

/** The first input of the state that the sector lacks, as text such as `no C2 output yet`. */
export function missingText(plan: Plan, location: string, record: ThreadRecord, name: string): string {
  const state = planState(plan, name);
  if (state?.only !== undefined && featureOf(record.sector) !== state.only)
    return `only a sector with ${state.only} PoRep has this state`;
  const [first] = state && isResumable(state) ? missingFor(state, holdingsOf(location, record)) : [];
  if (first === undefined) return 'an operator cannot send a sector there';
  if (!state?.needs.outputs.includes(first)) return `${fileTitle(first, record.outputs)} is missing`;
  if (Object.hasOwn(record.outputs, first)) return `the file outputs/${first}.json is missing or incomplete`;
  const stage = stageThatGives(plan, first);
  if (stage === undefined) return `no ${first} yet`;
  return stage.processor === undefined ? `${stage.stage} is not done yet` : `no ${stage.stage} output yet`;
}

/** The stage that leads to the first state that needs the output. */
function stageThatGives(plan: Plan, output: string) {
  const at = plan.states.findIndex(({ needs }) => needs.outputs.includes(output));
  const before = plan.states
    .slice(0, Math.max(at, 0))
    .find(({ name }) => plan.edges.some(({ from, to }) => from === name && to === plan.states[at]?.name));
  return before === undefined || before.stage === '-' ? undefined : before;
}
