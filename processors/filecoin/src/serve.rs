//! The line protocol: a ready line, then a task a line in and an answer a line out, in any order.
use std::io::{self, BufRead, BufWriter, Write};
use std::panic::{catch_unwind, AssertUnwindSafe};

use anyhow::{bail, Context, Result};
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{hold, post, seal, unseal, update};

/// A stage: from the JSON of a task to the JSON of its output.
pub type Work = fn(&RawValue) -> Result<Box<RawValue>>;

/// What a stage does with a task, or nothing when it is not one.
pub fn work_of(stage: &str) -> Option<Work> {
    Some(match stage {
        "add_pieces" => |task| done(task, seal::add_pieces),
        "tree_d" => |task| done(task, seal::tree_d),
        "pc1" => |task| done(task, seal::pc1),
        "pc2" => |task| done(task, seal::pc2),
        "c1" => |task| done(task, seal::c1),
        "c2" => |task| done(task, seal::c2),
        "synth_proof" => |task| done(task, seal::synth_proof),
        "snap_encode" => |task| done(task, update::snap_encode),
        "snap_vanilla" => |task| done(task, update::snap_vanilla),
        "snap_prove" => |task| done(task, update::snap_prove),
        "unseal" => |task| done(task, unseal::unseal),
        "window_post" => |task| done(task, post::window_post),
        _ => return None,
    })
}

fn done<T: DeserializeOwned, O: Serialize>(task: &RawValue, work: fn(T) -> Result<O>) -> Result<Box<RawValue>> {
    let task: T = serde_json::from_str(task.get()).context("task of another shape")?;
    let output = work(task)?;
    serde_json::value::to_raw_value(&output).context("output that is not JSON")
}

/// `task` and `output` since upstream's v0.4, `data` and `result` before.
#[derive(Deserialize)]
struct Request<'a> {
    id: u64,
    #[serde(borrow)]
    task: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: u64,
    err_msg: Option<String>,
    output: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a RawValue>,
}

/// Serves until stdin ends: then nobody waits for an answer any more, and the process is over whatever it works at. Each
/// task is worked on by a thread of its own. @errors when stdin or stdout break
pub fn serve(stage: &str, work: Work) -> Result<()> {
    writeln!(io::stdout(), "{stage} processor ready").context("stdout")?;
    for line in io::stdin().lock().split(b'\n') {
        let line = line.context("stdin")?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        std::thread::spawn(move || {
            if let Err(error) = answer(&line, work) {
                // Nobody listens any more, or the line was no request: the host sees the end, or this line.
                eprintln!("error: {error:#}");
            }
        });
    }
    Ok(())
}

fn answer(line: &[u8], work: Work) -> Result<()> {
    let request: Request = serde_json::from_slice(line).context("a line that is no request")?;
    let (task, is_old) = match (request.task, request.data) {
        (Some(task), _) => (task, false),
        (None, Some(data)) => (data, true),
        (None, None) => bail!("request {} has no task", request.id),
    };
    hold::before();
    let result = catch_unwind(AssertUnwindSafe(|| work(task))).unwrap_or_else(|panic| bail!("{}", said(&panic)));
    hold::after();
    let (output, err_msg) = match &result {
        Ok(output) => (Some(output.as_ref()), None),
        Err(error) => (None, Some(format!("{error:#}"))),
    };
    let answer = Answer { id: request.id, err_msg, output, result: output.filter(|_| is_old) };
    // The lock is held to the end: answers are written whole, one after the other.
    let mut out = BufWriter::new(io::stdout().lock());
    serde_json::to_writer(&mut out, &answer)?;
    out.write_all(b"\n")?;
    out.flush().context("stdout")
}

/// What a panic of the proofs said: they panic where a file is not as they want it.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "the proofs panicked".to_string())
}
