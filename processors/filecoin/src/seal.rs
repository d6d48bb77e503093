//! The stages of sealing: pieces, the data tree, the two phases of the pre-commit and of the commit.
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure, Context, Result};
use filecoin_proofs::constants::{DefaultBinaryTree, DefaultPieceHasher};
use filecoin_proofs::{add_piece, get_base_tree_leafs, get_base_tree_size, StoreConfig};
use filecoin_proofs_api::seal::{
    generate_synth_proofs, seal_commit_phase1, seal_commit_phase2, seal_pre_commit_phase1, seal_pre_commit_phase2,
    SealCommitPhase1Output, SealCommitPhase2Output, SealPreCommitPhase1Output, SealPreCommitPhase2Output,
};
use filecoin_proofs_api::{PieceInfo, RegisteredSealProof, SectorId, UnpaddedBytesAmount};
use memmap2::Mmap;
use serde::Deserialize;
use storage_proofs_core::cache_key::CacheKey;
use storage_proofs_core::merkle::{create_base_merkle_tree, BinaryMerkleTree};

use crate::fields::{shown, Bytes32};

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum PieceFile {
    Local(PathBuf),
    Url(String),
    /// Zeros.
    Pledge,
}

/// Sizes in unpadded bytes: 127 of every 128.
#[derive(Deserialize)]
struct Piece {
    piece_file: PieceFile,
    payload_size: u64,
    piece_size: u64,
}

#[derive(Deserialize)]
pub struct AddPieces {
    pieces: Vec<Piece>,
    staged_filepath: PathBuf,
}

/// The pieces one behind the other, each aligned to its size. @errors when a payload is not as long as it is said to be
pub fn add_pieces(task: AddPieces) -> Result<Vec<PieceInfo>> {
    let staged = File::create(&task.staged_filepath).with_context(|| shown(&task.staged_filepath))?;
    let mut infos: Vec<PieceInfo> = Vec::with_capacity(task.pieces.len());
    let mut sizes = Vec::with_capacity(task.pieces.len());
    for piece in &task.pieces {
        let size = UnpaddedBytesAmount(piece.piece_size);
        let (info, _) = add_piece(piece.source()?, &staged, size, &sizes)?;
        infos.push(info);
        sizes.push(size);
    }
    staged.sync_all().with_context(|| shown(&task.staged_filepath))?;
    Ok(infos)
}

impl Piece {
    /// The payload, with zeros up to the size of the piece.
    fn source(&self) -> Result<Box<dyn Read>> {
        ensure!(
            self.payload_size <= self.piece_size,
            "a payload of {} bytes does not fit a piece of {}",
            self.payload_size,
            self.piece_size
        );
        let path = match &self.piece_file {
            PieceFile::Pledge => return Ok(Box::new(io::repeat(0).take(self.piece_size))),
            PieceFile::Url(url) => {
                bail!("{url} is not a local file: leave add_pieces to the worker, which downloads pieces")
            }
            PieceFile::Local(path) => path,
        };
        let file = File::open(path).with_context(|| shown(path))?;
        let length = file.metadata().with_context(|| shown(path))?.len();
        ensure!(
            length == self.payload_size,
            "{} is {length} bytes long, its payload should be {}",
            path.display(),
            self.payload_size
        );
        Ok(Box::new(file.chain(io::repeat(0)).take(self.piece_size)))
    }
}

#[derive(Deserialize)]
pub struct TreeD {
    registered_proof: RegisteredSealProof,
    staged_file: PathBuf,
    cache_dir: PathBuf,
}

/// Made anew: the proofs would believe a file of the right size that is there already.
pub fn tree_d(task: TreeD) -> Result<bool> {
    let sector_size = task.registered_proof.sector_size();
    let length = fs::metadata(&task.staged_file).with_context(|| shown(&task.staged_file))?.len();
    ensure!(
        length == u64::from(sector_size),
        "pieces that do not fill the sector: {} is {length} bytes long, the sector {}",
        task.staged_file.display(),
        u64::from(sector_size)
    );
    let config = StoreConfig::new(&task.cache_dir, CacheKey::CommDTree.to_string(), 0);
    removed(&StoreConfig::data_path(&config.path, &config.id))?;
    let file = File::open(&task.staged_file).with_context(|| shown(&task.staged_file))?;
    // SAFETY: the worker gives a stage's files to one process at a time.
    let data = unsafe { Mmap::map(&file) }.with_context(|| shown(&task.staged_file))?;
    let leafs = get_base_tree_leafs::<DefaultBinaryTree>(get_base_tree_size::<DefaultBinaryTree>(sector_size)?)?;
    create_base_merkle_tree::<BinaryMerkleTree<DefaultPieceHasher>>(Some(config), leafs, &data)?;
    Ok(true)
}

#[derive(Deserialize)]
pub struct Pc1 {
    registered_proof: RegisteredSealProof,
    cache_path: PathBuf,
    in_path: PathBuf,
    out_path: PathBuf,
    prover_id: Bytes32,
    sector_id: u64,
    ticket: Bytes32,
    piece_infos: Vec<PieceInfo>,
}

pub fn pc1(task: Pc1) -> Result<SealPreCommitPhase1Output> {
    seal_pre_commit_phase1(
        task.registered_proof,
        task.cache_path,
        task.in_path,
        task.out_path,
        task.prover_id,
        SectorId::from(task.sector_id),
        task.ticket,
        &task.piece_infos,
    )
}

#[derive(Deserialize)]
pub struct Pc2 {
    pc1out: SealPreCommitPhase1Output,
    cache_dir: PathBuf,
    sealed_file: PathBuf,
}

/// Encodes `sealed_file` in place: a second run needs it copied anew from the staged data.
pub fn pc2(task: Pc2) -> Result<SealPreCommitPhase2Output> {
    seal_pre_commit_phase2(task.pc1out, task.cache_dir, task.sealed_file)
}

/// What a sealed sector is proven from.
#[derive(Deserialize)]
pub struct Sealed {
    cache_dir: PathBuf,
    sealed_file: PathBuf,
    prover_id: Bytes32,
    sector_id: u64,
    ticket: Bytes32,
    pc2out: SealPreCommitPhase2Output,
    piece_infos: Vec<PieceInfo>,
}

#[derive(Deserialize)]
pub struct C1 {
    #[serde(flatten)]
    sealed: Sealed,
    seed: Bytes32,
}

/// Checks each vanilla proof against ticket, CommD and CommR before it gives any.
pub fn c1(C1 { sealed, seed }: C1) -> Result<SealCommitPhase1Output> {
    seal_commit_phase1(
        sealed.cache_dir,
        sealed.sealed_file,
        sealed.prover_id,
        SectorId::from(sealed.sector_id),
        sealed.ticket,
        seed,
        sealed.pc2out,
        &sealed.piece_infos,
    )
}

/// Writes the synthetic proofs into the cache, from which c1 then draws.
pub fn synth_proof(sealed: Sealed) -> Result<bool> {
    generate_synth_proofs(
        sealed.cache_dir,
        sealed.sealed_file,
        sealed.prover_id,
        SectorId::from(sealed.sector_id),
        sealed.ticket,
        sealed.pc2out,
        &sealed.piece_infos,
    )?;
    Ok(true)
}

#[derive(Deserialize)]
pub struct C2 {
    c1out: SealCommitPhase1Output,
    prover_id: Bytes32,
    sector_id: u64,
}

pub fn c2(task: C2) -> Result<SealCommitPhase2Output> {
    seal_commit_phase2(task.c1out, task.prover_id, SectorId::from(task.sector_id))
}

fn removed(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).with_context(|| shown(path)),
        _ => Ok(()),
    }
}
