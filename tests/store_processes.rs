//! Several real processes on one journal at once: nothing is lost, and each knows what the others saw.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail the test")]

use std::path::Path;
use std::process::{Child, Command};

use driftline::drift::ResourceKey;
use driftline::engine::ports::{ApplicationIdentity, Journal, Observation, Sighting, Store};
use driftline::store::FileStore;
use jiff::Timestamp;

const FOLDER: &str = "DRIFTLINE_TEST_STORE_FOLDER";
const NAME: &str = "DRIFTLINE_TEST_STORE_NAME";
const LOOKS: u32 = 150;

fn observation(name: &str, number: u32) -> Observation {
    Observation::of_drifts(
        ApplicationIdentity {
            server: "https://argocd.example.com".to_owned(),
            namespace: "argocd".to_owned(),
            name: "web".to_owned() + name,
        },
        Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(number.into()),
        // There, changed, gone, and there again.
        (number % 3 != 2)
            .then(|| Sighting {
                resource: ResourceKey::new("apps", "Deployment", "shop", "web"),
                fingerprint: format!("{:016x}", number % 3),
            })
            .into_iter()
            .collect(),
    )
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

/// Not a test of its own: the process that the tests below start, when they say so in the environment.
#[test]
fn child() {
    let (Some(folder), Some(name)) = (std::env::var_os(FOLDER), std::env::var_os(NAME)) else {
        return;
    };
    let name = name.into_string().unwrap();
    let store = FileStore::new(folder);
    block_on(async {
        for number in 0..LOOKS {
            store.record(vec![observation(&name, number)]).await.unwrap();
            if number % 20 == 19 {
                store.compact().await.unwrap();
            }
        }
    });
}

fn start(folder: &Path, name: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child"])
        .env(FOLDER, folder)
        .env(NAME, name)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

fn journal(folder: &Path) -> Journal {
    block_on(FileStore::new(folder).journal()).unwrap()
}

#[test]
fn processes_that_append_and_compact_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // Open before they write: this one has to notice that the file is replaced.
    let watcher = FileStore::new(folder.path());
    assert!(block_on(watcher.journal()).unwrap().is_empty());
    for mut child in ["a", "b", "c"].map(|name| start(folder.path(), name)) {
        assert!(child.wait().unwrap().success());
    }
    let journal = journal(folder.path());
    assert_eq!(block_on(watcher.journal()).unwrap(), journal);
    let found: Vec<_> = journal
        .values()
        .map(|memory| {
            (
                memory.flaps,
                memory.appearances.iter().map(|a| a.times_seen).collect::<Vec<_>>(),
            )
        })
        .collect();
    let expected = (LOOKS / 3 - 1, vec![LOOKS / 3, LOOKS / 3]);
    assert_eq!(found, [expected.clone(), expected.clone(), expected]);
}

#[test]
fn instances_that_see_the_same_drift_remember_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let stores = [FileStore::new(folder.path()), FileStore::new(folder.path())];
    for store in &stores {
        block_on(store.record(vec![observation("", 0)])).unwrap();
    }
    let memory = journal(folder.path()).into_values().next().unwrap();
    assert_eq!(memory.appearances[0].times_seen, 1);
}

#[test]
fn a_process_that_is_killed_while_it_writes_loses_nothing_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path());
    for round in 0..10 {
        let mut victim = start(folder.path(), &format!("victim{round}"));
        for number in 0..LOOKS / 10 {
            let look = observation("-survivor", round * (LOOKS / 10) + number);
            block_on(store.record(vec![look])).unwrap();
        }
        victim.kill().unwrap();
        victim.wait().unwrap();
    }
    let survivor = journal(folder.path())
        .into_iter()
        .find(|(drift, _)| drift.application.name == "web-survivor");
    assert_eq!(survivor.unwrap().1.flaps, LOOKS / 3 - 1);
}
