//! The diff pane: its title, its states, and the rows in view. [`super::diff_line`] draws a line.

use super::diff_line::{Side as Column, draw as draw_line};
use crate::engine::document::ManifestPair;
use crate::tui::diff::{Diff, Folded, Form, Quiet, Row, RowKind, Side};
use crate::tui::reason::field;
use crate::tui::state::detail::Slow;
use crate::tui::state::{Area, Load, Pane, State};
use crate::tui::text::{Line, Tone, wrap};
use crate::tui::theme::Token;
use crate::tui::widgets::Canvas;

/// Columns before the text: mark of the current change, sign, space.
pub(super) const SIGN: u16 = 3;

pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>, area: Area) {
    let focused = state.pane == Pane::Diff;
    let rows_in_view = usize::from(area.inside().height);
    let inside = canvas.pane(area, &title(state, rows_in_view), focused);
    let theme = canvas.theme();
    match &state.detail.load {
        Load::Idle => {}
        Load::Loading => match state.detail.listed() {
            Some(slow) => fields(state, canvas, inside, slow),
            None => {
                canvas.text(inside, 0, 1, "Reading both sides…", theme.style(Token::Dim));
            }
        },
        Load::Failed(error) => {
            let title = format!("No diff: {}", error.title);
            let said = [
                (&title, Token::Warning),
                (&error.detail, Token::Text),
                (&error.hint, Token::Dim),
            ];
            let (columns, lines) = (usize::from(inside.width.saturating_sub(2)), usize::from(inside.height));
            let wrapped = said
                .iter()
                .flat_map(|(text, token)| wrap(text, columns, lines).into_iter().map(move |line| (line, *token)));
            for (row, (line, token)) in (0..inside.height).zip(wrapped) {
                canvas.text(inside, row, 1, &line, theme.style(token));
            }
        }
        Load::Ready(diff) => rows(state, canvas, inside, diff),
    }
    let height = usize::from(inside.height);
    canvas.scrollbar(area, state.detail.top, height, state.detail.rows());
}

fn title(state: &State, rows: usize) -> Line {
    let Some(diff) = state.detail.diff() else {
        return vec![(Tone::Strong, "Diff".to_owned())];
    };
    let detail = &state.detail;
    let mut title = Line::new();
    let (matches, changes) = (detail.plan.matches().len(), detail.plan.changes().len());
    let place = match (detail.search.is_active(), matches, changes) {
        (true, 0, _) if detail.search.text.is_empty() => "search".to_owned(),
        (true, 0, _) => "no match".to_owned(),
        (true, _, _) => format!("match {} of {matches}", detail.search.current.min(matches - 1) + 1),
        (false, _, 0) => "no change".to_owned(),
        (false, _, _) => format!("change {} of {changes}", detail.current + 1),
    };
    title.push((Tone::Strong, place));
    let raw = diff.document().pair == ManifestPair::Raw;
    let (view, sides) = match detail.plan.shape().form {
        Form::One(Side::Desired) => ("Git, whole", "- Git"),
        Form::One(Side::Live) => ("live, whole", "+ live"),
        Form::Unified | Form::SideBySide if raw => ("raw", "- Git  + live"),
        // What a sync would leave is not all from Git.
        Form::Unified | Form::SideBySide => ("", "- after sync  + live"),
    };
    if !view.is_empty() {
        title.push((Tone::Label, format!(" ─ {view}")));
    }
    let quiet = quiet(diff.quiet());
    if !quiet.is_empty() && !matches!(detail.plan.shape().form, Form::One(_)) {
        let word = if detail.unfolding.quiet { "shown" } else { "folded" };
        title.push((Tone::Dim, format!(" ─ {quiet} {word}")));
    }
    title.push((Tone::Dim, format!("   {sides}")));
    if let Some(why) = detail.plain(rows) {
        title.push((Tone::Dim, format!("   {why}")));
    }
    title
}

/// What is known of the difference before its text is there: one row for each field.
fn fields(state: &State, canvas: &mut Canvas<'_>, area: Area, slow: &Slow) {
    let theme = canvas.theme();
    let sentence = match (slow.waited_for, state.keymap.label("diff.wait")) {
        (true, _) => "Comparing the texts; their diff comes when it is there.".to_owned(),
        (false, Some(key)) => format!("Text diff too large: {key} waits for it. These fields differ:"),
        (false, None) => "Text diff too large. These fields differ:".to_owned(),
    };
    for row in 0..area.height {
        let index = state.detail.top + usize::from(row);
        let Some(at) = index.checked_sub(1) else {
            canvas.text(area, row, 1, &sentence, theme.style(Token::Warning));
            continue;
        };
        let Some(change) = slow.drift.changes.get(at) else { break };
        canvas.count_row();
        let text = field(change, usize::from(area.width.saturating_sub(SIGN)));
        canvas.text(area, row, SIGN, &text, theme.style(Token::Text));
    }
}

/// `2 harmless, 1 ignored`.
fn quiet(quiet: Quiet) -> String {
    let counts = [
        (quiet.harmless, "harmless"),
        (quiet.ignored, "ignored"),
        (quiet.not_compared, "not compared"),
    ];
    listed(counts, "")
}

fn listed<const N: usize>(counts: [(usize, &str); N], first: &str) -> String {
    let some = counts.iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = some
        .enumerate()
        .map(|(at, (count, word))| match at {
            0 => format!("{count} {word}{first}"),
            _ => format!("{count} {word}"),
        })
        .collect();
    words.join(", ")
}

fn rows(state: &State, canvas: &mut Canvas<'_>, area: Area, diff: &Diff) {
    let detail = &state.detail;
    let mut first = 0;
    if diff.is_same() && !matches!(detail.plan.shape().form, Form::One(_)) {
        let text = "Both sides are the same text; the difference is in what is not shown.";
        canvas.text(area, 0, 1, text, canvas.theme().style(Token::Dim));
        first = 1;
    }
    let current = detail.plan.changes().get(detail.current).cloned().unwrap_or_default();
    let found = detail.plan.matches().get(detail.search.current).map(|found| found.row);
    for row in first..area.height {
        let index = detail.top + usize::from(row - first);
        let Some(line) = detail.plan.row(index) else {
            break;
        };
        canvas.count_row();
        draw_row(state, canvas, area, row, (diff, &line));
        let marked = match found {
            Some(found) => found == index,
            None => current.contains(&index),
        };
        if marked {
            canvas.text(area, row, 0, "▌", canvas.theme().style(Token::Current));
        }
    }
}

fn draw_row(state: &State, canvas: &mut Canvas<'_>, area: Area, row: u16, (diff, line): (&Diff, &Row)) {
    let row_area = Area {
        y: area.y + row,
        height: 1.min(area.height.saturating_sub(row)),
        ..area
    };
    if let RowKind::Fold(folded) = line.kind {
        let style = canvas.theme().style(Token::Fold);
        canvas.text(row_area, 0, SIGN, &fold(folded), style);
        return;
    }
    match state.detail.plan.shape().form {
        Form::SideBySide => {
            let (left, right) = halves(row_area);
            let style = canvas.theme().style(Token::Border);
            canvas.text(right, 0, 0, "│", style);
            let (_, right) = right.split_columns(1);
            draw_line(state, canvas, left, (diff, line), Column::Left);
            draw_line(state, canvas, right, (diff, line), Column::Right);
        }
        Form::One(Side::Desired) => draw_line(state, canvas, row_area, (diff, line), Column::Left),
        Form::One(Side::Live) | Form::Unified => draw_line(state, canvas, row_area, (diff, line), Column::Whole),
    }
}

/// Both halves are of one width; the right one begins with the line between them.
fn halves(area: Area) -> (Area, Area) {
    area.split_columns(area.width.saturating_sub(1) / 2)
}

/// `⋯ 14 unchanged, 2 harmless lines`.
fn fold(folded: Folded) -> String {
    let counts = [
        (folded.unchanged, "unchanged"),
        (folded.harmless, "harmless"),
        (folded.ignored, "ignored"),
        (folded.not_compared, "not compared"),
    ];
    let total = folded.unchanged + folded.harmless + folded.ignored + folded.not_compared;
    let noun = if total == 1 { " line" } else { " lines" };
    format!("⋯ {}", listed(counts, noun))
}
