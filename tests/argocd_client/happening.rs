//! What is on record of the past: revisions and events.

use driftline::drift::{LiveObject, ObjectEvent, RevisionMetadata, RevisionOfSource};
use driftline::engine::ports::{ArgoCd as _, ArgoCdError};

use crate::scripted_server::{Reply, ScriptedServer};
use crate::{client, web};

const COMMIT: &str = "e6f04ba8267631c505b1c2b798cffd33dfaee7cc";

fn commit(source: Option<usize>) -> RevisionOfSource {
    RevisionOfSource {
        revision: COMMIT.to_owned(),
        source,
    }
}

#[tokio::test]
async fn a_revision_tells_author_time_and_subject_and_no_address() {
    let server = ScriptedServer::start(|_, _| {
        Reply::json(
            r#"{"author":"platform-bot <bot@example.com>","date":"2026-11-10T08:02:00Z","message":"cart: 3.3.2\n\nCo-authored-by: x"}"#,
        )
    })
    .await;
    let told = client(&server).revision(&web(), "shop", &commit(None)).await.unwrap();
    assert_eq!(
        told,
        RevisionMetadata {
            author: "platform-bot".to_owned(),
            at: Some("2026-11-10T08:02:00Z".parse().unwrap()),
            subject: "cart: 3.3.2".to_owned(),
        }
    );
    let asked = server.asked();
    assert_eq!(asked[0].path, format!("/api/v1/applications/web/revisions/{COMMIT}/metadata"));
    assert_eq!(asked[0].parameter("project"), Some("shop"));
    assert_eq!(asked[0].parameter("sourceIndex"), None, "one source has no position");
}

#[tokio::test]
async fn of_several_sources_the_position_is_said_and_absent_metadata_is_not_made_up() {
    let server = ScriptedServer::start(|_, _| Reply::json(r#"{"author":null,"date":"then"}"#)).await;
    let told = client(&server).revision(&web(), "shop", &commit(Some(1))).await.unwrap();
    assert_eq!(told, RevisionMetadata::default());
    assert_eq!(server.asked()[0].parameter("sourceIndex"), Some("1"));
}

#[tokio::test]
async fn a_revision_that_cannot_be_resolved_is_asked_for_once() {
    let server = ScriptedServer::start(|_, _| {
        Reply::new(
            500,
            "application/json",
            r#"{"error":"revision main must be resolved","code":2,"message":"revision main must be resolved"}"#,
        )
    })
    .await;
    let refused = client(&server).revision(&web(), "shop", &commit(None)).await;
    assert!(matches!(refused, Err(ArgoCdError::Server { status: 500, .. })), "{refused:?}");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn events_come_in_order_of_time_whatever_form_they_have() {
    let server = ScriptedServer::start(|_, _| {
        Reply::json(
            r#"{"metadata":{},"items":[
            {"reason":"Killing","message":"stopped","type":"Normal","source":{},"reportingComponent":"kubelet","count":0,
             "firstTimestamp":null,"lastTimestamp":null,"eventTime":"2026-11-20T02:14:00.123456Z"},
            {"reason":"Lost","message":"when?","type":"Warning"},
            {"reason":"ScalingReplicaSet","message":"Scaled up","source":{"component":"deployment-controller"},"count":3,
             "firstTimestamp":"2026-11-20T01:00:00Z","lastTimestamp":"2026-11-20T02:13:00Z","type":"Normal","eventTime":null}]}"#,
        )
    })
    .await;
    let object = LiveObject {
        namespace: "shop".to_owned(),
        name: "web".to_owned(),
        uid: "acba".to_owned(),
    };
    let told = client(&server).events(&web(), "shop", Some(&object)).await.unwrap();
    let event = |warning, reason: &str, message: &str, source: &str, count, at: Option<&str>| ObjectEvent {
        warning,
        reason: reason.to_owned(),
        message: message.to_owned(),
        source: source.to_owned(),
        count,
        at: at.map(|at| at.parse().unwrap()),
    };
    assert_eq!(
        told,
        [
            event(true, "Lost", "when?", "", 1, None),
            event(
                false,
                "ScalingReplicaSet",
                "Scaled up",
                "deployment-controller",
                3,
                Some("2026-11-20T02:13:00Z")
            ),
            event(false, "Killing", "stopped", "kubelet", 1, Some("2026-11-20T02:14:00.123456Z")),
        ]
    );
    let asked = &server.asked()[0];
    assert_eq!(asked.path, "/api/v1/applications/web/events");
    for (name, value) in [
        ("resourceNamespace", "shop"),
        ("resourceName", "web"),
        ("resourceUID", "acba"),
    ] {
        assert_eq!(asked.parameter(name), Some(value));
    }
}

#[tokio::test]
async fn events_of_an_application_name_no_object_and_are_bounded_to_the_newest() {
    let server = ScriptedServer::start(|_, _| {
        let items: Vec<String> = (0..150)
            .map(|n| {
                format!(
                    r#"{{"reason":"r{n}","lastTimestamp":"2026-11-20T{:02}:{:02}:00Z"}}"#,
                    n / 60,
                    n % 60
                )
            })
            .collect();
        Reply::json(format!(r#"{{"items":[{}]}}"#, items.join(",")))
    })
    .await;
    let told = client(&server).events(&web(), "shop", None).await.unwrap();
    assert_eq!(told.len(), 100);
    assert_eq!((told[0].reason.as_str(), told[99].reason.as_str()), ("r50", "r149"));
    assert_eq!(server.asked()[0].parameter("resourceName"), None);

    let none = ScriptedServer::start(|_, _| Reply::json(r#"{"metadata":{},"items":null}"#)).await;
    assert_eq!(client(&none).events(&web(), "shop", None).await, Ok(Vec::new()));
}
