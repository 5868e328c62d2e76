//! Sources of ignore rules and how fresh they are, for people and for programs.

use jiff::Timestamp;
use serde::Serialize;

use super::table::count;
use crate::engine::ports::IgnoreSourceState;
use crate::redact::terminal::visible;

/// Of a commit's name, for people.
const SHORT_COMMIT: usize = 12;

/// A source in `driftline/v1`.
#[derive(Debug, Serialize)]
pub(in super::super) struct Source {
    name: String,
    /// The commit whose rules hold; only of a repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    read_at: Option<Timestamp>,
    /// Seconds since then.
    age_seconds: Option<i64>,
    error: Option<String>,
    rules: usize,
}

impl Source {
    /// How it stands at that time.
    pub(in super::super) fn of(state: &IgnoreSourceState, now: Timestamp) -> Self {
        Self {
            name: state.name.clone(),
            commit: state.commit.clone(),
            read_at: state.read_at,
            age_seconds: state.read_at.map(|read_at| age(read_at, now)),
            error: state.error.clone(),
            rules: state.rules,
        }
    }
}

/// How a source stands, in lines without line ends; nothing in them acts on a terminal.
pub(in super::super) fn lines(state: &IgnoreSourceState, now: Timestamp) -> Vec<String> {
    let rules = count(state.rules, "rule");
    let read = state.read_at.map(|read_at| format!("read {}", ago(age(read_at, now))));
    let commit = state.commit.as_ref().map_or_else(String::new, |commit| {
        format!(" at commit {}", commit.chars().take(SHORT_COMMIT).collect::<String>())
    });
    let said = match (&state.error, read) {
        (None, Some(read)) => format!("{rules}{commit}, {read}"),
        (None, None) => "not read yet".to_owned(),
        (Some(error), Some(read)) => format!("{error}\nthe last good copy holds: {rules}{commit}, {read}"),
        (Some(error), None) => format!("{error}\nit was never read: its rules do nothing"),
    };
    let indented = |(at, line): (usize, &str)| format!("{}{}", if at == 0 { "" } else { "  " }, visible(line));
    format!("{}: {said}", state.name).lines().enumerate().map(indented).collect()
}

/// Seconds; a moment that is still to come by this clock is now.
fn age(then: Timestamp, now: Timestamp) -> i64 {
    now.duration_since(then).as_secs().max(0)
}

fn ago(seconds: i64) -> String {
    match seconds {
        ..60 => "just now".to_owned(),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_source_says_what_holds_since_when_and_what_is_wrong() {
        let now = at("2026-11-24T10:05:00Z");
        for (commit, read_at, error, expected) in [
            (None, Some("2026-11-24T10:04:30Z"), None, "team: 3 rules, read just now"),
            (
                Some("0123456789abcdef0123"),
                Some("2026-11-24T10:00:00Z"),
                None,
                "team: 3 rules at commit 0123456789ab, read 5 min ago",
            ),
            (None, Some("2026-11-24T12:00:00Z"), None, "team: 3 rules, read just now"),
            (None, None, None, "team: not read yet"),
            (
                None,
                Some("2026-11-23T08:05:00Z"),
                Some("there is no branch `main`"),
                "team: there is no branch `main`\n  the last good copy holds: 3 rules, read 26 h ago",
            ),
            (
                None,
                Some("2026-11-21T10:05:00Z"),
                Some("a\u{1b}\nb"),
                "team: a\\u{1b}\n  b\n  the last good copy holds: 3 rules, read 3 days ago",
            ),
            (
                None,
                None,
                Some("gone"),
                "team: gone\n  it was never read: its rules do nothing",
            ),
        ] {
            let state = IgnoreSourceState {
                name: "team".to_owned(),
                commit: commit.map(str::to_owned),
                read_at: read_at.map(at),
                error: error.map(str::to_owned),
                rules: 3,
            };
            assert_eq!(lines(&state, now).join("\n"), expected);
        }
    }
}
