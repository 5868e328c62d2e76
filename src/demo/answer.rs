//! Unary answers as argocd-server's gateway writes them, errors included.

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, VARY, X_CONTENT_TYPE_OPTIONS};
use hyper::{Response, StatusCode};
use serde_json::json;

use super::mask::go_json;
use super::recording::Exchange;

/// Why a body broke off: a fault that was asked for, or the server is going down.
pub(super) type BodyError = std::io::Error;

/// Every body this server sends.
pub(super) type Body = UnsyncBoxBody<Bytes, BodyError>;

/// Header that marks what crossed the gateway's gRPC hop (recordings/facts.md §3.2).
pub(super) const GRPC_CONTENT_TYPE: HeaderName = HeaderName::from_static("grpc-metadata-content-type");

/// A complete answer before compression.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// gRPC codes with the HTTP status the gateway makes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    Unknown,
    InvalidArgument,
    DeadlineExceeded,
    NotFound,
    PermissionDenied,
    Internal,
    Unauthenticated,
}

impl Code {
    fn number(self) -> u8 {
        match self {
            Self::Unknown => 2,
            Self::InvalidArgument => 3,
            Self::DeadlineExceeded => 4,
            Self::NotFound => 5,
            Self::PermissionDenied => 7,
            Self::Internal => 13,
            Self::Unauthenticated => 16,
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Unknown | Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::InvalidArgument => StatusCode::BAD_REQUEST,
            Self::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::PermissionDenied => StatusCode::FORBIDDEN,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
        }
    }
}

/// A refusal before it takes its form: unary and stream endpoints word the same one differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The bare 403, which hides whether the thing exists.
    pub(super) fn permission_denied() -> Self {
        Self::new(Code::PermissionDenied, "permission denied")
    }

    /// What the recording has no answer for; the real server would have one.
    pub(super) fn not_recorded(what: &str) -> Self {
        Self::new(Code::NotFound, format!("{what} is not part of this recording"))
    }

    /// The stream's own error object: `{"error":{…}}`.
    pub(super) fn stream_value(&self) -> serde_json::Value {
        let status = self.code.status();
        json!({"error": {
            "grpc_code": self.code.number(),
            "http_code": status.as_u16(),
            "message": self.message,
            "http_status": status.canonical_reason().unwrap_or_default(),
        }})
    }

    /// The same as text, keys in the gateway's order.
    pub(super) fn stream_text(&self) -> String {
        let status = self.code.status();
        let message = go_json(&self.message);
        format!(
            r#"{{"error":{{"grpc_code":{},"http_code":{},"message":{},"http_status":"{}"}}}}"#,
            self.code.number(),
            status.as_u16(),
            String::from_utf8_lossy(&message),
            status.canonical_reason().unwrap_or_default(),
        )
    }

    /// The HTTP status.
    pub(super) fn status(&self) -> StatusCode {
        self.code.status()
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let text = go_json(&refusal.message);
        let text = String::from_utf8_lossy(&text);
        // The order of the keys is the gateway's.
        let body = format!(r#"{{"error":{text},"code":{},"message":{text}}}"#, refusal.code.number());
        Self::gateway(refusal.code.status(), body)
    }
}

impl Answer {
    /// JSON from behind the gRPC hop.
    pub(super) fn json(body: impl Into<Bytes>) -> Self {
        let mut answer = Self::gateway(StatusCode::OK, body);
        answer
            .headers
            .insert(GRPC_CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        answer
    }

    /// JSON that the gateway itself made: errors.
    pub(super) fn gateway(status: StatusCode, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        Self {
            status,
            headers,
            body: body.into(),
        }
    }

    /// Plain text of Go's `http.Error`, from inside the compressing handler.
    pub(super) fn text(status: StatusCode, body: &'static str) -> Self {
        let mut answer = Self::outer_text(status, body);
        answer.headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        answer
    }

    /// Plain text of Go's `http.Error`, from outside the compressing handler.
    pub(super) fn outer_text(status: StatusCode, body: &'static str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        Self {
            status,
            headers,
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    /// The router's miss.
    pub(super) fn no_route() -> Self {
        Self::text(StatusCode::NOT_FOUND, "Not Found\n")
    }

    /// A route that exists, asked with another method.
    pub(super) fn wrong_method() -> Self {
        Self::text(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n")
    }

    /// A recorded answer as it was.
    pub(super) fn recorded(exchange: &Exchange, body: Bytes) -> Self {
        let mut headers = HeaderMap::new();
        for (name, value) in &exchange.response_headers {
            let framing = ["date", "content-length", "transfer-encoding", "content-encoding"];
            if framing.iter().any(|framing| name.eq_ignore_ascii_case(framing)) {
                continue;
            }
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str())) {
                headers.insert(name, value);
            }
        }
        Self {
            status: StatusCode::from_u16(exchange.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers,
            body,
        }
    }

    /// The same answer with another body.
    pub(super) fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }
}

/// What a route answers: at once, or as a stream.
pub(super) enum Reply {
    Unary(Answer),
    Stream(Response<Body>),
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self::Unary(answer)
    }
}

/// A body that is complete; its length is announced.
pub(super) fn whole(body: Bytes) -> Body {
    http_body_util::Full::new(body).map_err(|never| match never {}).boxed_unsync()
}
