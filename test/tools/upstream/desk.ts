/** What an upstream-shaped manager knows of its sectors, and what it has to give out. */
import type { Version } from '../recorded.js';
import type { OfferedPiece } from './pieces.js';

export type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } };

export interface SectorLife {
  readonly number: number;
  readonly pieces: readonly OfferedPiece[];
  /** Of its upgrade or rebuild. */
  jobPieces: readonly OfferedPiece[];
  /** As reported, `Prev -> Next`. */
  readonly states: string[];
  preCommit?: PreCommitInfo;
  persisted?: { readonly instance: string; readonly isUpgrade: boolean };
  proof?: string;
  upgrade?: Pick<PreCommitInfo, 'CommR' | 'CommD'>;
  /** Where an unsealed piece is wanted. */
  dests: readonly string[];
  /** Its error is empty where it was brought there. */
  unsealed?: { readonly cid: string; readonly error: string };
  /** How often its end was reported. */
  finalized: number;
  abortReason: string | null;
}

export interface PreCommitInfo {
  readonly CommR: readonly number[];
  readonly CommD: readonly number[];
  readonly Ticket: { readonly Ticket: string; readonly Epoch: number };
  readonly Deals?: readonly number[];
}

/** Jobs that wait for somebody who asks. */
export interface Offers {
  readonly sectors: { readonly number: number; readonly pieces: readonly OfferedPiece[] }[];
  readonly snapUps: {
    readonly number: number;
    readonly commR: readonly number[];
    readonly pieces: readonly OfferedPiece[];
  }[];
  /** `upgraded`: its CommR as it was sealed, where it was upgraded since. */
  readonly rebuilds: {
    readonly number: number;
    readonly pieces: readonly OfferedPiece[];
    readonly upgraded: readonly number[] | null;
  }[];
  readonly unseals: {
    readonly number: number;
    readonly piece: OfferedPiece;
    /** Unpadded bytes. */
    readonly offset: number;
    readonly commD: readonly number[];
    readonly dests: readonly string[];
  }[];
  readonly wdPosts: { readonly id: string; readonly number: number; readonly commR: readonly number[] }[];
}

/** A window proof that was given out. */
export interface WdPostEnd {
  readonly proofs: readonly unknown[] | null;
  readonly faults: readonly number[] | null;
  readonly error: string;
}

export interface Desk {
  readonly version: Version;
  readonly store: { readonly name: string; readonly dir: string };
  readonly offers: Offers;
  readonly sectors: Map<number, SectorLife>;
  /** By job; null while it is worked on. */
  readonly wdPosts: Map<string, WdPostEnd | null>;
}

/** Parameters have passed `requestFault`: they are of the shape that was recorded. */
// biome-ignore lint/suspicious/noExplicitAny: as recorded, not as typed
export type Call = (...params: any[]) => Answer;

const proofType = 5;
export const ok = (result: unknown): Answer => ({ result });
export const none = ok(null);
const unknownSector: Answer = { error: { code: 11001, message: 'error code 11001: sector state not found' } };

export const idOf = (number: number) => ({ Miner: 10000, Number: number });
export const allocatedOf = (number: number) => ({ ID: idOf(number), ProofType: proofType });

/** The sector is known from its first job on, as if it had been sealed before. */
export function lifeOf({ sectors }: Desk, number: number, pieces: readonly OfferedPiece[] = []): SectorLife {
  const known = sectors.get(number);
  if (known) return known;
  const life = { number, pieces, jobPieces: [], states: [], dests: [], finalized: 0, abortReason: null };
  sectors.set(number, life);
  return life;
}

export type OnSector = (act: (life: SectorLife, ...params: Parameters<Call>) => Answer) => Call;

/** A call about a sector, which is its first parameter. */
export function onSectorOf({ sectors }: Desk): OnSector {
  return (act) =>
    (id, ...params) => {
      const life = sectors.get((id.ID ?? id).Number);
      return life ? act(life, ...params) : unknownSector;
    };
}
