//! The reason panel.

use crate::tui::reason;
use crate::tui::state::{Area, Layout, Pane, RowKey, State};
use crate::tui::text::{Line, Tone};
use crate::tui::widgets::Canvas;

pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>, area: Area, layout: &Layout) {
    let focused = state.pane == Pane::Reason;
    let inside = canvas.pane(area, &title(state), focused);
    let lines = reason::lines(state, layout);
    let height = usize::from(inside.height);
    let top = state.detail.reason_top.min(lines.len().saturating_sub(height));
    for (row, line) in (0..inside.height).zip(lines.iter().skip(top)) {
        canvas.count_row();
        canvas.line(inside, row, line);
    }
    canvas.scrollbar(area, top, height, lines.len());
}

/// `payments-api › ConfigMap/api-config`: what keys act on.
fn title(state: &State) -> Line {
    let Some(row) = state.list.selection() else {
        return Vec::new();
    };
    let mut title = Vec::new();
    if let RowKey::Fold(fold) = row {
        let count = state.list.made.folds.get(fold).map_or(0, Vec::len);
        title.push((Tone::Strong, format!("{count} Applications")));
    }
    if let Some(view) = state.application(row) {
        title.push((Tone::Strong, view.key.name.to_string()));
    }
    if let Some(drift) = state.drift(row) {
        title.push((Tone::Dim, " › ".to_owned()));
        let added = if drift.key.invisible { "+ " } else { "" };
        title.push((Tone::Plain, format!("{added}{}", drift.key.resource.short())));
    }
    title
}
