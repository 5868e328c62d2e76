//! The engine and the journal: drift keeps its history over runs, and a journal that fails costs nothing but the history.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail the test")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use driftline::demo::{RecordedArgoCd, Recording};
use driftline::drift::ResourceKey;
use driftline::engine::ports::{
    ApplicationIdentity, ArgoCd, Clock, Disposition, DispositionKind, DriftIdentity, History, Journal, Observation, Sighting,
    Store, StoreError,
};
use driftline::engine::scan::{ScanReport, ScanScope};
use driftline::engine::view::{ApplicationVerdict, DriftKey};
use driftline::engine::{Engine, EngineEvent, EngineSettings, Ports};
use driftline::store::{FileStore, MemoryStore};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A test on a busy machine waits.
const PATIENCE: Duration = Duration::from_secs(600);

struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// An engine whose clock stands days after noon.
fn engine(server: &RecordedArgoCd, store: Arc<dyn Store>, days: i64, journal_patience: Duration) -> Engine {
    Engine::new(
        Ports {
            argocd: vec![Arc::new(support::client(server, server.token()))],
            clock: Arc::new(At(noon() + SignedDuration::from_hours(24 * days))),
            store,
        },
        EngineSettings {
            journal_patience,
            ..EngineSettings::default()
        },
    )
}

async fn scan(server: &RecordedArgoCd, store: Arc<dyn Store>, days: i64) -> ScanReport {
    engine(server, store, days, PATIENCE)
        .scan(&ScanScope::default(), &mut |_| {})
        .await
}

fn noon() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

async fn serve() -> RecordedArgoCd {
    support::serve(&Arc::new(Recording::built_in().unwrap())).await
}

fn histories(report: &ScanReport) -> BTreeMap<DriftKey, History> {
    let drifts = report.applications.iter().flat_map(|a| &a.drifts);
    drifts
        .map(|drift| {
            let history = History {
                first_seen: drift.first_seen,
                times_seen: drift.times_seen,
                flaps: drift.flaps,
                dispositions: Vec::new(),
            };
            (drift.key.clone(), history)
        })
        .collect()
}

#[tokio::test]
async fn a_later_run_knows_when_a_drift_was_first_seen_and_writes_a_line_for_each_once() {
    let server = serve().await;
    let folder = tempfile::tempdir().unwrap();
    let first = scan(&server, Arc::new(FileStore::new(folder.path())), 0).await;
    let found = histories(&first);
    assert!(found.len() > 20, "{}", found.len());
    assert!(found.values().all(|history| *history == History::first(noon())));
    let journal = folder.path().join("journal.jsonl");
    let lines = || std::fs::read_to_string(&journal).unwrap().lines().count();
    let additions: usize = first.applications.iter().map(|a| a.invisible.len()).sum();
    assert_eq!(lines(), found.len() + additions);
    let second = scan(&server, Arc::new(FileStore::new(folder.path())), 0).await;
    assert_eq!(histories(&second), found);
    assert_eq!(lines(), found.len() + additions);
    let next_week = scan(&server, Arc::new(FileStore::new(folder.path())), 7).await;
    assert_eq!(histories(&next_week), found);
}

#[tokio::test]
async fn a_drift_that_was_gone_in_between_came_back() {
    let server = serve().await;
    let store = Arc::new(MemoryStore::default());
    let first = scan(&server, store.clone(), 0).await;
    let applications = store.journal().await.unwrap().into_keys().map(|drift| drift.application);
    let all_clean =
        applications.map(|application| Observation::of_drifts(application, noon() + SignedDuration::from_hours(1), Vec::new()));
    store.record(all_clean.collect()).await.unwrap();
    let later = histories(&scan(&server, store, 1).await);
    assert_eq!(later.len(), histories(&first).len());
    let expected = History {
        first_seen: noon(),
        times_seen: 2,
        flaps: 1,
        dispositions: Vec::new(),
    };
    assert!(later.values().all(|history| *history == expected));
}

/// A drift of an Application that is Synced in the recording, as if it had been seen an hour before.
async fn edited_before(server: &RecordedArgoCd) -> (DriftIdentity, Arc<MemoryStore>) {
    let report = support::engine(server).scan(&ScanScope::default(), &mut |_| {}).await;
    let clean = report
        .applications
        .iter()
        .find(|a| a.verdict == ApplicationVerdict::Clean)
        .unwrap();
    let drift = DriftIdentity {
        application: ApplicationIdentity {
            server: support::client(server, server.token()).server().await.unwrap().identity,
            namespace: clean.key.namespace.to_string(),
            name: clean.key.name.to_string(),
        },
        resource: ResourceKey::new("", "ConfigMap", "shop", "was-edited"),
        invisible: false,
    };
    let sighting = Sighting {
        resource: drift.resource.clone(),
        fingerprint: "0123456789abcdef".to_owned(),
    };
    let edited = Observation::of_drifts(
        drift.application.clone(),
        noon() - SignedDuration::from_hours(1),
        vec![sighting],
    );
    let store = Arc::new(MemoryStore::default());
    store.record(vec![edited]).await.unwrap();
    assert!(store.journal().await.unwrap()[&drift].present.is_some());
    (drift, store)
}

#[tokio::test]
async fn a_scan_of_an_application_that_is_synced_again_ends_its_drifts() {
    let server = serve().await;
    let (drift, store) = edited_before(&server).await;
    scan(&server, store.clone(), 0).await;
    assert_eq!(store.journal().await.unwrap()[&drift].present, None);
}

#[tokio::test]
async fn the_list_of_an_application_that_is_synced_again_ends_its_drifts() {
    let server = serve().await;
    let (drift, store) = edited_before(&server).await;
    let engine = Arc::new(engine(&server, store.clone(), 0, PATIENCE));
    let (events, mut news) = mpsc::channel(64);
    let (_commands, commands) = mpsc::channel(1);
    let stop = CancellationToken::new();
    let following = tokio::spawn(engine.follow(events, commands, stop.clone()));
    while !matches!(news.recv().await.unwrap(), EngineEvent::ListCompleted { .. }) {}
    assert_eq!(store.journal().await.unwrap()[&drift].present, None);
    drop(news);
    stop.cancel();
    following.await.unwrap();
}

/// A disk that is full, or one that never answers.
#[derive(Default)]
struct Broken {
    hangs: bool,
    asked: AtomicUsize,
}

#[async_trait]
impl Store for Broken {
    async fn record(&self, _: Vec<Observation>) -> Result<Vec<Vec<History>>, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.hangs {
            std::future::pending::<()>().await;
        }
        Err(StoreError::Full {
            path: "/state/journal.jsonl".to_owned(),
            doing: "write",
        })
    }

    async fn dispose(&self, _: DriftIdentity, _: Disposition) -> Result<(), StoreError> {
        Err(StoreError::Timeout)
    }

    async fn journal(&self) -> Result<Journal, StoreError> {
        Err(StoreError::Timeout)
    }

    async fn probe(&self) -> Result<String, StoreError> {
        Err(StoreError::Timeout)
    }
}

#[tokio::test]
async fn a_journal_that_fails_fails_no_look() {
    let server = serve().await;
    let expected = scan(&server, Arc::new(MemoryStore::default()), 0).await;
    let mut found = scan(&server, Arc::new(Broken::default()), 0).await;
    let sorted = |mut report: ScanReport| {
        report.applications.sort_by(|a, b| a.key.cmp(&b.key));
        report.applications
    };
    found.generated_at = expected.generated_at;
    assert_eq!(sorted(found), sorted(expected));
}

#[tokio::test]
async fn a_journal_that_hangs_is_not_waited_for_again_and_again() {
    let server = serve().await;
    let store = Arc::new(Broken {
        hangs: true,
        ..Broken::default()
    });
    let engine = engine(&server, store.clone(), 0, Duration::from_millis(100));
    let found = engine.scan(&ScanScope::default(), &mut |_| {}).await;
    assert!(histories(&found).len() > 20);
    // Those that were under way when it first kept somebody waiting.
    let asked = store.asked.load(Ordering::Relaxed);
    assert!(asked < found.applications.len() / 4, "{asked}");
}

#[tokio::test]
async fn what_people_decided_about_a_difference_is_in_the_view_while_it_holds() {
    let server = serve().await;
    let store = Arc::new(MemoryStore::default());
    let first = scan(&server, store.clone(), 0).await;
    let identities = store.journal().await.unwrap();
    let (identity, memory) = identities.iter().find(|(identity, _)| !identity.invisible).unwrap();
    let decision = |kind, until| Disposition {
        kind,
        fingerprint: memory.present.clone().unwrap(),
        by: "mira".to_owned(),
        at: noon(),
        until,
        reason: "password: Xq7canary".to_owned(),
        link: Some("https://git.example.com/shop/issues/7".to_owned()),
    };
    let tomorrow = noon() + SignedDuration::from_hours(24);
    for decision in [
        decision(DispositionKind::Reported, None),
        decision(DispositionKind::Snoozed, Some(tomorrow)),
    ] {
        store.dispose(identity.clone(), decision).await.unwrap();
    }
    let decided = |report: &ScanReport| {
        let mut all = report.applications.iter().flat_map(|a| &a.drifts);
        let drift = all.find(|drift| {
            let key = &drift.key;
            key.resource == identity.resource
                && *key.application.name == *identity.application.name
                && *key.application.namespace == *identity.application.namespace
        });
        drift.unwrap().dispositions.clone()
    };
    assert_eq!(decided(&first), []);
    let today = decided(&scan(&server, store.clone(), 0).await);
    let kinds: Vec<_> = today.iter().map(|decision| decision.kind).collect();
    assert_eq!(kinds, [DispositionKind::Reported, DispositionKind::Snoozed]);
    assert_eq!(
        (today[1].by.as_str(), today[1].until, today[1].link.as_deref()),
        ("mira", Some(tomorrow), Some("https://git.example.com/shop/issues/7"))
    );
    assert!(!today[0].reason.contains("Xq7canary"), "{}", today[0].reason);
    let later = decided(&scan(&server, store, 2).await);
    let kinds: Vec<_> = later.iter().map(|decision| decision.kind).collect();
    assert_eq!(kinds, [DispositionKind::Reported]);
}

#[tokio::test]
async fn additions_keep_their_history_and_never_count_as_drift() {
    let server = serve().await;
    let store = Arc::new(MemoryStore::default());
    let sweep = ScanScope {
        sweep: true,
        ..ScanScope::default()
    };
    let at = async |days| engine(&server, store.clone(), days, PATIENCE).scan(&sweep, &mut |_| {}).await;
    let additions = |report: &ScanReport| -> Vec<_> {
        let all = report.applications.iter().flat_map(|a| &a.invisible);
        all.map(|addition| (addition.first_seen, addition.times_seen, addition.flaps))
            .collect()
    };
    let first = at(0).await;
    let found = additions(&first).len();
    assert!(found > 5, "{found}");
    let remembered = store.journal().await.unwrap();
    let (invisible, drifts): (Vec<_>, Vec<_>) = remembered.keys().partition(|identity| identity.invisible);
    assert_eq!(
        (invisible.len(), drifts.len()),
        (found, first.applications.iter().map(|a| a.drifts.len()).sum())
    );
    // A scan that does not sweep looks into no Synced Application: what was added there has not gone.
    scan(&server, store.clone(), 1).await;
    assert_eq!(additions(&at(2).await), vec![(noon(), 1, 0); found]);
}
