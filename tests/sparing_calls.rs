//! What a scan and an open drift ask of the recorded Argo CD beyond the Application and its resources, and what comes of it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends where something is not as it must be"
)]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use driftline::demo::{RecordedArgoCd, Recording};
use driftline::engine::scan::ScanScope;
use driftline::engine::view::{ApplicationView, DriftKey, OriginView};
use driftline::engine::{EngineCommand, EngineEvent};
use driftline::verdict::NextKind;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Paths of the requests that hold this text.
fn asked(server: &RecordedArgoCd, part: &str) -> Vec<String> {
    let requests = server.requests().into_iter();
    requests
        .map(|request| request.path_and_query)
        .filter(|path| path.contains(part))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_asks_for_sync_windows_where_something_would_sync_by_itself_and_never_for_manifests() {
    let server = support::serve(&Arc::new(Recording::built_in().unwrap())).await;
    let engine = support::engine(&server);
    let report = engine.scan(&ScanScope::default(), &mut |_| {}).await;
    let would_sync = |view: &&ApplicationView| {
        let by_itself = matches!(
            view.next.kind,
            NextKind::NextCommitReverts | NextKind::NextSyncApplies | NextKind::SelfHealReverts | NextKind::Fight
        );
        by_itself || view.next.sentence.contains("sync window")
    };
    let expected: BTreeSet<String> = report
        .applications
        .iter()
        .filter(would_sync)
        .map(|view| view.key.name.to_string())
        .collect();
    let calls = asked(&server, "/syncwindows");
    let names: BTreeSet<String> = calls.iter().map(|path| path.split('/').nth(4).unwrap().to_owned()).collect();
    assert!(!expected.is_empty());
    assert_eq!(names, expected);
    assert_eq!(calls.len(), expected.len(), "once each");
    assert_eq!(asked(&server, "/api/v1/projects").len(), 1);
    assert_eq!(asked(&server, "/manifests"), [""; 0]);

    let held = report
        .applications
        .iter()
        .find(|view| &*view.key.name == "payout-worker-staging")
        .unwrap();
    assert_eq!(held.next.kind, NextKind::Held);
    assert_eq!(
        held.next.sentence,
        "a deny sync window is active (0 0 * * * for 24h): no automatic sync for now, then the next automatic sync applies what \
         Git says; a person may sync now"
    );
    assert!(
        report
            .applications
            .iter()
            .all(|view| !view.next.sentence.contains("may hold it")),
        "every question was answered"
    );

    engine.scan(&ScanScope::default(), &mut |_| {}).await;
    assert_eq!(asked(&server, "/syncwindows").len(), calls.len(), "and believed for a while");
}

/// The news of the Application until it is as wanted.
async fn until(news: &mut mpsc::Receiver<EngineEvent>, wanted: impl Fn(&ApplicationView) -> bool) -> ApplicationView {
    let waiting = async {
        loop {
            match news.recv().await {
                Some(EngineEvent::Judged(view)) if wanted(&view) => return (*view).clone(),
                Some(_) => {}
                None => panic!("the engine ended"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_synced_last_is_asked_for_the_open_drift_alone() {
    let server = support::serve(&Arc::new(Recording::built_in().unwrap())).await;
    let engine = support::engine(&server);
    let (events, mut news) = mpsc::channel(10_000);
    let (commands, receiver) = mpsc::channel(10);
    let stop = CancellationToken::new();
    let _stop = stop.clone().drop_guard();
    tokio::spawn(engine.follow(events, receiver, stop));

    // Applied by the server, so that no last-applied tells; Git has moved since, elsewhere.
    let is_it = |view: &ApplicationView| &*view.key.name == "dashboards" && !view.drifts.is_empty();
    let view = until(&mut news, is_it).await;
    assert_eq!(asked(&server, "/manifests"), [""; 0]);
    let drift = &view.drifts[0];
    assert_eq!(drift.changes[0].origin, OriginView::Cluster);
    let open = DriftKey {
        application: view.key.clone(),
        resource: drift.key.resource.clone(),
        invisible: false,
    };
    commands.send(EngineCommand::Open(open)).await.unwrap();
    let again = until(&mut news, is_it).await;
    assert_eq!(
        again.drifts[0].changes[0].origin,
        OriginView::Cluster,
        "Git did not move here"
    );
    let calls = asked(&server, "/manifests");
    assert_eq!(calls.len(), 1);
    assert!(
        calls[0].starts_with("/api/v1/applications/dashboards/manifests?") && calls[0].contains(&view.synced_revisions[0]),
        "{calls:?}"
    );
}
