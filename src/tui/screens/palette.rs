//! The command palette: what was typed, what it finds, each with its key, or why it cannot run now.

use crate::tui::commands::Availability;
use crate::tui::state::{Area, State};
use crate::tui::text::{Tone, ellipsis, width};
use crate::tui::theme::Token;
use crate::tui::widgets::Canvas;

/// Widest palette, with its border.
const WIDEST: u16 = 76;

/// Commands that are seen at once.
const MOST: u16 = 14;

/// Draws it; returns where the cursor stands.
pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>, all: Area) -> Option<(u16, u16)> {
    let palette = &state.palette;
    let columns = all.width.min(WIDEST);
    let area = Area {
        x: all.x + (all.width - columns) / 2,
        y: all.y + 1,
        width: columns,
        height: (MOST + 3).min(all.height.saturating_sub(2)),
    };
    canvas.clear(area);
    let title = vec![(Tone::Strong, "Commands".to_owned())];
    let inside = canvas.pane(area, &title, true);
    let theme = canvas.theme();
    canvas.text(inside, 0, 0, ":", theme.style(Token::Key));
    let end = canvas.text(inside, 0, 2, &palette.text, theme.style(Token::Strong));
    let (_, rows) = inside.split_rows(1);
    let height = usize::from(rows.height);
    let top = (palette.selected + 1).saturating_sub(height);
    if palette.found.is_empty() {
        canvas.text(rows, 0, 2, "No command is called that.", theme.style(Token::Dim));
    }
    for (row, (at, command)) in (0..rows.height).zip(palette.found.iter().enumerate().skip(top)) {
        canvas.count_row();
        let keys = state.keymap.label(command.id).unwrap_or_default();
        let (note, style) = match (command.enabled)(state) {
            Availability::Yes => (keys, Token::Text),
            Availability::No(why) => (why.to_owned(), Token::Dim),
        };
        // The reason leaves the title a third: a reason why nothing known cannot run tells nobody anything.
        let columns = usize::from(rows.width.saturating_sub(4));
        let note = ellipsis(&note, columns - width(command.title).min(columns / 3));
        let room = columns.saturating_sub(width(&note));
        canvas.text(rows, row, 2, &ellipsis(command.title, room), theme.style(style));
        let noted = Area {
            width: rows.width.saturating_sub(1),
            ..rows
        };
        canvas.right(
            noted,
            row,
            &note,
            theme.style(if style == Token::Text { Token::Key } else { Token::Dim }),
        );
        if at == palette.selected {
            let line = Area {
                y: rows.y + row,
                height: 1,
                ..rows
            };
            let style = theme.style(Token::Selection);
            canvas.style(line, style);
            canvas.text(rows, row, 0, "▌", theme.style(Token::Key).patch(style));
        }
    }
    let column = inside.x + end.min(inside.width.saturating_sub(1));
    Some((column, inside.y)).filter(|_| inside.height > 0)
}
