//! What the single calls ask and answer.

use std::time::Duration;

use driftline::drift::raw::ManagedResource;
use driftline::drift::{ApplicationKey, Detail, ResourceKey};
use driftline::engine::ports::{ArgoCd as _, ArgoCdError, ServerInfo};

use crate::scripted_server::{Asked, Reply, ScriptedServer};
use crate::{PROXY_SECRET, TOKEN, client, client_with, connection, web};

const WEB: &str = r#"{"metadata":{"name":"web","namespace":"argocd"},"spec":{"project":"shop"}}"#;

fn everything(asked: &Asked, _: usize) -> Reply {
    match asked.path.as_str() {
        "/api/version" => Reply::json(include_str!("../fixtures/argocd/server/version.json")),
        "/api/v1/settings" => Reply::json(include_str!("../fixtures/argocd/server/settings.json")),
        "/api/v1/session/userinfo" => Reply::json(include_str!("../fixtures/argocd/server/userinfo.json")),
        "/api/v1/applications" => Reply::json(r#"{"items":null}"#),
        "/api/v1/stream/applications" => Reply::events(Vec::new()),
        "/api/v1/projects" => Reply::json(r#"{"items":null}"#),
        path if path.ends_with("/managed-resources") || path.ends_with("/manifests") => Reply::json("{}"),
        path if path.ends_with("/syncwindows") => Reply::json("{}"),
        _ => Reply::json(WEB),
    }
}

#[tokio::test]
async fn no_call_ever_asks_for_a_refresh_and_each_about_an_application_names_project_and_namespace() {
    let server = ScriptedServer::start(everything).await;
    let client = client(&server);
    client.server().await.unwrap();
    client.probe().await.unwrap();
    client.list(&mut |_| true).await.unwrap();
    client.application(&web(), "shop").await.unwrap();
    client.managed_resources(&web(), "shop").await.unwrap();
    client.manifests(&web(), "shop", &["abc".to_owned()]).await.unwrap();
    client.sync_windows(&web(), "shop").await.unwrap();
    client.project_windows().await.unwrap();
    client.watch(&mut |_| true).await.unwrap();
    let asked = server.asked();
    assert_eq!(asked.len(), 10);
    for call in &asked {
        assert!(!format!("{:?}", call.query).contains("refresh"), "{call:?}");
        assert!(call.query.iter().all(|(_, value)| !value.is_empty()), "{call:?}");
        assert_eq!(call.header("cf-access-client-secret"), Some(PROXY_SECRET), "{call:?}");
        assert_eq!(
            call.header("user-agent"),
            Some(concat!("driftline/", env!("CARGO_PKG_VERSION"))),
        );
        let bearer = format!("Bearer {TOKEN}");
        let expected = (call.path != "/api/version").then_some(bearer.as_str());
        assert_eq!(call.header("authorization"), expected, "{call:?}");
        if call.path.starts_with("/api/v1/applications/") {
            assert_eq!(call.parameter("project"), Some("shop"), "{call:?}");
            assert_eq!(call.parameter("appNamespace"), Some("argocd"), "{call:?}");
        }
    }
}

#[tokio::test]
async fn managed_resources_tell_the_server_to_give_up_before_we_do() {
    let server = ScriptedServer::start(everything).await;
    client(&server).managed_resources(&web(), "shop").await.unwrap();
    assert_eq!(server.asked()[0].header("grpc-timeout"), Some("25S"));
}

#[tokio::test]
async fn names_are_escaped_in_the_path_and_the_root_path_stays() {
    let server = ScriptedServer::start(|_, _| Reply::json("{}")).await;
    let mut connection = connection(&server);
    connection.base.set_path("/argo/cd");
    let client = client_with(connection);
    let key = ApplicationKey::new("prod", "team a", "a/b?c#d%2f");
    client.managed_resources(&key, "p&q=r").await.unwrap();
    let asked = &server.asked()[0];
    assert_eq!(
        asked.path,
        "/argo/cd/api/v1/applications/a%2Fb%3Fc%23d%252f/managed-resources"
    );
    assert_eq!(
        asked.query,
        [
            ("appNamespace".to_owned(), "team a".to_owned()),
            ("project".to_owned(), "p&q=r".to_owned())
        ]
    );
    for name in ["", ".", ".."] {
        let outcome = client.application(&ApplicationKey::new("prod", "argocd", name), "p").await;
        assert!(matches!(outcome, Err(ArgoCdError::NotFound { .. })), "{outcome:?}");
    }
    assert_eq!(server.asked().len(), 1, "names that no path can carry are not sent");
}

#[tokio::test]
async fn the_single_application_is_known_in_full_and_must_be_the_one_that_was_asked_for() {
    let server = ScriptedServer::start(everything).await;
    let client = client(&server);
    let app = client.application(&web(), "shop").await.unwrap();
    assert_eq!((app.key, app.detail, app.project.as_str()), (web(), Detail::Full, "shop"));
    let other = client.application(&ApplicationKey::new("prod", "team", "web"), "shop").await;
    assert!(matches!(other, Err(ArgoCdError::Protocol { .. })), "{other:?}");
}

#[tokio::test]
async fn recorded_managed_resources_are_read() {
    let server =
        ScriptedServer::start(|_, _| Reply::gzip(include_bytes!("../fixtures/argocd/apps/payments-api-managed-resources.json")))
            .await;
    let resources = client(&server).managed_resources(&web(), "payments").await.unwrap();
    let drifted: Vec<&ManagedResource> = resources.iter().filter(|r| r.modified).collect();
    assert_eq!(drifted.len(), 1);
    assert_eq!(drifted[0].key, ResourceKey::new("", "ConfigMap", "payments", "api-config"));
    assert_ne!(drifted[0].pair.live(), drifted[0].pair.desired());
    assert_eq!(drifted[0].pair.differences().map(|found| found.len()), Some(1));
}

#[tokio::test]
async fn the_server_says_who_it_is() {
    let server = ScriptedServer::start(everything).await;
    let info = client(&server).server().await.unwrap();
    let expected = ServerInfo {
        address: server.address(),
        identity: "https://argocd.example.com".to_owned(),
        version: "3.5.1".to_owned(),
        controller_namespace: "argocd".to_owned(),
        ignore_differences: info.ignore_differences.clone(),
    };
    assert_eq!(info, expected);
    // As recorded: the status of every kind, and what webhooks inject.
    let ignored: Vec<_> = info
        .ignore_differences
        .iter()
        .map(|i| (i.group.as_str(), i.kind.as_str()))
        .collect();
    assert_eq!(ignored[0], ("*", "*"), "{ignored:?}");
}

#[tokio::test]
async fn a_server_without_a_url_setting_is_known_by_its_address() {
    let server = ScriptedServer::newest(|_, _| Reply::json(r#"{"url":null,"controllerNamespace":"gitops"}"#)).await;
    let info = client(&server).server().await.unwrap();
    assert_eq!(info.identity, format!("http://{}", server.address()));
    assert_eq!(info.controller_namespace, "gitops");
}

#[tokio::test]
async fn the_probe_says_as_whom_and_knows_a_token_that_is_taken_for_nobody() {
    let server = ScriptedServer::start(everything).await;
    assert_eq!(client(&server).probe().await, Ok("driftline (argocd)".to_owned()));
    let server = ScriptedServer::start(|_, _| Reply::json("{}")).await;
    let outcome = client(&server).probe().await;
    assert!(matches!(outcome, Err(ArgoCdError::Unauthorized { .. })), "{outcome:?}");
    let mut connection = connection(&server);
    connection.token = None;
    assert_eq!(client_with(connection).probe().await, Ok("anonymous".to_owned()));
}

#[tokio::test]
async fn a_slow_server_is_not_waited_for_longer_than_allowed() {
    let server = ScriptedServer::start(|_, _| Reply::json(WEB).late(Duration::from_secs(600))).await;
    let mut connection = connection(&server);
    connection.timeouts.small = Duration::from_millis(50);
    let outcome = client_with(connection).application(&web(), "shop").await;
    let expected = ArgoCdError::Timeout {
        server: server.address(),
        what: "Application argocd/web".to_owned(),
    };
    assert_eq!(outcome, Err(expected));
    assert_eq!(server.asked().len(), 1, "a deadline that passed once passes again");
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let server = ScriptedServer::start(everything).await;
    let mut connection = connection(&server);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    connection.base.set_port(Some(port)).unwrap();
    let outcome = client_with(connection).application(&web(), "shop").await;
    let Err(ArgoCdError::Unreachable { message, .. }) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(message.to_lowercase().contains("refused"), "{message}");
}

#[tokio::test]
async fn tls_towards_plain_http_says_so() {
    let server = ScriptedServer::start(everything).await;
    let mut connection = connection(&server);
    connection.base.set_scheme("https").unwrap();
    let outcome = client_with(connection).application(&web(), "shop").await;
    let expected = ArgoCdError::Unreachable {
        server: server.address(),
        message: "it does not speak TLS; is it plain HTTP? (--plaintext)".to_owned(),
    };
    assert_eq!(outcome, Err(expected));
}
