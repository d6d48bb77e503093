import { expect } from 'vitest';
import type { ManagerOptions } from '#src/manager/manager.js';
import type { Sectors } from '#src/manager/sectors/sectors.js';
import type { SnapUpProof } from '#src/protocol/jobs.js';
import type { SectorService } from '#src/protocol/sealer.js';
import type { SectorId } from '#src/protocol/sector.js';
import { filesIn, setup as manage, preCommitOf } from './setup.js';

export const anybody = { AllowedMiners: null, AllowedProofTypes: null };
export const anything = { Sector: anybody, Deals: { MaxDeals: null, MinUsedSpace: null } };
export const sectorNumber = (number: number): SectorId => ({ miner: 10000, number });
export const first = sectorNumber(1);
export const second = sectorNumber(2);
export const bytesOf = (seed: number) => Array.from({ length: 32 }, () => seed);
export const never = new AbortController().signal;

/** Takes a sector to its end as its worker does; its files are in store `s1`. */
export function finish(sectors: Sectors, { withDeals = false } = {}): SectorId {
  const allocated = sectors.allocate(null, null);
  const id = { miner: 10000, number: allocated?.ID.Number ?? 0 };
  if (withDeals) sectors.acquireDeals(id, null, null);
  sectors.chain.submitPreCommit(id, preCommitOf(id.number), false);
  sectors.submitPersisted(id, 's1');
  sectors.reportState(id, reportOf('ProofSubmitted', 'sealer'));
  sectors.reportFinalized(id);
  return id;
}

/** The same over the wire. */
export async function finishedAt(service: SectorService): Promise<void> {
  const allocated = await service.allocateSector(anybody);
  if (allocated === null) throw new Error('no sector was allocated');
  const id = { miner: allocated.ID.Miner, number: allocated.ID.Number };
  await service.submitPreCommit(allocated, preCommitOf(id.number), false);
  await service.submitPersisted(id, 's1', false);
  await service.reportFinalized(id);
}

/** A manager with `finished` sectors. */
export async function setup(
  options: Partial<ManagerOptions> & { readonly finished?: number; readonly withDeals?: boolean } = {},
) {
  const { finished = 1, withDeals = false, ...rest } = options;
  const fixture = await manage(rest);
  const { sectors } = fixture.manager;
  for (let count = 0; count < finished; count += 1) finish(sectors, { withDeals });
  return { ...fixture, sectors, jobs: sectors.jobs };
}

/** What thread 1 of `worker` tells when it has come to a state. */
export function reportOf(Next: string, worker = 'w1', Desc?: string) {
  return {
    Worker: { Instance: worker, Location: '/store1' },
    StateChange: { Prev: '-', Next, Event: '' },
    Failure: Desc === undefined ? null : { Level: 'permanent' as const, Desc },
  };
}

/** A directory with pieces, no two the same. */
export const piecesOf = (...sizes: readonly number[]) =>
  filesIn(Object.fromEntries(sizes.map((size, at) => [`piece-${at}`, size])));

/** What a thread hands in for the upgrade it was given. */
export function proofOf(
  job: { readonly Pieces: readonly { readonly Piece: { readonly Cid: { readonly '/': string } } }[] } | null,
  facts: Partial<SnapUpProof> = {},
): SnapUpProof {
  return {
    CommR: bytesOf(7),
    CommD: bytesOf(8),
    AccessInstance: 's2',
    Pieces: job?.Pieces.map(({ Piece }) => Piece.Cid) ?? [],
    Proof: 'AAAA',
    ...facts,
  };
}

/** Has a sector upgraded from the wish to the worker's last word. */
export async function upgrade(sectors: Sectors, id: SectorId, pieces: string) {
  const { jobs } = sectors;
  await jobs.addSnapUp(id, { pieces }, never);
  const job = jobs.snapUp.allocate(anything);
  sectors.reportState(id, reportOf('Allocated', 'upgrader'));
  jobs.snapUp.submit(id, proofOf(job));
  sectors.reportFinalized(id);
  return job;
}

export const refusal = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });
