//! What Git says at given revisions.

use driftline::drift::raw::Rendered;
use driftline::engine::ports::{ArgoCd as _, ArgoCdError};
use serde_json::json;

use crate::scripted_server::{Reply, ScriptedServer};
use crate::{client, web};

fn revisions(revisions: &[&str]) -> Vec<String> {
    revisions.iter().map(|&revision| revision.to_owned()).collect()
}

#[tokio::test]
async fn one_revision_goes_by_itself_and_several_each_with_the_position_of_its_source() {
    for (asked_for, expected) in [
        (vec!["abc"], vec![("revision", "abc")]),
        (
            vec!["abc", "1.2.0"],
            vec![
                ("revisions", "abc"),
                ("revisions", "1.2.0"),
                ("sourcePositions", "1"),
                ("sourcePositions", "2"),
            ],
        ),
    ] {
        let server = ScriptedServer::start(|_, _| Reply::json("{}")).await;
        client(&server)
            .manifests(&web(), "shop", &revisions(&asked_for))
            .await
            .unwrap();
        let asked = &server.asked()[0];
        assert!(asked.path.ends_with("/applications/web/manifests"), "{}", asked.path);
        assert_eq!(asked.header("grpc-timeout"), Some("55S"));
        let named: Vec<(&str, &str)> = asked
            .query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(named[..2], [("appNamespace", "argocd"), ("project", "shop")]);
        assert_eq!(named[2..], expected);
    }
}

#[tokio::test]
async fn the_objects_come_in_order_and_one_that_is_broken_spoils_the_answer() {
    let answer = |body: &'static str| async move {
        let server = ScriptedServer::start(move |_, _| Reply::json(body)).await;
        client(&server).manifests(&web(), "shop", &revisions(&["abc"])).await
    };
    for (body, expected) in [
        (
            r#"{"manifests":["{\"a\":1}","{\"b\":2}"]}"#,
            vec![json!({"a": 1}), json!({"b": 2})],
        ),
        (r#"{"manifests":null}"#, vec![]),
        ("{}", vec![]),
    ] {
        assert_eq!(answer(body).await, Ok(Rendered { objects: expected }), "{body}");
    }
    for body in [r#"{"manifests":["{\"a\":1}","kind: Secret"]}"#, r#"{"manifests":["[]"]}"#] {
        let told = answer(body).await;
        let Err(ArgoCdError::Protocol { message, .. }) = &told else {
            panic!("{body}: {told:?}");
        };
        assert!(!message.contains("Secret"), "{message}");
    }
}

#[tokio::test]
async fn what_cannot_be_rendered_is_asked_once() {
    let server = ScriptedServer::start(|_, _| {
        Reply::new(
            500,
            "application/json",
            r#"{"error":"not our ref","code":2,"message":"not our ref"}"#,
        )
    })
    .await;
    let told = client(&server).manifests(&web(), "shop", &revisions(&["abc"])).await;
    assert!(matches!(told, Err(ArgoCdError::Server { status: 500, .. })), "{told:?}");
    assert_eq!(server.asked().len(), 1);
}
