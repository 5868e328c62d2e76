//! Faults that tests ask for: other answers, late ones, broken ones, none.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use super::answer::{Body, BodyError, whole};

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Another answer altogether.
    Status {
        /// HTTP status.
        code: u16,
        /// Body.
        body: String,
        /// Headers; without `Content-Type` among them it is JSON.
        headers: Vec<(String, String)>,
    },
    /// The right answer, but its headers come only after this long.
    Delay(Duration),
    /// The right answer in pieces.
    DripBytes {
        /// Bytes in a piece.
        size: usize,
        /// Wait before each piece.
        every: Duration,
    },
    /// The right answer, broken off after so many bytes of its body.
    CutBody(usize),
    /// The connection is closed without an answer.
    Reset,
    /// 200 with these bytes as JSON.
    Garbage(Vec<u8>),
    /// 200 with a login page, as an authenticating proxy sends it.
    Html,
    /// The right answer under this `Content-Type`.
    WrongContentType(String),
    /// No answer, ever; the connection stays open.
    Hang,
}

/// Which requests a fault hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRule {
    contains: String,
    not_contains: Option<String>,
    skip: usize,
    times: Option<usize>,
    fault: Fault,
}

impl FaultRule {
    /// Every request whose path and query (as sent) contain `part`; an empty part is in every one.
    pub fn when_path_contains(part: impl Into<String>, fault: Fault) -> Self {
        Self {
            contains: part.into(),
            not_contains: None,
            skip: 0,
            times: None,
            fault,
        }
    }

    /// Not those that also contain `part`.
    #[must_use]
    pub fn but_not(mut self, part: impl Into<String>) -> Self {
        self.not_contains = Some(part.into());
        self
    }

    /// Lets the first `count` matching requests through.
    #[must_use]
    pub fn after(mut self, count: usize) -> Self {
        self.skip = count;
        self
    }

    /// Hits so often only.
    #[must_use]
    pub fn times(mut self, count: usize) -> Self {
        self.times = Some(count);
        self
    }
}

/// The rules of one server. The first rule that matches and is not used up decides.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<FaultRule>>);

impl Faults {
    /// Adds a rule.
    pub fn add(&self, rule: FaultRule) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn next(&self, path_and_query: &str) -> Option<Fault> {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for rule in rules.iter_mut() {
            let excepted = rule.not_contains.as_ref().is_some_and(|part| path_and_query.contains(part));
            if !path_and_query.contains(&rule.contains) || excepted || rule.times == Some(0) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            rule.times = rule.times.map(|left| left - 1);
            return Some(rule.fault.clone());
        }
        None
    }
}

/// The answer that stands for the right one, for faults that replace it.
pub(super) fn replacement(fault: &Fault) -> Option<Response<Body>> {
    let (status, content_type, body) = match fault {
        Fault::Status { code, body, .. } => (*code, "application/json", Bytes::from(body.clone())),
        Fault::Garbage(bytes) => (200, "application/json", Bytes::from(bytes.clone())),
        Fault::Html => (
            200,
            "text/html; charset=utf-8",
            Bytes::from_static(b"<!doctype html><html><head><title>Sign in</title></head><body>Sign in</body></html>\n"),
        ),
        _ => return None,
    };
    let mut response = Response::new(whole(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Fault::Status { headers, .. } = fault {
        for (name, value) in headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str())) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    Some(response)
}

/// The right answer, spoilt.
pub(super) fn spoil(fault: &Fault, response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let body = match fault {
        Fault::WrongContentType(content_type) => {
            if let Ok(value) = HeaderValue::try_from(content_type.as_str()) {
                parts.headers.insert(CONTENT_TYPE, value);
            }
            body
        }
        Fault::CutBody(after) => {
            parts.headers.remove(CONTENT_LENGTH);
            cut(body, *after)
        }
        Fault::DripBytes { size, every } => {
            parts.headers.remove(CONTENT_LENGTH);
            drip(body, (*size).max(1), *every)
        }
        _ => body,
    };
    Response::from_parts(parts, body)
}

fn cut(body: Body, after: usize) -> Body {
    let pieces = body.into_data_stream().scan(after, |left, piece| {
        let kept = match piece {
            Ok(_) if *left == 0 => None,
            Ok(piece) => {
                let kept = piece.len().min(*left);
                *left -= kept;
                Some(Ok(piece.slice(..kept)))
            }
            Err(error) => Some(Err(error)),
        };
        futures_util::future::ready(kept)
    });
    // A body that ends at the cut, or before, is broken off as well. What comes before is sent first: hyper flushes when
    // it has to wait for a piece, and throws away what it holds when one fails.
    let broken = futures_util::stream::once(async {
        tokio::task::yield_now().await;
        Err(BodyError::other("the body was cut, as asked for"))
    });
    StreamBody::new(pieces.chain(broken).map(|piece| piece.map(Frame::data))).boxed_unsync()
}

fn drip(body: Body, size: usize, every: Duration) -> Body {
    let pieces = body.into_data_stream().flat_map(move |piece| {
        let drops: Vec<Result<Bytes, BodyError>> = match piece {
            Ok(piece) => (0..piece.len())
                .step_by(size)
                .map(|start| Ok(piece.slice(start..(start + size).min(piece.len()))))
                .collect(),
            Err(error) => vec![Err(error)],
        };
        futures_util::stream::iter(drops)
    });
    let slowly = pieces.then(move |piece| async move {
        tokio::time::sleep(every).await;
        piece
    });
    StreamBody::new(slowly.map(|piece| piece.map(Frame::data))).boxed_unsync()
}
