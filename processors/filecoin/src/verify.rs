//! Whether a proof holds.
use std::collections::BTreeMap;
use std::io::Read;

use anyhow::{Context, Result};
use filecoin_proofs_api::post::verify_window_post;
use filecoin_proofs_api::seal::verify_seal;
use filecoin_proofs_api::update::verify_empty_sector_update_proof;
use filecoin_proofs_api::{PublicReplicaInfo, RegisteredSealProof, RegisteredUpdateProof, SectorId};
use serde::Deserialize;

use crate::fields::{prover_id, Bytes32};
use crate::post::{as_field, named};

#[derive(Deserialize)]
struct Replica {
    sector_id: u64,
    comm_r: Bytes32,
}

/// A proof with what it is of.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Proof {
    Seal {
        registered_proof: RegisteredSealProof,
        comm_r: Bytes32,
        comm_d: Bytes32,
        prover_id: Bytes32,
        sector_id: u64,
        ticket: Bytes32,
        seed: Bytes32,
        proof: Vec<u8>,
    },
    Update {
        registered_proof: RegisteredUpdateProof,
        comm_r_old: Bytes32,
        comm_r_new: Bytes32,
        comm_d_new: Bytes32,
        proof: Vec<u8>,
    },
    WindowPost {
        proof_type: String,
        miner_id: u64,
        replicas: Vec<Replica>,
        seed: Bytes32,
        proofs: Vec<Vec<u8>>,
    },
}

/// Reads `{"seal": …}`, `{"update": …}` or `{"window_post": …}`. @errors when it cannot be said
pub fn verify(from: impl Read) -> Result<bool> {
    match serde_json::from_reader(from).context("a proof of another shape")? {
        Proof::Seal { registered_proof, comm_r, comm_d, prover_id, sector_id, ticket, seed, proof } => {
            verify_seal(registered_proof, comm_r, comm_d, prover_id, SectorId::from(sector_id), ticket, seed, &proof)
        }
        Proof::Update { registered_proof, comm_r_old, comm_r_new, comm_d_new, proof } => {
            verify_empty_sector_update_proof(registered_proof, &proof, comm_r_old, comm_r_new, comm_d_new)
        }
        Proof::WindowPost { proof_type, miner_id, replicas, seed, proofs } => {
            let proof_type = named(&proof_type)?;
            let replicas: BTreeMap<_, _> = replicas
                .into_iter()
                .map(|one| (SectorId::from(one.sector_id), PublicReplicaInfo::new(proof_type, one.comm_r)))
                .collect();
            let proofs: Vec<_> = proofs.iter().map(|proof| (proof_type, proof.as_slice())).collect();
            verify_window_post(&as_field(seed), &proofs, &replicas, prover_id(miner_id))
        }
    }
}
