//! The diff of a document without a terminal: what the pane shows first. The bench measures it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::diff::{Diff, Plan, RowKind, Shape, Side};
use super::text::{bounded, visible};
use crate::engine::document::DriftDocument;

/// Compares both sides of a document, folds what did not change and draws the first screen of so many columns and rows:
/// `-` before what a sync would leave, `+` before what is in the cluster. Made safe for a terminal.
pub fn first_screen(document: DriftDocument, width: u16, height: u16) -> String {
    let diff = Diff::compute(document);
    let plan = Plan::new(&diff, Shape::default());
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    for y in 0..height {
        let Some(row) = plan.row(usize::from(y)) else { break };
        let (sign, text) = match (row.kind, row.desired, row.live) {
            (RowKind::Fold(folded), ..) => ("⋯ ", format!("{} lines", folded.unchanged)),
            (RowKind::Changed, Some(line), None) => ("- ", line_of(&diff, Side::Desired, line, width)),
            (RowKind::Changed, _, Some(line)) => ("+ ", line_of(&diff, Side::Live, line, width)),
            (_, _, line) => ("  ", line_of(&diff, Side::Live, line.unwrap_or(0), width)),
        };
        buffer.set_string(0, y, format!("{sign}{text}"), ratatui::style::Style::new());
    }
    let rows = buffer.content().chunks(usize::from(width.max(1)));
    rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>() + "\n")
        .collect()
}

fn line_of(diff: &Diff, side: Side, line: usize, width: u16) -> String {
    visible(bounded(diff.side(side).line(line), usize::from(width))).into_owned()
}
