//! How often a server is asked, by whether somebody looks. Pure but for the runtime's own clock.

use std::time::Duration;

use tokio::time::Instant;

/// How often the servers are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// As configured.
    #[default]
    Usual,
    /// Nobody looks: every pause is this much longer ([`SLOWER`]).
    Slow,
}

/// Pauses are this many times as long while nobody looks.
pub const SLOWER: u32 = 4;

impl Pace {
    /// The pause at this pace, for a configured one.
    pub(super) fn stretch(self, every: Duration) -> Duration {
        match self {
            Self::Usual => every,
            Self::Slow => every.saturating_mul(SLOWER),
        }
    }
}

/// Something that is done again and again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    every: Duration,
    done: Instant,
    next: Instant,
}

impl Due {
    /// Done every so often, for the first time then.
    pub(super) fn first(next: Instant, every: Duration) -> Self {
        Self {
            every,
            done: Instant::now(),
            next,
        }
    }

    /// When it is due.
    pub(super) fn at(&self) -> Instant {
        self.next
    }

    /// It is done now; next time after the pause of this pace.
    pub(super) fn done(&mut self, pace: Pace) {
        self.done = Instant::now();
        self.next = self.done + pace.stretch(self.every);
    }

    /// It is due then, if it was not sooner.
    pub(super) fn no_later_than(&mut self, then: Instant) {
        self.next = self.next.min(then);
    }

    /// It is due then, if it was not later.
    pub(super) fn no_sooner_than(&mut self, then: Instant) {
        self.next = self.next.max(then);
    }

    /// Another pace. Back at the usual one, what would have been done meanwhile is due at once, and nothing else is.
    pub(super) fn paced(&mut self, pace: Pace) {
        if pace == Pace::Usual {
            self.no_later_than(self.done + self.every);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn back_at_the_usual_pace_only_what_was_missed_is_due_at_once() {
        let mut due = Due::first(Instant::now(), MINUTE);
        due.done(Pace::Slow);
        assert_eq!(due.at() - Instant::now(), MINUTE * SLOWER);

        advance(MINUTE / 2).await;
        due.paced(Pace::Slow);
        assert_eq!(due.at() - Instant::now(), MINUTE * SLOWER - MINUTE / 2);
        due.paced(Pace::Usual);
        assert_eq!(due.at() - Instant::now(), MINUTE / 2, "looking away and back asks nothing");

        due.done(Pace::Slow);
        advance(MINUTE * 2).await;
        due.paced(Pace::Usual);
        assert!(due.at() <= Instant::now());
    }
}
