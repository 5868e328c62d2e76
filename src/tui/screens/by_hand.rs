//! The menu of commands to be copied: what each does, and the whole of the selected one.

use crate::tui::state::by_hand::Commands;
use crate::tui::state::{Area, Entry, State};
use crate::tui::text::{Tone, ellipsis, wrap};
use crate::tui::theme::Token;
use crate::tui::widgets::Canvas;

/// Widest menu, with its border.
const WIDEST: u16 = 110;

/// Lines of the selected command that are shown; what is copied is the whole.
const MOST_LINES: u16 = 8;

pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>, all: Area) {
    let columns = all.width.min(WIDEST);
    let area = Area {
        x: all.x + (all.width - columns) / 2,
        y: all.y + 1,
        width: columns,
        height: all.height.saturating_sub(2).min(26),
    };
    canvas.clear(area);
    let mut title = vec![
        (Tone::Strong, "By hand".to_owned()),
        (Tone::Dim, " ─ copied, never run".to_owned()),
    ];
    // kubectl goes wherever its current context points: here is where it has to.
    let application = state.by_hand.key.as_ref().map(|key| &key.application);
    if let Some(view) = application.and_then(|key| state.applications.get(key)).map(Entry::view)
        && !view.cluster.is_empty()
    {
        title.push((Tone::Dim, " ─ cluster ".to_owned()));
        title.push((Tone::Strong, view.cluster.to_string()));
    }
    let inside = canvas.pane(area, &title, true);
    let theme = canvas.theme();
    let room = usize::from(inside.width.saturating_sub(3));
    match &state.by_hand.commands {
        Commands::Loading => {
            canvas.text(inside, 0, 2, "Reading both sides…", theme.style(Token::Dim));
        }
        Commands::Failed(error) => {
            canvas.text(inside, 0, 2, &error.title, theme.style(Token::Warning));
            let said = [&error.detail, &error.hint].into_iter().flat_map(|text| wrap(text, room, 6));
            for (row, text) in (1..inside.height).zip(said) {
                canvas.text(inside, row, 2, &text, theme.style(Token::Text));
            }
        }
        Commands::Ready(commands) => {
            let (list, whole) = inside.split_rows(inside.height - (MOST_LINES + 1).min(inside.height / 2));
            let top = (state.by_hand.selected + 1).saturating_sub(usize::from(list.height));
            for (row, (at, command)) in (0..list.height).zip(commands.iter().enumerate().skip(top)) {
                canvas.count_row();
                let style = match command.command {
                    Ok(_) => Token::Text,
                    Err(_) => Token::Dim,
                };
                canvas.text(list, row, 2, &ellipsis(&command.title, room), theme.style(style));
                if at == state.by_hand.selected {
                    let line = Area {
                        y: list.y + row,
                        height: 1,
                        ..list
                    };
                    let style = theme.style(Token::Selection);
                    canvas.style(line, style);
                    canvas.text(list, row, 0, "▌", theme.style(Token::Key).patch(style));
                }
            }
            let (text, token) = match state.by_hand.chosen().map(|command| &command.command) {
                Some(Ok(command)) => (command.as_str(), Token::Strong),
                Some(Err(why)) => (*why, Token::Warning),
                None => ("", Token::Text),
            };
            for (row, text) in (1..whole.height).zip(wrap(text, room, usize::from(MOST_LINES))) {
                canvas.text(whole, row, 2, &text, theme.style(token));
            }
        }
    }
}
