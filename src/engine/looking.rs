//! Which Applications are looked at next: a queue that forgets nobody. Pure, so that its promises can be tabled.
//!
//! An Application is waiting, being looked at, or neither. What happens to it while somebody looks is remembered, because
//! the look may have begun before it.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::drift::ApplicationKey;

/// So many results in a row may be thrown away because the Application changed meanwhile. One that changes all the time is
/// shown a little late rather than never.
const THROWN_AWAY: u32 = 3;

/// What a look is worth when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    /// Nothing is known to be newer.
    Current,
    /// The Application changed after the look began.
    Outdated,
    /// Nobody waits for it: the Application is gone.
    Nothing,
}

/// One look that runs.
#[derive(Debug, Default)]
struct Running {
    /// It changed after the look began.
    changed: bool,
    /// Another look was asked for meanwhile.
    again: bool,
    /// It went, and perhaps came back.
    gone: bool,
}

/// The schedule of looks of one context.
#[derive(Debug, Default)]
pub(super) struct Looking {
    queue: VecDeque<ApplicationKey>,
    queued: HashSet<ApplicationKey>,
    running: HashMap<ApplicationKey, Running>,
    /// How many results in a row were thrown away.
    thrown_away: HashMap<ApplicationKey, u32>,
}

impl Looking {
    /// Asks for a look: now, or after the one that runs.
    pub(super) fn want(&mut self, key: &ApplicationKey) {
        if let Some(running) = self.running.get_mut(key) {
            running.again = true;
        } else if self.queued.insert(key.clone()) {
            self.queue.push_back(key.clone());
        }
    }

    /// The next one to look at, while fewer than `limit` are looked at.
    pub(super) fn start(&mut self, limit: usize) -> Option<ApplicationKey> {
        if self.running.len() >= limit {
            return None;
        }
        let key = self.queue.pop_front()?;
        self.queued.remove(&key);
        self.running.insert(key.clone(), Running::default());
        Some(key)
    }

    /// Something newer than a running look is known of it.
    pub(super) fn changed(&mut self, key: &ApplicationKey) {
        if let Some(running) = self.running.get_mut(key) {
            running.changed = true;
        }
    }

    /// It is gone: nobody waits for a look at it.
    pub(super) fn forget(&mut self, key: &ApplicationKey) {
        if self.queued.remove(key) {
            self.queue.retain(|waiting| waiting != key);
        }
        self.thrown_away.remove(key);
        if let Some(running) = self.running.get_mut(key) {
            *running = Running {
                gone: true,
                ..Running::default()
            };
        }
    }

    /// A look ended. When it was outdated, or another one was asked for, the Application waits again.
    pub(super) fn finished(&mut self, key: &ApplicationKey) -> Worth {
        let Some(running) = self.running.remove(key) else {
            return Worth::Nothing;
        };
        if running.again || running.changed {
            self.want(key);
        }
        if running.gone {
            return Worth::Nothing;
        }
        let before = self.thrown_away.get(key).copied().unwrap_or(0);
        if running.changed && before < THROWN_AWAY {
            self.thrown_away.insert(key.clone(), before + 1);
            return Worth::Outdated;
        }
        self.thrown_away.remove(key);
        Worth::Current
    }

    /// The connection broke and took every running look with it: they wait again, first in the queue.
    pub(super) fn interrupted(&mut self) {
        let interrupted: Vec<_> = self
            .running
            .drain()
            .filter(|(_, r)| !r.gone || r.again)
            .map(|(key, _)| key)
            .collect();
        for key in interrupted {
            if self.queued.insert(key.clone()) {
                self.queue.push_front(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    enum Step {
        Want,
        Start,
        Changed,
        Forget,
        Finished(Worth),
        Interrupted,
    }
    use Step::{Changed, Finished, Forget, Interrupted, Start, Want};

    fn key() -> ApplicationKey {
        ApplicationKey::new("prod", "argocd", "web")
    }

    /// Goes the steps and says whether the Application waits for a look at the end.
    fn waits_after(steps: &[Step]) -> bool {
        let mut looking = Looking::default();
        for step in steps {
            match step {
                Want => looking.want(&key()),
                Start => assert_eq!(looking.start(4), Some(key())),
                Changed => looking.changed(&key()),
                Forget => looking.forget(&key()),
                Finished(worth) => assert_eq!(looking.finished(&key()), *worth),
                Interrupted => looking.interrupted(),
            }
        }
        looking.start(4).is_some()
    }

    #[test]
    fn nobody_who_waits_is_forgotten() {
        for (why, steps, waits) in [
            ("asked for once", vec![Want], true),
            ("looked at", vec![Want, Start, Finished(Worth::Current)], false),
            (
                "asked for twice is one look",
                vec![Want, Want, Start, Finished(Worth::Current)],
                false,
            ),
            (
                "asked for while looked at",
                vec![Want, Start, Want, Finished(Worth::Current)],
                true,
            ),
            (
                "changed while looked at",
                vec![Want, Start, Changed, Finished(Worth::Outdated)],
                true,
            ),
            ("the connection broke", vec![Want, Start, Interrupted], true),
            ("it broke after another wish", vec![Want, Start, Want, Interrupted], true),
            (
                "a look that was interrupted and ends nevertheless is worth nothing",
                vec![Want, Start, Interrupted, Finished(Worth::Nothing)],
                true,
            ),
            ("deleted while it waited", vec![Want, Forget], false),
            (
                "deleted while looked at",
                vec![Want, Start, Forget, Finished(Worth::Nothing)],
                false,
            ),
            (
                "deleted, and the connection broke",
                vec![Want, Start, Forget, Interrupted],
                false,
            ),
            (
                "deleted and made again",
                vec![Want, Start, Forget, Want, Finished(Worth::Nothing)],
                true,
            ),
        ] {
            assert_eq!(waits_after(&steps), waits, "{why}");
        }
    }

    #[test]
    fn what_changes_all_the_time_is_shown_all_the_same() {
        let mut looking = Looking::default();
        looking.want(&key());
        let mut worth = Vec::new();
        for _ in 0..5 {
            looking.start(1);
            looking.changed(&key());
            worth.push(looking.finished(&key()));
        }
        use Worth::{Current, Outdated};
        assert_eq!(worth, [Outdated, Outdated, Outdated, Current, Outdated]);
    }

    #[test]
    fn no_more_than_the_limit_run_at_once() {
        let mut looking = Looking::default();
        for name in ["a", "b", "c"] {
            looking.want(&ApplicationKey::new("prod", "argocd", name));
        }
        assert!(looking.start(2).is_some() && looking.start(2).is_some());
        assert_eq!(looking.start(2), None);
        looking.finished(&ApplicationKey::new("prod", "argocd", "a"));
        assert_eq!(looking.start(2), Some(ApplicationKey::new("prod", "argocd", "c")));
    }
}
