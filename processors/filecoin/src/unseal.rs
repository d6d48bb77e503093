//! A piece out of a sealed sector, upgraded or not.
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure, Context, Result};
use filecoin_proofs::constants::DefaultPieceHasher;
use filecoin_proofs::parameters::public_params;
use filecoin_proofs::{decode_from_range, with_shape, StoreConfig};
use filecoin_proofs_api::fr32::{bytes_into_fr, fr_into_bytes_slice, write_unpadded};
use filecoin_proofs_api::{MerkleTreeTrait, RegisteredSealProof};
use serde::Deserialize;
use storage_proofs_core::cache_key::CacheKey;
use storage_proofs_core::util::NODE_SIZE;
use storage_proofs_porep::stacked::{generate_replica_id, StackedDrg};

use crate::fields::{shown, Bytes32};

/// Every 127 bytes of data are 128 of the sector.
const QUAD_PAYLOAD: u64 = 127;
const QUAD: u64 = 128;
/// How much of the sector is decoded at once.
const BLOCK: u64 = 1 << 22;

/// `offset` and `num_bytes` in unpadded bytes. Of an upgraded sector `comm_d` and `ticket` are those that it was sealed
/// with, `comm_r_old` is CommR of that time, and `comm_d_new` says what data it has now; else both are left out.
#[derive(Deserialize)]
pub struct Unseal {
    registered_proof: RegisteredSealProof,
    prover_id: Bytes32,
    sector_id: u64,
    comm_d: Bytes32,
    comm_r_old: Option<Bytes32>,
    comm_d_new: Option<Bytes32>,
    ticket: Bytes32,
    sealed_file: PathBuf,
    unsealed_output: PathBuf,
    offset: u64,
    num_bytes: u64,
}

struct Upgrade {
    comm_r_old: Bytes32,
    comm_d_new: Bytes32,
}

/// How many bytes were written. The sector is only read, and nothing is written where it is kept: the labels are made
/// again beside the output, and only the wanted range is decoded.
pub fn unseal(task: Unseal) -> Result<u64> {
    let upgrade = task.upgrade()?;
    let size = u64::from(task.registered_proof.sector_size());
    let sealed = File::open(&task.sealed_file).with_context(|| shown(&task.sealed_file))?;
    let found = sealed.metadata().with_context(|| shown(&task.sealed_file))?.len();
    ensure!(found == size, "{} has {found} bytes instead of {size}", shown(&task.sealed_file));
    let end = task.offset.checked_add(task.num_bytes);
    let most = size / QUAD * QUAD_PAYLOAD;
    ensure!(end.is_some_and(|end| end <= most), "no {} bytes at {} in {most}", task.num_bytes, task.offset);
    let labels = Labels::beside(&task.unsealed_output)?;
    with_shape!(size, make_labels, &task, &labels.dir)?;
    let key = labels.last_layer()?;
    let sector = Sector { sealed, key, nodes: size / NODE_SIZE as u64, upgrade };
    sector.write_range(&task.unsealed_output, task.offset, task.num_bytes)
}

impl Unseal {
    fn upgrade(&self) -> Result<Option<Upgrade>> {
        Ok(match (self.comm_r_old, self.comm_d_new) {
            (None, None) => None,
            (Some(comm_r_old), Some(comm_d_new)) => Some(Upgrade { comm_r_old, comm_d_new }),
            _ => bail!("of an upgraded sector both comm_r_old and comm_d_new are needed"),
        })
    }
}

/// Where the labels lie while they are needed.
struct Labels {
    dir: PathBuf,
}

impl Labels {
    /// What a killed try left there is removed.
    fn beside(output: &Path) -> Result<Self> {
        let name = output.file_name().with_context(|| format!("{} is not a file", shown(output)))?;
        let dir = output.with_file_name(format!(".{}.labels", name.to_string_lossy()));
        if dir.exists() {
            fs::remove_dir_all(&dir).with_context(|| shown(&dir))?;
        }
        fs::create_dir(&dir).with_context(|| shown(&dir))?;
        Ok(Self { dir })
    }

    fn last_layer(&self) -> Result<File> {
        let config = store_in(&self.dir);
        let path = StoreConfig::data_path(&config.path, &config.id);
        File::open(&path).with_context(|| shown(&path))
    }
}

impl Drop for Labels {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.dir) {
            eprintln!("error: {}: {error}", shown(&self.dir));
        }
    }
}

/// One file, in which each layer replaces the one before it.
fn store_in(dir: &Path) -> StoreConfig {
    StoreConfig::new(dir, CacheKey::CommDTree.to_string(), 0)
}

fn make_labels<Tree: 'static + MerkleTreeTrait>(task: &Unseal, dir: &Path) -> Result<()> {
    ensure!(task.comm_d != [0; 32], "comm_d is all zeros, which no sector's is");
    let config = task.registered_proof.as_v1_config();
    let params = public_params::<Tree>(&config)?;
    let Unseal { prover_id, sector_id, ticket, comm_d, .. } = task;
    let replica_id =
        generate_replica_id::<Tree::Hasher, _>(prover_id, *sector_id, ticket, comm_d, &config.porep_id);
    StackedDrg::<Tree, DefaultPieceHasher>::generate_labels_for_decoding(
        &params.graph,
        params.num_layers,
        &replica_id,
        store_in(dir),
    )?;
    Ok(())
}

struct Sector {
    sealed: File,
    /// Of a sector that was sealed empty the labels are also what it was before its upgrade.
    key: File,
    nodes: u64,
    upgrade: Option<Upgrade>,
}

impl Sector {
    fn write_range(&self, output: &Path, offset: u64, num_bytes: u64) -> Result<u64> {
        let mut out = BufWriter::new(File::create(output).with_context(|| shown(output))?);
        let mut at = offset / QUAD_PAYLOAD * QUAD;
        let mut skip = offset % QUAD_PAYLOAD;
        let mut left = num_bytes;
        while left > 0 {
            let length = BLOCK.min((skip + left).div_ceil(QUAD_PAYLOAD) * QUAD);
            let data = self.decoded(at, length as usize)?;
            let count = left.min(length / QUAD * QUAD_PAYLOAD - skip);
            write_unpadded(&data, &mut out, skip as usize, count as usize).with_context(|| shown(output))?;
            at += length;
            left -= count;
            skip = 0;
        }
        out.flush().and_then(|()| out.get_ref().sync_all()).with_context(|| shown(output))?;
        Ok(num_bytes)
    }

    /// `length` bytes of the padded data, from the sector's byte `at` on.
    fn decoded(&self, at: u64, length: usize) -> Result<Vec<u8>> {
        let mut sealed = vec![0; length];
        let mut key = vec![0; length];
        self.sealed.read_exact_at(&mut sealed, at).context("the sealed file")?;
        self.key.read_exact_at(&mut key, at).context("the labels")?;
        let Some(Upgrade { comm_r_old, comm_d_new }) = &self.upgrade else {
            for (sealed, key) in sealed.chunks_mut(NODE_SIZE).zip(key.chunks(NODE_SIZE)) {
                let data = bytes_into_fr(sealed)? - bytes_into_fr(key)?;
                fr_into_bytes_slice(&data, sealed);
            }
            return Ok(sealed);
        };
        let mut data = Vec::with_capacity(length);
        decode_from_range(
            self.nodes as usize,
            *comm_d_new,
            *comm_r_old,
            sealed.as_slice(),
            key.as_slice(),
            &mut data,
            at as usize / NODE_SIZE,
            length / NODE_SIZE,
        )?;
        Ok(data)
    }
}
