//! Why a command could not do its work: said once on stderr, in whole sentences.

use std::fmt;
use std::io;

use super::exit::Exit;
use crate::config::Problems;
use crate::engine::ports::ErrorView;
use crate::redact::terminal::visible;

/// A command's failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// What to say; several lines are fine. Foreign text inside was made visible.
    text: String,
    /// How to end.
    pub(super) exit: Exit,
}

impl Failure {
    /// Wrong usage or configuration.
    pub(super) fn usage(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            exit: Exit::Usage,
        }
    }

    /// The output could not be written.
    pub(super) fn output(error: &io::Error) -> Self {
        Self {
            text: format!("cannot write the output: {error}"),
            exit: Exit::Partial,
        }
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        let lines: Vec<String> = problems.0.iter().map(|p| visible(&p.to_string()).into_owned()).collect();
        Self::usage(lines.join("\n"))
    }
}

impl From<ErrorView> for Failure {
    fn from(error: ErrorView) -> Self {
        let mut text = format!("{}: {}", visible(&error.title), visible(&error.detail));
        if !error.hint.is_empty() {
            text.push('\n');
            text.push_str(&visible(&error.hint));
        }
        Self::usage(text)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
