//! The hand that moves along the timeline.
//!
//! It starts when the first stream is opened on a server, so that whoever only reads sees the recording's "now" however
//! late it comes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::timeline::Timeline;

/// How the playback moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PlaybackClock {
    /// With real time, `speed` times as fast, from the first opened stream on.
    Realtime {
        /// 1.0 is as recorded.
        speed: f64,
    },
    /// Only by [`RecordedArgoCd::advance_to`](super::RecordedArgoCd::advance_to).
    Manual,
}

/// The position on the timeline; all requests and streams of one server share it.
#[derive(Debug)]
pub(super) struct Player {
    position: watch::Sender<u64>,
    clock: PlaybackClock,
    started: AtomicBool,
}

impl Player {
    pub(super) fn new(clock: PlaybackClock) -> Self {
        Self {
            position: watch::Sender::new(0),
            clock,
            started: AtomicBool::new(false),
        }
    }

    /// Milliseconds of playback so far.
    pub(super) fn position(&self) -> u64 {
        *self.position.borrow()
    }

    /// Follows the position.
    pub(super) fn follow(&self) -> watch::Receiver<u64> {
        self.position.subscribe()
    }

    /// Moves forward, never back.
    pub(super) fn advance_to(&self, ms: u64) {
        self.position.send_if_modified(|position| {
            let moves = ms > *position;
            *position = ms.max(*position);
            moves
        });
    }

    /// Whether this is the first stream and the playback has to be driven with real time from now on.
    pub(super) fn must_start(&self) -> bool {
        matches!(self.clock, PlaybackClock::Realtime { .. }) && !self.started.swap(true, Ordering::Relaxed)
    }

    /// Drives the playback with real time until its end, or until stopped.
    pub(super) async fn run(&self, timeline: &Timeline, stop: &CancellationToken) {
        let PlaybackClock::Realtime { speed } = self.clock else {
            return;
        };
        let start = Instant::now();
        for ms in timeline.moments() {
            let seconds = Duration::from_millis(ms).as_secs_f64() / speed;
            let Ok(wait) = Duration::try_from_secs_f64(seconds) else {
                return;
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep_until(start + wait) => self.advance_to(ms),
            }
        }
    }
}
