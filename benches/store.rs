//! The journal against what it cannot beat: appending durably against a bare append with `fdatasync`, and opening 100,000
//! rows against reading and parsing the same lines. Prints ratios, which travel between machines; times do not.

#![expect(clippy::unwrap_used, reason = "a bench ends where its own footing gives way")]

use std::fs::{self, File, OpenOptions};
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use driftline::drift::ResourceKey;
use driftline::engine::ports::{ApplicationIdentity, Observation, Sighting, Store};
use driftline::store::FileStore;
use jiff::Timestamp;
use serde::Deserialize;

const ROWS: usize = 100_000;
const APPENDS: usize = 300;
const OPENS: usize = 5;

fn observation(number: usize, drifts: usize) -> Observation {
    Observation::of_drifts(
        ApplicationIdentity {
            server: "https://argocd.example.com".to_owned(),
            namespace: "argocd".to_owned(),
            name: format!("application-{number}"),
        },
        Timestamp::UNIX_EPOCH,
        (0..drifts)
            .map(|drift| Sighting {
                resource: ResourceKey::new("apps", "Deployment", "payments", format!("payments-api-{drift}")),
                fingerprint: format!("{:016x}", number * drifts + drift),
            })
            .collect(),
    )
}

/// The fields of a line, as any reader of it would parse them.
#[derive(Deserialize)]
struct Line {
    #[expect(dead_code, reason = "parsed, never read")]
    crc: String,
    entry: Row,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsed, never read")]
struct Row {
    at: Timestamp,
    server: String,
    application_namespace: String,
    application: String,
    group: String,
    kind: String,
    namespace: String,
    name: String,
    event: Event,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Event {
    Seen(String),
}

fn parse(path: &Path) -> usize {
    let bytes = fs::read(path).unwrap();
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let mut fingerprints = 0;
    for line in lines {
        let Event::Seen(fingerprint) = black_box(serde_json::from_slice::<Line>(line).unwrap()).entry.event;
        fingerprints += usize::from(fingerprint.len() == 16);
    }
    fingerprints
}

fn append_bare(file: &mut File, line: &[u8]) {
    file.write_all(line).unwrap();
    file.sync_data().unwrap();
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut out = std::io::stdout().lock();

    let store = FileStore::new(folder.path().join("append"));
    let bare_path = folder.path().join("bare");
    let mut bare = OpenOptions::new().append(true).create(true).open(&bare_path).unwrap();
    let line = vec![b'x'; 299];
    runtime.block_on(store.probe()).unwrap();
    let (mut with_journal, mut without) = (Vec::new(), Vec::new());
    for number in 0..APPENDS {
        let look = observation(number, 1);
        with_journal.push(timed(|| runtime.block_on(store.record(vec![look])).unwrap()));
        without.push(timed(|| append_bare(&mut bare, &line)));
    }
    let (with_journal, without) = (median(with_journal), median(without));
    writeln!(
        out,
        "append: {with_journal:?}, bare append + fdatasync {without:?}: {:.2}x",
        with_journal.as_secs_f64() / without.as_secs_f64()
    )
    .unwrap();

    let full = folder.path().join("open");
    let store = FileStore::new(&full);
    for number in 0..ROWS / 1_000 {
        runtime.block_on(store.record(vec![observation(number, 1_000)])).unwrap();
    }
    let path = full.join("journal.jsonl");
    assert_eq!(parse(&path), ROWS);
    let (mut opens, mut parses) = (Vec::new(), Vec::new());
    for _ in 0..OPENS {
        let fresh = FileStore::new(&full);
        opens.push(timed(|| runtime.block_on(fresh.probe()).unwrap()));
        parses.push(timed(|| parse(&path)));
    }
    let (open, parse) = (median(opens), median(parses));
    writeln!(
        out,
        "open {ROWS} rows ({} MiB): {open:?}, reading and parsing the lines {parse:?}: {:.2}x",
        fs::metadata(&path).unwrap().len() >> 20,
        open.as_secs_f64() / parse.as_secs_f64()
    )
    .unwrap();
}
