//! How long to wait after a failure. Pure.

use std::time::Duration;

use super::ports::ArgoCdError;

/// First and longest pause after a failure that passes by itself; each failure in a row doubles it.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Pause after a failure that a person has to mend. Tried again all the same: a login page in between, a new token or a
/// raised limit must not need anybody to press a key. Rare, because servers count refused tokens.
const SLOW: Duration = Duration::from_secs(300);

/// A stream that lived for so long was a real one; one that ends sooner counts as a failure, even if it opened.
pub(super) const STEADY: Duration = Duration::from_secs(30);

/// 1 s, 2 s, 4 s … 30 s.
pub(super) fn backoff(failures: u32) -> Duration {
    BACKOFF
        .0
        .saturating_mul(1 << failures.saturating_sub(1).min(8))
        .min(BACKOFF.1)
}

/// The pause after this many failures in a row, of which this was the last.
pub(super) fn pause(error: &ArgoCdError, failures: u32) -> Duration {
    if error.is_transient() || matches!(error, ArgoCdError::NotFound { .. }) {
        backoff(failures)
    } else {
        SLOW
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_half_a_minute() {
        let seconds: Vec<u64> = [1, 2, 3, 4, 5, 6, 40].into_iter().map(|n| backoff(n).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
    }

    #[test]
    fn what_a_person_has_to_mend_is_tried_again_slowly() {
        let server = || "cd".to_owned();
        let page = ArgoCdError::NotArgoCd {
            server: server(),
            message: "HTML".to_owned(),
        };
        let slow = ArgoCdError::Timeout {
            server: server(),
            what: "list".to_owned(),
        };
        assert_eq!(pause(&page, 1), SLOW);
        assert_eq!(pause(&slow, 1), Duration::from_secs(1));
    }
}
