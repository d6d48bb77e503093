import type { Work } from '../slices.js';
import { condensed } from './condensed.js';
import { type UpdateCommitments, type UpdateProof, verifyUpdate } from './update-proof.js';

export interface SnapProveTask extends UpdateCommitments {
  readonly sectorSize: number;
  readonly proofs: readonly UpdateProof[];
}

/** Verifies every vanilla proof of an upgrade and condenses them. @throws StageError permanent when one is wrong */
export async function snapProve(task: SnapProveTask, work: Work): Promise<number[]> {
  const { proofs, commROld, commRNew, commDNew } = task;
  await verifyUpdate(proofs, task, task.sectorSize, work);
  const leaves = proofs.flatMap(({ old, sealed, data }) => [...old.leaf, ...sealed.leaf, ...data.leaf]);
  return condensed(Buffer.from([...commROld, ...commRNew, ...commDNew, ...leaves]));
}
