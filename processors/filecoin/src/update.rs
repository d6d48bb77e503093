//! The stages of an upgrade: new data in a sector that is sealed, what is proven of it, the proof.
use std::fs::{self, File};
use std::path::PathBuf;

use anyhow::{Context, Result};
use filecoin_proofs_api::update::{
    empty_sector_update_encode_into, generate_empty_sector_update_proof_with_vanilla, generate_partition_proofs,
    verify_partition_proofs,
};
use filecoin_proofs_api::{PartitionProofBytes, PieceInfo, RegisteredUpdateProof};
use serde::{Deserialize, Serialize};

use crate::fields::{shown, Bytes32};

#[derive(Deserialize)]
pub struct SnapEncode {
    registered_proof: RegisteredUpdateProof,
    new_replica_path: PathBuf,
    new_cache_path: PathBuf,
    sector_path: PathBuf,
    sector_cache_path: PathBuf,
    staged_data_path: PathBuf,
    piece_infos: Vec<PieceInfo>,
}

#[derive(Serialize)]
pub struct Encoded {
    comm_r_new: Bytes32,
    comm_r_last_new: Bytes32,
    comm_d_new: Bytes32,
}

/// The proofs want a replica of the sector's size to be there, and a cache directory.
pub fn snap_encode(task: SnapEncode) -> Result<Encoded> {
    let size = u64::from(task.registered_proof.sector_size());
    fs::create_dir_all(&task.new_cache_path).with_context(|| shown(&task.new_cache_path))?;
    let replica = File::create(&task.new_replica_path).with_context(|| shown(&task.new_replica_path))?;
    replica.set_len(size).with_context(|| shown(&task.new_replica_path))?;
    let encoded = empty_sector_update_encode_into(
        task.registered_proof,
        task.new_replica_path,
        task.new_cache_path,
        task.sector_path,
        task.sector_cache_path,
        task.staged_data_path,
        &task.piece_infos,
    )?;
    Ok(Encoded {
        comm_r_new: encoded.comm_r_new,
        comm_r_last_new: encoded.comm_r_last_new,
        comm_d_new: encoded.comm_d_new,
    })
}

/// The sector that was, and what was made of it.
#[derive(Deserialize)]
pub struct SnapVanilla {
    registered_proof: RegisteredUpdateProof,
    comm_r_old: Bytes32,
    comm_r_new: Bytes32,
    comm_d_new: Bytes32,
    sector_path: PathBuf,
    sector_cache_path: PathBuf,
    replica_path: PathBuf,
    replica_cache_path: PathBuf,
}

/// The vanilla proofs, each as bytes, as `snap_prove` takes them; checked before they are given.
pub fn snap_vanilla(task: SnapVanilla) -> Result<Vec<Vec<u8>>> {
    let proofs = generate_partition_proofs(
        task.registered_proof,
        task.comm_r_old,
        task.comm_r_new,
        task.comm_d_new,
        task.sector_path,
        task.sector_cache_path,
        task.replica_path,
        task.replica_cache_path,
    )?;
    let holds = verify_partition_proofs(
        task.registered_proof,
        &proofs,
        task.comm_r_old,
        task.comm_r_new,
        task.comm_d_new,
    )?;
    anyhow::ensure!(holds, "the vanilla proofs of this upgrade do not hold: its files are not what was committed to");
    Ok(proofs.into_iter().map(|PartitionProofBytes(bytes)| bytes).collect())
}

#[derive(Deserialize)]
pub struct SnapProve {
    registered_proof: RegisteredUpdateProof,
    /// Upstream's spelling.
    vannilla_proofs: Vec<Vec<u8>>,
    comm_r_old: Bytes32,
    comm_r_new: Bytes32,
    comm_d_new: Bytes32,
}

pub fn snap_prove(task: SnapProve) -> Result<Vec<u8>> {
    let proof = generate_empty_sector_update_proof_with_vanilla(
        task.registered_proof,
        task.vannilla_proofs.into_iter().map(PartitionProofBytes).collect(),
        task.comm_r_old,
        task.comm_r_new,
        task.comm_d_new,
    )?;
    Ok(proof.0)
}
