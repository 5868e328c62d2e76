//! Secret values planted into a recording come out nowhere: not in the views, the documents, the JSON, the table, the log.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail the test")]

#[path = "support/planted.rs"]
mod planted;
mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use driftline::demo::Recording;
use driftline::engine::document::ManifestPair;
use driftline::engine::scan::ScanScope;
use planted::{CANARY, plant, recording_root};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn planted_secrets_come_out_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let planted = plant(folder.path());
    assert!(planted > 1_000, "only {planted} places were planted");
    let root = recording_root(folder.path());

    let recording = Arc::new(Recording::from_dir(&root).unwrap());
    let server = support::serve(&recording).await;
    let engine = support::engine(&server);
    let report = engine.scan(&ScanScope::default(), &mut |_| {}).await;
    let shown = format!("{report:?}");
    assert!(shown.contains("DB_PASSWORD"), "the planted keys are changes and visible");
    assert_clean("the views", &shown);
    let mut documents = 0;
    for drift in report.applications.iter().flat_map(|a| &a.drifts) {
        for pair in [ManifestPair::Compared, ManifestPair::Raw] {
            let document = engine.document(&drift.key, pair).await.unwrap();
            assert_clean("a document", &format!("{document:?}"));
            documents += 1;
        }
    }
    assert!(documents > 100, "only {documents} documents");
    for output in scans(&root) {
        assert_clean("the output of scan", &output);
    }
}

/// Both forms of `scan`, with the noisiest log, against `demo serve` on the planted folder.
fn scans(root: &Path) -> Vec<String> {
    let home = tempfile::tempdir().unwrap();
    let driftline = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_driftline"));
        command.env_clear().env("HOME", home.path()).current_dir(home.path());
        command
    };
    let mut server = driftline()
        .args(["demo", "serve", "--recordings"])
        .arg(root)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut exports = Vec::new();
    for line in BufReader::new(server.stdout.take().unwrap()).lines().take(3) {
        let line = line.unwrap();
        let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
        exports.push((name.to_owned(), value.to_owned()));
    }
    let outputs = ["json", "table"].map(|form| {
        let output = driftline()
            .args(["scan", "--log", "trace", "--output", form])
            .envs(exports.iter().cloned())
            .output()
            .unwrap();
        let (stdout, stderr) = (
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        );
        assert!(stdout.contains("api-token") || form == "table", "{stderr}");
        assert!(
            stderr.contains("TRACE") || stderr.contains("DEBUG"),
            "a log was written: {stderr}"
        );
        format!("{stdout}{stderr}")
    });
    server.kill().unwrap();
    server.wait().unwrap();
    outputs.into()
}

fn assert_clean(what: &str, text: &str) {
    if let Some(at) = text.find(CANARY) {
        let from = (0..=at.saturating_sub(200))
            .rev()
            .find(|i| text.is_char_boundary(*i))
            .unwrap();
        panic!(
            "{what} shows a planted secret: …{}",
            text[from..].chars().take(260).collect::<String>()
        );
    }
}
