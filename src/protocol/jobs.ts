/** Non-sealing jobs, as a thread receives and delivers them (docs/spec.md#rpc); types only, as in `sealer.ts`. */
import type { Asking, WithGiven } from './identity.js';
import type { SectorId } from './sector.js';
import type { Allocated, Deal, SubmitAnswer, Ticket } from './sector-answers.js';

/** Miners and proof types of the sectors that a thread may work on; null = any. */
export interface AllowedSpec {
  readonly AllowedMiners: readonly number[] | null;
  readonly AllowedProofTypes: readonly number[] | null;
}

export interface DealsSpec {
  readonly MaxDeals: number | null;
  readonly MinUsedSpace: number | null;
}

/** A finished sector to upgrade. `AccessInstance`: the attached store that has its files. `CommR` is 32 bytes. */
export interface SnapUpJob extends Pick<Asking, 'Request'> {
  readonly Sector: Allocated;
  readonly Pieces: readonly Deal[];
  readonly Public: { readonly CommR: readonly number[] };
  readonly Private: { readonly AccessInstance: string };
}

/** What an upgrade is proven with. `Proof` is base64. */
export interface SnapUpProof {
  readonly CommR: readonly number[];
  readonly CommD: readonly number[];
  readonly AccessInstance: string;
  readonly Pieces: readonly { readonly '/': string }[];
  readonly Proof: string;
}

/**
 * A lost sector. `Pieces` are its latest: with `IsSnapUp` those of the upgrade, and the sector was sealed without pieces.
 * `UpgradePublic.CommR` is CommR as it was sealed: upstream's worker proves the upgrade with it. `CommR` (as it was
 * sealed, of any sector) and `CommRNew` (after its upgrade) are ours, sent where the manager knows them.
 */
export interface RebuildJob extends Pick<Asking, 'Request'> {
  readonly Sector: Allocated;
  readonly Ticket: Ticket;
  readonly Pieces: readonly Deal[];
  readonly IsSnapUp: boolean;
  readonly UpgradePublic: { readonly CommR: readonly number[] } | null;
  readonly CommR?: readonly number[] | null | undefined;
  readonly CommRNew?: readonly number[] | null | undefined;
}

/** What an upgraded sector is decoded with; 32 bytes each. */
export interface UpgradeFacts {
  /** CommR as it was sealed, before the upgrade. */
  readonly CommROld: readonly number[];
  /** CommD of the data that it has now. */
  readonly CommDNew: readonly number[];
}

/**
 * A piece to unseal. `Offset` and `Size` are unpadded bytes; `PayloadSize` (ours, where the manager knows it)
 * is the length of the file that was sealed. `CommD` and `Ticket` are those that the sector was sealed with, even if it
 * was upgraded later. `Upgrade` is ours: null for a sector that is not upgraded; an upstream manager leaves it out.
 */
export interface UnsealJob extends Pick<Asking, 'Request'> {
  readonly Sector: Allocated;
  readonly PieceCid: { readonly '/': string };
  readonly Offset: number;
  readonly Size: number;
  readonly PayloadSize?: number | null | undefined;
  readonly PrivateInfo: { readonly AccessInstance: string };
  readonly Ticket: Ticket;
  readonly CommD: readonly number[];
  readonly Upgrade?: UpgradeFacts | null | undefined;
}

/** A sector to prove. `Accesses`: names of attached stores. */
export interface WdPostSector {
  readonly SectorId: number;
  readonly CommR: readonly number[];
  readonly Upgrade: boolean;
  readonly Accesses: { readonly SealedFile: string; readonly CacheDir: string };
}

/** `ProofType` is a name (`StackedDrgWindow2KiBV1_2`), `Seed` 32 bytes. */
export interface WdPostJob extends Pick<Asking, 'Request'> {
  readonly Id: string;
  readonly Input: {
    readonly Sectors: readonly WdPostSector[];
    readonly MinerId: number;
    readonly ProofType: string;
    readonly Seed: readonly number[];
  };
}

/** `faults`: sector numbers. */
export interface WdPostOutput {
  readonly proofs: readonly (readonly number[])[];
  readonly faults: readonly number[];
}

export interface StoreInfo {
  readonly Name: string;
  readonly Path: string;
  readonly Meta: Readonly<Record<string, string>>;
}

/** The calls of threads whose plan is not `sealer`. Null or an empty list means that no job is available. */
export interface JobService {
  allocateSnapUpSector(
    spec: { readonly Sector: AllowedSpec; readonly Deals: DealsSpec } & Asking,
  ): Promise<WithGiven<SnapUpJob> | null>;
  submitSnapUpProof(id: SectorId, proof: SnapUpProof): Promise<SubmitAnswer>;
  allocateRebuildSector(spec: AllowedSpec & Asking): Promise<WithGiven<RebuildJob> | null>;
  allocateUnsealSector(spec: AllowedSpec & Asking): Promise<WithGiven<UnsealJob> | null>;
  /** The piece was delivered or, if `errInfo` is not empty, cannot be. */
  achieveUnsealSector(id: SectorId, pieceCid: string, errInfo: string): Promise<void>;
  /** URLs to deliver the piece to: `file:`, `http(s):` (PUT), `store://<attached store>/<path>`. */
  acquireUnsealDest(id: SectorId, pieceCid: string): Promise<readonly string[]>;
  /** Which of the candidates stores `size` bytes of the sector; null = none has room. */
  storeReserveSpace(id: SectorId, size: number, candidates: readonly string[]): Promise<StoreInfo | null>;
  storeBasicInfo(name: string): Promise<StoreInfo | null>;
  /** `AllowedProofTypes`: names. */
  wdPoStAllocateJobs(
    spec: {
      readonly AllowedMiners: readonly number[] | null;
      readonly AllowedProofTypes: readonly string[] | null;
    } & Asking,
    num: number,
    workerName: string,
  ): Promise<readonly WithGiven<WdPostJob>[]>;
  /** Reports that the jobs are still in progress. */
  wdPoStHeartbeatJobs(jobIds: readonly string[], workerName: string): Promise<void>;
  wdPoStFinishJob(jobId: string, output: WdPostOutput | null, errorReason: string): Promise<void>;
}
