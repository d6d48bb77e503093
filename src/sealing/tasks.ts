/** Tasks of the external processor protocol (SPEC section 5), as a child and as our own processors take them. */
import type { BuiltinStage } from '../protocol/stages.js';

/** Where a piece's payload comes from; `pledge` is zeros. */
export type PieceFile =
  | { readonly url: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly local: string }
  | 'pledge';

/** `size` in unpadded bytes. */
export interface PieceInfo {
  readonly commitment: readonly number[];
  readonly size: number;
}

export interface AddPiecesTask {
  readonly seal_proof_type: string;
  /** `piece_size` in padded bytes. */
  readonly pieces: readonly {
    readonly piece_file: PieceFile;
    readonly payload_size: number;
    readonly piece_size: number;
  }[];
  readonly staged_filepath: string;
}

export interface TreeDTask {
  readonly registered_proof: string;
  readonly staged_file: string;
  readonly cache_dir: string;
}

export interface Pc1Task {
  readonly registered_proof: string;
  readonly cache_path: string;
  readonly in_path: string;
  readonly out_path: string;
  readonly prover_id: readonly number[];
  readonly sector_id: number;
  readonly ticket: readonly number[];
  readonly piece_infos: readonly PieceInfo[];
}

export interface Pc2Task {
  /** What pc1 gave, as it came. */
  readonly pc1out: unknown;
  readonly cache_dir: string;
  readonly sealed_file: string;
}

export interface C2Task {
  /** What c1 gave, as it came. */
  readonly c1out: unknown;
  readonly prover_id: readonly number[];
  readonly sector_id: number;
  readonly miner_id: number;
}

/** A stage that a child can do, with what it takes and gives. */
export interface Tasks {
  readonly add_pieces: { readonly task: AddPiecesTask; readonly output: readonly PieceInfo[] };
  readonly tree_d: { readonly task: TreeDTask; readonly output: boolean };
  readonly pc1: { readonly task: Pc1Task; readonly output: unknown };
  readonly pc2: {
    readonly task: Pc2Task;
    readonly output: {
      readonly registered_proof: string;
      readonly comm_r: readonly number[];
      readonly comm_d: readonly number[];
    };
  };
  readonly c2: { readonly task: C2Task; readonly output: { readonly proof: readonly number[] } };
}

export type ProcessorStage = BuiltinStage;
