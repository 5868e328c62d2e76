//! What a refusal means for whoever asked.

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{DATE, HeaderMap, RETRY_AFTER};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use serde::Deserialize;

use crate::engine::ports::ForgeError;
use crate::redact::terminal::visible;
use crate::redact::text::redact;

/// Wait that GitHub asks for where it names none, in seconds.
const DEFAULT_WAIT: u64 = 60;

/// Longest part of GitHub's words that is repeated, in characters.
const LONGEST_WORDS: usize = 300;

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

#[derive(Debug, Default, Deserialize)]
struct Words {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: Vec<serde_json::Value>,
}

impl Words {
    fn of(body: &Bytes) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// Everything that was said, on one line that a terminal and a log may see.
    fn told(&self, status: StatusCode) -> String {
        let details = self.errors.iter().filter_map(|error| {
            let text = |name: &str| error.get(name).and_then(serde_json::Value::as_str);
            match (error.as_str(), text("message"), text("field"), text("code")) {
                (Some(message), ..) | (None, Some(message), ..) => Some(message.to_owned()),
                (None, None, Some(field), Some(code)) => Some(format!("{field}: {code}")),
                _ => None,
            }
        });
        let lines = self.message.lines().map(str::to_owned).chain(details);
        let said: Vec<String> = lines
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect();
        let said = match said.is_empty() {
            true => status.to_string(),
            false => said.join("; "),
        };
        let short: String = redact(&said).chars().take(LONGEST_WORDS).collect();
        visible(&short).into_owned()
    }

    /// Whether one of the errors, or the message, begins like this.
    fn say(&self, beginning: &str) -> bool {
        let of_error = |error: &serde_json::Value| {
            let message = error.get("message").and_then(serde_json::Value::as_str);
            message.is_some_and(|message| message.starts_with(beginning))
        };
        self.message.starts_with(beginning) || self.errors.iter().any(of_error)
    }
}

/// Whether this is what GitHub says for a moment of an issue or pull request that was opened just now. Nothing was done.
pub(super) fn is_too_early(answer: &Answer) -> bool {
    answer.status == StatusCode::UNPROCESSABLE_ENTITY && Words::of(&answer.body).say("Could not resolve to a node")
}

/// Why there is no result.
pub(super) fn refusal(forge: &str, what: &'static str, answer: &Answer) -> ForgeError {
    let words = Words::of(&answer.body);
    let forge = forge.to_owned();
    let refused = |forge: String, message: String| ForgeError::Refused { forge, what, message };
    match answer.status.as_u16() {
        403 | 429 => {
            let is_limit = answer.status == StatusCode::TOO_MANY_REQUESTS;
            if let Some(seconds) = wait(&answer.headers, &words).or(is_limit.then_some(DEFAULT_WAIT)) {
                return ForgeError::Limited { forge, seconds };
            }
            match missing(&answer.headers) {
                Missing::Permission(missing) => ForgeError::NotAllowed {
                    forge,
                    what,
                    missing: Some(missing),
                },
                Missing::Unknown if words.message.starts_with("Resource not accessible") => ForgeError::NotAllowed {
                    forge,
                    what,
                    missing: None,
                },
                // A setting of the repository or the organisation, which it names.
                Missing::Unknown => refused(forge, words.told(answer.status)),
            }
        }
        401 | 404 => ForgeError::NotAllowed {
            forge,
            what,
            missing: None,
        },
        409 if words.say("Git Repository is empty") => refused(forge, words.told(answer.status)),
        409 => ForgeError::Moved { forge },
        422 if words.say("Reference already exists") || words.say("A pull request already exists") => {
            ForgeError::Exists { forge }
        }
        422 if [
            "Update is not a fast forward",
            "Reference does not exist",
            "Reference cannot be updated",
        ]
        .iter()
        .any(|said| words.say(said)) =>
        {
            ForgeError::Moved { forge }
        }
        // No redirect is followed: a token is not carried to where it points.
        300..=399 => refused(
            forge,
            "the repository was renamed or moved: its new address is to be used".to_owned(),
        ),
        400..=499 => refused(forge, words.told(answer.status)),
        _ => ForgeError::Unanswered {
            forge,
            what,
            message: words.told(answer.status),
        },
    }
}

enum Missing {
    Permission(String),
    Unknown,
}

fn missing(headers: &HeaderMap) -> Missing {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("x-github-sso").is_some_and(|sso| sso.starts_with("required")) {
        return Missing::Permission("an authorisation for single sign-on".to_owned());
    }
    match header("x-accepted-github-permissions").filter(|permissions| !permissions.is_empty()) {
        Some(permissions) => Missing::Permission(visible(permissions).chars().take(LONGEST_WORDS).collect()),
        None => Missing::Unknown,
    }
}

/// How long to wait, in seconds; `None` when this is no limit.
fn wait(headers: &HeaderMap, words: &Words) -> Option<u64> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(after) = header(RETRY_AFTER.as_str()) {
        return Some(after.trim().parse().unwrap_or(DEFAULT_WAIT));
    }
    if header("x-ratelimit-remaining") == Some("0") {
        let reset = header("x-ratelimit-reset").and_then(|at| at.trim().parse::<i64>().ok());
        // By the server's own clock: ours may be wrong.
        let now = header(DATE.as_str()).and_then(http_date).map(Timestamp::as_second);
        let left = reset.zip(now).and_then(|(reset, now)| u64::try_from(reset - now).ok());
        return Some(left.unwrap_or(DEFAULT_WAIT).max(1));
    }
    let message = words.message.to_ascii_lowercase();
    (message.contains("rate limit") || message.contains("abuse detection")).then_some(DEFAULT_WAIT)
}

fn http_date(text: &str) -> Option<Timestamp> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    PARSER.parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use hyper::header::{HeaderName, HeaderValue};

    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Answer {
        let header =
            |(name, value): &(&'static str, &'static str)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers.iter().map(header).collect(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    #[test]
    fn what_a_person_can_do_about_it_is_told_apart() {
        let invalid = |message: &str| {
            format!(
                r#"{{"message": "Validation Failed", "errors": [{{"resource": "PullRequest", "code": "custom", "message": "{message}"}}]}}"#
            )
        };
        let said = |message: &str| format!(r#"{{"message": "{message}"}}"#);
        for (status, headers, body, expected) in [
            (401, vec![], said("Bad credentials"), "github.com does not allow the branch"),
            (404, vec![], said("Not Found"), "github.com does not allow the branch"),
            (
                403,
                vec![("x-accepted-github-permissions", "contents=write")],
                said("Resource not accessible by personal access token"),
                "github.com does not allow the branch: the token lacks contents=write",
            ),
            (
                403,
                vec![("x-github-sso", "required; url=https://github.com/orgs/x/sso")],
                said("Resource protected by organization SAML enforcement."),
                "github.com does not allow the branch: the token lacks an authorisation for single sign-on",
            ),
            (
                403,
                vec![],
                said("Repository was archived so is read-only."),
                "github.com refuses the branch: Repository was archived so is read-only.",
            ),
            (
                403,
                vec![],
                said("GitHub Actions is not permitted to create or approve pull requests."),
                "github.com refuses the branch: GitHub Actions is not permitted to create or approve pull requests.",
            ),
            (
                403,
                vec![("retry-after", "17")],
                String::new(),
                "github.com asks to wait 17 s",
            ),
            (
                429,
                vec![("retry-after", "soon")],
                String::new(),
                "github.com asks to wait 60 s",
            ),
            (
                403,
                vec![
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1795816830"),
                    ("date", "Fri, 27 Nov 2026 22:00:00 GMT"),
                ],
                said("API rate limit exceeded for user ID 1."),
                "github.com asks to wait 30 s",
            ),
            (
                403,
                vec![],
                said("You have exceeded a secondary rate limit."),
                "github.com asks to wait 60 s",
            ),
            (
                409,
                vec![],
                said("Git Repository is empty."),
                "github.com refuses the branch: Git Repository is empty.",
            ),
            (
                410,
                vec![],
                said("Issues has been disabled in this repository."),
                "github.com refuses the branch: Issues has been disabled in this repository.",
            ),
            (422, vec![], said("Reference already exists"), "github.com has it already"),
            (
                422,
                vec![],
                invalid("A pull request already exists for shop:x."),
                "github.com has it already",
            ),
            (
                422,
                vec![],
                said("Update is not a fast forward"),
                "the branch moved on github.com",
            ),
            (
                422,
                vec![],
                invalid("No commits between main and x"),
                "github.com refuses the branch: Validation Failed; No commits between main and x",
            ),
            (
                422,
                vec![],
                r#"{"message": "Validation Failed", "errors": [{"field": "base", "code": "invalid"}]}"#.to_owned(),
                "github.com refuses the branch: Validation Failed; base: invalid",
            ),
            (
                422,
                vec![],
                said(r"Repository rule violations found\n\nChanges must be made through a pull request."),
                "github.com refuses the branch: Repository rule violations found; Changes must be made through a pull request.",
            ),
            (
                301,
                vec![("location", "https://evil.example.com")],
                String::new(),
                "github.com refuses the branch: the repository was renamed or moved: its new address is to be used",
            ),
            (
                502,
                vec![],
                "<html>".to_owned(),
                "github.com did not answer the branch: 502 Bad Gateway",
            ),
        ] {
            let told = refusal("github.com", "the branch", &answer(status, &headers, &body)).to_string();
            assert_eq!(told, expected, "{status} {headers:?} {body}");
        }
    }

    #[test]
    fn nothing_in_githubs_words_acts_or_leaks() {
        let body = format!(r#"{{"message": "\u001b[2J ghp_{} {}"}}"#, "a1B2".repeat(9), "x".repeat(1_000));
        let told = refusal("github.com", "the branch", &answer(400, &[], &body)).to_string();
        assert!(!told.contains('\u{1b}') && !told.contains("ghp_a1B2"), "{told}");
        assert!(told.len() < 500, "{}", told.len());
    }
}
