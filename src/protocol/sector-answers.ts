/** A manager's answers about one sector, for every plan; types only, as in `sealer.ts`. */

export interface Allocated {
  readonly ID: { readonly Miner: number; readonly Number: number };
  readonly ProofType: number;
  /** The request under which it was given out; left out if there was none. */
  readonly Request?: string | null | undefined;
}

/** A deal to place into a sector. `Size` is the padded piece size and `PayloadSize` the file size, in bytes. */
export interface Deal {
  /** 0 if it is not a market deal but a pledge or an allocation. */
  readonly ID: number;
  /** The allocation of a piece without a deal; 0 or left out if there is none. */
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
 * What is on chain for a sector, or on its way there, as far as the manager knows: a thread compares it with its own.
 * Ours, and sent to our workers only; upstream's managers leave it out.
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
