//! From a refused or failed call to an [`ArgoCdError`], by what the caller can do about it.

use std::error::Error as _;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::scrub::Scrubber;
use crate::engine::ports::ArgoCdError;

/// gRPC status codes that Argo CD puts beside the HTTP status.
mod grpc {
    pub(super) const DEADLINE_EXCEEDED: u64 = 4;
    pub(super) const NOT_FOUND: u64 = 5;
    pub(super) const PERMISSION_DENIED: u64 = 7;
    pub(super) const RESOURCE_EXHAUSTED: u64 = 8;
    pub(super) const UNAVAILABLE: u64 = 14;
    pub(super) const UNAUTHENTICATED: u64 = 16;
}

/// Longest pause that a server may ask for and still be waited for inside a call.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a call was about, for its errors.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Host and port of the server.
    pub(super) server: &'a str,
    /// What to type after `argocd login`.
    pub(super) login: &'a str,
    /// What was asked for, as in "managed resources of argocd/web".
    pub(super) what: &'a str,
    /// Takes our secrets out of what the server says.
    pub(super) scrubber: &'a Scrubber,
}

/// An answer that is not the one we wanted.
pub(super) struct Refusal<'a> {
    /// HTTP status.
    pub(super) status: u16,
    /// `Content-Type`, or empty.
    pub(super) content_type: &'a str,
    /// `Location`, of a redirect.
    pub(super) location: Option<&'a str>,
    /// `Retry-After`, in seconds.
    pub(super) retry_after: Option<u64>,
    /// The beginning of the body.
    pub(super) body: &'a [u8],
}

/// A failed try: why, and whether to try again at once.
#[derive(Debug)]
pub(super) struct Failure {
    /// For the caller.
    pub(super) error: ArgoCdError,
    /// Whether the same call may well succeed in a moment. Narrower than [`ArgoCdError::is_transient`]: Argo CD's own
    /// considered 500s and deadlines come again, and asking again makes it refresh again.
    pub(super) again: Again,
}

/// Whether and when to try again inside the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// Not here; the caller decides.
    No,
    /// After the usual pause.
    Soon,
    /// After the pause that the server asked for.
    After(Duration),
}

impl Failure {
    /// A failure that another try at once does not mend.
    pub(super) fn last(error: ArgoCdError) -> Self {
        Self { error, again: Again::No }
    }

    fn soon(error: ArgoCdError) -> Self {
        Self {
            error,
            again: Again::Soon,
        }
    }
}

/// What an error body says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Words {
    code: Option<u64>,
    message: String,
}

/// The three JSON forms: `{"error":"…","code":n,"message":"…"}`, the stream's `{"error":{"grpc_code":n,"message":"…"}}`
/// (also after `data: `), and the bare `{"error":"…"}` of a failed mask.
fn words(body: &[u8]) -> Option<Words> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    let text = text.strip_prefix("data:").unwrap_or(text);
    let value: Value = serde_json::from_str(text.trim()).ok()?;
    value.as_object().map(|_| words_of(&value))
}

fn words_of(value: &Value) -> Words {
    let error = &value["error"];
    let (code, message) = if error.is_object() {
        (&error["grpc_code"], &error["message"])
    } else if value["message"].is_string() {
        (&value["code"], &value["message"])
    } else {
        (&value["code"], error)
    };
    Words {
        code: code.as_u64(),
        message: message.as_str().unwrap_or("").to_owned(),
    }
}

impl Asked<'_> {
    /// Any answer with a status other than 200.
    pub(super) fn refused(&self, refusal: &Refusal<'_>) -> Failure {
        let is_html = refusal.content_type.contains("html");
        let words = words(refusal.body);
        let from_argocd = words.is_some();
        let Words { code, message } = words.unwrap_or_default();
        let message = if message.is_empty() {
            self.status_line(refusal)
        } else {
            self.scrubber.scrub(&message)
        };
        match refusal.status {
            300..=399 => Failure::last(ArgoCdError::Redirect {
                server: self.server.to_owned(),
                location: self.redirected_to(refusal.location),
            }),
            401 | 403 if is_html => Failure::last(self.not_argocd(refusal)),
            401 => Failure::last(self.unauthorized(message)),
            403 => Failure::last(self.forbidden()),
            404 if code == Some(grpc::NOT_FOUND) => Failure::last(self.not_found()),
            404 => Failure::last(self.not_argocd(refusal)),
            408 | 504 => Failure::last(self.timeout()),
            429 if code == Some(grpc::RESOURCE_EXHAUSTED) => Failure::last(self.too_large()),
            429 => self.rate_limited(refusal.retry_after),
            status => {
                let error = self.server_failed(status, message);
                // Without a gRPC code the words are not Argo CD's: a proxy in front, a restart, or its broken mask.
                let passing = code == Some(grpc::UNAVAILABLE) || (code.is_none() && status >= 500);
                if passing && !(from_argocd && status == 501) {
                    Failure::soon(error)
                } else {
                    Failure::last(error)
                }
            }
        }
    }

    /// An error chunk inside a stream that began well: `{"error":{"grpc_code":n,"http_code":n,"message":"…"}}`.
    pub(super) fn stream_error(&self, chunk: &Value) -> ArgoCdError {
        let Words { code, message } = words_of(chunk);
        let status = chunk["error"]["http_code"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok());
        let message = if message.is_empty() {
            "the stream failed without a word".to_owned()
        } else {
            self.scrubber.scrub(&message)
        };
        match (code, status) {
            (Some(grpc::UNAUTHENTICATED), _) | (None, Some(401)) => self.unauthorized(message),
            (Some(grpc::PERMISSION_DENIED), _) | (None, Some(403)) => self.forbidden(),
            (Some(grpc::NOT_FOUND), _) => self.not_found(),
            (Some(grpc::RESOURCE_EXHAUSTED), _) => self.too_large(),
            (Some(grpc::DEADLINE_EXCEEDED), _) | (None, Some(504)) => self.timeout(),
            (_, status) => self.server_failed(status.unwrap_or(500), message),
        }
    }

    /// No answer, or one that broke off, as reqwest tells it.
    pub(super) fn transport(&self, error: reqwest::Error) -> Failure {
        // The URL holds what was asked for, and in front of a proxy may hold credentials.
        let error = error.without_url();
        if error.is_connect() {
            return Failure::soon(self.unreachable(&error));
        }
        if error.is_timeout() {
            return Failure::last(self.timeout());
        }
        if error.is_body() || error.is_decode() {
            return Failure::soon(self.protocol(format!("it broke off ({})", innermost(&error))));
        }
        Failure::soon(self.unreachable(&error))
    }

    /// A 200 that is not JSON, or something else that no Argo CD says.
    pub(super) fn not_argocd(&self, refusal: &Refusal<'_>) -> ArgoCdError {
        let words = if refusal.content_type.contains("text/plain") {
            String::from_utf8_lossy(refusal.body).into_owned()
        } else {
            String::new()
        };
        let kind = match refusal.content_type.split(';').next().unwrap_or("").trim() {
            "" => "no content type",
            kind => kind,
        };
        let message = format!("HTTP {} with {kind} {words}", refusal.status);
        ArgoCdError::NotArgoCd {
            server: self.server.to_owned(),
            message: self.scrubber.scrub(&message),
        }
    }

    /// An answer that is cut, or is not what it should be. The message must not quote the answer.
    pub(super) fn protocol(&self, message: impl Into<String>) -> ArgoCdError {
        ArgoCdError::Protocol {
            server: self.server.to_owned(),
            what: self.what.to_owned(),
            message: self.scrubber.scrub(&message.into()),
        }
    }

    /// A JSON error without the value that serde quotes: it may be a secret of the cluster.
    pub(super) fn malformed(&self, error: &serde_json::Error) -> ArgoCdError {
        self.protocol(describe(error))
    }

    /// Larger than we or the server want it.
    pub(super) fn too_large(&self) -> ArgoCdError {
        ArgoCdError::TooLarge {
            server: self.server.to_owned(),
            what: self.what.to_owned(),
        }
    }

    /// No answer in time.
    pub(super) fn timeout(&self) -> ArgoCdError {
        ArgoCdError::Timeout {
            server: self.server.to_owned(),
            what: self.what.to_owned(),
        }
    }

    /// 404 of Argo CD itself.
    pub(super) fn not_found(&self) -> ArgoCdError {
        ArgoCdError::NotFound {
            server: self.server.to_owned(),
            what: self.what.to_owned(),
        }
    }

    /// 401, or a token that turned out to be none.
    pub(super) fn unauthorized(&self, message: String) -> ArgoCdError {
        ArgoCdError::Unauthorized {
            server: self.server.to_owned(),
            login: self.login.to_owned(),
            message,
        }
    }

    fn forbidden(&self) -> ArgoCdError {
        ArgoCdError::Forbidden {
            server: self.server.to_owned(),
            what: self.what.to_owned(),
        }
    }

    fn server_failed(&self, status: u16, message: String) -> ArgoCdError {
        ArgoCdError::Server {
            server: self.server.to_owned(),
            what: self.what.to_owned(),
            status,
            message,
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> ArgoCdError {
        let cause = innermost(error);
        let message = if cause.contains("InvalidContentType") {
            // What rustls says when the other side answers a TLS greeting in plain HTTP.
            "it does not speak TLS; is it plain HTTP? (--plaintext)"
        } else {
            &cause
        };
        ArgoCdError::Unreachable {
            server: self.server.to_owned(),
            message: self.scrubber.scrub(message),
        }
    }

    fn rate_limited(&self, retry_after: Option<u64>) -> Failure {
        let error = ArgoCdError::RateLimited {
            server: self.server.to_owned(),
            retry_after,
        };
        let again = match retry_after.map(Duration::from_secs) {
            None => Again::Soon,
            Some(pause) if pause <= LONGEST_PAUSE => Again::After(pause),
            Some(_) => Again::No,
        };
        Failure { error, again }
    }

    fn status_line(&self, refusal: &Refusal<'_>) -> String {
        let words = if refusal.content_type.contains("text/plain") {
            String::from_utf8_lossy(refusal.body).into_owned()
        } else {
            reqwest::StatusCode::from_u16(refusal.status)
                .ok()
                .and_then(|status| status.canonical_reason())
                .unwrap_or("")
                .to_owned()
        };
        self.scrubber.scrub(&format!("HTTP {} {words}", refusal.status))
    }

    /// Scheme, host and port only: path and query of a login redirect carry state that is nobody's business.
    fn redirected_to(&self, location: Option<&str>) -> String {
        let Some(location) = location else {
            return "nowhere".to_owned();
        };
        match Url::parse(location) {
            Ok(url) if url.has_host() => {
                let host = format!("{}://{}", url.scheme(), super::connection::authority(&url));
                self.scrubber.scrub(&host)
            }
            _ => "another path of itself".to_owned(),
        }
    }
}

/// Where JSON broke, without quoting it.
pub(super) fn describe(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof => return "it ends in the middle".to_owned(),
        serde_json::error::Category::Data => "a value of an unexpected kind",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "not JSON",
    };
    format!("{what} at line {} column {}", error.line(), error.column())
}

/// The last cause of a transport error ("connection refused"), without the layers around it.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    let mut source = error.source();
    while let Some(inner) = source {
        cause = inner;
        source = inner.source();
    }
    cause.to_string()
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
