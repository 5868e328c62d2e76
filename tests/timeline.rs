//! The story of the recorded hotfix, from the recorded Argo CD through the real client and the real engine.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod support;

use std::sync::Arc;

use driftline::demo::{Fault, FaultRule, RecordedArgoCd, Recording};
use driftline::engine::Engine;
use driftline::engine::scan::ScanScope;
use driftline::engine::timeline::{Timeline, TimelineKind};
use driftline::engine::view::ApplicationView;

async fn scanned(names: &[&str]) -> (RecordedArgoCd, Arc<Engine>, Vec<ApplicationView>) {
    let server = support::serve(&Arc::new(Recording::built_in().unwrap())).await;
    let engine = support::engine(&server);
    let report = engine.scan(&ScanScope::default(), &mut |_| {}).await;
    let view = |name: &&str| {
        report
            .applications
            .iter()
            .find(|view| &*view.key.name == *name)
            .cloned()
            .unwrap()
    };
    let views = names.iter().map(view).collect();
    (server, engine, views)
}

/// `time kind who: text` of every entry.
fn lines(timeline: &Timeline) -> Vec<String> {
    let line = |entry: &driftline::engine::timeline::TimelineEntry| {
        let at = entry
            .at
            .map_or_else(|| "?".to_owned(), |at| at.strftime("%m-%d %H:%M").to_string());
        format!(
            "{at} {:?} {}: {}",
            entry.kind,
            entry.who.as_deref().unwrap_or_default(),
            entry.text
        )
    };
    timeline.entries.iter().map(line).collect()
}

fn calls(server: &RecordedArgoCd, part: &str) -> usize {
    let requests = server.requests();
    requests
        .iter()
        .filter(|request| request.path_and_query.contains(part))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hotfix_of_the_night_is_told_in_order_and_no_address_of_an_author_is() {
    let (server, engine, views) = scanned(&["payments-api"]).await;
    let view = &views[0];
    assert_eq!(calls(&server, "/events?"), 0, "a scan tells no stories");
    assert_eq!(calls(&server, "/revisions/"), 0);

    let drift = &view.drifts[0].key;
    let timeline = engine.timeline(view, Some(drift)).await.unwrap();
    let told = lines(&timeline);
    println!("{}", told.join("\n"));
    let at = |part: &str| {
        told.iter()
            .position(|line| line.contains(part))
            .unwrap_or_else(|| panic!("{part}: {told:#?}"))
    };
    let order = [
        at("Commit"),
        at("11-19 09:40 Sync deploy-bot: synced to 8c8109c"),
        at("11-20 02:13 Edit kubectl-edit: Update: /data/MAX_CONNECTIONS"),
        at("Updated sync status: Synced -> OutOfSync"),
        at("Seen driftline: first seen on this machine"),
    ];
    assert!(order.is_sorted(), "{order:?} in {told:#?}");
    assert!(timeline.entries.is_sorted_by_key(|entry| entry.at));
    assert!(timeline.next.contains("the next commit to main"), "{}", timeline.next);
    // The recording does not hold the oldest commit.
    assert_eq!(timeline.not_told.len(), 1, "{:?}", timeline.not_told);
    assert!(
        timeline.not_told[0].contains("a67650fb8fdd496d03fdd3b2d0b22e5c5932d51f"),
        "{:?}",
        timeline.not_told
    );
    assert!(told.iter().all(|line| !line.contains('@')), "{told:#?}");

    let asked = calls(&server, "/revisions/");
    assert!(asked > 0);
    engine.timeline(view, Some(drift)).await.unwrap();
    assert_eq!(calls(&server, "/revisions/"), asked, "a commit never changes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_synced_application_and_one_of_several_sources_have_a_story_too() {
    let (_server, engine, views) = scanned(&["receipts", "catalog-api"]).await;
    for view in &views {
        let timeline = engine.timeline(view, None).await.unwrap();
        let kinds: Vec<TimelineKind> = timeline.entries.iter().map(|entry| entry.kind).collect();
        assert!(kinds.contains(&TimelineKind::Sync), "{}: {kinds:?}", view.key.name);
        assert!(kinds.contains(&TimelineKind::Commit), "{}: {kinds:?}", view.key.name);
    }
    let git = engine.git_side(&views[1]).await;
    let sources: Vec<usize> = git.commits.iter().map(|commit| commit.source).collect();
    assert_eq!(sources, [0, 1], "{:?}", git.not_told);
    assert_eq!(engine.known_git_side(&views[1]), Some(git));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_is_left_out_and_said() {
    let (server, engine, views) = scanned(&["payments-api"]).await;
    let view = &views[0];
    let refused = Fault::Status {
        code: 403,
        body: r#"{"error":"permission denied","code":7,"message":"permission denied"}"#.to_owned(),
        headers: Vec::new(),
    };
    server.faults().add(FaultRule::when_path_contains("/events", refused.clone()));
    server
        .faults()
        .add(FaultRule::when_path_contains("/metadata", refused.clone()));
    let timeline = engine.timeline(view, Some(&view.drifts[0].key)).await.unwrap();
    let kinds: Vec<TimelineKind> = timeline.entries.iter().map(|entry| entry.kind).collect();
    assert!(
        kinds.contains(&TimelineKind::Edit) && kinds.contains(&TimelineKind::Sync),
        "{kinds:?}"
    );
    assert!(
        !kinds.contains(&TimelineKind::Event) && !kinds.contains(&TimelineKind::Commit),
        "{kinds:?}"
    );
    let begins: Vec<&str> = timeline.not_told.iter().filter_map(|said| said.split(':').next()).collect();
    for what in ["A commit", "Events of the Application", "Events of the resource"] {
        assert!(begins.contains(&what), "{what} is missing in {begins:?}");
    }
    let git = engine.git_side(view).await;
    assert_eq!(git.commits, []);
    assert!(git.not_told.unwrap().contains("refuses"));
    let asked = calls(&server, "/metadata");
    engine.git_side(view).await;
    assert_eq!(calls(&server, "/metadata"), asked, "who refused is not asked again at once");

    server
        .faults()
        .add(FaultRule::when_path_contains("/applications/payments-api?", refused));
    let error = engine.timeline(view, None).await.unwrap_err();
    assert!(error.title.contains("No permission"), "{error:?}");
}
