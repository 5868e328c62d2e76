//! A page over everything else, scrollable: the help, the page of a rule, a timeline.

use crate::tui::pages;
use crate::tui::state::{Area, State};
use crate::tui::text::Tone;
use crate::tui::widgets::Canvas;

pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>, all: Area, title: &str, scroll: usize) {
    let lines = pages::lines(state);
    let width = all.width.min(pages::WIDEST);
    let area = Area {
        x: all.x + (all.width - width) / 2,
        y: all.y + 1,
        width,
        height: all.height.saturating_sub(2),
    };
    canvas.clear(area);
    let close = state.keymap.label("help.close").unwrap_or_default();
    let title = vec![(Tone::Strong, title.to_owned()), (Tone::Dim, format!(" ─ {close} closes"))];
    let inside = canvas.pane(area, &title, true);
    let height = usize::from(inside.height);
    let top = scroll.min(lines.len().saturating_sub(height));
    for (row, line) in (0..inside.height).zip(lines.iter().skip(top)) {
        canvas.count_row();
        canvas.line(inside, row, line);
    }
    canvas.scrollbar(area, top, height, lines.len());
}
