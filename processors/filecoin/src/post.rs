//! The window proof: that sectors are still kept.
use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Error, Result};
use filecoin_proofs_api::post::generate_window_post;
use filecoin_proofs_api::{PrivateReplicaInfo, RegisteredPoStProof, SectorId, StorageProofsError};
use serde::{Deserialize, Serialize};

use crate::fields::{prover_id, Bytes32};

#[derive(Deserialize)]
struct Replica {
    sector_id: u64,
    comm_r: Bytes32,
    cache_dir: PathBuf,
    sealed_file: PathBuf,
}

#[derive(Deserialize)]
pub struct WindowPost {
    miner_id: u64,
    proof_type: String,
    replicas: Vec<Replica>,
    seed: Bytes32,
}

/// `faults`: the numbers of the sectors that could not be proven; with any, there is no proof.
#[derive(Serialize, Default)]
pub struct Proven {
    proofs: Vec<Vec<u8>>,
    faults: Vec<u64>,
}

pub fn window_post(task: WindowPost) -> Result<Proven> {
    let proof_type = named(&task.proof_type)?;
    let replicas: BTreeMap<SectorId, PrivateReplicaInfo> = task
        .replicas
        .into_iter()
        .map(|one| {
            let info = PrivateReplicaInfo::new(proof_type, one.comm_r, one.cache_dir, one.sealed_file);
            (SectorId::from(one.sector_id), info)
        })
        .collect();
    match generate_window_post(&as_field(task.seed), &replicas, prover_id(task.miner_id)) {
        Ok(proofs) => Ok(Proven { proofs: proofs.into_iter().map(|(_, proof)| proof).collect(), faults: vec![] }),
        Err(error) => Ok(Proven { faults: faults_of(error)?, ..Proven::default() }),
    }
}

/// The chain's name for a proof is one version behind the proofs' own: `StackedDrgWindow2KiBV1_1` is their `…V1_2`.
pub fn named(name: &str) -> Result<RegisteredPoStProof> {
    let own = match name.strip_suffix("V1_1") {
        Some(front) => format!("{front}V1_2"),
        None => name.to_string(),
    };
    serde_json::from_value(serde_json::Value::String(own)).with_context(|| format!("{name} is not a proof type"))
}

/// Randomness as a scalar of BLS12-381: the two highest bits are dropped, as the chain drops them.
pub fn as_field(mut seed: Bytes32) -> Bytes32 {
    seed[31] &= 0x3f;
    seed
}

fn faults_of(error: Error) -> Result<Vec<u64>> {
    match error.downcast_ref::<StorageProofsError>() {
        Some(StorageProofsError::FaultySectors(sectors)) => Ok(sectors.iter().map(|id| u64::from(*id)).collect()),
        _ => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chains_name_is_one_version_behind() {
        assert_eq!(named("StackedDrgWindow2KiBV1_1").unwrap(), RegisteredPoStProof::StackedDrgWindow2KiBV1_2);
        assert_eq!(named("StackedDrgWindow2KiBV1").unwrap(), RegisteredPoStProof::StackedDrgWindow2KiBV1);
        assert!(named("StackedDrgWindow3KiBV1").is_err());
    }
}
