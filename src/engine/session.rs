//! What lives as long as one connection to an Argo CD: the calls under way, their channels, and when each is due again.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::compact::CompactApplication;
use super::pace::{Due, Pace};
use super::pause::{STEADY, backoff};
use super::ports::{ArgoCdError, ErrorView, WatchEvent};
use super::view::ApplicationView;
use crate::drift::ApplicationKey;

/// Events of the stream that may wait for the follower.
const HINTS: usize = 1_024;

/// What the stream task tells the follower.
pub(super) enum Hint {
    Event(WatchEvent),
    Ended(Result<(), ArgoCdError>),
}

/// What the task that lists tells the follower.
pub(super) enum Page {
    Applications(Vec<(ApplicationKey, CompactApplication)>),
    End(Result<(), ArgoCdError>),
}

pub(super) type LookResult = (ApplicationKey, ApplicationView, Option<ErrorView>);

/// What lives as long as one connection. Dropping it ends every call.
pub(super) struct Session {
    pub(super) background: JoinSet<()>,
    pub(super) looks: JoinSet<LookResult>,
    /// At most one: the sweep is unhurried.
    pub(super) sweeps: JoinSet<LookResult>,
    /// What Git said at the revision synced last, being asked for the open drift.
    pub(super) bases: JoinSet<ApplicationKey>,
    pub(super) hints: (mpsc::Sender<Hint>, mpsc::Receiver<Hint>),
    pub(super) pages: (mpsc::UnboundedSender<Page>, mpsc::UnboundedReceiver<Page>),
    pub(super) listing: bool,
    pub(super) stream_opened: Option<Instant>,
    pub(super) stream_failures: u32,
    pub(super) next_list: Due,
    pub(super) next_sweep: Due,
    pub(super) next_open: Due,
    pub(super) next_addition: Instant,
}

impl Session {
    /// Nothing runs yet; the first list is due at once, and what was open before is looked at soon.
    pub(super) fn new(settings: &super::EngineSettings) -> Self {
        let now = Instant::now();
        Self {
            background: JoinSet::new(),
            looks: JoinSet::new(),
            sweeps: JoinSet::new(),
            bases: JoinSet::new(),
            hints: mpsc::channel(HINTS),
            pages: mpsc::unbounded_channel(),
            listing: false,
            stream_opened: None,
            stream_failures: 0,
            next_list: Due::first(now, settings.list_every),
            next_sweep: Due::first(now + settings.look_every, settings.look_every),
            next_open: Due::first(now + settings.open_every, settings.open_every),
            next_addition: now + settings.sweep.every(),
        }
    }

    pub(super) fn paced(&mut self, pace: Pace) {
        for due in [&mut self.next_list, &mut self.next_sweep, &mut self.next_open] {
            due.paced(pace);
        }
    }

    pub(super) fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        // Those that ended need no place any more.
        while self.background.try_join_next().is_some() {}
        self.background.spawn(task);
    }

    /// How long to wait before the next stream. A server (or a proxy) that opens streams only to close them is not asked
    /// faster than one that refuses them.
    pub(super) fn stream_ended(&mut self) -> Duration {
        if self.stream_opened.take().is_some_and(|opened| opened.elapsed() >= STEADY) {
            self.stream_failures = 0;
        }
        self.stream_failures += 1;
        let pause = backoff(self.stream_failures);
        // What happened while nobody watched is only in the list.
        self.next_list.no_later_than(Instant::now() + pause);
        pause
    }
}
