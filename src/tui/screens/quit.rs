//! The question at the root.

use crate::tui::state::{Area, State};
use crate::tui::text::Tone;
use crate::tui::widgets::Canvas;

pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>, all: Area) {
    let width = all.width.min(44);
    let area = Area {
        x: all.x + (all.width - width) / 2,
        y: all.y + all.height.saturating_sub(5) / 2,
        width,
        height: all.height.min(5),
    };
    canvas.clear(area);
    let inside = canvas.pane(area, &vec![(Tone::Strong, "Quit driftline?".to_owned())], true);
    let key = |id| state.keymap.label(id).unwrap_or_else(|| "–".to_owned());
    let line = vec![
        (Tone::Plain, "  ".to_owned()),
        (Tone::Key, key("quit.confirm")),
        (Tone::Plain, " quit    ".to_owned()),
        (Tone::Key, key("quit.cancel")),
        (Tone::Plain, " stay".to_owned()),
    ];
    canvas.line(inside, 1.min(inside.height.saturating_sub(1)), &line);
}
