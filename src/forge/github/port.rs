//! The port: each method one call or two.

use async_trait::async_trait;
use serde::Serialize;

use super::GitHub;
use super::call::{NOTHING, Verb};
use super::commit::branch_path;
use super::objects::{Comment, Commit, Pull, Reference, Repository, Ticket};
use crate::engine::ports::{
    Forge, ForgeError, Issue, IssueState, NewIssue, NewPullRequest, PullRequest, Push, RepositoryState, Tip,
};

/// Longest body of a pull request, an issue or a comment (422 above), in UTF-16 units to be safe.
const LONGEST_BODY: usize = 65_536;

#[derive(Debug, Serialize)]
struct NewPull<'a> {
    title: &'a str,
    head: &'a str,
    base: &'a str,
    body: &'a str,
}

#[derive(Debug, Serialize)]
struct Text<'a> {
    title: &'a str,
    body: &'a str,
}

#[derive(Debug, Serialize)]
struct NewComment<'a> {
    body: &'a str,
}

#[derive(Debug, Serialize)]
struct Labels<'a> {
    labels: &'a [String],
}

#[derive(Debug, Serialize)]
struct NewTicket<'a> {
    title: &'a str,
    body: &'a str,
    labels: &'a [String],
}

#[derive(Debug, Serialize)]
struct State {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_reason: Option<&'static str>,
}

impl GitHub {
    /// Address of the repository's page.
    fn page(&self) -> String {
        format!("https://{}/{}/{}", self.host, self.owner, self.name)
    }

    /// The commit that a branch points to; `None` when there is no such branch.
    async fn branch(&self, branch: &str) -> Result<Option<String>, ForgeError> {
        let route = self.route_here(&branch_path(&["git", "ref"], branch), &[]);
        let found: Option<Reference> = self.find("the branch", &route).await?;
        Ok(found.map(|reference| reference.object.sha))
    }
}

#[async_trait]
impl Forge for GitHub {
    fn address(&self) -> String {
        format!("{}/{}/{}", self.host, self.owner, self.name)
    }

    async fn repository(&self) -> Result<RepositoryState, ForgeError> {
        let repository: Repository = self.get("the repository", &self.route_here(&[], &[])).await?;
        Ok(RepositoryState {
            default_branch: repository.default_branch,
            archived: repository.archived,
            issues: repository.has_issues,
            longest_body: LONGEST_BODY,
        })
    }

    async fn tip(&self, branch: &str) -> Result<Option<Tip>, ForgeError> {
        let Some(id) = self.branch(branch).await? else {
            return Ok(None);
        };
        let route = self.route_here(&["git", "commits", &id], &[]);
        let commit: Commit = self.get("the commit", &route).await?;
        Ok(Some(Tip {
            commit: id,
            message: commit.message,
        }))
    }

    async fn pull_requests(&self, branch: &str) -> Result<Vec<PullRequest>, ForgeError> {
        let login = self.login().await?;
        let head = format!("{}:{branch}", self.owner);
        let query = [
            ("head", head.as_str()),
            ("state", "all"),
            ("sort", "created"),
            ("direction", "desc"),
        ];
        let found: Vec<Pull> = self.list("the pull requests", &["pulls"], &query).await?;
        let here = format!("{}/{}", self.owner, self.name);
        let from_here = found.into_iter().filter(|pull| pull.is_from(&here));
        Ok(from_here.map(|pull| pull.told(&self.page(), login)).collect())
    }

    async fn push(&self, push: Push<'_>) -> Result<String, ForgeError> {
        self.push_commit(push).await
    }

    async fn open(&self, new: NewPullRequest<'_>) -> Result<PullRequest, ForgeError> {
        let new = NewPull {
            title: new.title,
            head: new.branch,
            base: new.base,
            body: new.body,
        };
        let opened: Pull = self.write("a pull request", Verb::Post, &["pulls"], &new).await?;
        // Whoever opened it is us, whatever the answer lacks.
        let login = opened.user.as_ref().map(|user| user.login.clone()).unwrap_or_default();
        let told = opened.told(&self.page(), &login);
        Ok(PullRequest { ours: true, ..told })
    }

    async fn rewrite(&self, number: u64, title: &str, body: &str) -> Result<(), ForgeError> {
        let path = ["pulls", &number.to_string()];
        self.send("the pull request", Verb::Patch, &path, Some(&Text { title, body }))
            .await
    }

    async fn own_comments(&self, number: u64) -> Result<Vec<String>, ForgeError> {
        let login = self.login().await?;
        let path = ["issues", &number.to_string(), "comments"];
        let comments: Vec<Comment> = self.list("the comments", &path, &[]).await?;
        let is_own = |comment: &Comment| {
            let user = comment.user.as_ref();
            user.is_some_and(|user| user.login.eq_ignore_ascii_case(login))
        };
        let own = comments.into_iter().filter(is_own);
        Ok(own.filter_map(|comment| comment.body).collect())
    }

    async fn comment(&self, number: u64, body: &str) -> Result<(), ForgeError> {
        let path = ["issues", &number.to_string(), "comments"];
        self.send("a comment", Verb::Post, &path, Some(&NewComment { body })).await
    }

    async fn label(&self, number: u64, labels: &[String]) -> Result<(), ForgeError> {
        // An empty list is refused.
        if labels.is_empty() {
            return Ok(());
        }
        let path = ["issues", &number.to_string(), "labels"];
        self.send("the labels", Verb::Post, &path, Some(&Labels { labels })).await
    }

    async fn close(&self, number: u64) -> Result<(), ForgeError> {
        let closed = State {
            state: "closed",
            state_reason: None,
        };
        let path = ["pulls", &number.to_string()];
        self.send("the pull request", Verb::Patch, &path, Some(&closed)).await
    }

    async fn remove_branch(&self, branch: &str, tip: &str) -> Result<(), ForgeError> {
        // GitHub removes whatever is there: what somebody pushes between these two calls is lost with the branch, and stays
        // in the list of the pull request.
        match self.branch(branch).await? {
            Some(now) if now == tip => {
                let path = branch_path(&["git", "refs"], branch);
                self.send("the branch", Verb::Delete, &path, NOTHING).await
            }
            Some(_) | None => Err(ForgeError::Moved {
                forge: self.host.clone(),
            }),
        }
    }

    async fn own_issues(&self, label: &str) -> Result<Vec<Issue>, ForgeError> {
        let login = self.login().await?;
        let query = [
            ("creator", login),
            ("labels", label),
            ("state", "all"),
            ("sort", "created"),
            ("direction", "asc"),
        ];
        let found: Vec<Ticket> = self.list("the issues", &["issues"], &query).await?;
        let issues = found.into_iter().filter(|ticket| ticket.pull_request.is_none());
        Ok(issues.map(|ticket| ticket.told(&self.page())).collect())
    }

    async fn open_issue(&self, new: NewIssue<'_>) -> Result<Issue, ForgeError> {
        let new = NewTicket {
            title: new.title,
            body: new.body,
            labels: new.labels,
        };
        let opened: Ticket = self.write("an issue", Verb::Post, &["issues"], &new).await?;
        Ok(opened.told(&self.page()))
    }

    async fn rewrite_issue(&self, number: u64, title: &str, body: &str) -> Result<(), ForgeError> {
        let path = ["issues", &number.to_string()];
        self.send("the issue", Verb::Patch, &path, Some(&Text { title, body })).await
    }

    async fn set_issue(&self, number: u64, state: IssueState) -> Result<(), ForgeError> {
        let state = match state {
            IssueState::Open => State {
                state: "open",
                state_reason: Some("reopened"),
            },
            IssueState::Completed => State {
                state: "closed",
                state_reason: Some("completed"),
            },
            IssueState::NotPlanned => State {
                state: "closed",
                state_reason: Some("not_planned"),
            },
        };
        let path = ["issues", &number.to_string()];
        self.send("the issue", Verb::Patch, &path, Some(&state)).await
    }
}
