//! Listing: masks, fallbacks, pages, broken bodies.

use driftline::drift::{Application, SyncStatus};
use driftline::engine::ports::{ArgoCd as _, ArgoCdError};

use crate::scripted_server::{Piece, Reply, ScriptedServer};
use crate::{client, client_with, connection};

const RECORDED: &str = include_str!("../fixtures/argocd/list/projects-two-lean.json");
const EMPTY: &str = include_str!("../fixtures/argocd/list/selector-none-masked.json");
const MASK_COLLISION: &str = include_str!("../fixtures/argocd/errors/500-mask-collision.json");

/// Lists everything; gives the pages and how it ended.
async fn list(client: &driftline::argocd::Client) -> (Vec<Vec<Application>>, Result<String, ArgoCdError>) {
    let mut pages = Vec::new();
    let outcome = client
        .list(&mut |page| {
            pages.push(page);
            true
        })
        .await;
    (pages, outcome)
}

fn names(pages: &[Vec<Application>]) -> Vec<String> {
    pages.iter().flatten().map(|a| a.key.name.to_string()).collect()
}

/// A list of so many Applications.
fn many(count: usize) -> String {
    let items: Vec<String> = (0..count)
        .map(|n| format!(r#"{{"metadata":{{"name":"app-{n}","namespace":"argocd"}},"spec":{{"project":"p"}}}}"#))
        .collect();
    format!(r#"{{"items":[{}],"metadata":{{"resourceVersion":"9"}}}}"#, items.join(","))
}

#[tokio::test]
async fn a_recorded_masked_list_with_nulls_is_read_whole() {
    let server = ScriptedServer::newest(|_, _| Reply::json(RECORDED)).await;
    let (pages, outcome) = list(&client(&server)).await;
    assert_eq!(outcome, Ok("10985".to_owned()));
    let apps: Vec<&Application> = pages.iter().flatten().collect();
    assert_eq!(apps.len(), 29);
    assert_eq!(apps.iter().filter(|a| &*a.key.name == "reporting").count(), 2);
    let running = apps.iter().find(|a| &*a.key.name == "ledger-dev").unwrap();
    assert!(running.is_syncing() && running.operation_requested);
    let drifted = apps.iter().find(|a| &*a.key.name == "payments-api").unwrap();
    assert_eq!(drifted.sync_status, SyncStatus::OutOfSync);
    assert_eq!(drifted.project, "payments");
    assert!(apps.iter().all(|a| &*a.key.context == "prod" && !a.sources.is_empty()));
}

#[tokio::test]
async fn an_empty_list_is_null_and_no_page() {
    let server = ScriptedServer::newest(|_, _| Reply::json(EMPTY)).await;
    assert_eq!(list(&client(&server)).await, (Vec::new(), Ok("10985".to_owned())));
}

#[tokio::test]
async fn the_list_is_asked_by_version_and_never_with_a_field_and_its_parent() {
    for (version, whole_spec) in [
        (r#"{"Version":"v3.5.1+109ca7c"}"#, false),
        (r#"{"Version":"v3.4.7"}"#, true),
        (r#"{"Version":"odd"}"#, true),
        (r#"{}"#, true),
    ] {
        let server =
            ScriptedServer::start(move |asked, _| Reply::json(if asked.path == "/api/version" { version } else { EMPTY })).await;
        let client = client(&server);
        list(&client).await.1.unwrap();
        list(&client).await.1.unwrap();
        let asked = server.asked();
        assert_eq!(asked.len(), 3, "the version is asked once");
        let fields: Vec<&str> = asked[1].parameter("fields").unwrap().split(',').collect();
        assert_eq!(fields.contains(&"items.spec"), whole_spec, "{version}");
        assert_eq!(fields.contains(&"items.spec.source"), !whole_spec, "{version}");
        assert!(fields.contains(&"items.metadata.annotations"));
        assert_eq!(asked[1].query.len(), 1, "{:?}", asked[1].query);
        assert_eq!(asked[1].query, asked[2].query);
    }
}

#[tokio::test]
async fn a_server_that_hides_its_version_is_still_listed() {
    let server = ScriptedServer::start(|asked, _| {
        if asked.path == "/api/version" {
            Reply::new(404, "text/plain", "Not Found")
        } else {
            Reply::json(EMPTY)
        }
    })
    .await;
    assert_eq!(list(&client(&server)).await.1, Ok("10985".to_owned()));
}

#[tokio::test]
async fn a_server_that_fails_on_the_mask_is_asked_once_again_without_one() {
    let server = ScriptedServer::newest(|asked, _| match asked.parameter("fields") {
        Some(_) => Reply::new(500, "application/json", MASK_COLLISION),
        None => Reply::json(many(2)),
    })
    .await;
    let (pages, outcome) = list(&client(&server)).await;
    assert_eq!(
        (names(&pages), outcome),
        (vec!["app-0".to_owned(), "app-1".to_owned()], Ok("9".to_owned()))
    );
    assert_eq!(server.asked_but_version().len(), 2);
}

#[tokio::test]
async fn a_server_that_fails_with_and_without_a_mask_has_failed() {
    let server = ScriptedServer::newest(|_, _| {
        Reply::new(
            500,
            "application/json",
            r#"{"error":"no cache","code":2,"message":"no cache"}"#,
        )
    })
    .await;
    let (pages, outcome) = list(&client(&server)).await;
    assert!(pages.is_empty());
    let Err(ArgoCdError::Server { status, message, .. }) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!((status, message.as_str()), (500, "no cache"));
    assert_eq!(server.asked_but_version().len(), 2);
}

#[tokio::test]
async fn a_server_that_does_not_know_the_parts_of_spec_is_asked_for_the_whole_and_remembered() {
    let without_spec = r#"{"items":[{"metadata":{"name":"app-0","namespace":"argocd"}}],"metadata":{"resourceVersion":"9"}}"#;
    let server = ScriptedServer::newest(move |asked, _| {
        let whole = asked
            .parameter("fields")
            .is_some_and(|f| f.split(',').any(|p| p == "items.spec"));
        if whole {
            Reply::json(many(1))
        } else {
            Reply::json(without_spec)
        }
    })
    .await;
    let client = client(&server);
    for _ in 0..2 {
        let (pages, outcome) = list(&client).await;
        assert_eq!(outcome, Ok("9".to_owned()));
        assert_eq!(names(&pages), ["app-0"]);
        assert_eq!(pages[0][0].project, "p");
    }
    assert_eq!(server.asked_but_version().len(), 3, "the second list asks right at once");
}

#[tokio::test]
async fn pages_hold_at_most_five_hundred_and_nothing_is_lost_at_the_end() {
    let server = ScriptedServer::newest(|_, _| {
        let list = many(1203);
        Reply::json("").pieces(
            list.as_bytes()
                .chunks(3001)
                .map(|chunk| Piece::Bytes(bytes::Bytes::copy_from_slice(chunk)))
                .collect(),
        )
    })
    .await;
    let (pages, outcome) = list(&client(&server)).await;
    assert_eq!(outcome, Ok("9".to_owned()));
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [500, 500, 203]);
    let expected: Vec<String> = (0..1203).map(|n| format!("app-{n}")).collect();
    assert_eq!(names(&pages), expected);
}

#[tokio::test]
async fn a_receiver_that_wants_no_more_stops_the_list() {
    let server = ScriptedServer::newest(|_, _| Reply::json(many(1203))).await;
    let mut pages = 0;
    let outcome = client(&server)
        .list(&mut |_| {
            pages += 1;
            false
        })
        .await;
    assert!(outcome.is_ok());
    assert_eq!(pages, 1);
}

#[tokio::test]
async fn a_list_cut_in_the_middle_is_an_error_after_what_came() {
    let list_of_three = many(3);
    let at = list_of_three.find("app-2").unwrap();
    for end in [None, Some(Piece::Cut)] {
        let list_of_three = list_of_three.clone();
        let server = ScriptedServer::newest(move |_, _| {
            let head = bytes::Bytes::copy_from_slice(&list_of_three.as_bytes()[..at]);
            let mut body = vec![Piece::Bytes(head)];
            body.extend(end.clone());
            Reply::json("").pieces(body)
        })
        .await;
        let (pages, outcome) = list(&client(&server)).await;
        assert!(matches!(outcome, Err(ArgoCdError::Protocol { .. })), "{outcome:?}");
        assert!(names(&pages).len() <= 2, "{:?}", names(&pages));
        assert_eq!(server.asked_but_version().len(), 1, "pages were handed over: not asked again");
    }
}

#[tokio::test]
async fn an_application_without_a_name_is_not_silently_dropped() {
    let server = ScriptedServer::newest(|_, _| Reply::json(r#"{"items":[{"spec":{},"metadata":{"namespace":"argocd"}}]}"#)).await;
    let (_, outcome) = list(&client(&server)).await;
    assert!(matches!(outcome, Err(ArgoCdError::Protocol { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_packed_list_is_asked_for_and_unpacked() {
    let server = ScriptedServer::newest(|_, _| Reply::gzip(RECORDED.as_bytes())).await;
    let (pages, outcome) = list(&client(&server)).await;
    assert_eq!((names(&pages).len(), outcome), (29, Ok("10985".to_owned())));
    let asked = server.asked_but_version();
    assert!(asked[0].header("accept-encoding").unwrap().contains("gzip"));
}

#[tokio::test]
async fn an_answer_that_unpacks_without_end_is_refused() {
    let bomb = format!(r#"{{"items":[{}"#, " ".repeat(4 * 1024 * 1024));
    let server = ScriptedServer::newest(move |_, _| Reply::gzip(bomb.as_bytes())).await;
    let mut connection = connection(&server);
    connection.largest_answer = 1024 * 1024;
    let client = client_with(connection);
    let expected = ArgoCdError::TooLarge {
        server: server.address(),
        what: "the list of Applications".to_owned(),
    };
    assert_eq!(list(&client).await, (Vec::new(), Err(expected)));
    let single = client.application(&crate::web(), "p").await;
    assert!(matches!(single, Err(ArgoCdError::TooLarge { .. })), "{single:?}");
}
