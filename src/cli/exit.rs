//! How a command ends, in one place.

use std::process::ExitCode;

/// Exit codes. Where several hold, [`Exit::and`] decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: drift at or above `--fail-on`.
    Drift,
    /// 2: usage or configuration error.
    Usage,
    /// 3: partial: some Application or server failed, and stderr says which.
    Partial,
    /// 129: the terminal went away (SIGHUP).
    HungUp,
    /// 130: stopped by SIGINT.
    Interrupted,
    /// 143: stopped by SIGTERM.
    Terminated,
}

/// The same as text, for `--help`.
pub(super) const EXIT_CODES: &str = "Exit codes:
  0    done
  1    drift at or above --fail-on
  2    usage or configuration error
  3    partial: some Application, server or source of ignore rules could not be read; stderr says which
  129  the terminal went away (SIGHUP)
  130  stopped by SIGINT
  143  stopped by SIGTERM
Where several hold, 2 beats 3 and 3 beats 1.";

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Drift => 1,
            Self::Usage => 2,
            Self::Partial => 3,
            Self::HungUp => 129,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// Both hold: which is told. A signal beats everything, 2 beats 3 beats 1 beats 0.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let rank = |exit: Self| match exit {
            Self::Done => 0,
            Self::Drift => 1,
            Self::Partial => 2,
            Self::Usage => 3,
            Self::HungUp => 4,
            Self::Interrupted => 5,
            Self::Terminated => 6,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::{EXIT_CODES, Exit};

    const ALL: [Exit; 6] = [
        Exit::Done,
        Exit::Drift,
        Exit::Usage,
        Exit::Partial,
        Exit::Interrupted,
        Exit::Terminated,
    ];

    #[test]
    fn usage_beats_partial_beats_drift_beats_done() {
        assert_eq!(Exit::Done.and(Exit::Drift), Exit::Drift);
        assert_eq!(Exit::Partial.and(Exit::Drift), Exit::Partial);
        assert_eq!(Exit::Partial.and(Exit::Usage), Exit::Usage);
        for (a, b) in ALL.iter().flat_map(|a| ALL.iter().map(move |b| (*a, *b))) {
            assert_eq!(a.and(b), b.and(a));
        }
    }

    #[test]
    fn help_names_every_code() {
        for exit in ALL {
            assert!(EXIT_CODES.contains(&format!("\n  {:<3}", exit.code())), "{exit:?}");
        }
    }
}
