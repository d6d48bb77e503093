import { wrongData } from '../faults.js';
import { Slices, type Work } from '../slices.js';
import { u64be } from '../trees/hash.js';
import type { C1Output } from './c1.js';
import { faultOf } from './challenges.js';
import { condensed } from './condensed.js';

export interface C2Task {
  readonly c1: C1Output;
  readonly proverId: readonly number[];
  readonly sectorNumber: number;
}

export interface C2Output {
  /** 192 bytes, the length of a Groth16 proof; a digest of what was verified, not a proof of replication. */
  readonly proof: number[];
}

/** Verifies every vanilla proof and condenses them. @throws StageError permanent when one of them is wrong */
export async function c2(task: C2Task, work: Work): Promise<C2Output> {
  await verifyC1(task.c1, work);
  const { challenges, commD, commR } = task.c1;
  const leaves = challenges.flatMap((challenge) => [...challenge.data.leaf, ...challenge.sealed.leaf]);
  const parts = [
    Buffer.from(task.proverId),
    u64be(task.sectorNumber),
    Buffer.from([...commD, ...commR, ...leaves]),
  ];
  return { proof: condensed(Buffer.concat(parts)) };
}

/** @throws StageError permanent when a vanilla proof is wrong, or when there are none */
export async function verifyC1({ challenges, commD, commR }: C1Output, work: Work): Promise<void> {
  const slices = new Slices(work);
  if (challenges.length === 0) throw wrongData('C1 has no challenges: run it again');
  for (const [at, challenge] of challenges.entries()) {
    const fault = faultOf(challenge, commD, commR);
    if (fault) throw wrongData(`Leaf ${challenge.data.index}: ${fault}: seal the sector again`);
    const progress = { done: at + 1, total: challenges.length, unit: 'challenges' };
    if (slices.isOver) await slices.next(progress);
    else work.progress(progress);
  }
}
