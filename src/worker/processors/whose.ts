/** Whose program does each stage: what others write is read by their programs alone, what ours write by ours alone. */
import { realpath } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type ProcessorConfig, processorKey } from '../../config/processor-config.js';
import type { StageDoers } from '../../config/provable.js';
import { lookAt, onPath } from '../../processes/run-fault.js';

/** Our own command, under whatever name and link it is run, also behind `nice`, `numactl` or `node`. */
const ourProgram = 'venus-worker.cjs';

/** Who does each stage that has a table; a stage without one is done by our own processor in the thread. */
export async function stageDoers(processors: readonly ProcessorConfig[]): Promise<StageDoers> {
  const doers = new Map<string, { ours: string[]; others: string[] }>();
  for (const processor of processors) {
    const { stage } = processor;
    const found = doers.get(stage) ?? { ours: [], others: [] };
    const key = processorKey(stage, found.ours.length + found.others.length);
    if (await isOurs(processor)) found.ours.push(key);
    else found.others.push(key);
    doers.set(stage, found);
  }
  return doers;
}

/** The stages that only programs of others do. */
export function stagesOfOthers(doers: StageDoers): readonly string[] {
  return [...doers].filter(([, { ours }]) => ours.length === 0).map(([stage]) => stage);
}

async function isOurs({ bin, args = [], envs }: ProcessorConfig): Promise<boolean> {
  if (bin === undefined) return true;
  const path = bin.includes('/') ? bin : ((await onPath(bin, envs.PATH)) ?? bin);
  for (const word of [path, ...args]) {
    if (!word.includes('/')) continue;
    // Arguments are paths only by chance; one whose disk does not answer is taken by its name.
    const at = resolve(word);
    const found = await lookAt(at, () => realpath(at)).catch(() => at);
    if (basename(found) === ourProgram) return true;
  }
  return false;
}
