//! What was last read well of one source of ignore rules, and how reading stands.

use std::path::Path;

use jiff::Timestamp;

use crate::config::ignore_list;
use crate::drift::Glob;
use crate::engine::ports::IgnoreSourceState;
use crate::git::CommitId;
use crate::ignore::IgnoreRule;

/// The last good copy of a source.
#[derive(Debug)]
pub(super) struct LastGood {
    name: String,
    environment: Option<Glob>,
    commit: Option<CommitId>,
    rules: Vec<IgnoreRule>,
    read_at: Option<Timestamp>,
    error: Option<String>,
}

impl LastGood {
    /// Nothing was read yet. The rules hold in these environments only, if any are given.
    pub(super) fn new(name: String, environment: Option<Glob>) -> Self {
        Self {
            name,
            environment,
            commit: None,
            rules: Vec::new(),
            read_at: None,
            error: None,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn rules(&self) -> &[IgnoreRule] {
        &self.rules
    }

    /// Other rules were read.
    pub(super) fn replace(&mut self, mut rules: Vec<IgnoreRule>, commit: Option<CommitId>, read_at: Timestamp) {
        for rule in &mut rules {
            rule.scope.source_environment = self.environment.clone();
        }
        self.rules = rules;
        self.commit = commit;
        self.confirm(read_at);
    }

    /// The same was read again.
    pub(super) fn confirm(&mut self, read_at: Timestamp) {
        self.read_at = Some(read_at);
        self.error = None;
    }

    /// Reading failed; what was read before holds.
    pub(super) fn fail(&mut self, why: String) {
        if self.error.as_ref() != Some(&why) {
            tracing::warn!(source = %self.name, error = %why, "ignore rules could not be read; the last good ones hold");
        }
        self.error = Some(why);
    }

    pub(super) fn state(&self) -> IgnoreSourceState {
        IgnoreSourceState {
            name: self.name.clone(),
            commit: self.commit.as_ref().map(CommitId::to_string),
            read_at: self.read_at,
            error: self.error.clone(),
            rules: self.rules.len(),
        }
    }
}

/// The rules in a text, or everything that is wrong with it.
pub(super) fn parse(text: &str, name: &str) -> Result<Vec<IgnoreRule>, String> {
    ignore_list(text, Path::new(name)).map_err(|problems| problems.to_string())
}
