//! The stream of changes.

use std::time::Duration;

use driftline::drift::{ApplicationKey, Detail, OperationPhase, SyncStatus};
use driftline::engine::ports::{ArgoCd as _, ArgoCdError, WatchEvent};

use crate::scripted_server::{Piece, Reply, ScriptedServer};
use crate::{client, client_with, connection};

fn bytes(text: &str) -> Piece {
    Piece::Bytes(bytes::Bytes::copy_from_slice(text.as_bytes()))
}

fn event(kind: &str, name: &str) -> String {
    format!(r#"data: {{"result":{{"application":{{"metadata":{{"name":"{name}","namespace":"argocd"}}}},"type":"{kind}"}}}} "#)
        + "\n\n\n"
}

/// What a stream with this body says, in short, and how it ended.
async fn watch(client: &driftline::argocd::Client) -> (Vec<String>, Result<(), ArgoCdError>) {
    let mut said = Vec::new();
    let outcome = client
        .watch(&mut |event| {
            said.push(match event {
                WatchEvent::Opened => "opened".to_owned(),
                WatchEvent::Changed(app) => format!("changed {}", app.key.name),
                WatchEvent::Deleted(key) => format!("deleted {}", key.name),
            });
            true
        })
        .await;
    (said, outcome)
}

async fn watch_body(body: Vec<Piece>) -> (Vec<String>, Result<(), ArgoCdError>) {
    let server = ScriptedServer::start(move |_, _| Reply::events(body.clone())).await;
    watch(&client(&server)).await
}

/// The HTTP chunks of a recorded stream.
fn recorded(recording: &str) -> Vec<Piece> {
    let chunk = |line| {
        serde_json::from_str::<serde_json::Value>(line).unwrap()["chunk"]
            .as_str()
            .map(bytes)
    };
    recording.lines().skip(1).filter_map(chunk).collect()
}

#[tokio::test]
async fn the_stream_is_asked_for_as_events_unpacked_with_deletions_and_errors_in_the_mask() {
    let server = ScriptedServer::start(|_, _| Reply::events(Vec::new())).await;
    assert_eq!(watch(&client(&server)).await, (vec!["opened".to_owned()], Ok(())));
    let asked = &server.asked()[0];
    assert_eq!(asked.path, "/api/v1/stream/applications");
    assert_eq!(asked.header("accept"), Some("text/event-stream"));
    assert_eq!(asked.header("accept-encoding"), Some("identity"));
    let fields: Vec<&str> = asked.parameter("fields").unwrap().split(',').collect();
    assert!(fields.contains(&"result.type") && fields.contains(&"error"), "{fields:?}");
    assert_eq!(asked.query.len(), 1, "{:?}", asked.query);
}

#[tokio::test]
async fn a_recorded_stream_gives_its_applications() {
    let body = recorded(include_str!("../fixtures/argocd/streams/apps-sse-selector.jsonl"));
    let server = ScriptedServer::start(move |_, _| Reply::events(body.clone())).await;
    let mut changed = Vec::new();
    let outcome = client(&server)
        .watch(&mut |event| {
            if let WatchEvent::Changed(app) = event {
                changed.push(*app);
            }
            true
        })
        .await;
    assert_eq!(outcome, Ok(()));
    assert!(!changed.is_empty());
    for app in &changed {
        assert_eq!(app.detail, Detail::Listed);
        assert_eq!(app.key.context.as_ref(), "prod");
        assert_ne!(app.sync_status, SyncStatus::NeverCompared, "{}", app.key);
    }
    assert!(changed.iter().any(|a| {
        a.operation
            .as_ref()
            .is_some_and(|o| o.phase == Some(OperationPhase::Succeeded))
    }));
}

#[tokio::test]
async fn events_are_found_by_blank_lines_between_keep_alives_whatever_the_chunks() {
    let added = event("ADDED", "a");
    let (head, tail) = added.split_at(40);
    let (said, outcome) = watch_body(vec![
        bytes(":\n"),
        bytes(head),
        bytes(tail),
        bytes("\n"),
        bytes(":\n"),
        bytes(&(event("MODIFIED", "b") + ":\n" + &event("BOOKMARK", "x") + &event("DELETED", "c"))),
    ])
    .await;
    assert_eq!(said, ["opened", "changed a", "changed b", "deleted c"]);
    assert_eq!(outcome, Ok(()));
}

#[tokio::test]
async fn a_deletion_names_the_whole_application() {
    let body = event("DELETED", "gift-wrap");
    let server = ScriptedServer::start(move |_, _| Reply::events(vec![bytes(&body)])).await;
    let mut said = Vec::new();
    client(&server)
        .watch(&mut |event| {
            said.push(event);
            true
        })
        .await
        .unwrap();
    let key = ApplicationKey::new("prod", "argocd", "gift-wrap");
    assert_eq!(said, [WatchEvent::Opened, WatchEvent::Deleted(key)]);
}

#[tokio::test]
async fn headers_and_the_first_event_may_be_late() {
    let body = vec![Piece::Pause(Duration::from_millis(250)), bytes(&event("ADDED", "a"))];
    let server = ScriptedServer::start(move |_, _| Reply::events(body.clone()).late(Duration::from_millis(250))).await;
    let mut connection = connection(&server);
    connection.timeouts.small = Duration::from_millis(50);
    connection.timeouts.list = Duration::from_millis(50);
    connection.timeouts.watch_idle = Duration::from_millis(50);
    let (said, outcome) = watch(&client_with(connection)).await;
    assert_eq!((said.len(), outcome), (2, Ok(())));
}

#[tokio::test]
async fn silence_after_the_first_event_ends_the_stream_and_keep_alives_hold_it() {
    let idle = Duration::from_millis(600);
    let mut body = vec![bytes(&event("ADDED", "a"))];
    for _ in 0..4 {
        body.extend([Piece::Pause(idle / 3), bytes(":\n")]);
    }
    body.extend([bytes(&event("MODIFIED", "b")), Piece::Silence]);
    let server = ScriptedServer::start(move |_, _| Reply::events(body.clone())).await;
    let mut connection = connection(&server);
    connection.timeouts.watch_idle = idle;
    let (said, outcome) = watch(&client_with(connection)).await;
    assert_eq!(said, ["opened", "changed a", "changed b"]);
    assert!(matches!(outcome, Err(ArgoCdError::Timeout { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_an_error_and_one_that_ends_is_not() {
    let (said, outcome) = watch_body(vec![bytes(&event("ADDED", "a")), Piece::Cut]).await;
    assert_eq!(said, ["opened", "changed a"]);
    assert!(matches!(outcome, Err(ArgoCdError::Protocol { .. })), "{outcome:?}");
}

#[tokio::test]
async fn an_error_inside_the_stream_is_typed() {
    let error = |body: &str| vec![bytes(&event("ADDED", "a")), bytes(&format!("data: {body} \n\n"))];
    let (said, outcome) = watch_body(error(
        r#"{"error":{"grpc_code":16,"http_code":401,"message":"expired","http_status":"Unauthorized"}}"#,
    ))
    .await;
    assert_eq!(said, ["opened", "changed a"]);
    assert!(matches!(outcome, Err(ArgoCdError::Unauthorized { message, .. }) if message == "expired"));
    let (_, outcome) = watch_body(error(
        r#"{"error":{"grpc_code":14,"http_code":503,"message":"going down","http_status":"Service Unavailable"}}"#,
    ))
    .await;
    assert!(matches!(outcome, Err(ArgoCdError::Server { status: 503, .. })));
    let (_, outcome) = watch_body(error("{}")).await;
    assert!(
        matches!(outcome, Err(ArgoCdError::Server { .. })),
        "a masked error is an error"
    );
    let (_, outcome) = watch_body(error("{")).await;
    assert!(matches!(outcome, Err(ArgoCdError::Protocol { .. })));
}

#[tokio::test]
async fn a_stream_refused_at_the_start_has_the_status_and_the_streams_own_form() {
    let refusal = recorded(include_str!("../fixtures/argocd/streams/err-bad-token.jsonl"));
    let server = ScriptedServer::start(move |_, _| Reply::new(401, "text/event-stream", "").pieces(refusal.clone())).await;
    let (said, outcome) = watch(&client(&server)).await;
    let expected = ArgoCdError::Unauthorized {
        server: server.address(),
        login: format!("{} --plaintext", server.address()),
        message: "invalid session: SSO is not configured".to_owned(),
    };
    assert_eq!((said, outcome), (Vec::new(), Err(expected)));
    let server = ScriptedServer::start(|_, _| Reply::new(403, "text/event-stream", "data: {} \n\n")).await;
    let (_, outcome) = watch(&client(&server)).await;
    assert!(matches!(outcome, Err(ArgoCdError::Forbidden { .. })), "{outcome:?}");
    let server = ScriptedServer::start(|_, _| Reply::new(200, "text/html", "<html>")).await;
    let (_, outcome) = watch(&client(&server)).await;
    assert!(matches!(outcome, Err(ArgoCdError::NotArgoCd { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_receiver_that_wants_no_more_ends_the_stream() {
    let body = vec![bytes(&(event("ADDED", "a") + &event("ADDED", "b"))), Piece::Silence];
    let server = ScriptedServer::start(move |_, _| Reply::events(body.clone())).await;
    let mut said = 0;
    let outcome = client(&server)
        .watch(&mut |_| {
            said += 1;
            said < 2
        })
        .await;
    assert_eq!((said, outcome), (2, Ok(())));
}
