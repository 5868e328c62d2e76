//! Which endpoint is answered where.

use hyper::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Answered};
use super::objects::Addresses;
use super::repositories::Repositories;
use super::{git_data, issues, page, pulls};
use crate::demo::request::Target;

/// Entries of a page of a list, where nobody says how many.
const PAGE: usize = 30;
const LARGEST_PAGE: usize = 100;

/// What is asked, by whom and when.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) target: Target,
    /// The body; null without one.
    pub(super) body: Value,
    pub(super) login: String,
    pub(super) now: Timestamp,
    pub(super) addresses: Addresses,
}

impl Asked {
    /// A text of the body.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str()
    }

    /// A list of texts of the body.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let list = self.body.get(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }

    /// The page of a list that is asked for.
    pub(super) fn page_of(&self, all: Vec<Value>) -> Value {
        let number = |name: &str| self.target.filled(name).and_then(|text| text.parse::<usize>().ok());
        let size = number("per_page").unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
        let page = number("page").unwrap_or(1).max(1);
        all.into_iter().skip(size.saturating_mul(page - 1)).take(size).collect()
    }
}

/// Segments of a path of the API; `None` for any other path.
pub(super) fn api_segments(target: &Target) -> Option<Vec<&str>> {
    let segments: Vec<&str> = target.segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["api", "v3", rest @ ..] => Some(rest.to_vec()),
        _ => None,
    }
}

/// A page for people, for which nobody needs a token.
pub(super) async fn answer_page(asked: &Asked, repositories: &mut Repositories) -> Answered {
    let segments: Vec<&str> = asked.target.segments.iter().map(String::as_str).collect();
    match (&asked.method, segments.as_slice()) {
        (&Method::GET, [owner, name, "pull" | "issues", number]) => {
            page::ticket(asked, repositories.get(owner, name).await?, number).await
        }
        _ => Err(Answer::new(
            StatusCode::NOT_FOUND,
            super::answer::Content::Html(page::not_found()),
        )),
    }
}

/// A call of the API.
pub(super) async fn answer(asked: &Asked, repositories: &mut Repositories) -> Answered {
    let segments = api_segments(&asked.target).ok_or_else(Answer::not_found)?;
    match segments.as_slice() {
        ["user"] if asked.method == Method::GET => Ok(Answer::ok(asked.addresses.own_user(&asked.login, asked.now))),
        ["repos", owner, name, rest @ ..] => {
            let hosted = repositories.get(owner, name).await?;
            match (asked.method.as_str(), rest) {
                ("GET", []) => Ok(Answer::ok(asked.addresses.repository(hosted))),
                ("GET", ["git", "ref", name @ ..]) => git_data::reference(asked, hosted, name).await,
                ("POST", ["git", "refs"]) => git_data::create_reference(asked, hosted).await,
                ("PATCH", ["git", "refs", name @ ..]) => git_data::update_reference(asked, hosted, name).await,
                ("DELETE", ["git", "refs", name @ ..]) => git_data::delete_reference(asked, hosted, name).await,
                ("POST", ["git", "commits"]) => git_data::create_commit(asked, hosted).await,
                ("GET", ["git", "commits", id]) => git_data::commit(asked, hosted, id).await,
                ("POST", ["git", "trees"]) => git_data::create_tree(asked, hosted).await,
                ("GET", ["git", "trees", id]) => git_data::tree(asked, hosted, id).await,
                ("POST", ["git", "blobs"]) => git_data::create_blob(asked, hosted).await,
                ("GET", ["git", "blobs", id]) => git_data::blob(asked, hosted, id).await,
                ("GET", ["pulls"]) => pulls::list(asked, hosted),
                ("POST", ["pulls"]) => pulls::create(asked, hosted).await,
                ("GET", ["pulls", number]) => pulls::one(asked, hosted, number),
                ("PATCH", ["pulls", number]) => pulls::change(asked, hosted, number).await,
                ("PUT", ["pulls", number, "merge"]) => pulls::merge(asked, hosted, number).await,
                ("GET", ["issues"]) => issues::list(asked, hosted),
                ("POST", ["issues"]) => issues::create(asked, hosted),
                ("GET", ["issues", number]) => issues::one(asked, hosted, number),
                ("PATCH", ["issues", number]) => issues::change(asked, hosted, number),
                ("GET", ["issues", number, "comments"]) => issues::comments(asked, hosted, number),
                ("POST", ["issues", number, "comments"]) => issues::create_comment(asked, hosted, number),
                ("GET", ["issues", number, "labels"]) => issues::labels_of(asked, hosted, number),
                ("POST", ["issues", number, "labels"]) => issues::add_labels(asked, hosted, number),
                ("GET", ["labels"]) => Ok(issues::labels(asked, hosted)?),
                ("POST", ["labels"]) => issues::create_label(asked, hosted),
                _ => Err(Answer::not_found()),
            }
        }
        _ => Err(Answer::not_found()),
    }
}

/// What a token must be allowed for a write, as `X-Accepted-GitHub-Permissions` names it.
pub(super) fn permission(target: &Target) -> &'static str {
    let segments = api_segments(target).unwrap_or_default();
    match segments.get(3) {
        Some(&"pulls") => "pull_requests=write",
        Some(&("issues" | "labels")) => "issues=write; pull_requests=write",
        _ => "contents=write",
    }
}
