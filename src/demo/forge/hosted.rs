//! A repository on the forge: the bare one on disk, and what a forge knows besides: pull requests, issues, labels.

use std::collections::BTreeMap;

use hyper::StatusCode;
use jiff::Timestamp;

use super::answer::Answer;
use crate::git::CommitId;
use crate::git::bare::BareRepository;
use crate::plan::LONGEST_BODY;
use crate::plan::markdown::utf16_length;

/// Longest body that the forge takes, in UTF-16 units.
const LONGEST_TAKEN: usize = 65_536;

// What is planned must fit.
const _: () = assert!(LONGEST_BODY < LONGEST_TAKEN);

/// Longest title that the forge takes, in characters.
const LONGEST_TITLE: usize = 256;

/// What its administrators chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositorySettings {
    /// Nothing can be written.
    pub archived: bool,
    /// Issues can be opened.
    pub issues: bool,
    /// Branches that nobody may make, move or remove: full names, or folders with a slash at the end.
    pub protected: Vec<String>,
    /// Every tree is told to be cut off, as those of very large repositories are.
    pub truncated_trees: bool,
}

impl Default for RepositorySettings {
    /// Nothing special: issues are on.
    fn default() -> Self {
        Self {
            archived: false,
            issues: true,
            protected: Vec::new(),
            truncated_trees: false,
        }
    }
}

/// A repository.
#[derive(Debug)]
pub(super) struct Hosted {
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) default_branch: String,
    pub(super) bare: BareRepository,
    pub(super) settings: RepositorySettings,
    /// Issues and pull requests share their numbers.
    pub(super) tickets: BTreeMap<u64, Ticket>,
    pub(super) labels: BTreeMap<String, Label>,
    pub(super) comments: u64,
    pub(super) created: Timestamp,
}

/// A label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) name: String,
    pub(super) color: String,
    pub(super) description: Option<String>,
}

/// An issue or a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) number: u64,
    pub(super) author: String,
    pub(super) title: String,
    pub(super) body: String,
    /// When, and why.
    pub(super) closed: Option<(Timestamp, String)>,
    pub(super) labels: Vec<String>,
    pub(super) comments: Vec<Comment>,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) pull: Option<Pull>,
}

/// What a pull request has besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pull {
    pub(super) head: String,
    pub(super) base: String,
    /// Tips, as they were last seen.
    pub(super) head_commit: CommitId,
    pub(super) base_commit: CommitId,
    pub(super) draft: bool,
    /// When, by which commit, by whom.
    pub(super) merged: Option<(Timestamp, CommitId, String)>,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) author: String,
    pub(super) body: String,
    pub(super) at: Timestamp,
}

impl Ticket {
    pub(super) fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    pub(super) fn state(&self) -> &'static str {
        if self.is_open() { "open" } else { "closed" }
    }
}

impl Hosted {
    pub(super) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    pub(super) fn next_number(&self) -> u64 {
        self.tickets.keys().next_back().map_or(1, |last| last + 1)
    }

    /// An issue or pull request by its number, as it stands in a path.
    pub(super) fn ticket(&self, number: &str) -> Result<&Ticket, Answer> {
        let number = number.parse::<u64>().map_err(|_| Answer::not_found())?;
        self.tickets.get(&number).ok_or_else(Answer::not_found)
    }

    pub(super) fn ticket_mut(&mut self, number: &str) -> Result<&mut Ticket, Answer> {
        let number = number.parse::<u64>().map_err(|_| Answer::not_found())?;
        self.tickets.get_mut(&number).ok_or_else(Answer::not_found)
    }

    /// A pull request by its number.
    pub(super) fn pull(&self, number: &str) -> Result<(&Ticket, &Pull), Answer> {
        let ticket = self.ticket(number)?;
        ticket.pull.as_ref().map(|pull| (ticket, pull)).ok_or_else(Answer::not_found)
    }

    /// Refuses a write to what is read-only.
    pub(super) fn must_be_writable(&self) -> Result<(), Answer> {
        match self.settings.archived {
            true => Err(Answer::refused(
                StatusCode::FORBIDDEN,
                "Repository was archived so is read-only.",
            )),
            false => Ok(()),
        }
    }

    /// Refuses what a rule of the repository forbids.
    pub(super) fn must_not_be_protected(&self, branch: &str) -> Result<(), Answer> {
        let matches = |rule: &String| rule == branch || (rule.ends_with('/') && branch.starts_with(rule.as_str()));
        match self.settings.protected.iter().any(matches) {
            true => Err(Answer::unprocessable(
                "Repository rule violations found\n\nChanges must be made through a pull request.",
            )),
            false => Ok(()),
        }
    }

    /// The tip of a branch.
    pub(super) async fn tip(&self, branch: &str) -> Result<Option<CommitId>, Answer> {
        Ok(self.bare.reference(&format!("refs/heads/{branch}")).await?)
    }

    /// A branch was moved or removed: open pull requests follow it, or end with it.
    pub(super) fn branch_is_at(&mut self, branch: &str, tip: Option<&CommitId>, now: Timestamp) {
        for ticket in self.tickets.values_mut().filter(|ticket| ticket.is_open()) {
            let Some(pull) = ticket.pull.as_mut() else { continue };
            if pull.base == branch
                && let Some(tip) = tip
            {
                pull.base_commit = tip.clone();
            }
            if pull.head == branch {
                ticket.updated = now;
                match tip {
                    Some(tip) => pull.head_commit = tip.clone(),
                    None => ticket.closed = Some((now, String::new())),
                }
            }
        }
    }

    /// Makes the labels that are not there yet, as the forge does when they are put on something.
    pub(super) fn make_labels(&mut self, names: &[String]) {
        for name in names {
            self.labels.entry(name.to_lowercase()).or_insert_with(|| Label {
                name: name.clone(),
                color: "ededed".to_owned(),
                description: None,
            });
        }
    }
}

/// Refuses a title or a body that the forge does not take.
pub(super) fn must_fit(resource: &str, title: Option<&str>, body: Option<&str>) -> Result<(), Answer> {
    match title.map(str::trim) {
        Some("") => return Err(Answer::invalid_field(resource, "title", "missing_field")),
        Some(title) if title.chars().count() > LONGEST_TITLE => {
            let message = format!("title is too long (maximum is {LONGEST_TITLE} characters)");
            return Err(Answer::invalid_because(resource, message));
        }
        _ => {}
    }
    match body {
        Some(body) if utf16_length(body) > LONGEST_TAKEN => {
            let message = format!("body is too long (maximum is {LONGEST_TAKEN} characters)");
            Err(Answer::invalid_because(resource, message))
        }
        _ => Ok(()),
    }
}
