import { SealvisorError } from './errors.js';

/** A sector as the chain knows it: miner actor id and sector number. */
export interface SectorId {
  readonly miner: number;
  readonly number: number;
}

/** A sector with its common facts. `size` in bytes (padded), `proofType` is the chain's number. */
export interface Sector extends SectorId {
  readonly id: string;
  readonly proofType: number;
  readonly size: number;
}

/** How a sector is proven: `synthetic` stores every proof that may be requested before the pre-commit. */
export type PoRepFeature = 'interactive' | 'synthetic' | 'non-interactive';

interface ProofType {
  readonly proofType: number;
  readonly feature: PoRepFeature;
  /** A pre-commit goes on chain before the proof, with a wait for the chain's seed between them. */
  readonly isInteractive: boolean;
  readonly size: number;
  /** Its name in the processor protocol (docs/spec.md#processor-protocol). */
  readonly registered: string;
  /** The same for the proof of an upgrade. */
  readonly registeredUpdate: string;
  readonly text: string;
}

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

const sizes = [
  { size: 2 * KiB, text: '2KiB' },
  { size: 8 * MiB, text: '8MiB' },
  { size: 512 * MiB, text: '512MiB' },
  { size: 32 * GiB, text: '32GiB' },
  { size: 64 * GiB, text: '64GiB' },
] as const;

/** Valid sector sizes, as written in files and on the command line. */
export const sectorSizes = sizes.map(({ text }) => text);

/** The chain numbers the sizes of each proof consecutively from `first`; `suffix` ends its name in the processor protocol. */
const families: readonly {
  readonly feature: PoRepFeature;
  readonly isInteractive: boolean;
  readonly first: number;
  readonly suffix: string;
}[] = [
  { feature: 'interactive', isInteractive: true, first: 5, suffix: 'V1_1' },
  { feature: 'synthetic', isInteractive: true, first: 10, suffix: 'V1_1_Feat_SyntheticPoRep' },
  { feature: 'non-interactive', isInteractive: false, first: 15, suffix: 'V1_2_Feat_NonInteractivePoRep' },
];

/** Every known proof type, in the order of the chain's numbers (docs/spec.md#rpc). */
export const proofTypes: readonly ProofType[] = families.flatMap(({ first, suffix, ...family }) =>
  sizes.map(({ size, text }, at) => ({
    proofType: first + at,
    ...{ ...family, size, text },
    registered: `StackedDrg${text}${suffix}`,
    registeredUpdate: `StackedDrg${text}V1`,
  })),
);

/** The proof type of a sector size in bytes. @throws usage */
export function proofTypeOfSize(size: number, feature: PoRepFeature = 'interactive'): ProofType {
  return found(size, (type) => type.feature === feature);
}

function found(size: number, isWanted: (type: ProofType) => boolean): ProofType {
  const type = proofTypesOfSize(size).find(isWanted);
  if (type) return type;
  throw new SealvisorError('usage', `no sector has ${size} bytes: use ${sizesText}`);
}

/** The first proof type of that size that is, or is not, interactive. @throws usage */
export function proofTypeOfKind(size: number, isInteractive: boolean): ProofType {
  return found(size, (type) => type.isInteractive === isInteractive);
}

/** All proof types of a sector size in bytes; empty for an unknown size. */
export function proofTypesOfSize(size: number): readonly ProofType[] {
  return proofTypes.filter((candidate) => candidate.size === size);
}

/** Undefined for a number that is not known. */
export function proofTypeIfKnown(proofType: number): ProofType | undefined {
  return proofTypes.find((candidate) => candidate.proofType === proofType);
}

/** The proof type with the chain's number. @throws invalid_request */
export function proofTypeOfNumber(proofType: number): ProofType {
  const type = proofTypeIfKnown(proofType);
  if (type) return type;
  throw new SealvisorError('invalid_request', `unknown proof type ${proofType}: known are ${numbersText}`);
}

/** Whether a pre-commit and a seed come before its proof. True for an unknown type. */
export function isInteractive({ proofType }: Pick<Sector, 'proofType'>): boolean {
  return proofTypeIfKnown(proofType)?.isInteractive ?? true;
}

/** Whether its proofs are stored before its pre-commit and selected from there. @throws invalid_request for an unknown type */
export function isSynthetic({ proofType }: Pick<Sector, 'proofType'>): boolean {
  return proofTypeOfNumber(proofType).feature === 'synthetic';
}

/** How the sector is proven, which decides whether it passes extra states of its plan; undefined for an unknown type. */
export function featureOf(sector: Pick<Sector, 'proofType'> | null): PoRepFeature | undefined {
  return sector === null ? undefined : proofTypeIfKnown(sector.proofType)?.feature;
}

/** Window proofs of sectors of that size, by upstream's and the chain's names; they do not depend on how a sector was sealed. */
export function windowProofsOf({ text }: Pick<ProofType, 'text'>): readonly [string, string] {
  return [`StackedDrgWindow${text}V1_2`, `StackedDrgWindow${text}V1_1`];
}

const sizesText = sizes.map(({ text }) => text).join(', ');
const numbersText = `${proofTypes[0]?.proofType} to ${proofTypes.at(-1)?.proofType}`;

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
