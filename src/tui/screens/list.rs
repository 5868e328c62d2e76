//! The list: only the rows in view are built.

use super::row::Columns;
use crate::tui::state::layout::banner_rows;
use crate::tui::state::{Area, Layout, List, Pane, State};
use crate::tui::text::{Line, Tone};
use crate::tui::theme::Token;
use crate::tui::verdict_sign::word;
use crate::tui::widgets::Canvas;

pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>, area: Area) {
    let focused = state.pane == Pane::List;
    let inside = canvas.pane(area, &title(state), focused);
    news(state, canvas, area);
    let (banner, rows) = inside.split_rows(banner_rows(state));
    if banner.height > 0 {
        all_well(state, canvas, banner);
    }
    if state.list.rows().is_empty() {
        no_match(state, canvas, rows);
        return;
    }
    let height = usize::from(rows.height);
    let columns = Columns::of(rows.width, state.list.made.name_columns);
    let theme = canvas.theme();
    for (at, key) in state.list.visible(height).iter().enumerate() {
        let Ok(row) = u16::try_from(at) else { break };
        canvas.count_row();
        columns.draw(state, canvas, rows, row, key);
        if state.list.top() + at == state.list.cursor() && List::selectable(key, state.is_narrow()) {
            let line = Area {
                y: rows.y + row,
                height: 1,
                ..rows
            };
            let style = theme.style(if focused { Token::Selection } else { Token::SelectionIdle });
            canvas.style(line, style);
            canvas.text(rows, row, 0, "▌", theme.style(Token::Key).patch(style));
        }
    }
    canvas.scrollbar(area, state.list.top(), height, state.list.rows().len());
}

fn title(state: &State) -> Line {
    let name = match state.list.tab {
        Some(group) => word(group.verdict()).to_owned(),
        None => "Drifts".to_owned(),
    };
    let mut title = vec![(Tone::Strong, name)];
    if state.list.tab.is_some() {
        let key = state.keymap.label("view.all").unwrap_or_default();
        title.push((Tone::Dim, format!(" only, {key} shows all")));
    }
    if state.filter.is_active() {
        title.push((Tone::Dim, " ─ filter ".to_owned()));
        title.push((Tone::Key, state.filter.text.trim().to_owned()));
        title.push((Tone::Dim, format!(" ─ {} of {}", state.list.made.found, state.counts.total())));
    } else if state.counts.pending > 0 {
        let judged = state.counts.total() - state.counts.pending;
        title.push((Tone::Dim, format!(" ─ judged {judged} of {}", state.counts.total())));
    } else {
        title.push((Tone::Dim, format!(" ─ {}", state.list.sort.as_str())));
    }
    if !state.list.marks.is_empty() {
        title.push((Tone::Key, format!(" ─ {} marked", state.list.marks.len())));
    }
    title
}

/// "2 new risky ↑" on the border: what came where nobody is looking.
fn news(state: &State, canvas: &mut Canvas<'_>, area: Area) {
    // A toast stands on the same line, and goes again.
    let Some(text) = unseen(state).filter(|_| state.toast.is_none()) else {
        return;
    };
    let border = Area {
        width: area.width.saturating_sub(2),
        ..area
    };
    let style = canvas.theme().style(Token::Risky);
    canvas.right(border, area.height.saturating_sub(1), &format!(" {text} "), style);
}

/// What became risky and has not been in view since.
pub(super) fn unseen(state: &State) -> Option<String> {
    let count = state.list.news.len();
    let first = state
        .list
        .news
        .iter()
        .filter_map(|key| state.position_of_application(key))
        .min();
    let height = Layout::of(state).list_rows(state);
    let seen = state.list.top()..state.list.top() + height;
    let arrow = match first {
        Some(at) if seen.contains(&at) => return None,
        Some(at) if at >= seen.end => "↓",
        _ => "↑",
    };
    (count > 0).then(|| format!("{count} new risky {arrow}"))
}

fn all_well(state: &State, canvas: &mut Canvas<'_>, area: Area) {
    let counts = state.counts;
    let theme = canvas.theme();
    canvas.text(area, 0, 1, "✓ Nothing has drifted.", theme.style(Token::Harmless));
    let text = match (counts.harmless, counts.clean) {
        (0, 1) => "The one Application is what Git says.".to_owned(),
        (0, clean) => format!("All {clean} Applications are what Git says."),
        (harmless, _) => format!("{} are what Git says; {harmless} differ harmlessly.", counts.clean),
    };
    canvas.text(area, 1, 3, &text, theme.style(Token::Text));
}

fn no_match(state: &State, canvas: &mut Canvas<'_>, area: Area) {
    let theme = canvas.theme();
    let (text, key, does) = match (state.filter.is_active(), state.list.tab) {
        (true, _) => (
            format!("Nothing matches “{}”.", state.filter.text.trim()),
            state.keymap.label("filter.clear"),
            "clears the filter",
        ),
        (false, Some(group)) => (
            format!("No Application is {}.", word(group.verdict()).to_lowercase()),
            state.keymap.label("view.all"),
            "shows all",
        ),
        (false, None) => ("Nothing is listed.".to_owned(), None, ""),
    };
    canvas.text(area, 1, 2, &text, theme.style(Token::Text));
    if let Some(key) = key {
        canvas.text(area, 2, 2, &format!("{key} {does}."), theme.style(Token::Dim));
    }
}
