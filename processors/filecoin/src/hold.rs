//! Where a trial holds a process up, and kills it: before, during and after the work of a stage.
//!
//! `<dir>/<stage>-before`, `-during` and `-after` are gates: while such a file is there, the stage waits at it, with its pid in
//! `<gate>.at`. "During" is where the proofs log a step; the number in the gate's file says at which of them. When the work
//! is done, `<dir>/<stage>.steps` has how many there were.
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{anyhow, bail, Result};
use log::{LevelFilter, Log, Metadata, Record};

static HOLD: Mutex<Option<Hold>> = Mutex::new(None);
static STEPS: AtomicUsize = AtomicUsize::new(0);

#[derive(Clone)]
struct Hold {
    dir: PathBuf,
    stage: String,
}

/// Takes `--hold <dir>`, from now on, for a stage. @errors for another option
pub fn take(stage: &str, args: &[&str]) -> Result<()> {
    match args {
        [] => Ok(()),
        ["--hold", dir] => {
            *HOLD.lock().unwrap() = Some(Hold { dir: PathBuf::from(dir), stage: stage.to_string() });
            log::set_max_level(LevelFilter::Trace);
            log::set_logger(&Steps).map_err(|error| anyhow!("{error}"))
        }
        ["--hold"] => bail!("--hold needs a directory"),
        [name, ..] => bail!("unknown option {name}; see sealvisor-proofs --help"),
    }
}

pub fn before() {
    STEPS.store(0, Ordering::SeqCst);
    with(|hold| hold.wait("before", 0));
}

pub fn after() {
    with(|hold| {
        let steps = STEPS.load(Ordering::SeqCst).to_string();
        let _ = fs::write(hold.dir.join(format!("{}.steps", hold.stage)), steps);
        hold.wait("after", 0);
    });
}

fn with(act: impl FnOnce(Hold)) {
    let hold = HOLD.lock().unwrap().clone();
    if let Some(hold) = hold {
        act(hold);
    }
}

impl Hold {
    /// Until the gate is gone, when it is meant for this step or an earlier one.
    fn wait(&self, moment: &str, step: usize) {
        let gate = self.dir.join(format!("{}-{moment}", self.stage));
        let mut is_told = false;
        while is_closed(&gate, step) {
            if !is_told {
                is_told = fs::write(gate.with_extension("at"), std::process::id().to_string()).is_ok();
            }
            sleep(Duration::from_millis(5));
        }
    }
}

fn is_closed(gate: &Path, step: usize) -> bool {
    fs::read_to_string(gate).is_ok_and(|text| step >= text.trim().parse().unwrap_or(0))
}

struct Steps;

impl Log for Steps {
    fn enabled(&self, _: &Metadata) -> bool {
        true
    }

    fn log(&self, record: &Record) {
        // Those of what the proofs are built on come in any number.
        if record.target().starts_with("filecoin_proofs") || record.target().starts_with("storage_proofs") {
            let step = STEPS.fetch_add(1, Ordering::SeqCst) + 1;
            with(|hold| hold.wait("during", step));
        }
    }

    fn flush(&self) {}
}
