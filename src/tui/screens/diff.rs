//! The diff pane: the rows in view, with sign, syntax colours when they are there, and who at the end of a change.

use ratatui::style::Style;

use crate::engine::view::{ApplicationVerdict, ChangeView};
use crate::tui::diff::highlight::Pieces;
use crate::tui::diff::{Diff, Row, RowKind};
use crate::tui::state::moment::clock;
use crate::tui::state::{Area, Load, Pane, State};
use crate::tui::text::{Line, Tone, bounded, ellipsis, prefix, visible, width};
use crate::tui::theme::Token;
use crate::tui::verdict_sign::glyph;
use crate::tui::widgets::Canvas;

/// Columns before the text: mark of the current change, sign, space.
const SIGN: u16 = 3;

/// An attribution in fewer columns names nobody.
const SHORTEST_ATTRIBUTION: usize = 12;

pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>, area: Area) {
    let focused = state.pane == Pane::Diff;
    let inside = canvas.pane(area, &title(state), focused);
    let theme = canvas.theme();
    match &state.detail.load {
        Load::Idle => {}
        Load::Loading => {
            canvas.text(inside, 0, 1, "Reading both sides…", theme.style(Token::Dim));
        }
        Load::Failed(error) => {
            canvas.text(
                inside,
                0,
                1,
                &format!("No diff: {}", error.title),
                theme.style(Token::Warning),
            );
            canvas.text(inside, 1, 1, &error.detail, theme.style(Token::Text));
            canvas.text(inside, 2, 1, &error.hint, theme.style(Token::Dim));
        }
        Load::Ready(diff) => rows(state, canvas, inside, diff),
    }
    let height = usize::from(inside.height);
    canvas.scrollbar(area, state.detail.top, height, state.detail.plan.rows());
}

fn title(state: &State) -> Line {
    let Some(diff) = state.detail.diff() else {
        return vec![(Tone::Strong, "Diff".to_owned())];
    };
    let changes = state.detail.plan.changes().len();
    let mut title = vec![match changes {
        0 => (Tone::Strong, "no change".to_owned()),
        _ => (Tone::Strong, format!("change {} of {changes}", state.detail.current + 1)),
    }];
    if diff.harmless() > 0 {
        let word = if state.detail.unfolding.harmless { "shown" } else { "folded" };
        title.push((Tone::Dim, format!(" ─ {} harmless {word}", diff.harmless())));
    }
    title.push((Tone::Dim, "   - Git  + live".to_owned()));
    title
}

fn rows(state: &State, canvas: &mut Canvas<'_>, area: Area, diff: &Diff) {
    if state.detail.plan.rows() == 0 {
        let style = canvas.theme().style(Token::Dim);
        canvas.text(
            area,
            0,
            1,
            "Both sides are the same text; the difference is in what is not shown.",
            style,
        );
        return;
    }
    let current = state
        .detail
        .plan
        .changes()
        .get(state.detail.current)
        .cloned()
        .unwrap_or_default();
    for row in 0..area.height {
        let index = state.detail.top + usize::from(row);
        let Some(line) = state.detail.plan.row(diff, index) else {
            break;
        };
        canvas.count_row();
        draw_row(state, canvas, area, row, &line);
        if current.contains(&index) {
            canvas.text(area, row, 0, "▌", canvas.theme().style(Token::Current));
        }
    }
}

fn draw_row(state: &State, canvas: &mut Canvas<'_>, area: Area, row: u16, line: &Row<'_>) {
    let theme = canvas.theme();
    let (sign, token, word) = match line.kind {
        RowKind::Same => ("  ", Token::Text, Token::Text),
        RowKind::Removed => ("- ", Token::Removed, Token::RemovedWord),
        RowKind::Added => ("+ ", Token::Added, Token::AddedWord),
        RowKind::FoldedUnchanged(lines) => {
            let noun = if lines == 1 { "line" } else { "lines" };
            let text = format!("⋯ {lines} unchanged {noun}");
            canvas.text(area, row, SIGN, &text, theme.style(Token::Fold));
            return;
        }
        RowKind::FoldedHarmless(lines) => {
            let noun = if lines == 1 { "line" } else { "lines" };
            let text = format!("{} {lines} harmless {noun}", glyph(ApplicationVerdict::Harmless));
            canvas.text(area, row, SIGN, &text, theme.style(Token::Fold));
            return;
        }
    };
    let style = theme.style(token);
    if line.kind != RowKind::Same {
        let whole = Area {
            y: area.y + row,
            height: 1,
            ..area
        };
        canvas.style(whole, background(style));
    }
    canvas.text(area, row, 1, sign, style);

    let who = line.attribution.map(|change| attribution(state, change));
    // The value comes first: who wrote it takes the room that is left, and the reason panel names them anyway.
    let needed = width(&visible(bounded(line.text, usize::from(area.width)))) + usize::from(SIGN) + 1;
    let left = usize::from(area.width).saturating_sub(needed);
    let reserved = who.as_deref().map_or(0, |who| width(who) + 1).min(left);
    let reserved = if reserved < SHORTEST_ATTRIBUTION { 0 } else { reserved };
    let who = who.filter(|_| reserved > 0);
    let text_area = Area {
        width: area.width.saturating_sub(u16::try_from(reserved).unwrap_or(0)),
        ..area
    };
    let colours = line.source.and_then(|(side, at)| state.detail.colours(side, at));
    yaml(canvas, text_area, row, line, colours, style, theme.style(word));
    if let Some(who) = who {
        let style = background(style).patch(theme.style(Token::Attribution));
        canvas.right(area, row, &ellipsis(&who, reserved.saturating_sub(1)), style);
    }
}

fn background(style: Style) -> Style {
    style.bg.map_or_else(Style::new, |colour| Style::new().bg(colour))
}

/// `◂ kubectl-edit 02:13`.
fn attribution(state: &State, change: &ChangeView) -> String {
    let manager = ellipsis(change.manager.as_deref().unwrap_or("unknown"), 28);
    match change.time {
        Some(time) => format!("◂ {manager} {}", clock(state.moment.wall, time, &state.zone)),
        None => format!("◂ {manager}"),
    }
}

/// The text of a line, piece by piece; shifted left when the part that differs would be cut off.
fn yaml(canvas: &mut Canvas<'_>, area: Area, row: u16, line: &Row<'_>, colours: Option<&Pieces>, style: Style, word: Style) {
    let theme = canvas.theme();
    let room = usize::from(area.width.saturating_sub(SIGN));
    let from = line.emphasis.map_or(0, |(start, _)| shift(line.text, start, room));
    let mut column = SIGN;
    if from > 0 {
        column = canvas.text(area, row, column, "…", theme.style(Token::Fold));
    }
    let shown = bounded(line.text.get(from..).unwrap_or(""), room);
    let end = from + shown.len();
    let mut cuts: Vec<usize> = vec![from, end];
    if let Some((a, b)) = line.emphasis {
        cuts.extend([a, b]);
    }
    for (range, _) in colours.into_iter().flatten() {
        cuts.extend([range.start, range.end]);
    }
    cuts.retain(|cut| (from..=end).contains(cut));
    cuts.sort_unstable();
    cuts.dedup();
    for (start, stop) in cuts.iter().zip(cuts.iter().skip(1)) {
        let mut look = style;
        let syntax = colours
            .into_iter()
            .flatten()
            .find(|(range, _)| range.start <= *start && *stop <= range.end);
        if let Some((_, syntax)) = syntax {
            look = look.patch(theme.syntax(*syntax));
        }
        if line.emphasis.is_some_and(|(a, b)| a <= *start && *stop <= b) {
            look = look.patch(word);
        }
        let piece = line.text.get(*start..*stop).unwrap_or("");
        column = canvas.clip(area, row, column, piece, look);
    }
    // The last visible column says that there is more.
    let more = end < line.text.len() || width(&visible(shown)) + usize::from(from > 0) > room;
    if more && area.width > SIGN {
        canvas.text(area, row, area.width - 1, "…", theme.style(Token::Fold));
    }
}

/// From which byte on a line is shown so that byte `start` is in view: 0 when it is anyway.
fn shift(text: &str, start: usize, room: usize) -> usize {
    let before = text.get(..start).unwrap_or("");
    // Bytes are at least columns for what is cut here, and only the end of a long text is measured.
    if before.len() <= room && width(&visible(before)) + 12 <= room {
        return 0;
    }
    let mut from = start;
    let (_, mut kept) = prefix("", 0);
    for (at, c) in before.char_indices().rev() {
        kept += width(&visible(c.encode_utf8(&mut [0; 4])));
        if kept > room / 3 {
            break;
        }
        from = at;
    }
    from
}
