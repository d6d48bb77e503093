//! What was recorded of real processors (2KiB, filecoin-proofs 18.1 behind another program) comes out again, byte for byte.
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{json, Value};

/// The recorded request and answer of a stage, with their paths below `root`.
fn recorded(name: &str, root: &Path) -> (Value, Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/field").join(format!("{name}.jsonl"));
    let text = fs::read_to_string(path).unwrap().replace("/store1/", &format!("{}/", root.display()));
    let mut lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    (lines.next().unwrap(), lines.next().unwrap())
}

fn started(stage: &str) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sealvisor-proofs"))
        .arg(stage)
        .env("FIL_PROOFS_PARAMETER_CACHE", "/var/tmp/filecoin-proof-parameters")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut ready = String::new();
    out.read_line(&mut ready).unwrap();
    assert_eq!(ready, format!("{stage} processor ready\n"));
    (child, out)
}

fn answer(stage: &str, request: &Value) -> Value {
    let (mut child, mut out) = started(stage);
    writeln!(child.stdin.as_mut().unwrap(), "{request}").unwrap();
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    serde_json::from_str(&line).unwrap()
}

fn fresh(name: &str) -> PathBuf {
    let root = std::env::temp_dir().join(format!("sealvisor-proofs-{name}-{}", std::process::id()));
    fs::create_dir_all(root.join("sectors/s-t010000-1/cache")).unwrap();
    root
}

#[test]
fn a_sector_is_what_was_recorded_stage_by_stage() {
    let root = fresh("field");
    for name in ["add_pieces", "tree_d", "pc1", "pc2", "c1"] {
        if name == "pc1" {
            fs::write(root.join("sectors/s-t010000-1/sealed"), "").unwrap();
        }
        let (request, expected) = recorded(name, &root);
        assert_eq!(answer(name, &request), expected, "{name}");
    }
    fs::remove_dir_all(root).unwrap();
}

/// The words of the night in which parameters are missing.
#[test]
fn c2_without_parameters_says_so_in_the_words_that_were_recorded() {
    if Path::new("/var/tmp/filecoin-proof-parameters").exists() {
        eprintln!("parameters are there: nothing to see");
        return;
    }
    let (request, expected) = recorded("c2.failed", Path::new("/nowhere"));
    assert_eq!(answer("c2", &request), expected);
}

#[test]
fn a_task_of_another_shape_is_answered_and_the_process_serves_on() {
    let (mut child, mut out) = started("tree_d");
    let stdin = child.stdin.as_mut().unwrap();
    writeln!(stdin, "{}", json!({ "id": 7, "task": { "staged_file": 3 } })).unwrap();
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let first: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&first["id"], &first["output"]), (&json!(7), &Value::Null));
    assert!(first["err_msg"].as_str().unwrap().starts_with("task of another shape: "));
    writeln!(stdin, "no json").unwrap();
    writeln!(stdin, "{}", json!({ "id": 8, "data": { "staged_file": 3 } })).unwrap();
    line.clear();
    out.read_line(&mut line).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["id"], json!(8));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn pieces_that_do_not_fill_the_sector_are_refused_by_tree_d() {
    let root = fresh("short");
    let staged = root.join("sectors/s-t010000-1/staged");
    fs::write(&staged, vec![0; 1408]).unwrap();
    let (request, _) = recorded("tree_d", &root);
    let answered = answer("tree_d", &request);
    assert!(answered["err_msg"].as_str().unwrap().starts_with("pieces that do not fill the sector: "), "{answered}");
    fs::remove_dir_all(root).unwrap();
}
