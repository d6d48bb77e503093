/** Whether our program or a third-party one does each stage: the files of one can be read only by its own programs. */
import { realpath } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type ProcessorConfig, processorKey } from '../../config/processor-config.js';
import type { StageDoers } from '../../config/provable.js';
import { lookAt, onPath } from '../../processes/run-fault.js';

/** Our own command, also when run through a link, or through `nice`, `numactl` or `node`. */
const ourProgram = 'venus-worker.cjs';

/** The processors of each stage that has a table, ours and third-party; a stage without a table is done by our code in the thread. */
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

/** The stages that only third-party programs do. */
export function stagesOfOthers(doers: StageDoers): readonly string[] {
  return [...doers].filter(([, { ours }]) => ours.length === 0).map(([stage]) => stage);
}

async function isOurs({ bin, args = [], envs }: ProcessorConfig): Promise<boolean> {
  if (bin === undefined) return true;
  const path = bin.includes('/') ? bin : ((await onPath(bin, envs.PATH)) ?? bin);
  for (const word of [path, ...args]) {
    if (!word.includes('/')) continue;
    // Not every argument is a path; one whose disk does not answer is judged by its name.
    const at = resolve(word);
    const found = await lookAt(at, () => realpath(at)).catch(() => at);
    if (basename(found) === ourProgram) return true;
  }
  return false;
}
