/** What a manager answers of one sector, whatever the plan; types only, as in `sealer.ts`. */

export interface Allocated {
  readonly ID: { readonly Miner: number; readonly Number: number };
  readonly ProofType: number;
  /** The request that it was given under; left out where there was none. */
  readonly Request?: string | null | undefined;
}

/** A deal to be placed into a sector. `Size` is the padded piece size in bytes, `PayloadSize` the file's. */
export interface Deal {
  /** 0 for what is not a market deal: a pledge, or an allocation. */
  readonly ID: number;
  /** Of a piece without a deal; 0 or left out where there is none. */
  readonly AllocationID?: number | undefined;
  readonly PayloadSize: number;
  readonly Piece: { readonly Size: number; readonly Cid: { readonly '/': string } };
}

/** `Ticket` is base64 of 32 bytes. */
export interface Ticket {
  readonly Ticket: string;
  readonly Epoch: number;
}

/**
 * What is on chain for a sector, or on its way there, as far as the manager says: by it a thread sees that it is its own.
 * Ours, and told to our workers only; upstream's managers leave it out.
 */
export interface OnChain {
  readonly CommR?: readonly number[] | null | undefined;
  readonly CommD?: readonly number[] | null | undefined;
  readonly Ticket?: Ticket | null | undefined;
  /** Hex. */
  readonly ProofSha256?: string | null | undefined;
}

/** `Res`: 1 Accepted, 2 DuplicateSubmit, 3 MismatchedSubmission, 4 Rejected, 5 FilesMissed. */
export interface SubmitAnswer {
  readonly Res: number;
  readonly Desc: string | null;
  readonly OnChain?: OnChain | null | undefined;
}
