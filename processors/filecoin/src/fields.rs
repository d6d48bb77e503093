//! What tasks have in common: names and sizes as the wire spells them.
use std::path::Path;

use anyhow::{bail, Result};
use filecoin_proofs_api::{RegisteredPoStProof, RegisteredSealProof, RegisteredUpdateProof};

/// 32 bytes, as numbers: a commitment, a ticket, a seed, a prover.
pub type Bytes32 = [u8; 32];

/// A path, as an error names it.
pub fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The prover's id of an actor's number: the LEB128 of an ID address, in 32 bytes.
pub fn prover_id(miner: u64) -> Bytes32 {
    let mut id = [0; 32];
    let mut rest = miner;
    for byte in &mut id {
        *byte = (rest & 0x7f) as u8;
        rest >>= 7;
        if rest == 0 {
            break;
        }
        *byte |= 0x80;
    }
    id
}

/// `2KiB` and the like, as the first proof of that size of each kind. @errors for a size that has no parameters
pub fn proofs_of(size: &str) -> Result<(RegisteredSealProof, RegisteredUpdateProof, RegisteredPoStProof)> {
    use RegisteredPoStProof as Post;
    use RegisteredSealProof as Seal;
    use RegisteredUpdateProof as Update;
    Ok(match size {
        "2KiB" => (Seal::StackedDrg2KiBV1_1, Update::StackedDrg2KiBV1, Post::StackedDrgWindow2KiBV1_2),
        "8MiB" => (Seal::StackedDrg8MiBV1_1, Update::StackedDrg8MiBV1, Post::StackedDrgWindow8MiBV1_2),
        "512MiB" => (Seal::StackedDrg512MiBV1_1, Update::StackedDrg512MiBV1, Post::StackedDrgWindow512MiBV1_2),
        "32GiB" => (Seal::StackedDrg32GiBV1_1, Update::StackedDrg32GiBV1, Post::StackedDrgWindow32GiBV1_2),
        "64GiB" => (Seal::StackedDrg64GiBV1_1, Update::StackedDrg64GiBV1, Post::StackedDrgWindow64GiBV1_2),
        _ => bail!("{size} is not a sector size: 2KiB, 8MiB, 512MiB, 32GiB, 64GiB"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prover_of_an_actor_is_its_number_as_leb128() {
        assert_eq!(prover_id(10_000)[..4], [144, 78, 0, 0]);
        assert_eq!(prover_id(0), [0; 32]);
        assert_eq!(prover_id(127)[..2], [127, 0]);
        assert_eq!(prover_id(128)[..3], [128, 1, 0]);
    }

    #[test]
    fn a_size_without_parameters_is_refused() {
        assert!(proofs_of("3KiB").is_err());
    }
}
