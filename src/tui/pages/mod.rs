//! What is read over everything else, as lines: the help, the page of a rule, a timeline, the panels of jobs and log. Pure:
//! `update` counts the lines, `screens`
//! draw them.

mod help;
pub(crate) mod ignoring;
mod jobs;
mod log;
mod rule;
mod timeline;

use super::state::{Overlay, State};
use super::text::Line;

/// Widest page, with its border.
pub(crate) const WIDEST: u16 = 96;

/// Rows of the screen that a page leaves free, its own border included.
const AROUND: u16 = 4;

/// The lines of the page that is open, for the size of the screen; none when no page is.
pub(crate) fn lines(state: &State) -> Vec<Line> {
    let columns = usize::from(state.width.min(WIDEST).saturating_sub(4));
    match state.overlay {
        Some(Overlay::Help { .. }) => help::lines(&state.keymap),
        Some(Overlay::Rule { id, .. }) => rule::lines(id, columns),
        Some(Overlay::Timeline { .. }) => timeline::lines(state, columns),
        Some(Overlay::Jobs { .. }) => jobs::lines(state, columns),
        Some(Overlay::Log { .. }) => log::lines(&state.log, columns),
        Some(Overlay::Palette | Overlay::ByHand | Overlay::Ignore | Overlay::Quit) | None => Vec::new(),
    }
}

/// Whether a page is open, which scrolls.
pub(crate) fn is_open(state: &State) -> bool {
    match state.overlay {
        Some(
            Overlay::Help { .. } | Overlay::Rule { .. } | Overlay::Timeline { .. } | Overlay::Jobs { .. } | Overlay::Log { .. },
        ) => true,
        Some(Overlay::Palette | Overlay::ByHand | Overlay::Ignore | Overlay::Quit) | None => false,
    }
}

/// Lines of a page that can be seen at once.
pub(crate) fn rows(state: &State) -> usize {
    usize::from(state.height.saturating_sub(AROUND))
}
