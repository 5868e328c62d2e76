//! `driftline config show`: every effective value with where it came from.

use unicode_width::UnicodeWidthStr;

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::output::print;
use super::super::run::{load_with, variables};
use crate::config::Flags;
use crate::config::settings::EffectiveValue;
use crate::redact::terminal::visible;

/// Widest `key = value` that still moves the comments.
const WIDEST: usize = 60;

/// Prints one line for each value.
pub(super) fn run(flags: Flags) -> Result<Exit, Failure> {
    let loaded = load_with(flags, variables())?;
    print(&listing(&loaded.settings.effective))?;
    Ok(Exit::Done)
}

fn listing(values: &[EffectiveValue]) -> String {
    let lines: Vec<(String, String)> = values
        .iter()
        .map(|v| {
            (
                visible(&format!("{} = {}", v.key, v.value)).into_owned(),
                visible(&v.origin.to_string()).into_owned(),
            )
        })
        .collect();
    let width = lines
        .iter()
        .map(|(left, _)| left.width())
        .filter(|w| *w <= WIDEST)
        .max()
        .unwrap_or(0);
    lines
        .into_iter()
        .map(|(left, origin)| {
            let pad = " ".repeat(width.saturating_sub(left.width()));
            format!("{left}{pad}  # {origin}\n")
        })
        .collect()
}
