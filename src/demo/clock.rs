//! The demo's clock: it starts at the recording's "now" and runs with real time.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

use crate::engine::ports::Clock;

/// A clock that stood at a given time when it was made and has run with real time since.
#[derive(Debug, Clone)]
pub struct DemoClock {
    start: Timestamp,
    made: Instant,
}

impl DemoClock {
    /// A clock that shows `start` now.
    pub fn starting_at(start: Timestamp) -> Self {
        Self {
            start,
            made: Instant::now(),
        }
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        SignedDuration::try_from(self.made.elapsed())
            .ok()
            .and_then(|run| self.start.checked_add(run).ok())
            .unwrap_or(self.start)
    }
}
