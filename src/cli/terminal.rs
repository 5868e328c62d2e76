//! What we stand on: is there a terminal, how wide is it, may it have colours?

use std::io::{IsTerminal, stdin, stdout};

use super::arguments::ColorWhen;
use super::failure::Failure;

/// Whether `TERM` says that the terminal can do nothing.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Refuses where the terminal UI cannot run.
///
/// # Errors
/// With a sentence that names `scan`.
pub(super) fn require_screen() -> Result<(), Failure> {
    if !stdin().is_terminal() || !stdout().is_terminal() {
        return Err(Failure::usage(
            "the terminal UI needs a terminal, and this is none. Use `driftline scan` in scripts and pipes.",
        ));
    }
    if is_dumb() {
        return Err(Failure::usage(
            "the terminal UI needs a terminal that can move its cursor, and TERM=dumb cannot. Use `driftline scan` instead.",
        ));
    }
    Ok(())
}

/// Whether output to stdout may have colours.
pub(super) fn colours(when: ColorWhen) -> bool {
    match when {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto => {
            let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            stdout().is_terminal() && !refused && !is_dumb()
        }
    }
}

/// Columns of the terminal that stdout is; `None` for a file or a pipe, which has no edge.
pub(super) fn width() -> Option<usize> {
    if !stdout().is_terminal() {
        return None;
    }
    let (columns, _) = crossterm::terminal::size().ok()?;
    (columns > 0).then_some(usize::from(columns))
}
