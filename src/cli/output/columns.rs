//! Columns for a terminal: which there is room for, how wide each is, and how a cell is cut. Pure.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Blanks between two columns.
pub(super) const GAP: usize = 2;

/// What a column asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// Its widest cell, the heading included; 0 when it has nothing to say.
    pub(super) natural: usize,
    /// Narrower it is not worth having.
    pub(super) least: usize,
    /// Those with the greatest number leave first where room is short; 0 never leaves.
    pub(super) leaves: u8,
}

/// The width of each column, 0 for one that is not shown. `limit` is the terminal's; `None` has room for everything.
///
/// What does not fit leaves, the rest gets its least, and what room is left goes to those that are cut, to each the same.
pub(super) fn widths<const N: usize>(columns: [Column; N], limit: Option<usize>) -> [usize; N] {
    let Some(limit) = limit else {
        return columns.map(|column| column.natural);
    };
    let mut widths = columns.map(|column| column.natural.min(column.least));
    while used(&widths) > limit {
        let leaving = (0..N).filter(|n| widths[*n] > 0 && columns[*n].leaves > 0);
        let Some(next) = leaving.max_by_key(|n| columns[*n].leaves) else {
            break;
        };
        widths[next] = 0;
    }
    let mut room = limit.saturating_sub(used(&widths));
    loop {
        let before = room;
        for (width, column) in widths.iter_mut().zip(columns) {
            if room > 0 && *width > 0 && *width < column.natural {
                *width += 1;
                room -= 1;
            }
        }
        if room == before {
            return widths;
        }
    }
}

/// Columns of a whole line, gaps included.
fn used(widths: &[usize]) -> usize {
    let shown = widths.iter().filter(|width| **width > 0);
    shown.clone().sum::<usize>() + GAP * shown.count().saturating_sub(1)
}

/// At most so many columns; what is cut ends with `…`.
pub(super) fn cut_end(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    match width.checked_sub(1) {
        Some(kept) => Cow::Owned(format!("{}…", start(text.graphemes(true), kept).concat())),
        None => Cow::Borrowed(""),
    }
}

/// At most so many columns; what is cut has `…` in the middle: names differ at both ends.
pub(super) fn cut_middle(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let Some(kept) = width.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let mut end = start(text.graphemes(true).rev(), kept / 2);
    end.reverse();
    let end = end.concat();
    let beginning = start(text.graphemes(true), kept - end.width()).concat();
    Cow::Owned(format!("{beginning}…{end}"))
}

/// As many as fit.
fn start<'t>(graphemes: impl Iterator<Item = &'t str>, width: usize) -> Vec<&'t str> {
    let mut room = width;
    graphemes
        .map_while(|grapheme| {
            room = room.checked_sub(grapheme.width())?;
            Some(grapheme)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_leaves_and_what_is_cut_shares_the_room() {
        let column = |natural, least, leaves| Column { natural, least, leaves };
        let columns = [
            column(8, 8, 0),
            column(30, 10, 0),
            column(0, 5, 1),
            column(12, 6, 1),
            column(40, 20, 2),
        ];
        for (limit, expected) in [
            (None, [8, 30, 0, 12, 40]),
            (Some(200), [8, 30, 0, 12, 40]),
            (Some(60), [8, 14, 0, 9, 23]),
            (Some(50), [8, 10, 0, 6, 20]),
            (Some(49), [8, 25, 0, 12, 0]),
            (Some(28), [8, 10, 0, 6, 0]),
            (Some(27), [8, 17, 0, 0, 0]),
            (Some(5), [8, 10, 0, 0, 0]),
        ] {
            assert_eq!(widths(columns, limit), expected, "{limit:?}");
        }
    }

    #[test]
    fn cutting_counts_columns_not_characters() {
        for (text, width, end, middle) in [
            ("short", 5, "short", "short"),
            ("Deployment/payments-api", 12, "Deployment/…", "Deploy…s-api"),
            ("日本語です", 5, "日本…", "日…す"),
            ("日本語です", 4, "日…", "日…"),
            ("longer", 2, "l…", "l…"),
            ("longer", 1, "…", "…"),
            ("longer", 0, "", ""),
        ] {
            assert_eq!(cut_end(text, width), end, "{text} at {width}");
            assert_eq!(cut_middle(text, width), middle, "{text} at {width}");
        }
    }
}
