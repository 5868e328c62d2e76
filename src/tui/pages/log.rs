//! The log panel as lines: where the log is, then its last lines, the newest at the end.

use crate::tui::state::LogPage;
use crate::tui::text::{Line, Tone, wrap};

/// Longest entry, in lines.
const MOST: usize = 8;

/// The panel, wrapped to so many columns.
pub(crate) fn lines(page: &LogPage, columns: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = wrap(&page.place, columns, MOST)
        .into_iter()
        .map(|text| vec![(Tone::Dim, text)])
        .collect();
    lines.push(Vec::new());
    for entry in &page.lines {
        let tone = tone(entry);
        lines.extend(wrap(entry, columns, MOST).into_iter().map(|text| vec![(tone, text)]));
    }
    if page.lines.is_empty() {
        lines.push(vec![(Tone::Dim, "Nothing was logged in this run.".to_owned())]);
    }
    lines
}

/// By the level, which follows the time.
fn tone(entry: &str) -> Tone {
    match entry.split_whitespace().nth(1) {
        Some("ERROR" | "WARN") => Tone::Warning,
        Some("DEBUG" | "TRACE") => Tone::Dim,
        _ => Tone::Plain,
    }
}
