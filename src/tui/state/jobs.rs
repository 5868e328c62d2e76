//! What runs, and what failed last.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use crate::engine::ports::ErrorView;

/// Failures that are remembered.
const MOST: usize = 20;

/// A job that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunningJob {
    /// What it is for.
    pub(crate) purpose: &'static str,
    /// Since when, since the start of the program.
    pub(crate) since: Duration,
    /// How many of the same purpose wait for it.
    pub(crate) waiting: usize,
}

/// Something that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PastFailure {
    /// When it failed last.
    pub(crate) at: Timestamp,
    /// Which context, or which job.
    pub(crate) place: String,
    /// What, and what to try.
    pub(crate) error: ErrorView,
    /// How often it failed like this in a row.
    pub(crate) times: usize,
}

/// What runs, and what failed last.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    /// The longest first.
    pub(crate) running: Vec<RunningJob>,
    /// The one that was drawn as the one to cancel.
    pub(in crate::tui) aim: Option<&'static str>,
    /// The newest first.
    pub(crate) failures: VecDeque<PastFailure>,
}

impl Jobs {
    /// Remembers a failure. One like the last of that place is the same one, once more.
    pub(in crate::tui) fn failed(&mut self, at: Timestamp, place: &str, error: ErrorView) {
        let same = self
            .failures
            .iter()
            .position(|failure| failure.place == place && failure.error.title == error.title);
        let times = same
            .and_then(|at| self.failures.remove(at))
            .map_or(1, |before| before.times + 1);
        self.failures.push_front(PastFailure {
            at,
            place: place.to_owned(),
            error,
            times,
        });
        self.failures.truncate(MOST);
    }
}
