//! The slow sweep: which Synced Application is looked into next for additions that Argo CD does not show. Pure.
//!
//! A sweep asks two more calls for each Synced Application, so it is opt-in, one at a time, and bounded per minute
//! ([`super::EngineSettings::sweep`]).

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::scan::Coverage;
use crate::drift::ApplicationKey;

/// How the sweep of the terminal UI works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepSettings {
    /// Whether it runs from the start; a person can switch it.
    pub enabled: bool,
    /// Applications looked into in a minute, per context; at least one.
    pub per_minute: u32,
    /// An Application that was looked into waits this long for the next time.
    pub again_after: Duration,
}

impl Default for SweepSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            per_minute: 30,
            again_after: Duration::from_secs(6 * 60 * 60),
        }
    }
}

impl SweepSettings {
    /// Time between two looks.
    pub(super) fn every(&self) -> Duration {
        Duration::from_secs(60) / self.per_minute.max(1)
    }
}

/// What was looked into, of one context.
#[derive(Debug, Default)]
pub(super) struct Sweeping {
    checked: HashMap<ApplicationKey, Timestamp>,
}

impl Sweeping {
    /// Who of those that may be swept is next: those never looked into by name, then whoever waited longest beyond what
    /// `again_after` says of it.
    pub(super) fn next<'a>(
        &self,
        applications: impl Iterator<Item = &'a ApplicationKey>,
        again_after: impl Fn(&ApplicationKey) -> Duration,
        now: Timestamp,
    ) -> Option<&'a ApplicationKey> {
        applications
            .filter(|key| {
                let wait = SignedDuration::try_from(again_after(key)).unwrap_or(SignedDuration::MAX);
                let checked = self.checked.get(*key);
                checked.is_none_or(|at| now.duration_since(*at) >= wait)
            })
            .min_by_key(|key| (self.checked.get(*key), *key))
    }

    /// This one was looked into.
    pub(super) fn checked(&mut self, key: &ApplicationKey, now: Timestamp) {
        self.checked.insert(key.clone(), now);
    }

    /// What was found there says nothing any more: it changed, or is gone.
    pub(super) fn forget(&mut self, key: &ApplicationKey) {
        self.checked.remove(key);
    }

    /// How many of those that may be swept were looked into.
    pub(super) fn coverage<'a>(&self, applications: impl Iterator<Item = &'a ApplicationKey>) -> Coverage {
        applications.fold(Coverage::default(), |coverage, key| Coverage {
            checked: coverage.checked + usize::from(self.checked.contains_key(key)),
            total: coverage.total + 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixtures::{minutes_ago, now};

    fn synced() -> [ApplicationKey; 2] {
        ["b", "a"].map(|name| ApplicationKey::new("prod", "argocd", name))
    }

    fn next(sweeping: &Sweeping, applications: &[ApplicationKey]) -> Option<String> {
        let hour = Duration::from_secs(3_600);
        let next = sweeping.next(applications.iter(), |_| hour, now());
        next.map(|key| key.name.to_string())
    }

    #[test]
    fn those_never_looked_into_come_first_then_the_oldest() {
        let mut sweeping = Sweeping::default();
        assert_eq!(next(&sweeping, &synced()).as_deref(), Some("a"));
        sweeping.checked(&synced()[1], minutes_ago(90));
        assert_eq!(next(&sweeping, &synced()).as_deref(), Some("b"));
        sweeping.checked(&synced()[0], minutes_ago(70));
        assert_eq!(next(&sweeping, &synced()).as_deref(), Some("a"));
    }

    #[test]
    fn nobody_is_looked_into_again_too_soon() {
        let mut sweeping = Sweeping::default();
        for key in synced() {
            sweeping.checked(&key, minutes_ago(59));
        }
        assert_eq!(next(&sweeping, &synced()), None);
        sweeping.forget(&synced()[0]);
        assert_eq!(next(&sweeping, &synced()).as_deref(), Some("b"));
    }

    #[test]
    fn coverage_counts_those_that_may_be_swept() {
        let mut sweeping = Sweeping::default();
        sweeping.checked(&ApplicationKey::new("prod", "argocd", "c"), now());
        sweeping.checked(&synced()[0], now());
        assert_eq!(sweeping.coverage(synced().iter()), Coverage { checked: 1, total: 2 });
    }
}
