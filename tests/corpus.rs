//! The rules against the labelled corpus.

use std::path::PathBuf;

use driftline::engine::explain::Case;
use serde_json::{Value, json};

#[test]
fn dump_predictions() {
    let folder = std::env::var_os("DRIFTLINE_CORPUS").map_or_else(|| PathBuf::from("tests/corpus/drift"), PathBuf::from);
    let mut out = String::new();
    for line in std::fs::read_to_string(folder.join("cases.jsonl")).unwrap().lines() {
        let answer = Case::parse(line).unwrap().answer();
        let upper = |v: driftline::verdict::Verdict| v.as_str().to_uppercase().replace('-', "_");
        let per_path: Vec<Value> = answer.paths.iter().map(|p| json!({"path": p.path.as_str(), "verdict": upper(p.verdict), "cause": p.cause.as_str(), "actor": p.actor, "rule": p.rule, "reason": p.reason})).collect();
        out.push_str(&json!({"id": answer.id, "verdict": upper(answer.verdict), "confidence": answer.confidence.probability(), "per_path": per_path}).to_string());
        out.push('\n');
    }
    std::fs::write("/tmp/pred.jsonl", out).unwrap();
}
