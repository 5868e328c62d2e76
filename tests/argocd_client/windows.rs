//! Sync windows: of one Application, and of the projects.

use driftline::drift::{ProjectWindows, SyncWindow, SyncWindows, WindowKind};
use driftline::engine::ports::{ArgoCd as _, ArgoCdError};
use jiff::tz::TimeZone;

use crate::scripted_server::{Reply, ScriptedServer};
use crate::{client, web};

async fn of_application(answer: &'static str) -> Result<SyncWindows, ArgoCdError> {
    let server = ScriptedServer::start(move |_, _| Reply::json(answer)).await;
    client(&server).sync_windows(&web(), "shop").await
}

async fn of_projects(answer: &'static str) -> Result<Vec<ProjectWindows>, ArgoCdError> {
    let server = ScriptedServer::start(move |_, _| Reply::json(answer)).await;
    client(&server).project_windows().await
}

fn deny(time_zone: Option<TimeZone>) -> SyncWindow {
    SyncWindow {
        kind: WindowKind::Deny,
        schedule: "0 22 * * *".to_owned(),
        duration: "8h".to_owned(),
        manual_sync: true,
        time_zone,
    }
}

#[tokio::test]
async fn an_application_without_windows_is_told_by_absence() {
    for (answer, manual) in [(r#"{"canSync":true}"#, Some(true)), ("{}", None)] {
        let expected = SyncWindows {
            manual,
            ..SyncWindows::default()
        };
        assert_eq!(of_application(answer).await, Ok(expected), "{answer}");
    }
}

#[tokio::test]
async fn the_windows_of_an_application_come_without_their_time_zone() {
    let answer = r#"{"activeWindows":[{"kind":"deny","schedule":"0 22 * * *","duration":"8h","manualSync":true}],
        "assignedWindows":[{"kind":"deny","schedule":"0 22 * * *","duration":"8h","manualSync":true},
            {"kind":"allow","schedule":"0 9 * * *","duration":"1h","manualSync":false}],"canSync":true}"#;
    let windows = of_application(answer).await.unwrap();
    assert_eq!(windows.active, [deny(None)]);
    assert_eq!(windows.assigned.len(), 2);
    assert_eq!(windows.assigned[1].kind, WindowKind::Allow);
    assert!(!windows.assigned[1].manual_sync);
}

#[tokio::test]
async fn projects_tell_the_time_zone_and_nothing_else_is_asked_of_them() {
    let server = ScriptedServer::start(|_, _| {
        Reply::json(
            r#"{"items":[{"metadata":{"name":"bare"}},{"metadata":{"name":"none"},"spec":{"syncWindows":null}},
                {"metadata":{"name":"shop"},"spec":{"syncWindows":[
                    {"kind":"deny","schedule":"0 22 * * *","duration":"8h","manualSync":true},
                    {"kind":"deny","schedule":"0 22 * * *","duration":"8h","manualSync":true,"timeZone":"Nowhere/At_All"}]}}]}"#,
        )
    })
    .await;
    let projects = client(&server).project_windows().await.unwrap();
    let of = |project: &str, windows: Vec<SyncWindow>| ProjectWindows {
        project: project.to_owned(),
        windows,
    };
    assert_eq!(
        projects,
        [
            of("bare", vec![]),
            of("none", vec![]),
            of("shop", vec![deny(Some(TimeZone::UTC)), deny(None)])
        ]
    );
    let asked = server.asked();
    assert_eq!(asked[0].path, "/api/v1/projects");
    assert_eq!(
        asked[0].parameter("fields"),
        Some("items.metadata.name,items.spec.syncWindows")
    );
}

#[tokio::test]
async fn a_kind_that_nobody_knows_is_not_read_as_one_that_we_know() {
    let error = of_application(r#"{"assignedWindows":[{"kind":"freeze","schedule":"* * * * *","duration":"1h"}]}"#).await;
    assert!(matches!(error, Err(ArgoCdError::Protocol { .. })), "{error:?}");
    let error = of_projects(r#"{"items":[{"metadata":{"name":"p"},"spec":{"syncWindows":[{}]}}]}"#).await;
    assert!(matches!(error, Err(ArgoCdError::Protocol { .. })), "{error:?}");
}
