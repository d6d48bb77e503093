/** Jobs about the one sector of a plan's world, as a manager would give them. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { marksDir } from '#src/disks/mark.js';
import type { RebuildJob, SnapUpJob, SnapUpProof, UnsealJob, WdPostJob } from '#src/protocol/jobs.js';
import type { PreCommit } from '#src/protocol/sealer.js';
import { proofTypeOfSize } from '#src/protocol/sector.js';
import type { Deal } from '#src/protocol/sector-answers.js';
import { gives, id, type PlanWorld, ticket } from './plan-world.js';

export const sectorOfSize = (size: number) => ({
  ID: { Miner: 10000, Number: 2 },
  ProofType: proofTypeOfSize(size).proofType,
});

/** Seals the sector with these deals, to its end. @returns what was sent to the chain */
export async function sealed(world: PlanWorld, size: number, deals: readonly Deal[]): Promise<PreCommit> {
  await world.run('sealer', {
    service: {
      allocateSector: async () => sectorOfSize(size),
      acquireDeals: async () => deals,
    },
  });
  return lastSaid(world, 'submitPreCommit')[1] as PreCommit;
}

export function snapUpJob(size: number, commR: readonly number[], deals: readonly Deal[]): SnapUpJob {
  return {
    Sector: sectorOfSize(size),
    Pieces: deals,
    Public: { CommR: commR },
    Private: { AccessInstance: 'kept' },
  };
}

/** Upgrades the sector with these deals. @returns what was sent to the chain */
export async function upgraded(
  world: PlanWorld,
  size: number,
  commR: readonly number[],
  deals: readonly Deal[],
): Promise<SnapUpProof> {
  await world.run('snapup', { service: gives({ snapUp: snapUpJob(size, commR, deals) }) });
  return lastSaid(world, 'submitSnapUpProof')[1] as SnapUpProof;
}

export function rebuildJob(
  size: number,
  deals: readonly Deal[],
  facts: Partial<RebuildJob> = {},
): RebuildJob {
  return {
    Sector: sectorOfSize(size),
    Ticket: ticket,
    Pieces: deals,
    IsSnapUp: false,
    UpgradePublic: null,
    ...facts,
  };
}

/** What a manager of ours says of an upgraded sector: CommR as it was sealed, and since. */
export const upgradedAs = (CommR: readonly number[], CommRNew: readonly number[]): Partial<RebuildJob> => ({
  IsSnapUp: true,
  UpgradePublic: { CommR },
  CommR,
  CommRNew,
});

/** `at` in unpadded bytes. */
export function unsealJob(size: number, deal: Deal, at: number, commD: readonly number[]): UnsealJob {
  return {
    Sector: sectorOfSize(size),
    PieceCid: deal.Piece.Cid,
    Offset: at,
    Size: (deal.Piece.Size / 128) * 127,
    PayloadSize: deal.PayloadSize,
    PrivateInfo: { AccessInstance: 'kept' },
    Ticket: ticket,
    CommD: commD,
  };
}

export function wdPostJob(size: number, sectors: WdPostJob['Input']['Sectors']): WdPostJob {
  const ProofType = proofTypeOfSize(size).registered.replace('StackedDrg', 'StackedDrgWindow');
  return {
    Id: 'job-1',
    Input: { Sectors: sectors, MinerId: 10000, ProofType, Seed: new Array<number>(32).fill(9) },
  };
}

export function lastSaid(world: PlanWorld, call: string): readonly unknown[] {
  const found = world.said.findLast((each) => each.call === call);
  if (found) return found.args;
  throw new Error(`${call} was not called: ${world.said.map((each) => each.call).join(', ')}`);
}

/** Every file the store has, by its path there. */
export function keptFiles({ stores }: PlanWorld): ReadonlyMap<string, Buffer> {
  const root = stores[0]?.location ?? '';
  if (!existsSync(root)) return new Map();
  const names = readdirSync(root, { recursive: true, withFileTypes: true });
  return new Map(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => [path.slice(root.length + 1), readFileSync(path)]),
  );
}

export function lose({ stores }: PlanWorld): void {
  const root = stores[0]?.location ?? '';
  // The disk is there, and empty.
  for (const name of readdirSync(root)) if (name !== marksDir) rmSync(join(root, name), { recursive: true });
}

/** What is left of the sector in the thread's own location. */
export function leftIn({ location }: PlanWorld): readonly string[] {
  return existsSync(join(location, 'sectors')) ? readdirSync(join(location, 'sectors')) : [];
}

export const files = {
  sealed: [
    `cache/${id}/p_aux`,
    `cache/${id}/sc-02-data-tree-r-last.dat`,
    `cache/${id}/sealvisor-digests.json`,
    `cache/${id}/sealvisor.json`,
    `cache/${id}/t_aux`,
    `sealed/${id}`,
  ],
  update: [
    `update-cache/${id}/p_aux`,
    `update-cache/${id}/sc-02-data-tree-r-last.dat`,
    `update-cache/${id}/sealvisor-digests.json`,
    `update-cache/${id}/sealvisor.json`,
    `update-cache/${id}/t_aux`,
    `update/${id}`,
  ],
};
