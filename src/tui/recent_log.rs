//! The last lines of our own log, for the log panel: a ring in memory beside the file.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

use super::state::LogPage;
use super::text::bounded;
use crate::redact::text::redact;

/// Lines that are kept.
const LINES: usize = 300;

/// Columns of a line that can matter.
const COLUMNS: usize = 400;

/// The last lines of our own log. Whoever sets the logging up writes into it what goes to the file.
#[derive(Debug)]
pub struct RecentLog {
    place: String,
    lines: Mutex<VecDeque<String>>,
    revision: watch::Sender<u64>,
}

impl RecentLog {
    /// Nothing logged yet. `place` is a sentence for people: where the log is written, and from which level on.
    pub fn new(place: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            lines: Mutex::default(),
            // A reader that knows nothing yet knows revision 0.
            revision: watch::Sender::new(1),
        }
    }

    /// Takes in what was logged, whole lines. Secrets are hidden before it is kept, whoever logged them.
    pub fn push(&self, text: &str) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        for line in text.lines().filter(|line| !line.is_empty()) {
            lines.push_back(redact(bounded(line, COLUMNS)).into_owned());
        }
        let surplus = lines.len().saturating_sub(LINES);
        lines.drain(..surplus);
        drop(lines);
        // Wakes only who looks.
        self.revision.send_modify(|revision| *revision += 1);
    }

    /// The lines, as soon as there are others than in this revision; and their revision.
    pub(super) async fn after(&self, known: u64) -> (LogPage, u64) {
        let mut revision = self.revision.subscribe();
        // Whoever sends lives as long as we do.
        let newest = revision
            .wait_for(|newest| *newest != known)
            .await
            .map_or(known, |newest| *newest);
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let page = LogPage {
            lines: lines.iter().cloned().collect(),
            place: self.place.clone(),
        };
        (page, newest)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn the_last_lines_are_kept_and_a_reader_waits_for_others() {
        let log = RecentLog::new("in a file");
        let (page, revision) = log.after(0).await;
        assert_eq!((page.lines.len(), page.place.as_str()), (0, "in a file"));
        assert!(log.after(revision).now_or_never().is_none(), "nothing new");
        for number in 0..LINES + 5 {
            log.push(&format!("line {number}\n"));
        }
        let (page, newer) = log.after(revision).await;
        assert!(newer > revision);
        assert_eq!(page.lines.len(), LINES);
        assert_eq!(page.lines.first().map(String::as_str), Some("line 5"));
    }

    #[tokio::test]
    async fn a_secret_in_the_log_is_not_kept() {
        let log = RecentLog::new("");
        log.push("2026-11-20T03:13:00Z  WARN driftline: password: hunter2\n");
        let (page, _) = log.after(0).await;
        assert!(
            page.lines[0].contains("‹hidden›") && !page.lines[0].contains("hunter2"),
            "{page:?}"
        );
    }
}
