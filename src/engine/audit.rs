//! What was done, tried and refused: one entry for each step of an action, written before and after it, never changed.
//!
//! Identities are those that may leave the machine; nothing here holds a value of a manifest.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ports::StoreError;
use crate::drift::{ApplicationIdentity, ResourceKey};

/// What a person or a policy asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A pull request.
    PullRequest,
    /// An issue.
    Issue,
    /// An ignore rule.
    Ignore,
    /// The live value into Git.
    Accept,
    /// Not now.
    Snooze,
    /// A verdict overruled.
    Disagree,
}

impl Action {
    /// The word used in JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PullRequest => "pull-request",
            Self::Issue => "issue",
            Self::Ignore => "ignore",
            Self::Accept => "accept",
            Self::Snooze => "snooze",
            Self::Disagree => "disagree",
        }
    }
}

/// How far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// It is about to be written: after this line a killed run may have written it.
    Intended,
    /// It was written.
    Done,
    /// It was there already, or somebody decided against it: nothing was written.
    NothingToDo,
    /// It was refused before anything was written.
    Refused,
    /// The forge, the disk or the network failed; the next try finds what was written.
    Failed,
    /// It was taken back.
    TakenBack,
}

impl Step {
    /// The word used in JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Done => "done",
            Self::NothingToDo => "nothing-to-do",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::TakenBack => "taken-back",
        }
    }
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// By whom: a name for people (hostile text: of this machine's user).
    pub by: String,
    /// What was asked for.
    pub action: Action,
    /// How far it came.
    pub step: Step,
    /// About which Application.
    pub application: ApplicationIdentity,
    /// About which resource.
    pub resource: ResourceKey,
    /// About which difference.
    pub fingerprint: String,
    /// Its verdict then, as a word.
    pub verdict: String,
    /// Where it goes: repository and branch, or a file.
    pub target: String,
    /// What was done or why not, one sentence (redacted; hostile text inside).
    pub what: String,
    /// Why, in the person's words; empty when none were asked for.
    pub why: String,
    /// Where it can be read.
    pub link: Option<String>,
}

/// The audit log. Nothing in it is ever changed or removed by us.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Appends one entry. It is on disk when this returns.
    async fn append(&self, entry: AuditEntry) -> Result<(), StoreError>;

    /// Everything, oldest first.
    async fn entries(&self) -> Result<Vec<AuditEntry>, StoreError>;
}
