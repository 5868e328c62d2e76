//! Lists of ignore rules, as ports: where rules come from, and the one that can be written.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use thiserror::Error;

use super::ports::ErrorView;
use crate::ignore::edit::EditError;
use crate::ignore::{IgnoreRule, RuleSet};

/// Where ignore rules come from.
#[async_trait]
pub trait IgnoreSource: Send + Sync {
    /// The rules as they are known now; of a source that cannot be read, the last good copy. It never waits for a network:
    /// what lies there is fetched beside, when it is time. Cheap when nothing changed.
    async fn rules(&self, now: Timestamp) -> IgnoreRules;

    /// The same, once everything that lies in a network has answered at least once or has been given up: for a single pass,
    /// which has no next time. It takes no longer than the deadline of one fetch.
    async fn fetched_rules(&self, now: Timestamp) -> IgnoreRules;

    /// Ends when a fetch has ended since the last call: then [`IgnoreSource::rules`] may have news.
    async fn fetched(&self);
}

/// Why a list of ignore rules could not be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IgnoreListError {
    /// The system refuses.
    #[error("cannot {doing} {path}: {message}")]
    System {
        /// Which file.
        path: String,
        /// What was tried, as a verb.
        doing: &'static str,
        /// The system's words.
        message: String,
    },
    /// What stands there cannot be added to.
    #[error("{path}: {why}")]
    Form {
        /// Which file.
        path: String,
        /// Why, as a clause.
        why: EditError,
    },
}

impl IgnoreListError {
    /// What failed, what was said, what to try: for a person.
    pub fn view(&self) -> ErrorView {
        let (path, hint) = match self {
            Self::System { path, .. } => (path, "Nothing was changed. See that it and its folder can be written."),
            Self::Form { path, .. } => (
                path,
                "Mend the file first; `driftline ignore list` says what is wrong with it.",
            ),
        };
        ErrorView {
            title: format!("The rule was not written to {path}"),
            detail: format!("{self}."),
            hint: hint.to_owned(),
        }
    }
}

/// A list of ignore rules that can be written: the person's own.
#[async_trait]
pub trait IgnoreList: Send + Sync {
    /// Where it lies, as the origin of its rules says it.
    fn name(&self) -> String;

    /// Adds a rule; everything else stays as it is. `false` when a rule that does the same stands there already. It is on disk
    /// when this returns.
    async fn add(&self, rule: &IgnoreRule) -> Result<bool, IgnoreListError>;

    /// Takes this very rule out. `false` when it is not there.
    async fn remove(&self, rule: &IgnoreRule) -> Result<bool, IgnoreListError>;
}

/// Ignore rules and how fresh they are.
#[derive(Debug, Clone, Default)]
pub struct IgnoreRules {
    /// The rules, indexed.
    pub set: Arc<RuleSet>,
    /// What they came from, in order.
    pub sources: Vec<IgnoreSourceState>,
}

/// How one source of ignore rules stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreSourceState {
    /// Which one: the path of a file, or `repository@branch:path`.
    pub name: String,
    /// The commit whose rules hold; `None` for a file, or when nothing was read yet.
    pub commit: Option<String>,
    /// When it was last read well, also by an earlier run; `None` for never.
    pub read_at: Option<Timestamp>,
    /// Why it could not be read when that was last tried; the rules of the last good copy hold. May quote names from the file.
    pub error: Option<String>,
    /// How many rules it gave.
    pub rules: usize,
}
