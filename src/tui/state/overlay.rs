//! Where the person is: the pane with the focus, and what lies on top of all panes.

/// Which pane has the focus. On a narrow terminal also which one is to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pane {
    /// Applications and drifts.
    List,
    /// Why the verdict, what next, who.
    Reason,
    /// What differs.
    Diff,
}

/// What lies on top of the panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overlay {
    /// Every command with its keys.
    Help {
        /// First line shown.
        scroll: usize,
    },
    /// What a rule means.
    Rule {
        /// Its id.
        id: &'static str,
        /// First line shown.
        scroll: usize,
    },
    /// What runs, how each server is doing, what failed last.
    Jobs {
        /// First line shown.
        scroll: usize,
    },
    /// The last lines of our own log.
    Log {
        /// First line shown; past the end, the newest line stays in view.
        scroll: usize,
    },
    /// The story of a drift or an Application ([`super::State::timeline`]).
    Timeline {
        /// First line shown.
        scroll: usize,
    },
    /// The command palette ([`super::State::palette`]).
    Palette,
    /// Commands to be copied ([`super::State::by_hand`]).
    ByHand,
    /// The ignore workbench ([`super::State::ignoring`]).
    Ignore,
    /// "Quit?"
    Quit,
}
