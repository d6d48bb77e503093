import type { TreeNode } from '../../src/actors/index.js';
import { answerJson } from '../output/say.js';
import { treeText } from '../output/tree-text.js';
import { watch } from '../output/watch.js';
import { workerOf } from './manager/workers.js';

/** Shows the supervisor tree of a worker: one that the manager knows, one at an address, or this machine's. */
export async function tree(
  name: string | undefined,
  options: { readonly manager?: string; readonly json?: boolean; readonly watch?: boolean },
): Promise<void> {
  const worker = workerOf(name ?? (process.env.SEALVISOR_WORKER || '127.0.0.1'), options);
  await watch(options.watch === true, async () => {
    // Our own worker's answer: `{ root }` (docs/spec.md#rest); an upstream worker has none and is refused.
    const shown = (await worker.tree()) as { readonly root: TreeNode };
    if (!options.json) return { text: treeText(shown.root, Date.now()) };
    answerJson(shown);
    return null;
  });
}
