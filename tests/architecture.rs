//! The arrows between the rooms, held. `architecture/rules.rs` is the table (README and design say the same in words),
//! `architecture/reading.rs` finds every path that a file names, `architecture/judging.rs` puts the two together.
//!
//! The second half of this file plants one offence of each kind and sees that it is found.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where its own footing gives way")]

#[path = "architecture/judging.rs"]
mod judging;
#[path = "architecture/reading.rs"]
mod reading;
#[path = "architecture/rules.rs"]
mod rules;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use judging::offences;
use reading::{SourceFile, test_modules};

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    rust_files(&root.join("src"), &mut files);
    files.sort();
    files
        .iter()
        .map(|file| {
            let name = file.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            SourceFile::parse(&name, &fs::read_to_string(file).unwrap())
        })
        .collect()
}

/// Offences of one file that stands alone.
fn judged(name: &str, source: &str) -> Vec<String> {
    let file = SourceFile::parse(name, source);
    offences(&file, &test_modules(std::slice::from_ref(&file)))
}

#[test]
fn every_arrow_points_the_right_way() {
    let files = sources();
    let tests = test_modules(&files);
    let found: Vec<String> = files.iter().flat_map(|file| offences(file, &tests)).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_folder_of_src_is_a_room_of_the_table() {
    let rooms: BTreeSet<String> = sources()
        .iter()
        .map(|file| file.room().to_owned())
        .filter(|r| r != "lib")
        .collect();
    let unknown: Vec<_> = rooms.iter().filter(|room| rules::room(room).is_none()).collect();
    assert!(unknown.is_empty(), "not in tests/architecture/rules.rs: {unknown:?}");
}

#[test]
fn the_table_itself_has_no_circle() {
    for room in rules::ROOMS {
        for used in room.may_use {
            let back = rules::room(used).unwrap_or_else(|| panic!("{} may use {used}, which is no room", room.name));
            assert!(
                !back.may_use.contains(&room.name),
                "{} and {used} may use each other",
                room.name
            );
        }
    }
}

/// One offence of each kind: where, what, and the sentence that must come.
const PLANTED: &[(&str, &str, &str)] = &[
    (
        "src/tui/screens/list.rs",
        "use crate::argocd::Client;",
        "src/tui/screens/list.rs uses argocd: tui may only use kubernetes, yaml, drift, redact, ignore, verdict, writeback, plan, engine, config.",
    ),
    (
        "src/tui/mod.rs",
        "fn f() { let c = crate::argocd::Client::new(); }",
        "src/tui/mod.rs uses argocd: tui may only use kubernetes, yaml, drift, redact, ignore, verdict, writeback, plan, engine, config.",
    ),
    (
        "src/drift/compare.rs",
        "use super::super::verdict::Verdict;",
        "src/drift/compare.rs uses verdict: drift may only use kubernetes.",
    ),
    (
        "src/kubernetes/tables.rs",
        "use driftline::drift::Pointer;",
        "src/kubernetes/tables.rs uses drift: kubernetes may use no other room.",
    ),
    (
        "src/verdict/rules/hpa.rs",
        "use crate::{drift::Pointer, engine};",
        "src/verdict/rules/hpa.rs uses engine: verdict may only use kubernetes, drift, ignore.",
    ),
    (
        "src/verdict/rules/hpa.rs",
        "use crate as everything; fn f() { everything::engine::Engine::new(); }",
        "src/verdict/rules/hpa.rs uses engine: verdict may only use kubernetes, drift, ignore.",
    ),
    (
        "src/engine/collect.rs",
        "fn f() { println!(\"{}\", crate::config::keys().len()); }",
        "src/engine/collect.rs uses config: engine may only use kubernetes, yaml, drift, redact, ignore, verdict, writeback, plan.",
    ),
    (
        "src/redact/mod.rs",
        "pub use crate::engine::*;",
        "src/redact/mod.rs uses engine: redact may only use kubernetes, drift.",
    ),
    (
        "src/redact/mod.rs",
        "use crate::*;",
        "src/redact/mod.rs imports everything of the crate: name what it uses.",
    ),
    (
        "src/argocd/client.rs",
        "use crate::engine::view::DriftView;",
        "src/argocd/client.rs uses engine::view: argocd may only use engine::ports of engine.",
    ),
    (
        "src/forge/github/port.rs",
        "use crate::engine::acting::pull_request::open;",
        "src/forge/github/port.rs uses engine::acting: forge may only use engine::ports of engine.",
    ),
    (
        "src/argocd/client.rs",
        "use crate::demo::Recording;",
        "src/argocd/client.rs uses demo: argocd may only use kubernetes, yaml, drift, redact, ignore, verdict, writeback, plan, engine.",
    ),
    (
        "src/cli/screen.rs",
        "use crate::tui::state::State;",
        "src/cli/screen.rs uses tui::state: cli may only use tui::run, tui::check, tui::check_themes, tui::verdict_sign, tui::ConfigurationFile, tui::Options, \
         tui::Error, tui::KeyProblem, tui::RecentLog of tui.",
    ),
    (
        "src/cli/demo/serve.rs",
        "use crate::demo::Recording;",
        "src/cli/demo/serve.rs uses demo: cli may only use kubernetes, yaml, drift, redact, ignore, verdict, writeback, plan, \
         engine, config, tui.",
    ),
    (
        "src/main.rs",
        "use driftline::argocd::Client; fn main() {}",
        "src/main.rs uses argocd: main may only use cli, wire.",
    ),
    (
        "src/cli/scan.rs",
        "use crate::drift::raw::ManagedResource;",
        "src/cli/scan.rs names drift::raw: only the pure rooms, engine and argocd see raw manifests.",
    ),
    (
        "src/demo/routes.rs",
        "use crate::drift::{self}; fn f(x: drift::raw::ManagedResource) {}",
        "src/demo/routes.rs names drift::raw: only the pure rooms, engine and argocd see raw manifests.",
    ),
    (
        "src/drift/compare.rs",
        "async fn f() { tokio::time::sleep(d).await }",
        "src/drift/compare.rs uses the crate tokio: drift does not.",
    ),
    (
        "src/verdict/mod.rs",
        "#[tokio::main] async fn f() {}",
        "src/verdict/mod.rs uses the crate tokio: verdict does not.",
    ),
    (
        "src/engine/core.rs",
        "use reqwest::Client;",
        "src/engine/core.rs uses the crate reqwest: engine does not.",
    ),
    (
        "src/argocd/client.rs",
        "use ratatui::Frame;",
        "src/argocd/client.rs uses the crate ratatui: argocd does not.",
    ),
    (
        "src/redact/mod.rs",
        "use std::{fmt, fs};",
        "src/redact/mod.rs uses std::fs: redact does not.",
    ),
    (
        "src/drift/mod.rs",
        "fn f() { let home = std::env::var(\"HOME\"); }",
        "src/drift/mod.rs uses std::env: drift does not.",
    ),
    (
        "src/verdict/mod.rs",
        "use std::net::TcpStream;",
        "src/verdict/mod.rs uses std::net: verdict does not.",
    ),
    (
        "src/engine/core.rs",
        "use std::process as p; fn f() { p::abort() }",
        "src/engine/core.rs uses std::process: engine does not.",
    ),
    (
        "src/cli/scan.rs",
        "use std::process::{Command, ExitCode};",
        "src/cli/scan.rs uses std::process::Command: cli does not.",
    ),
    (
        "src/config/resolve.rs",
        "use std::fs;",
        "src/config/resolve.rs uses std::fs: config does not.",
    ),
    (
        "src/drift/mod.rs",
        "use std::time::SystemTime; fn f() { SystemTime::now(); }",
        "src/drift/mod.rs asks for the time (SystemTime::now): drift does not.",
    ),
    (
        "src/verdict/mod.rs",
        "fn f() { vec![std::time::Instant::now()]; }",
        "src/verdict/mod.rs asks for the time (Instant::now): verdict does not.",
    ),
    (
        "src/engine/core.rs",
        "use jiff::Timestamp as T; fn f() { T::now(); }",
        "src/engine/core.rs asks for the time (Timestamp::now): engine does not.",
    ),
    (
        "src/tui/state/mod.rs",
        "use ratatui::style::Color;",
        "src/tui/state/mod.rs uses the crate ratatui: tui/state does not.",
    ),
    (
        "src/tui/update/keys.rs",
        "use tokio::sync::mpsc;",
        "src/tui/update/keys.rs uses the crate tokio: tui/update does not.",
    ),
    (
        "src/tui/update/keys.rs",
        "fn f() { std::time::Instant::now(); }",
        "src/tui/update/keys.rs asks for the time (Instant::now): tui/update does not.",
    ),
    (
        "src/tui/screens/list.rs",
        "fn draw(state: &mut State) {}",
        "src/tui/screens/list.rs takes `&mut State`: tui/screens only reads.",
    ),
    (
        "src/tui/widgets/rows.rs",
        "fn draw(state: &'a mut crate::tui::state::State) {}",
        "src/tui/widgets/rows.rs takes `&mut State`: tui/widgets only reads.",
    ),
    (
        "src/redact/mod.rs",
        "#[cfg(test)] mod tests { use crate::argocd::Client; }",
        "src/redact/mod.rs uses argocd: redact may only use kubernetes, drift.",
    ),
];

#[test]
fn each_planted_offence_is_found_and_told_in_one_sentence() {
    for (file, source, expected) in PLANTED {
        let expected = expected.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(judged(file, source), [expected], "{file}: {source}");
    }
}

#[test]
fn what_is_allowed_is_not_called_an_offence() {
    for (file, source) in [
        (
            "src/tui/mod.rs",
            "use crate::engine::Engine; use crate::config::Settings; use crate::drift::Pointer; use ratatui::Frame;",
        ),
        (
            "src/argocd/client.rs",
            "use crate::engine::ports::{ArgoCd, ArgoCdError}; use crate::drift::raw::ManagedResource;",
        ),
        (
            "src/cli/screen.rs",
            "use crate::tui; fn f() { tui::run(); } use crate::engine::scan::ScanReport;",
        ),
        (
            "src/cli/run.rs",
            "use super::{config, demo}; fn f() { demo::run(); config::run(); }",
        ),
        (
            "src/engine/core.rs",
            "use tokio::sync::mpsc; fn f() { tokio::time::Instant::now(); }",
        ),
        ("src/config/load.rs", "fn f() { std::fs::read_to_string(p); }"),
        (
            "src/drift/mod.rs",
            "#[cfg(test)] mod tests { use super::*; fn f() { std::fs::read(p); std::time::Instant::now(); } }",
        ),
        ("src/tui/screens/list.rs", "fn draw(state: &State, rows: &mut ListState) {}"),
        ("src/main.rs", "use driftline::{cli, wire}; fn main() {}"),
    ] {
        assert_eq!(judged(file, source), Vec::<String>::new(), "{file}: {source}");
    }
}

#[test]
fn a_test_module_in_its_own_file_counts_as_test() {
    let parent = SourceFile::parse("src/drift/mod.rs", "#[cfg(test)] mod tests;");
    let child = SourceFile::parse(
        "src/drift/tests.rs",
        "fn f() { std::fs::read(p); } use crate::argocd::Client;",
    );
    let tests = test_modules(&[parent]);
    assert_eq!(
        offences(&child, &tests),
        ["src/drift/tests.rs uses argocd: drift may only use kubernetes."]
    );
}
