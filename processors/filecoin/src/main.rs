//! `sealvisor-proofs`: Filecoin's own proofs behind the line protocol of sealvisor's processors (docs/processors.md).
mod fields;
mod hold;
mod params;
mod post;
mod seal;
mod serve;
mod unseal;
mod update;
mod verify;

use std::process::ExitCode;

use anyhow::{bail, Result};

const USAGE: &str = "\
sealvisor-proofs: Filecoin's proofs (filecoin-proofs-api 18.1.0) as processors of sealvisor

  sealvisor-proofs [processor] <stage>      serves a stage until stdin ends: one task a line in, one answer a line out
  sealvisor-proofs params <kind> --size <size>
                                            makes the parameters of a proof, where there are none yet
  sealvisor-proofs verify                   reads one proof with what it is of (JSON) and says whether it holds
  sealvisor-proofs --version

stages: add_pieces tree_d pc1 pc2 c1 c2 synth_proof snap_encode snap_vanilla snap_prove unseal window_post
kinds:  porep snap window-post
sizes:  2KiB 8MiB 512MiB 32GiB 64GiB

Parameters are read from and written to FIL_PROOFS_PARAMETER_CACHE (default: /var/tmp/filecoin-proof-parameters).
With --hold <dir> a stage waits before, during and after its work, as long as <dir>/<stage>-before, -during or -after is
there: for trials of what happens when a process dies there.

examples:
  sealvisor-proofs pc1              # then a task a line; a worker runs it as [[processors.pc1]] (docs/processors.md)
  FIL_PROOFS_PARAMETER_CACHE=/params sealvisor-proofs params porep --size 2KiB
  sealvisor-proofs verify < proof.json
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(1)
        }
    }
}

fn run(args: &[String]) -> Result<ExitCode> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        [] | ["--help"] | ["-h"] | ["help"] => print!("{USAGE}"),
        ["--version"] | ["-V"] => println!("sealvisor-proofs {}", env!("CARGO_PKG_VERSION")),
        ["params", kind, "--size", size] => params::make(kind, size)?,
        ["verify"] => {
            let holds = verify::verify(std::io::stdin().lock())?;
            println!("{holds}");
            return Ok(ExitCode::from(if holds { 0 } else { 1 }));
        }
        ["processor", stage, rest @ ..] | [stage, rest @ ..] => {
            let Some(work) = serve::work_of(stage) else {
                bail!("{stage} is not a stage; see sealvisor-proofs --help");
            };
            hold::take(stage, rest)?;
            serve::serve(stage, work)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
