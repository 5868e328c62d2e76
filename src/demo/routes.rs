//! Which endpoint a request is for.

use std::sync::Arc;

use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderMap};

use super::account::Account;
use super::answer::{Answer, Code, Refusal, Reply};
use super::application::{self, Desk};
use super::catalogue::Catalogue;
use super::request::Target;
use super::server::Backend;
use super::{list, stream, writes};

/// A request, body and all.
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) headers: HeaderMap,
    pub(super) body: bytes::Bytes,
}

/// Answers a request.
pub(super) async fn answer(backend: &Arc<Backend>, asked: Asked) -> Reply {
    let segments: Vec<&str> = asked.target.segments.iter().map(String::as_str).collect();
    if asked.method != Method::GET {
        return Reply::Unary(write(backend, &asked, &segments));
    }
    match segments[..] {
        ["api", "v1", "stream", ..] | ["api", "v1", "applications", _, "logs"] => stream(backend, &asked, &segments).await,
        ["api", ..] => Reply::Unary(read(backend, &asked, &segments).unwrap_or_else(Answer::from)),
        _ => {
            let found = backend.catalogue().verbatim(None, &asked.target);
            Reply::Unary(found.unwrap_or_else(Answer::no_route))
        }
    }
}

async fn stream(backend: &Arc<Backend>, asked: &Asked, segments: &[&str]) -> Reply {
    let Asked { target, headers, .. } = asked;
    let opened = async {
        check_timeout(headers)?;
        let account = backend.accounts().authenticate(headers)?;
        match segments {
            ["api", "v1", "stream", "applications"] => {
                backend.start_playback();
                stream::applications(backend, account, headers, target.clone()).await
            }
            ["api", "v1", "stream", "applications", name, "resource-tree"] => {
                backend.start_playback();
                stream::tree(backend, account, headers, name, target).await
            }
            ["api", "v1", "applications", name, "logs"] => Err(writes::refuse(
                &backend.fleet().recording,
                &backend.moment(),
                account,
                ("logs", "get"),
                name,
                target,
            )),
            _ => Err(Refusal::not_recorded(&target.path)),
        }
    };
    Reply::Stream(match opened.await {
        Ok(response) => response,
        Err(refusal) => stream::refuse(backend, headers, target, &refusal),
    })
}

fn read(backend: &Backend, asked: &Asked, segments: &[&str]) -> Result<Answer, Refusal> {
    let Asked { target, headers, .. } = asked;
    if !is_route(segments) {
        return Ok(Answer::no_route());
    }
    check_timeout(headers)?;
    let catalogue = backend.catalogue();
    // Everybody may ask these; a bad token counts as none.
    let visitor = backend.accounts().session(headers).unwrap_or_default();
    match segments {
        ["api", "version"] | ["api", "v1", "settings"] => return catalogue.public(visitor, &target.path),
        ["api", "v1", "session", "userinfo"] => return Ok(Catalogue::user_info(visitor)),
        _ => {}
    }
    let account = backend.accounts().authenticate(headers)?;
    let moment = || backend.moment();
    match segments {
        ["api", "v1", "applications"] => list::list(&moment(), account, target, backend.version()),
        // A trailing slash asks for the Application without a name.
        ["api", "v1", "applications", ""] => Err(Refusal::permission_denied()),
        ["api", "v1", "applications", name, below @ ..] => one_application(backend, account, name, &below.join("/"), target),
        ["api", "v1", "account", "can-i", ..] => catalogue.can_i(account, target),
        ["api", "v1", "projects" | "clusters" | "repositories" | "applicationsets", ..] => catalogue.read(account, target),
        _ => catalogue
            .verbatim(Some(account), target)
            .ok_or_else(|| Refusal::not_recorded(&target.path)),
    }
}

fn one_application(backend: &Backend, account: &Account, name: &str, below: &str, target: &Target) -> Result<Answer, Refusal> {
    if below.is_empty() && target.parameters("project").chain(target.parameters("projects")).count() > 1 {
        return Err(Refusal::new(
            Code::InvalidArgument,
            "multiple projects specified - the get endpoint accepts either zero or one project",
        ));
    }
    let moment = backend.moment();
    let application = application::find(backend.fleet(), &moment, account, name, target)?;
    let desk = Desk {
        fleet: backend.fleet(),
        moment: &moment,
        application,
    };
    desk.answer(below, target)
}

fn is_route(segments: &[&str]) -> bool {
    match segments {
        ["api", "version"] | ["api", "v1", "settings" | "account" | "applications"] => true,
        ["api", "v1", "session", "userinfo"] | ["api", "v1", "applications", _] => true,
        ["api", "v1", "account", "can-i", _, _, _, ..] => true,
        ["api", "v1", "applications", name, below @ ..] => !name.is_empty() && writes::is_routed(&below.join("/")),
        ["api", "v1", "projects" | "applicationsets" | "clusters" | "repositories"] => true,
        ["api", "v1", "projects" | "applicationsets" | "clusters", name, ..] => !name.is_empty(),
        _ => false,
    }
}

fn write(backend: &Backend, asked: &Asked, segments: &[&str]) -> Answer {
    let Asked {
        method,
        target,
        headers,
        body,
    } = asked;
    let json = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if json.is_none_or(|kind| kind.split(';').next().map(str::trim) != Some("application/json")) {
        return Answer::outer_text(hyper::StatusCode::UNSUPPORTED_MEDIA_TYPE, "Invalid content type\n");
    }
    if let ["api", "v1", "session"] = segments
        && method == Method::POST
    {
        return writes::log_in(body);
    }
    let recording = &backend.fleet().recording;
    let below = segments.get(4..).unwrap_or_default().join("/");
    let action = match segments {
        ["api", "v1", "applications", name, ..] => writes::needed_action(method.as_str(), &below).map(|action| (*name, action)),
        _ => None,
    };
    let posted = *segments.get(2).unwrap_or(&"") == "repositories" && segments.last() == Some(&"appdetails");
    if action.is_none() && !(posted && method == Method::POST) {
        return if is_route(segments) {
            Answer::wrong_method()
        } else {
            Answer::no_route()
        };
    }
    let account = match backend.accounts().authenticate(headers) {
        Ok(account) => account,
        Err(refusal) => return refusal.into(),
    };
    match action {
        Some((name, action)) => {
            writes::refuse(recording, &backend.moment(), account, ("applications", action), name, target).into()
        }
        None => writes::recorded_post(recording, account, target, body)
            .unwrap_or_else(|| Refusal::not_recorded("this appdetails").into()),
    }
}

/// `Grpc-Timeout` is up to eight digits and a unit. A deadline shorter than the server ever takes is missed.
fn check_timeout(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(given) = headers.get("grpc-timeout").map(|value| value.to_str().unwrap_or_default()) else {
        return Ok(());
    };
    let malformed = || Refusal::new(Code::InvalidArgument, format!("invalid grpc-timeout: {given}"));
    let unit_at = given.len().checked_sub(1).filter(|at| given.is_char_boundary(*at));
    let (digits, unit) = given.split_at(unit_at.ok_or_else(malformed)?);
    let count: u64 = Some(digits)
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(malformed)?;
    let milliseconds = match unit {
        "H" | "M" | "S" => count.saturating_mul(1_000),
        "m" => count,
        "u" => count / 1_000,
        "n" => count / 1_000_000,
        _ => return Err(malformed()),
    };
    if milliseconds <= 1 {
        return Err(Refusal::new(Code::DeadlineExceeded, "context deadline exceeded"));
    }
    Ok(())
}
