//! Answers, and refusals in GitHub's words.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::git::GitError;

/// What every refusal names as its explanation.
const DOCUMENTATION: &str = "https://docs.github.com/rest";

/// What is sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Json(Value),
    Html(String),
    Nothing,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(String, String)>,
    pub(super) content: Content,
}

/// An answer, or the refusal that ends it.
pub(super) type Answered = Result<Answer, Answer>;

impl Answer {
    pub(super) fn new(status: StatusCode, content: Content) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content,
        }
    }

    pub(super) fn ok(value: Value) -> Self {
        Self::new(StatusCode::OK, Content::Json(value))
    }

    pub(super) fn created(value: Value) -> Self {
        Self::new(StatusCode::CREATED, Content::Json(value))
    }

    pub(super) fn nothing() -> Self {
        Self::new(StatusCode::NO_CONTENT, Content::Nothing)
    }

    pub(super) fn html(page: String) -> Self {
        Self::new(StatusCode::OK, Content::Html(page))
    }

    /// A refusal with its message.
    pub(super) fn refused(status: StatusCode, message: impl Into<String>) -> Self {
        let body = json!({
            "message": message.into(),
            "documentation_url": DOCUMENTATION,
            "status": status.as_str(),
        });
        Self::new(status, Content::Json(body))
    }

    pub(super) fn not_found() -> Self {
        Self::refused(StatusCode::NOT_FOUND, "Not Found")
    }

    /// 422 with a message of its own.
    pub(super) fn unprocessable(message: impl Into<String>) -> Self {
        Self::refused(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    /// 422 "Validation Failed" because of one thing.
    pub(super) fn invalid(error: Value) -> Self {
        let mut refused = Self::unprocessable("Validation Failed");
        if let Content::Json(Value::Object(body)) = &mut refused.content {
            body.insert("errors".to_owned(), json!([error]));
        }
        refused
    }

    /// A field that is missing or makes no sense.
    pub(super) fn invalid_field(resource: &str, field: &str, code: &str) -> Self {
        Self::invalid(json!({"resource": resource, "field": field, "code": code}))
    }

    /// A rule of its own, in words.
    pub(super) fn invalid_because(resource: &str, message: impl Into<String>) -> Self {
        Self::invalid(json!({"resource": resource, "code": "custom", "message": message.into()}))
    }

    /// The message of a refusal.
    pub(super) fn message(&self) -> Option<&str> {
        match &self.content {
            Content::Json(body) => body.get("message")?.as_str(),
            Content::Html(_) | Content::Nothing => None,
        }
    }
}

/// The repository on disk is damaged, or gone.
impl From<GitError> for Answer {
    fn from(error: GitError) -> Self {
        tracing::warn!(%error, "the demo forge's repository failed");
        Self::refused(StatusCode::INTERNAL_SERVER_ERROR, "Server Error")
    }
}
