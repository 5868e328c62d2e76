//! Git, as the command line that people have anyway, in scratch repositories of our own in the cache folder.
//!
//! [`Git::read`] reads one file of one branch; start there. [`bare`] is a repository that is served to others. `scratch` makes the repository to work in and takes it away
//! again, `command` runs one command in it, with a deadline, bounded, and without anything that a checkout could say.

pub mod bare;
mod command;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
mod read;
mod scratch;
#[cfg(test)]
mod tests;

pub use error::GitError;
pub use read::{CommitId, FileProblem, FileRead};

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// What runs when `ssh` is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SshCommand {
    /// `ssh` that asks nobody anything, unless Git's configuration names another command.
    #[default]
    Batch,
    /// What `GIT_SSH_COMMAND` or `GIT_SSH` of the process environment says.
    Inherited,
}

/// Git on this machine.
#[derive(Debug, Clone)]
pub struct Git {
    scratch: PathBuf,
    ssh: SshCommand,
    program: OsString,
    deadline: Duration,
    largest_file: u64,
}

impl Git {
    /// Git with its scratch repositories in this folder, which is made when needed and may be deleted at any time. Runs
    /// nothing yet.
    pub fn new(scratch: impl Into<PathBuf>, ssh: SshCommand) -> Self {
        Self {
            scratch: scratch.into(),
            ssh,
            program: OsString::from("git"),
            deadline: Duration::from_secs(30),
            largest_file: 1024 * 1024,
        }
    }

    /// With another deadline for everything that one call does.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// With another program in Git's place.
    #[must_use]
    pub fn with_program(self, program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            ..self
        }
    }

    /// With another limit for the size of a file, in bytes.
    #[must_use]
    pub fn with_largest_file(self, bytes: u64) -> Self {
        Self {
            largest_file: bytes,
            ..self
        }
    }
}
