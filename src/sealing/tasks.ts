/** Tasks of the external processor protocol (docs/spec.md#processor-protocol), for child processes and our own processors alike. */
import type { WdPostOutput } from '../protocol/jobs.js';
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
  /** Both sizes in unpadded bytes: 127 of every 128, as upstream does (damocles-worker planner/common). */
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
  /** The output of pc1, as it was received. */
  readonly pc1out: unknown;
  readonly cache_dir: string;
  readonly sealed_file: string;
}

/** Our own extension: upstream runs C1 in its worker (docs/processors.md). */
export interface C1Task {
  readonly registered_proof: string;
  readonly cache_dir: string;
  readonly sealed_file: string;
  readonly prover_id: readonly number[];
  readonly sector_id: number;
  readonly ticket: readonly number[];
  /** The chain's randomness: 32 bytes. */
  readonly seed: readonly number[];
  /** The output of pc2, as it was received. */
  readonly pc2out: Tasks['pc2']['output'];
  readonly piece_infos: readonly PieceInfo[];
}

/** Writes the synthetic proofs into the cache, from which c1 then draws. */
export interface SynthProofTask {
  readonly registered_proof: string;
  readonly cache_dir: string;
  readonly sealed_file: string;
  readonly prover_id: readonly number[];
  readonly sector_id: number;
  readonly ticket: readonly number[];
  /** The output of pc2, as it was received. */
  readonly pc2out: Tasks['pc2']['output'];
  readonly piece_infos: readonly PieceInfo[];
}

export interface C2Task {
  /** The output of c1, as it was received. */
  readonly c1out: unknown;
  readonly prover_id: readonly number[];
  readonly sector_id: number;
  readonly miner_id: number;
}

/**
 * The new replica is written at `new_replica_path`, its trees into `new_cache_path`. `registered_proof` is that of an update,
 * `StackedDrg2KiBV1`, in all three tasks of an upgrade.
 */
export interface SnapEncodeTask {
  readonly registered_proof: string;
  readonly new_replica_path: string;
  readonly new_cache_path: string;
  /** The sector as it was sealed. */
  readonly sector_path: string;
  readonly sector_cache_path: string;
  readonly staged_data_path: string;
  readonly piece_infos: readonly PieceInfo[];
}

/** Our own extension: upstream draws the vanilla proofs of an upgrade in its worker. All files are only read. */
export interface SnapVanillaTask {
  readonly registered_proof: string;
  readonly comm_r_old: readonly number[];
  readonly comm_r_new: readonly number[];
  readonly comm_d_new: readonly number[];
  /** The sector as it was sealed. */
  readonly sector_path: string;
  readonly sector_cache_path: string;
  /** The upgraded sector that snap_encode wrote. */
  readonly replica_path: string;
  readonly replica_cache_path: string;
}

export interface SnapProveTask {
  readonly registered_proof: string;
  /** The output of snap_vanilla, as it was received; upstream's spelling. */
  readonly vannilla_proofs: unknown;
  readonly comm_r_old: readonly number[];
  readonly comm_r_new: readonly number[];
  readonly comm_d_new: readonly number[];
}

export interface TransferStore {
  readonly name: string;
  readonly meta: Readonly<Record<string, string>> | null;
}

/** One file or directory; without `store_name` it is on the worker's own disk. */
export interface TransferItem {
  readonly store_name: string | null;
  readonly uri: string;
}

export interface TransferTask {
  /** By name. */
  readonly stores: Readonly<Record<string, TransferStore>>;
  readonly routes: readonly {
    readonly src: TransferItem;
    readonly dest: TransferItem;
    readonly opt: { readonly is_dir: boolean; readonly allow_link: boolean } | null;
  }[];
  /** Our own extension: false when the worker itself reads back what was written, so that it is read only once. @default true */
  readonly read_back?: boolean;
}

/**
 * `offset` and `num_bytes` in unpadded bytes. `comm_d` and `ticket` are those that the sector was sealed with, also for an
 * upgraded sector, whose labels are made from them. `sealed_file` is then the upgraded replica; the original is not needed.
 */
export interface UnsealTask {
  readonly registered_proof: string;
  readonly prover_id: readonly number[];
  readonly sector_id: number;
  readonly comm_d: readonly number[];
  readonly ticket: readonly number[];
  readonly cache_dir: string;
  readonly sealed_file: string;
  readonly unsealed_output: string;
  readonly offset: number;
  readonly num_bytes: number;
  /** Our own extension, like `comm_d_new`, for an upgraded sector only: CommR of the sector as it was sealed. */
  readonly comm_r_old?: readonly number[];
  /** CommD of the current data. */
  readonly comm_d_new?: readonly number[];
}

export interface WindowPostTask {
  readonly miner_id: number;
  readonly proof_type: string;
  readonly replicas: readonly {
    readonly sector_id: number;
    readonly comm_r: readonly number[];
    readonly cache_dir: string;
    readonly sealed_file: string;
  }[];
  readonly seed: readonly number[];
}

/** The stages that a child process can run, with their tasks and outputs. */
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
  readonly c1: { readonly task: C1Task; readonly output: unknown };
  readonly c2: { readonly task: C2Task; readonly output: { readonly proof: readonly number[] } };
  readonly synth_proof: { readonly task: SynthProofTask; readonly output: boolean };
  readonly snap_encode: {
    readonly task: SnapEncodeTask;
    readonly output: {
      readonly comm_r_new: readonly number[];
      readonly comm_r_last_new: readonly number[];
      readonly comm_d_new: readonly number[];
    };
  };
  readonly snap_vanilla: { readonly task: SnapVanillaTask; readonly output: unknown };
  readonly snap_prove: { readonly task: SnapProveTask; readonly output: readonly number[] };
  readonly transfer: { readonly task: TransferTask; readonly output: boolean };
  /** The output is the number of bytes written. */
  readonly unseal: { readonly task: UnsealTask; readonly output: number };
  readonly window_post: { readonly task: WindowPostTask; readonly output: WdPostOutput };
}

export type ProcessorStage = BuiltinStage;
