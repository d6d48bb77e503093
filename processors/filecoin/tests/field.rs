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

/// The recorded sector, stage by stage.
fn sealed(root: &Path, stages: &[&str]) {
    for name in stages {
        if *name == "pc1" {
            fs::write(root.join("sectors/s-t010000-1/sealed"), "").unwrap();
        }
        let (request, expected) = recorded(name, root);
        assert_eq!(answer(name, &request), expected, "{name}");
    }
}

#[test]
fn a_sector_is_what_was_recorded_stage_by_stage() {
    let root = fresh("field");
    sealed(&root, &["add_pieces", "tree_d", "pc1", "pc2", "c1"]);
    fs::remove_dir_all(root).unwrap();
}

/// Every file below, with what is in it.
fn files_in(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| match path.is_dir() {
            true => files_in(&path),
            false => vec![(path.clone(), fs::read(&path).unwrap())],
        })
        .collect();
    found.sort();
    found
}

/// What was sealed empty is upgraded, and loses its old files; any range of the new data comes out again.
#[test]
fn an_upgraded_sector_is_unsealed_without_what_it_was_before() {
    let root = fresh("unseal");
    let at = |name: &str| root.join("sectors/s-t010000-1").join(name);
    sealed(&root, &["add_pieces", "tree_d", "pc1", "pc2"]);
    let (pc1, _) = recorded("pc1", &root);
    let (_, pc2) = recorded("pc2", &root);
    let payload: Vec<u8> = (0..2032_u32).map(|n| (n * 7 % 251) as u8).collect();
    fs::write(at("piece"), &payload).unwrap();
    let piece = json!({ "piece_file": { "local": at("piece") }, "payload_size": 2032, "piece_size": 2032 });
    let staged = json!({ "id": 1, "task": { "seal_proof_type": "StackedDrg2KiBV1_1", "pieces": [piece], "staged_filepath": at("staged") } });
    let added = answer("add_pieces", &staged);
    let encode = json!({ "id": 1, "task": {
        "registered_proof": "StackedDrg2KiBV1", "new_replica_path": at("update"), "new_cache_path": at("update-cache"),
        "sector_path": at("sealed"), "sector_cache_path": at("cache"), "staged_data_path": at("staged"),
        "piece_infos": added["output"],
    } });
    let encoded = answer("snap_encode", &encode);
    for name in ["sealed", "staged", "piece"] {
        fs::remove_file(at(name)).unwrap();
    }
    fs::remove_dir_all(at("cache")).unwrap();
    fs::create_dir(root.join("out")).unwrap();
    let before = files_in(&root);
    let asked = |offset: usize, num_bytes: usize| {
        json!({
            "registered_proof": "StackedDrg2KiBV1_1", "prover_id": pc1["task"]["prover_id"], "sector_id": 1,
            "ticket": pc1["task"]["ticket"], "comm_d": pc2["output"]["comm_d"],
            "comm_r_old": pc2["output"]["comm_r"], "comm_d_new": encoded["output"]["comm_d_new"],
            "cache_dir": at("update-cache"), "sealed_file": at("update"), "unsealed_output": root.join("out/piece"),
            "offset": offset, "num_bytes": num_bytes,
        })
    };
    for (offset, num_bytes) in [(0, 2032), (1016, 508), (0, 127), (1905, 127), (100, 1000), (2031, 1)] {
        // Asked in the way of upstream's v0.2 as well.
        let (request, key) = match offset {
            0 => (json!({ "id": 1, "data": asked(offset, num_bytes) }), "result"),
            _ => (json!({ "id": 1, "task": asked(offset, num_bytes) }), "output"),
        };
        assert_eq!(answer("unseal", &request)[key], json!(num_bytes), "{offset}");
        assert_eq!(fs::read(root.join("out/piece")).unwrap(), payload[offset..offset + num_bytes], "{offset}");
        fs::remove_file(root.join("out/piece")).unwrap();
    }
    for (key, value) in [("comm_r_old", Value::Null), ("num_bytes", json!(2033)), ("sealed_file", json!(at("no-file")))] {
        let mut task = asked(0, 127);
        task[key] = value;
        assert!(answer("unseal", &json!({ "id": 1, "task": task }))["err_msg"].is_string(), "{key}");
    }
    assert!(files_in(&root) == before, "it writes only what it is asked for");
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
