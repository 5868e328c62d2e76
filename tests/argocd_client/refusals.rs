//! Refusals, retries, and that no secret comes back out.

use driftline::argocd::{Client, ConnectionError};
use driftline::engine::ports::{ArgoCd as _, ArgoCdError};
use driftline::wire::http::{HttpOptions, Trust, http_client};
use proptest::prelude::*;

use crate::scripted_server::{Piece, Reply, ScriptedServer};
use crate::{PROXY_SECRET, TOKEN, client, client_with, connection, web};

const JSON: &str = "application/json";
const WEB: &str = r#"{"metadata":{"name":"web","namespace":"argocd"}}"#;

/// How a single GET ends when every try is answered so, and how many tries there were.
async fn outcome(reply: Reply) -> (ArgoCdError, usize) {
    let server = ScriptedServer::start(move |_, _| reply.clone()).await;
    let error = client(&server).application(&web(), "shop").await.unwrap_err();
    (error, server.asked().len())
}

#[tokio::test]
async fn what_does_not_mend_itself_is_asked_once_and_what_may_is_asked_three_times() {
    type Is = fn(&ArgoCdError) -> bool;
    let cases: Vec<(Reply, Is, usize)> = vec![
        (
            Reply::new(401, JSON, &include_bytes!("../fixtures/argocd/errors/401-expired.json")[..]),
            |e| matches!(e, ArgoCdError::Unauthorized { .. }),
            1,
        ),
        (
            Reply::new(403, JSON, &include_bytes!("../fixtures/argocd/errors/403-forbidden.json")[..]),
            |e| matches!(e, ArgoCdError::Forbidden { .. }),
            1,
        ),
        (
            Reply::new(
                404,
                JSON,
                &include_bytes!("../fixtures/argocd/errors/404-missing-app-project.json")[..],
            ),
            |e| matches!(e, ArgoCdError::NotFound { .. }),
            1,
        ),
        (
            Reply::new(404, "text/plain", "Not Found\n"),
            |e| matches!(e, ArgoCdError::NotArgoCd { .. }),
            1,
        ),
        (
            Reply::new(
                429,
                JSON,
                &include_bytes!("../fixtures/argocd/errors/429-managed-resources.json")[..],
            ),
            |e| matches!(e, ArgoCdError::TooLarge { .. }),
            1,
        ),
        (
            Reply::new(429, "text/plain", "slow down"),
            |e| matches!(e, ArgoCdError::RateLimited { retry_after: None, .. }),
            3,
        ),
        (
            Reply::new(429, "text/plain", "slow down").header("retry-after", "60"),
            |e| {
                matches!(
                    e,
                    ArgoCdError::RateLimited {
                        retry_after: Some(60),
                        ..
                    }
                )
            },
            1,
        ),
        (
            Reply::new(
                500,
                JSON,
                &include_bytes!("../fixtures/argocd/errors/managed-resources-feature-store.json")[..],
            ),
            |e| matches!(e, ArgoCdError::Server { status: 500, message, .. } if message.contains("InvalidSpecError")),
            1,
        ),
        (
            Reply::new(500, "text/plain", "oops"),
            |e| matches!(e, ArgoCdError::Server { status: 500, .. }),
            3,
        ),
        (
            Reply::new(502, "text/html", "<html>bad gateway</html>"),
            |e| matches!(e, ArgoCdError::Server { status: 502, .. }),
            3,
        ),
        (
            Reply::new(504, JSON, &include_bytes!("../fixtures/argocd/errors/504-timeout.json")[..]),
            |e| matches!(e, ArgoCdError::Timeout { .. }),
            1,
        ),
        (
            Reply::new(200, "text/html; charset=utf-8", "<html>log in</html>"),
            |e| matches!(e, ArgoCdError::NotArgoCd { .. }),
            1,
        ),
        (
            Reply::new(200, "text/plain", "hello"),
            |e| matches!(e, ArgoCdError::NotArgoCd { .. }),
            1,
        ),
        (
            Reply::json("").pieces(vec![Piece::Bytes("{\"metadata\":".into()), Piece::Cut]),
            |e| matches!(e, ArgoCdError::Protocol { .. }),
            3,
        ),
        (Reply::json("{"), |e| matches!(e, ArgoCdError::Protocol { .. }), 1),
        (Reply::json("[]"), |e| matches!(e, ArgoCdError::Protocol { .. }), 1),
    ];
    for (reply, is, tries) in cases {
        let shown = format!("{reply:?}");
        let (error, asked) = outcome(reply).await;
        assert!(is(&error), "{error:?} from {shown}");
        assert_eq!(asked, tries, "{error:?} from {shown}");
    }
}

#[tokio::test]
async fn a_passing_failure_is_not_even_noticed() {
    let server = ScriptedServer::start(|_, before| {
        if before < 2 {
            Reply::new(503, "text/plain", "starting")
        } else {
            Reply::json(WEB)
        }
    })
    .await;
    assert!(client(&server).application(&web(), "shop").await.is_ok());
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    let elsewhere = ScriptedServer::start(|_, _| Reply::json(WEB)).await;
    let location = format!("http://{}/api/v1/login?state=canary-state", elsewhere.address());
    let body = include_bytes!("../fixtures/argocd/errors/307-http-on-tls.json");
    let (error, asked) = outcome(Reply::new(307, "text/html", &body[..]).header("location", &location)).await;
    let ArgoCdError::Redirect { location, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(location, format!("http://{}", elsewhere.address()));
    assert_eq!(asked, 1);
    assert!(elsewhere.asked().is_empty(), "nothing may reach where a redirect points");
}

#[tokio::test]
async fn secrets_come_back_out_of_nothing_that_can_be_shown() {
    let echo = format!(r#"{{"error":"x","code":2,"message":"bad token {TOKEN} and {PROXY_SECRET}"}}"#);
    let html = format!("Not Found: {TOKEN}");
    for reply in [
        Reply::new(500, JSON, echo.clone()),
        Reply::new(401, JSON, echo.clone()),
        Reply::new(404, "text/plain", html),
        Reply::new(302, "text/html", "").header("location", &format!("https://{TOKEN}@x/?{PROXY_SECRET}")),
        Reply::json(format!(r#"{{"metadata":{{"name":["{TOKEN}"]}}}}"#)),
    ] {
        let server = ScriptedServer::start(move |_, _| reply.clone()).await;
        let client = client(&server);
        let error = client.application(&web(), "shop").await.unwrap_err();
        let view = error.view();
        let shown = format!("{client:?} {error:?} {error} {view:?}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[test]
fn tokens_and_headers_that_cannot_be_sent_are_refused_without_being_shown() {
    let options = HttpOptions {
        trust: Trust::Nobody,
        ..HttpOptions::default()
    };
    let http = http_client(&options).unwrap();
    let base = driftline::argocd::Connection::parse_address("cd.example.com", false, None).unwrap();
    let plain = driftline::argocd::Connection::new("prod", base);
    let refused = |token: &str, headers: &[(&str, &str)]| {
        let mut connection = plain.clone();
        connection.token = Some(token.into());
        connection.headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).into())).collect();
        Client::new(connection, http.clone()).map(|_| ())
    };
    assert_eq!(refused(" good.token.here\n", &[]), Ok(()));
    assert_eq!(refused("two\nlines", &[]), Err(ConnectionError::Token));
    assert_eq!(
        refused("t", &[("X-Ok", "1"), ("bad name", "v")]),
        Err(ConnectionError::Header(1))
    );
    assert_eq!(refused("t", &[("X-Bad", "a\nb")]), Err(ConnectionError::Header(0)));
    for name in ["Host", "Authorization", "grpc-timeout", "Accept"] {
        assert_eq!(
            refused("t", &[(name, "v")]),
            Err(ConnectionError::ReservedHeader(0)),
            "{name}"
        );
    }
    assert_eq!(
        refused("", &[("Authorization", "Basic abc")]),
        Err(ConnectionError::ReservedHeader(0))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn no_answer_makes_an_error_repeat_the_token(
        token in "[A-Za-z0-9_-]{8,30}\\.[A-Za-z0-9_-]{8,30}",
        status in prop::sample::select(vec![200_u16, 302, 400, 401, 403, 404, 429, 501]),
        kind in prop::sample::select(vec![JSON, "text/html", "text/plain", "text/event-stream"]),
        noise in "[ -~]{0,20}",
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let shown = runtime.block_on(async {
            let said = format!("{noise}{token}{noise}");
            let body = serde_json::json!({"error": said, "message": said, "metadata": {"name": [said]}}).to_string();
            let location = format!("https://{token}.example.com/?{token}");
            let reply = Reply::new(status, kind, body).header("location", &location);
            let server = ScriptedServer::start(move |_, _| reply.clone()).await;
            let mut connection = connection(&server);
            connection.token = Some(token.as_str().into());
            let client = client_with(connection);
            let error = client.application(&web(), "shop").await.unwrap_err();
            format!("{client:?} {error:?} {error} {:?}", error.view())
        });
        // A host name comes back in lower case, so look for that too.
        prop_assert!(!shown.contains(&token) && !shown.to_lowercase().contains(&token.to_lowercase()), "{}", shown);
    }
}
