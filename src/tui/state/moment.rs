//! Times as values and as words. Words change once a minute at most, so an idle screen sleeps.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Now, twice: since the start (for what must happen by itself) and by the engine's clock (for people).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Since the loop began; never goes back.
    pub(crate) elapsed: Duration,
    /// By the engine's clock.
    pub(crate) wall: Timestamp,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Whole units that passed, the unit in seconds, and its letter.
fn units(now: Timestamp, then: Timestamp) -> (i64, i64, &'static str) {
    let seconds = now.duration_since(then).as_secs().max(0);
    let (unit, letter) = if seconds < HOUR {
        (MINUTE, "m")
    } else if seconds < 2 * DAY {
        (HOUR, "h")
    } else {
        (DAY, "d")
    };
    (seconds / unit, unit, letter)
}

/// `now`, `12 m`, `5 h`, `12 d`: for a column. What lies ahead is `now`.
pub(crate) fn age(now: Timestamp, then: Timestamp) -> String {
    match units(now, then) {
        (0, _, _) => "now".to_owned(),
        (count, _, letter) => format!("{count} {letter}"),
    }
}

/// `just now`, `12 min ago`, `5 h ago`, `12 d ago`.
pub(crate) fn ago(now: Timestamp, then: Timestamp) -> String {
    match units(now, then) {
        (0, _, _) => "just now".to_owned(),
        (count, _, "m") => format!("{count} min ago"),
        (count, _, letter) => format!("{count} {letter} ago"),
    }
}

/// How long until [`age`] and [`ago`] read differently.
pub(crate) fn until_next_age(now: Timestamp, then: Timestamp) -> Duration {
    let passed = now.duration_since(then);
    let (count, unit, _) = units(now, then);
    let due = jiff::SignedDuration::from_secs((count + 1).saturating_mul(unit));
    // A time ahead of now reads "now" until it has passed by a minute.
    Duration::try_from(due - passed)
        .unwrap_or(Duration::from_secs(1))
        .max(Duration::from_secs(1))
}

/// `02:13` today, else `2026-11-19 02:13`, where the person is.
pub(crate) fn clock(now: Timestamp, then: Timestamp, zone: &TimeZone) -> String {
    clock_as("%H:%M", now, then, zone)
}

/// As [`clock`], to the second: for what is seconds away.
pub(crate) fn clock_seconds(now: Timestamp, then: Timestamp, zone: &TimeZone) -> String {
    clock_as("%H:%M:%S", now, then, zone)
}

fn clock_as(time: &str, now: Timestamp, then: Timestamp, zone: &TimeZone) -> String {
    let there = then.to_zoned_datetime(zone.clone());
    if there.date() == now.to_zoned_datetime(zone.clone()).date() {
        there.strftime(time).to_string()
    } else {
        there.strftime(&format!("%Y-%m-%d {time}")).to_string()
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::engine::fixtures::now;

    #[test]
    fn an_age_has_one_unit_and_no_seconds() {
        let at = |seconds| age(now(), now() - SignedDuration::from_secs(seconds));
        assert_eq!(
            [
                at(-90),
                at(59),
                at(60),
                at(3_599),
                at(3_600),
                at(172_799),
                at(172_800),
                at(864_000)
            ],
            ["now", "now", "1 m", "59 m", "1 h", "47 h", "2 d", "10 d"]
        );
    }

    #[test]
    fn the_next_age_is_due_exactly_when_the_text_changes() {
        for seconds in [0, 1, 59, 60, 3_599, 3_600, 7_199, 172_799, 172_800, 1_000_000] {
            let then = now() - SignedDuration::from_secs(seconds);
            let due = until_next_age(now(), then);
            let later = now() + due;
            assert_ne!(age(later, then), age(now(), then), "{seconds}");
            assert_eq!(age(later - SignedDuration::from_secs(1), then), age(now(), then), "{seconds}");
        }
    }

    #[test]
    fn the_clock_names_the_day_when_it_is_not_today() {
        let zone = TimeZone::UTC;
        assert_eq!(clock(now(), now() - SignedDuration::from_mins(60), &zone), "02:13");
        assert_eq!(clock(now(), now() - SignedDuration::from_hours(4), &zone), "2026-11-19 23:13");
    }
}
