//! A piece out of a sealed sector.
use std::path::PathBuf;

use anyhow::Result;
use filecoin_proofs_api::seal::get_unsealed_range;
use filecoin_proofs_api::{RegisteredSealProof, SectorId, UnpaddedByteIndex, UnpaddedBytesAmount};
use serde::Deserialize;

use crate::fields::Bytes32;

/// `offset` and `num_bytes` in unpadded bytes.
#[derive(Deserialize)]
pub struct Unseal {
    registered_proof: RegisteredSealProof,
    prover_id: Bytes32,
    sector_id: u64,
    comm_d: Bytes32,
    ticket: Bytes32,
    cache_dir: PathBuf,
    sealed_file: PathBuf,
    unsealed_output: PathBuf,
    offset: u64,
    num_bytes: u64,
}

/// How many bytes were written.
pub fn unseal(task: Unseal) -> Result<u64> {
    let written = get_unsealed_range(
        task.registered_proof,
        task.cache_dir,
        task.sealed_file,
        task.unsealed_output,
        task.prover_id,
        SectorId::from(task.sector_id),
        task.comm_d,
        task.ticket,
        UnpaddedByteIndex(task.offset),
        UnpaddedBytesAmount(task.num_bytes),
    )?;
    Ok(written.into())
}
