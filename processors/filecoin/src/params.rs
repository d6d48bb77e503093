//! The parameters of a proof. Real ones come from the ceremony of the network; those made here fit only proofs that are
//! verified with the key made beside them: development networks of 2KiB and 8MiB.
use anyhow::{bail, Result};
use filecoin_proofs::constants::DefaultPieceHasher;
use filecoin_proofs::parameters::{public_params, window_post_public_params};
use filecoin_proofs::{with_shape, PoRepConfig, PoStConfig, TreeRHasher};
use filecoin_proofs_api::MerkleTreeTrait;
use rand::rngs::OsRng;
use storage_proofs_core::compound_proof::CompoundProof;
use storage_proofs_porep::stacked::{StackedCompound, StackedDrg};
use storage_proofs_post::fallback::{FallbackPoSt, FallbackPoStCircuit, FallbackPoStCompound};
use storage_proofs_update::circuit::EmptySectorUpdateCircuit;
use storage_proofs_update::compound::EmptySectorUpdateCompound;
use storage_proofs_update::{EmptySectorUpdate, PublicParams};

use crate::fields::proofs_of;

/// Makes parameters and their verifying key; what is there already stays. @errors for an unknown kind or size
pub fn make(kind: &str, size: &str) -> Result<()> {
    let (seal, _, window) = proofs_of(size)?;
    let bytes = u64::from(seal.sector_size());
    eprintln!("parameters of {kind} {size}: takes minutes for 2KiB, and gigabytes of memory");
    match kind {
        "porep" => with_shape!(bytes, porep, &seal.as_v1_config())?,
        "snap" => with_shape!(bytes, snap, bytes)?,
        "window-post" => with_shape!(bytes, window_post, &window.as_v1_config())?,
        _ => bail!("{kind} has no parameters; kinds are porep, snap, window-post"),
    }
    eprintln!("parameters of {kind} {size} are there");
    Ok(())
}

fn porep<Tree: 'static + MerkleTreeTrait>(config: &PoRepConfig) -> Result<()> {
    type Drg<'a, Tree> = StackedDrg<'a, Tree, DefaultPieceHasher>;
    type Compound<Tree> = StackedCompound<Tree, DefaultPieceHasher>;
    let params = public_params::<Tree>(config)?;
    <Compound<Tree> as CompoundProof<Drg<'_, Tree>, _>>::groth_params(Some(&mut OsRng), &params)?;
    <Compound<Tree> as CompoundProof<Drg<'_, Tree>, _>>::verifying_key(Some(&mut OsRng), &params)?;
    Ok(())
}

fn snap<Tree: 'static + MerkleTreeTrait<Hasher = TreeRHasher>>(bytes: u64) -> Result<()> {
    let params = PublicParams::from_sector_size(bytes);
    type Compound<Tree> = EmptySectorUpdateCompound<Tree>;
    type Circuit<Tree> = EmptySectorUpdateCircuit<Tree>;
    <Compound<Tree> as CompoundProof<EmptySectorUpdate<Tree>, Circuit<Tree>>>::groth_params(Some(&mut OsRng), &params)?;
    <Compound<Tree> as CompoundProof<EmptySectorUpdate<Tree>, Circuit<Tree>>>::verifying_key(Some(&mut OsRng), &params)?;
    Ok(())
}

fn window_post<Tree: 'static + MerkleTreeTrait>(config: &PoStConfig) -> Result<()> {
    let params = window_post_public_params::<Tree>(config)?;
    type Compound<Tree> = FallbackPoStCompound<Tree>;
    type Circuit<Tree> = FallbackPoStCircuit<Tree>;
    <Compound<Tree> as CompoundProof<FallbackPoSt<'_, Tree>, Circuit<Tree>>>::groth_params(Some(&mut OsRng), &params)?;
    <Compound<Tree> as CompoundProof<FallbackPoSt<'_, Tree>, Circuit<Tree>>>::verifying_key(Some(&mut OsRng), &params)?;
    Ok(())
}
