import { SealvisorError } from './errors.js';

/** A sector as the chain knows it: miner actor id and sector number. */
export interface SectorId {
  readonly miner: number;
  readonly number: number;
}

/** A sector with what the product needs at every turn. `size` in bytes (padded), `proofType` the chain's number. */
export interface Sector extends SectorId {
  readonly id: string;
  readonly proofType: number;
  readonly size: number;
}

interface ProofType {
  readonly proofType: number;
  readonly size: number;
  /** The name by which external processors know it (SPEC section 5). */
  readonly registered: string;
  /** The same of the proof of an upgrade. */
  readonly registeredUpdate: string;
  readonly text: string;
}

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

const proofType = (number: number, size: number, text: string): ProofType => ({
  proofType: number,
  ...{ size, text },
  registered: `StackedDrg${text}V1_1`,
  registeredUpdate: `StackedDrg${text}V1`,
});

/** StackedDrg V1_1, the chain's numbers (SPEC section 6). */
export const proofTypes: readonly ProofType[] = [
  proofType(5, 2 * KiB, '2KiB'),
  proofType(6, 8 * MiB, '8MiB'),
  proofType(7, 512 * MiB, '512MiB'),
  proofType(8, 32 * GiB, '32GiB'),
  proofType(9, 64 * GiB, '64GiB'),
];

/** The proof type of a sector size in bytes. @throws usage */
export function proofTypeOfSize(size: number): ProofType {
  const found = proofTypes.find((candidate) => candidate.size === size);
  if (found) return found;
  throw new SealvisorError('usage', `no sector has ${size} bytes: use ${sizesText}`);
}

/** The proof type of a chain's number. @throws invalid_request */
export function proofTypeOfNumber(proofType: number): ProofType {
  const found = proofTypes.find((candidate) => candidate.proofType === proofType);
  if (found) return found;
  throw new SealvisorError('invalid_request', `unknown proof type ${proofType}: known are 5 to 9`);
}

/** Window proofs of sectors of that type, by the names that upstream and the chain give them. */
export function windowProofsOf({ registered }: Pick<ProofType, 'registered'>): readonly [string, string] {
  const name = registered.replace('StackedDrg', 'StackedDrgWindow');
  return [name.replace(/V1_1$/, 'V1_2'), name];
}

const sizesText = proofTypes.map((type) => type.text).join(', ');

/** `s-t0<miner>-<number>`. */
export function formatSectorId(sector: SectorId): string {
  return `s-t0${sector.miner}-${sector.number}`;
}

/** Reads `s-t0<miner>-<number>`; undefined when it is something else. */
export function parseSectorId(text: string): SectorId | undefined {
  const match = /^s-t0(\d{1,15})-(\d{1,15})$/.exec(text);
  return match ? { miner: Number(match[1]), number: Number(match[2]) } : undefined;
}

/** The sector of an allocation. @throws invalid_request for an unknown proof type */
export function sectorOf(id: SectorId, proofType: number): Sector {
  return {
    miner: id.miner,
    number: id.number,
    id: formatSectorId(id),
    proofType,
    size: proofTypeOfNumber(proofType).size,
  };
}

/** Payload bytes that fit a padded size: 127 of every 128. */
export function payloadOf(paddedSize: number): number {
  return (paddedSize / 128) * 127;
}
