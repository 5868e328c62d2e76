//! One line of the diff in a row of cells: sign, syntax colours when they are there, marked words, what was searched for,
//! and who at its end.

use std::ops::Range;

use ratatui::style::Style;

use super::diff::SIGN;
use crate::engine::view::{ChangeView, OriginView};
use crate::tui::diff::highlight::Pieces;
use crate::tui::diff::{self, Diff, Note, Row, RowKind, find_all};
use crate::tui::state::moment::clock;
use crate::tui::state::{Area, State};
use crate::tui::text::{bounded, ellipsis, visible, width};
use crate::tui::theme::Token;
use crate::tui::widgets::Canvas;

/// An attribution in fewer columns names nobody.
const SHORTEST_ATTRIBUTION: usize = 12;

/// Which line of a row is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The desired one.
    Left,
    /// The live one.
    Right,
    /// The one that is there; of two equal ones the live one.
    Whole,
}

/// A line of one side, with what decides its look.
struct Cut<'d> {
    text: &'d str,
    marks: Vec<Range<usize>>,
    found: Vec<Range<usize>>,
    colours: Option<&'d Pieces>,
}

pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>, area: Area, (diff, row): (&Diff, &Row), side: Side) {
    let theme = canvas.theme();
    let place = match side {
        Side::Left => row.desired.map(|line| (diff::Side::Desired, line)),
        Side::Right => row.live.map(|line| (diff::Side::Live, line)),
        Side::Whole => row
            .live
            .map(|line| (diff::Side::Live, line))
            .or(row.desired.map(|line| (diff::Side::Desired, line))),
    };
    let Some((of, line)) = place else {
        // Nothing stands against the other side's line.
        canvas.style(area, background(theme.style(Token::Header)));
        return;
    };
    let kept = row.kind == RowKind::Same && row.desired.is_some_and(|line| diff.is_kept(line));
    let (sign, token, word) = match (row.kind, of) {
        (RowKind::Changed, diff::Side::Desired) => ("- ", Token::Removed, Token::RemovedWord),
        (RowKind::Changed, diff::Side::Live) => ("+ ", Token::Added, Token::AddedWord),
        (RowKind::Addition, _) => ("+ ", Token::Attribution, Token::Text),
        _ if kept => ("· ", Token::Fold, Token::Text),
        _ => ("  ", Token::Text, Token::Text),
    };
    let changed = row.kind == RowKind::Changed;
    let style = if changed {
        theme.style(token)
    } else {
        theme.style(Token::Text)
    };
    if changed {
        canvas.style(area, background(style));
    }
    canvas.text(area, 0, 1, sign, theme.style(token));

    let text = diff.side(of).line(line);
    let cut = Cut {
        text,
        marks: marks(diff, row, (of, line), text),
        found: find_all(bounded(text, MOST_SEARCHED), &state.detail.search.text),
        colours: state.detail.colours(of, line),
    };
    let note = match (row.kind, side) {
        // Of equal lines a note about what a sync keeps stands on the side of the sync.
        (RowKind::Same, Side::Left | Side::Whole) => row.desired.and_then(|line| diff.note(diff::Side::Desired, line)),
        (RowKind::Same, Side::Right) | (RowKind::Addition, Side::Left) => None,
        _ => diff.note(of, line),
    };
    let note = note.map(|note| (note_text(state, diff, note), note));
    // The value comes first: who wrote it takes the room that is left, and the reason panel names them anyway.
    let needed = width(&visible(bounded(text, usize::from(area.width)))) + usize::from(SIGN) + 1;
    let left = usize::from(area.width).saturating_sub(needed);
    let reserved = note.as_ref().map_or(0, |(text, _)| width(text) + 1).min(left);
    let reserved = if reserved < SHORTEST_ATTRIBUTION { 0 } else { reserved };
    let text_area = Area {
        width: area.width.saturating_sub(u16::try_from(reserved).unwrap_or(0)),
        ..area
    };
    yaml(canvas, text_area, &cut, style, theme.style(word));
    if let Some((text, note)) = note.filter(|_| reserved > 0) {
        let token = if note == Note::Kept { Token::Fold } else { Token::Attribution };
        let style = background(style).patch(theme.style(token));
        canvas.right(area, 0, &ellipsis(&text, reserved.saturating_sub(1)), style);
    }
}

/// What is searched for is marked in so many columns of a line.
const MOST_SEARCHED: usize = 2_000;

/// The words in which a changed line differs from the line it was paired with.
fn marks(diff: &Diff, row: &Row, (side, line): (diff::Side, usize), text: &str) -> Vec<Range<usize>> {
    let counterpart = row.segment.and_then(|at| diff.counterpart(at, side, line));
    let Some(counterpart) = counterpart else {
        return Vec::new();
    };
    match side {
        diff::Side::Desired => diff::differing(text, diff.side(diff::Side::Live).line(counterpart)).0,
        diff::Side::Live => diff::differing(diff.side(diff::Side::Desired).line(counterpart), text).1,
    }
}

fn background(style: Style) -> Style {
    style.bg.map_or_else(Style::new, |colour| Style::new().bg(colour))
}

fn note_text(state: &State, diff: &Diff, note: Note) -> String {
    match (note, diff.change(note)) {
        (Note::Kept, _) => "◂ only in the cluster, a sync keeps it".to_owned(),
        (Note::Addition(_), Some(change)) => format!("{} · Argo CD says Synced", attribution(state, change)),
        (_, Some(change)) => attribution(state, change),
        (_, None) => String::new(),
    }
}

/// `◂ kubectl-edit 02:13`; what nobody wrote says what it is instead.
fn attribution(state: &State, change: &ChangeView) -> String {
    if let Some(ignored) = &change.ignored_by {
        return format!("◂ ignored: {}", ellipsis(&ignored.reason, 40));
    }
    match change.origin {
        OriginView::Equivalent if change.rule == "list-order" => return "◂ the same items in another order".to_owned(),
        OriginView::Equivalent => return "◂ the same meaning".to_owned(),
        OriginView::Default => return "◂ a default of the server".to_owned(),
        OriginView::Git => return "◂ Git is ahead".to_owned(),
        OriginView::Cluster | OriginView::Both | OriginView::Controller | OriginView::Unknown => {}
    }
    let manager = ellipsis(change.manager.as_deref().unwrap_or("unknown"), 28);
    match change.time {
        Some(time) => format!("◂ {manager} {}", clock(state.moment.wall, time, &state.zone)),
        None => format!("◂ {manager}"),
    }
}

/// The text of a line, piece by piece; shifted left when the part that differs would be cut off.
fn yaml(canvas: &mut Canvas<'_>, area: Area, line: &Cut<'_>, style: Style, word: Style) {
    let theme = canvas.theme();
    let room = usize::from(area.width.saturating_sub(SIGN));
    let first = line.found.first().or(line.marks.first());
    let from = first.map_or(0, |part| shift(line.text, part.start, room));
    let mut column = SIGN;
    if from > 0 {
        column = canvas.text(area, 0, column, "…", theme.style(Token::Fold));
    }
    let shown = bounded(line.text.get(from..).unwrap_or(""), room);
    let end = from + shown.len();
    let colours = line.colours.map_or(&[] as &[_], Vec::as_slice);
    let parts = line
        .marks
        .iter()
        .chain(&line.found)
        .chain(colours.iter().map(|(range, _)| range));
    let mut cuts: Vec<usize> = parts.flat_map(|range| [range.start, range.end]).chain([from, end]).collect();
    cuts.retain(|cut| (from..=end).contains(cut));
    cuts.sort_unstable();
    cuts.dedup();
    let covers =
        |ranges: &[Range<usize>], start: usize, stop: usize| ranges.iter().any(|range| range.start <= start && stop <= range.end);
    for (start, stop) in cuts.iter().copied().zip(cuts.iter().copied().skip(1)) {
        let mut look = style;
        if let Some((_, syntax)) = colours.iter().find(|(range, _)| range.start <= start && stop <= range.end) {
            look = look.patch(theme.syntax(*syntax));
        }
        if covers(&line.marks, start, stop) {
            look = look.patch(word);
        }
        if covers(&line.found, start, stop) {
            look = look.patch(theme.style(Token::Found));
        }
        let piece = line.text.get(start..stop).unwrap_or("");
        column = canvas.clip(area, 0, column, piece, look);
    }
    // The last visible column says that there is more.
    let more = end < line.text.len() || width(&visible(shown)) + usize::from(from > 0) > room;
    if more && area.width > SIGN {
        canvas.text(area, 0, area.width - 1, "…", theme.style(Token::Fold));
    }
}

/// From which byte on a line is shown so that byte `start` is in view: 0 when it is anyway.
fn shift(text: &str, start: usize, room: usize) -> usize {
    if text.len() <= room.saturating_mul(4) && width(&visible(text)) <= room {
        return 0;
    }
    let before = text.get(..start).unwrap_or("");
    // Bytes are at least columns for what is cut here, and only the end of a long text is measured.
    if before.len() <= room && width(&visible(before)) + 12 <= room {
        return 0;
    }
    let mut from = start;
    let mut kept = 0;
    for (at, c) in before.char_indices().rev() {
        kept += width(&visible(c.encode_utf8(&mut [0; 4])));
        if kept > room / 3 {
            break;
        }
        from = at;
    }
    from
}
