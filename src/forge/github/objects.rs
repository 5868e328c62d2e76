//! What is read of GitHub's answers: only what is needed, so that nothing else can be wrong with them.

use serde::Deserialize;
use url::Url;

use crate::engine::ports::{Issue, IssueState, PullRequest, PullRequestState};
use crate::plan::Marker;

#[derive(Debug, Deserialize)]
pub(super) struct Repository {
    pub(super) default_branch: String,
    #[serde(default)]
    pub(super) archived: bool,
    #[serde(default)]
    pub(super) has_issues: bool,
}

/// Anything with a name of Git's.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub(super) sha: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reference {
    pub(super) object: Named,
}

#[derive(Debug, Deserialize)]
pub(super) struct Commit {
    pub(super) message: String,
    pub(super) tree: Named,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct TreeEntry {
    pub(super) path: String,
    pub(super) mode: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) sha: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Tree {
    pub(super) tree: Vec<TreeEntry>,
    #[serde(default)]
    pub(super) truncated: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) login: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Comment {
    pub(super) user: Option<User>,
    pub(super) body: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Label {
    pub(super) name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct HeadRepository {
    pub(super) full_name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Head {
    /// Absent when the fork that it was in is gone.
    pub(super) repo: Option<HeadRepository>,
}

/// A pull request. What a create answers on an old server may lack all but the first two.
#[derive(Debug, Deserialize)]
pub(super) struct Pull {
    pub(super) number: u64,
    pub(super) html_url: String,
    #[serde(default)]
    pub(super) state: String,
    pub(super) merged_at: Option<String>,
    pub(super) user: Option<User>,
    pub(super) body: Option<String>,
    #[serde(default)]
    pub(super) labels: Vec<Label>,
    pub(super) head: Option<Head>,
}

/// An issue; pull requests are listed among them.
#[derive(Debug, Deserialize)]
pub(super) struct Ticket {
    pub(super) number: u64,
    pub(super) html_url: String,
    #[serde(default)]
    pub(super) state: String,
    pub(super) state_reason: Option<String>,
    pub(super) body: Option<String>,
    #[serde(default)]
    pub(super) labels: Vec<Label>,
    pub(super) pull_request: Option<serde::de::IgnoredAny>,
}

fn names(labels: Vec<Label>) -> Vec<String> {
    labels.into_iter().filter_map(|label| label.name).collect()
}

/// An address that may be opened; `otherwise` for anything else.
fn page(address: String, otherwise: impl FnOnce() -> String) -> String {
    let is_web = Url::parse(&address).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
    if is_web { address } else { otherwise() }
}

impl Pull {
    /// Whether it comes from the repository of this full name, and not from a fork: those of one owner are listed together.
    pub(super) fn is_from(&self, repository: &str) -> bool {
        let from = self.head.as_ref().and_then(|head| head.repo.as_ref());
        from.is_some_and(|from| from.full_name.eq_ignore_ascii_case(repository))
    }

    /// In our words; `repository` is the address of its page.
    pub(super) fn told(self, repository: &str, login: &str) -> PullRequest {
        PullRequest {
            number: self.number,
            link: page(self.html_url, || format!("{repository}/pull/{}", self.number)),
            state: match (self.merged_at, self.state.as_str()) {
                (Some(_), _) => PullRequestState::Merged,
                (None, "closed") => PullRequestState::Closed,
                (None, _) => PullRequestState::Open,
            },
            ours: self.user.is_some_and(|user| user.login.eq_ignore_ascii_case(login)),
            marker: self.body.as_deref().and_then(Marker::find),
            labels: names(self.labels),
        }
    }
}

impl Ticket {
    /// In our words; `repository` is the address of its page.
    pub(super) fn told(self, repository: &str) -> Issue {
        Issue {
            number: self.number,
            link: page(self.html_url, || format!("{repository}/issues/{}", self.number)),
            state: match (self.state.as_str(), self.state_reason.as_deref()) {
                ("closed", Some("not_planned" | "duplicate")) => IssueState::NotPlanned,
                ("closed", _) => IssueState::Completed,
                _ => IssueState::Open,
            },
            marker: self.body.as_deref().and_then(Marker::find),
            labels: names(self.labels),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_may_lack_everything_that_is_not_needed() {
        let pull: Pull = serde_json::from_str(r#"{"number": 7, "html_url": "javascript:alert(1)"}"#).unwrap();
        let told = pull.told("https://git.example.com/shop/web", "me");
        assert_eq!(told.link, "https://git.example.com/shop/web/pull/7");
        assert_eq!((told.state, told.ours, told.marker), (PullRequestState::Open, false, None));
    }

    #[test]
    fn a_pull_request_from_a_fork_is_not_from_here() {
        for (head, expected) in [
            (r#"{"repo": {"full_name": "Shop/Web"}}"#, true),
            (r#"{"repo": {"full_name": "shop/web-fork"}}"#, false),
            (r#"{"repo": null}"#, false),
            ("null", false),
        ] {
            let pull = format!(r#"{{"number": 1, "html_url": "", "head": {head}}}"#);
            let pull: Pull = serde_json::from_str(&pull).unwrap();
            assert_eq!(pull.is_from("shop/web"), expected, "{head}");
        }
    }

    #[test]
    fn why_an_issue_was_closed_is_understood() {
        for (fields, expected) in [
            (r#""state": "open""#, IssueState::Open),
            (r#""state": "open", "state_reason": "reopened""#, IssueState::Open),
            (r#""state": "closed", "state_reason": "completed""#, IssueState::Completed),
            // Older servers give no reason.
            (r#""state": "closed""#, IssueState::Completed),
            (r#""state": "closed", "state_reason": "not_planned""#, IssueState::NotPlanned),
            (r#""state": "closed", "state_reason": "duplicate""#, IssueState::NotPlanned),
        ] {
            let ticket: Ticket = serde_json::from_str(&format!(r#"{{"number": 1, "html_url": "", {fields}}}"#)).unwrap();
            assert_eq!(ticket.told("").state, expected, "{fields}");
        }
    }
}
