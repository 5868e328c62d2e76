use proptest::prelude::*;
use secrecy::SecretString;

use super::*;

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const LOGIN: &str = "cd.example.com --insecure";

fn refused(status: u16, content_type: &str, body: &str) -> Failure {
    asked(&Scrubber::new([])).refused(&Refusal {
        status,
        content_type,
        location: None,
        retry_after: None,
        body: body.as_bytes(),
    })
}

fn asked(scrubber: &Scrubber) -> Asked<'_> {
    Asked {
        server: "cd.example.com",
        login: LOGIN,
        what: "Application argocd/web",
        scrubber,
    }
}

fn what() -> String {
    "Application argocd/web".to_owned()
}

fn server() -> String {
    "cd.example.com".to_owned()
}

fn unauthorized(message: &str) -> ArgoCdError {
    ArgoCdError::Unauthorized {
        server: server(),
        login: LOGIN.to_owned(),
        message: message.to_owned(),
    }
}

fn failed(status: u16, message: &str) -> ArgoCdError {
    ArgoCdError::Server {
        server: server(),
        what: what(),
        status,
        message: message.to_owned(),
    }
}

fn not_argocd(message: &str) -> ArgoCdError {
    ArgoCdError::NotArgoCd {
        server: server(),
        message: message.to_owned(),
    }
}

#[test]
fn refusals_are_told_apart_by_status_grpc_code_and_content_type() {
    let forbidden = || ArgoCdError::Forbidden {
        server: server(),
        what: what(),
    };
    let timeout = || ArgoCdError::Timeout {
        server: server(),
        what: what(),
    };
    for (status, content_type, body, expected, again) in [
        (
            401,
            JSON,
            include_str!("../../tests/fixtures/argocd/errors/401-expired.json"),
            unauthorized("invalid session: token has invalid claims: token is expired"),
            Again::No,
        ),
        (
            401,
            "text/event-stream",
            "data: {\"error\":{\"grpc_code\":16,\"http_code\":401,\"message\":\"invalid session\",\"http_status\":\"Unauthorized\"}} \n\n",
            unauthorized("invalid session"),
            Again::No,
        ),
        (
            401,
            "text/event-stream",
            "data: {} \n\n",
            unauthorized("HTTP 401 Unauthorized"),
            Again::No,
        ),
        (401, TEXT, "no", unauthorized("HTTP 401 no"), Again::No),
        (
            401,
            HTML,
            "<html>log in</html>",
            not_argocd("HTTP 401 with text/html"),
            Again::No,
        ),
        (
            403,
            JSON,
            include_str!("../../tests/fixtures/argocd/errors/403-forbidden.json"),
            forbidden(),
            Again::No,
        ),
        (
            403,
            JSON,
            r#"{"error":{"grpc_code":7,"http_code":403,"message":"permission denied: logs"}}"#,
            forbidden(),
            Again::No,
        ),
        (
            403,
            HTML,
            "<html>sign in</html>",
            not_argocd("HTTP 403 with text/html"),
            Again::No,
        ),
        (
            404,
            JSON,
            include_str!("../../tests/fixtures/argocd/errors/404-missing-app-project.json"),
            ArgoCdError::NotFound {
                server: server(),
                what: what(),
            },
            Again::No,
        ),
        (
            404,
            TEXT,
            include_str!("../../tests/fixtures/argocd/errors/404-router.json"),
            not_argocd("HTTP 404 with text/plain Not Found"),
            Again::No,
        ),
        (
            404,
            JSON,
            r#"{"kind":"Status","code":404}"#,
            not_argocd("HTTP 404 with application/json"),
            Again::No,
        ),
        (
            429,
            JSON,
            include_str!("../../tests/fixtures/argocd/errors/429-managed-resources.json"),
            ArgoCdError::TooLarge {
                server: server(),
                what: what(),
            },
            Again::No,
        ),
        (
            504,
            JSON,
            include_str!("../../tests/fixtures/argocd/errors/504-timeout.json"),
            timeout(),
            Again::No,
        ),
        (504, HTML, "<html>", timeout(), Again::No),
        (408, "", "", timeout(), Again::No),
        (
            500,
            JSON,
            include_str!("../../tests/fixtures/argocd/errors/500-mask-collision.json"),
            failed(500, "failed to marshal error message"),
            Again::Soon,
        ),
        (
            500,
            JSON,
            r#"{"error":"cache: key is missing","code":2,"message":"cache: key is missing"}"#,
            failed(500, "cache: key is missing"),
            Again::No,
        ),
        (
            503,
            JSON,
            r#"{"error":"e","code":14,"message":"repo server unavailable"}"#,
            failed(503, "repo server unavailable"),
            Again::Soon,
        ),
        (
            502,
            HTML,
            "<html>bad gateway</html>",
            failed(502, "HTTP 502 Bad Gateway"),
            Again::Soon,
        ),
        (
            400,
            JSON,
            r#"{"error":"e","code":3,"message":"m"}"#,
            failed(400, "m"),
            Again::No,
        ),
        (
            415,
            TEXT,
            "Invalid content type\n",
            failed(415, "HTTP 415 Invalid content type"),
            Again::No,
        ),
    ] {
        let failure = refused(status, content_type, body);
        assert_eq!(
            (failure.error, failure.again),
            (expected, again),
            "{status} {content_type} {body}"
        );
    }
}

#[test]
fn a_server_that_asks_to_wait_is_waited_for_only_when_it_is_short() {
    let scrubber = Scrubber::new([]);
    for (retry_after, again) in [
        (None, Again::Soon),
        (Some(2), Again::After(Duration::from_secs(2))),
        (Some(60), Again::No),
    ] {
        let failure = asked(&scrubber).refused(&Refusal {
            status: 429,
            content_type: TEXT,
            location: None,
            retry_after,
            body: b"slow down",
        });
        let expected = ArgoCdError::RateLimited {
            server: server(),
            retry_after,
        };
        assert_eq!((failure.error, failure.again), (expected, again));
    }
}

#[test]
fn a_redirect_is_named_by_its_host_and_nothing_that_may_be_secret() {
    let scrubber = Scrubber::new([]);
    for (location, expected) in [
        (
            Some("https://me:pw@login.example.com:8443/auth?state=s3cret#x"),
            "https://login.example.com:8443",
        ),
        (Some("/login?return=s3cret"), "another path of itself"),
        (None, "nowhere"),
    ] {
        let failure = asked(&scrubber).refused(&Refusal {
            status: 307,
            content_type: HTML,
            location,
            retry_after: None,
            body: include_bytes!("../../tests/fixtures/argocd/errors/307-http-on-tls.json"),
        });
        let expected = ArgoCdError::Redirect {
            server: server(),
            location: expected.to_owned(),
        };
        assert_eq!((failure.error, failure.again), (expected, Again::No));
    }
}

#[test]
fn errors_inside_a_stream_are_told_apart_by_their_grpc_code() {
    let scrubber = Scrubber::new([]);
    let chunk = |grpc: u64, http: u64| serde_json::json!({"error": {"grpc_code": grpc, "http_code": http, "message": "m"}});
    assert_eq!(asked(&scrubber).stream_error(&chunk(16, 401)), unauthorized("m"));
    assert_eq!(
        asked(&scrubber).stream_error(&chunk(7, 403)),
        ArgoCdError::Forbidden {
            server: server(),
            what: what()
        }
    );
    assert_eq!(asked(&scrubber).stream_error(&chunk(14, 503)), failed(503, "m"));
    assert_eq!(
        asked(&scrubber).stream_error(&serde_json::json!({})),
        failed(500, "the stream failed without a word")
    );
}

#[test]
fn json_errors_never_quote_what_was_there() {
    let error = serde_json::from_str::<u8>(r#""hunter2""#).unwrap_err();
    assert!(error.to_string().contains("hunter2"));
    assert_eq!(describe(&error), "a value of an unexpected kind at line 1 column 9");
    let error = serde_json::from_str::<u8>("{").unwrap_err();
    assert!(!describe(&error).contains('{'));
}

proptest! {
    #[test]
    fn no_refusal_repeats_the_token(
        token in "[A-Za-z0-9_-]{8,40}\\.[A-Za-z0-9_-]{8,40}",
        status in 201_u16..600,
        kind in prop::sample::select(vec![JSON, HTML, TEXT, "text/event-stream", "image/png"]),
        form in 0_u8..5,
        noise in "[ -~\\n]{0,60}",
    ) {
        let secret = SecretString::from(token.clone());
        let scrubber = Scrubber::new([&secret]);
        let said = format!("{noise}{token}{noise}");
        let body = match form {
            0 => said.clone(),
            1 => serde_json::json!({"error": said, "message": said, "code": 2}).to_string(),
            2 => format!("data: {} \n\n", serde_json::json!({"error": {"grpc_code": 16, "message": said}})),
            3 => serde_json::json!({"error": said}).to_string(),
            _ => serde_json::json!([said]).to_string(),
        };
        let location = format!("https://{token}@cd.example.com/{token}?token={token}");
        let failure = asked(&scrubber).refused(&Refusal {
            status,
            content_type: kind,
            location: Some(&location),
            retry_after: None,
            body: body.as_bytes(),
        });
        let view = failure.error.view();
        let shown = format!("{} {:?} {} {} {}", failure.error, failure, view.title, view.detail, view.hint);
        prop_assert!(!shown.contains(&token), "{}", shown);
    }
}
