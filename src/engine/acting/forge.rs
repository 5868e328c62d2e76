//! What acting needs from a forge: a port of its own, since everything here writes.
//!
//! The methods are as small as a forge's own calls, so that a run that is killed between any two of them leaves something
//! that the next run recognises. None of them repeats a write by itself.

use async_trait::async_trait;
use thiserror::Error;

use crate::engine::ports::ErrorView;
use crate::plan::{FileChange, Marker};

/// A repository as its forge describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryState {
    /// The branch that `HEAD` stands for.
    pub default_branch: String,
    /// Nothing can be written any more.
    pub archived: bool,
    /// Issues can be opened.
    pub issues: bool,
    /// Longest body of a pull request, issue or comment, in UTF-16 units.
    pub longest_body: usize,
}

/// The newest commit of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// Its id.
    pub commit: String,
    /// Its whole message (hostile text).
    pub message: String,
}

/// How a pull request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullRequestState {
    /// To be reviewed.
    Open,
    /// Its commit is on the base branch.
    Merged,
    /// Closed without being merged.
    Closed,
}

/// A pull request that a forge knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// Number.
    pub number: u64,
    /// Its page.
    pub link: String,
    /// How it stands.
    pub state: PullRequestState,
    /// The token that is used here opened it: only then its marker is believed.
    pub ours: bool,
    /// What its body says it is about; `None` without a marker.
    pub marker: Option<Marker>,
    /// Its labels.
    pub labels: Vec<String>,
}

/// How an issue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueState {
    /// Nobody has closed it.
    Open,
    /// Closed as done.
    Completed,
    /// Closed as not planned: nobody wants to hear of it.
    NotPlanned,
}

/// An issue that a forge knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Number.
    pub number: u64,
    /// Its page.
    pub link: String,
    /// How it stands.
    pub state: IssueState,
    /// What its body says it is about; `None` without a marker.
    pub marker: Option<Marker>,
    /// Its labels.
    pub labels: Vec<String>,
}

/// What a new issue says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIssue<'a> {
    /// Title.
    pub title: &'a str,
    /// Body.
    pub body: &'a str,
    /// Labels, which are made when they are not there.
    pub labels: &'a [String],
}

/// What a branch is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push<'a> {
    /// Name of the branch.
    pub branch: &'a str,
    /// The branch is there, and the parent is its tip; else it is made. The push fails when it is otherwise by then.
    pub exists: bool,
    /// Parent of the new commit.
    pub parent: &'a str,
    /// Message.
    pub message: &'a str,
    /// Files that it writes.
    pub files: &'a [FileChange],
}

/// What a new pull request says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPullRequest<'a> {
    /// From this branch.
    pub branch: &'a str,
    /// Into this one.
    pub base: &'a str,
    /// Title.
    pub title: &'a str,
    /// Body.
    pub body: &'a str,
}

/// Why a forge did not do something, by what the caller can do about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ForgeError {
    /// 401, 403 or 404: the token does not allow it. Forges answer 404 for what one may not know of.
    #[error("{forge} does not allow {what}{}", missing.as_deref().map(|m| format!(": the token lacks {m}")).unwrap_or_default())]
    NotAllowed {
        /// Which forge.
        forge: String,
        /// What was tried.
        what: &'static str,
        /// What the token lacks, in the forge's words.
        missing: Option<String>,
    },
    /// The branch or pull request exists already: somebody was faster.
    #[error("{forge} has it already")]
    Exists {
        /// Which forge.
        forge: String,
    },
    /// The branch is not where it was: somebody pushed.
    #[error("the branch moved on {forge}")]
    Moved {
        /// Which forge.
        forge: String,
    },
    /// A rule of the repository forbids it: a protected branch, required signatures, a body that is too long.
    #[error("{forge} refuses {what}: {message}")]
    Refused {
        /// Which forge.
        forge: String,
        /// What was tried.
        what: &'static str,
        /// Its words (hostile text).
        message: String,
    },
    /// Too many calls: none before this many seconds.
    #[error("{forge} asks to wait {seconds} s")]
    Limited {
        /// Which forge.
        forge: String,
        /// How long.
        seconds: u64,
    },
    /// It could not be reached, or broke: a write may or may not have happened.
    #[error("{forge} did not answer {what}: {message}")]
    Unanswered {
        /// Which forge.
        forge: String,
        /// What was tried.
        what: &'static str,
        /// What was seen.
        message: String,
    },
}

impl ForgeError {
    /// What failed, what was said, what to try: for a person.
    pub fn view(&self) -> ErrorView {
        let hint = match self {
            Self::NotAllowed {
                missing: Some(missing), ..
            } => format!("Give the token {missing}, or use another one."),
            Self::NotAllowed { missing: None, .. } => {
                "Check that the token is for this repository and may write to it; where single sign-on is on, authorise it there."
                    .to_owned()
            }
            Self::Exists { .. } | Self::Moved { .. } => {
                "Nothing was overwritten. Look again: somebody else was there.".to_owned()
            }
            Self::Refused { .. } => "Its rules decide; open an Issue instead, or ask who owns the repository.".to_owned(),
            Self::Limited { seconds, .. } => format!("Wait {seconds} s and press again; nothing is half done."),
            Self::Unanswered { .. } => "Press again: what went through is found, and nothing is made twice.".to_owned(),
        };
        ErrorView {
            title: "The forge did not do it".to_owned(),
            detail: format!("{self}."),
            hint,
        }
    }
}

/// One repository on a forge.
#[async_trait]
pub trait Forge: Send + Sync {
    /// Host and path, for people.
    fn address(&self) -> String;

    /// What it is like.
    async fn repository(&self) -> Result<RepositoryState, ForgeError>;

    /// The newest commit of a branch; `None` when there is no such branch.
    async fn tip(&self, branch: &str) -> Result<Option<Tip>, ForgeError>;

    /// Every pull request that ever came from this branch of this repository, the newest first.
    async fn pull_requests(&self, branch: &str) -> Result<Vec<PullRequest>, ForgeError>;

    /// Puts a commit on a branch and moves the branch to it, if it still is where it was expected; the new commit's id.
    /// Nothing can be seen of it when it fails.
    async fn push(&self, push: Push<'_>) -> Result<String, ForgeError>;

    /// Opens a pull request.
    async fn open(&self, new: NewPullRequest<'_>) -> Result<PullRequest, ForgeError>;

    /// Replaces title and body.
    async fn rewrite(&self, number: u64, title: &str, body: &str) -> Result<(), ForgeError>;

    /// Bodies of the comments that the token used here wrote, oldest first.
    async fn own_comments(&self, number: u64) -> Result<Vec<String>, ForgeError>;

    /// Adds a comment.
    async fn comment(&self, number: u64, body: &str) -> Result<(), ForgeError>;

    /// Puts labels on a pull request or an issue, making those that are not there.
    async fn label(&self, number: u64, labels: &[String]) -> Result<(), ForgeError>;

    /// Closes a pull request without merging it.
    async fn close(&self, number: u64) -> Result<(), ForgeError>;

    /// Removes a branch, if its tip still is this commit.
    async fn remove_branch(&self, branch: &str, tip: &str) -> Result<(), ForgeError>;

    /// Every issue, open or closed, that the token used here opened and that has this label, oldest first.
    async fn own_issues(&self, label: &str) -> Result<Vec<Issue>, ForgeError>;

    /// Opens an issue. No forge has a lock for these: two at once make two.
    async fn open_issue(&self, new: NewIssue<'_>) -> Result<Issue, ForgeError>;

    /// Replaces title and body of an issue.
    async fn rewrite_issue(&self, number: u64, title: &str, body: &str) -> Result<(), ForgeError>;

    /// Opens an issue again, or closes it for this reason.
    async fn set_issue(&self, number: u64, state: IssueState) -> Result<(), ForgeError>;
}
