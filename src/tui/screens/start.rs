//! Before there is any Application: connecting, failed, or none in scope.

use crate::tui::state::moment::clock_seconds;
use crate::tui::state::{Area, Failure, Layout, State};
use crate::tui::text::{Line, Tone, wrap};
use crate::tui::theme::Token;
use crate::tui::widgets::Canvas;

pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>, layout: &Layout) {
    let body = [layout.list, layout.reason, layout.diff].into_iter().flatten().fold(
        Area {
            width: layout.header.width,
            ..Area::default()
        },
        |all, area| Area {
            y: if all.height == 0 { area.y } else { all.y.min(area.y) },
            height: all.height.max(area.height),
            ..all
        },
    );
    match (state.failure(), state.is_listed()) {
        (Some((name, failure)), _) => failed(state, canvas, body, name, failure),
        (None, true) => none(state, canvas, body),
        (None, false) => connecting(state, canvas, body),
    }
}

/// Rows as they will be, not a spinner on black.
fn connecting(state: &State, canvas: &mut Canvas<'_>, area: Area) {
    let inside = canvas.pane(area, &vec![(Tone::Strong, "Connecting".to_owned())], true);
    let servers: Vec<&str> = state
        .contexts
        .values()
        .filter_map(|context| context.view.as_ref())
        .map(|view| view.server.as_str())
        .collect();
    let text = if servers.is_empty() {
        "Asking Argo CD for its Applications…".to_owned()
    } else {
        format!("{} answers; its Applications are on their way…", servers.join(", "))
    };
    let theme = canvas.theme();
    canvas.text(inside, 0, 1, &text, theme.style(Token::Text));
    for row in (2..inside.height).take(8) {
        canvas.text(inside, row, 1, "…", theme.style(Token::Dim));
        canvas.text(
            inside,
            row,
            3,
            "────────────   ────────────────────",
            theme.style(Token::Border),
        );
    }
}

fn failed(state: &State, canvas: &mut Canvas<'_>, area: Area, name: &str, failure: &Failure) {
    let title: Line = vec![(Tone::Strong, "Not connected".to_owned())];
    let inside = canvas.pane(area, &title, true);
    let columns = usize::from(inside.width.saturating_sub(2));
    let now = state.moment.wall;
    let mut lines: Vec<(Token, String)> = vec![(Token::Warning, format!("! {name}: {}", failure.error.title))];
    lines.extend(
        wrap(&failure.error.detail, columns, 4)
            .into_iter()
            .map(|text| (Token::Text, text)),
    );
    lines.push((Token::Text, String::new()));
    lines.extend(
        wrap(&failure.error.hint, columns, 4)
            .into_iter()
            .map(|text| (Token::Text, text)),
    );
    let again = failure.retry_at.map_or_else(
        || "It is not tried again by itself.".to_owned(),
        |at| format!("It is tried again at {}.", clock_seconds(now, at, &state.zone)),
    );
    let refresh = state.keymap.label("list.refresh");
    let key = refresh.map_or_else(String::new, |key| format!(" {key} tries now."));
    lines.push((Token::Dim, format!("{again}{key}")));
    put(canvas, inside, &lines);
}

fn none(state: &State, canvas: &mut Canvas<'_>, area: Area) {
    let inside = canvas.pane(area, &vec![(Tone::Strong, "No Applications".to_owned())], true);
    let servers: Vec<&str> = state.contexts.keys().map(|name| &**name).collect();
    let lines = [
        (
            Token::Text,
            format!("{} lists no Application that you may see.", servers.join(", ")),
        ),
        (Token::Text, String::new()),
        (
            Token::Dim,
            "Argo CD shows an empty list to an account without rights, so this".to_owned(),
        ),
        (Token::Dim, "may mean either: the token needs `applications, get`.".to_owned()),
    ];
    put(canvas, inside, &lines);
}

fn put(canvas: &mut Canvas<'_>, area: Area, lines: &[(Token, String)]) {
    for (row, (token, text)) in (1u16..).zip(lines) {
        let style = canvas.theme().style(*token);
        canvas.text(area, row, 1, text, style);
    }
}
