//! Finding a text in a diff. Of ten megabytes it takes some 10 ms: for whole documents only workers call this.

use std::ops::Range;

use super::{Diff, Form, Segment, Shape, Side};

/// So many lines are found; who needs more needs a longer text.
const MOST: usize = 10_000;

/// A line in which the text was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    /// Row of the plan.
    pub(crate) row: usize,
    /// Of which side.
    pub(crate) side: Side,
    /// Which line.
    pub(crate) line: usize,
}

/// Every place of a text in a line, in bytes. A text without capitals finds both (ASCII) cases.
pub(crate) fn find_all(line: &str, search: &str) -> Vec<Range<usize>> {
    if search.is_empty() {
        return Vec::new();
    }
    let lowered;
    let line = if folds(search) {
        lowered = line.to_ascii_lowercase();
        &lowered
    } else {
        line
    };
    line.match_indices(search).map(|(at, found)| at..at + found.len()).collect()
}

fn folds(search: &str) -> bool {
    !search.chars().any(char::is_uppercase)
}

/// The lines with the text, by side, rising; of equal lines only the live ones, and no more than [`MOST`].
pub(super) fn found(diff: &Diff, shape: &Shape) -> (Vec<usize>, Vec<usize>) {
    if shape.search.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let lines = |side: Side| -> Vec<usize> {
        if !shape.shows(side) {
            return Vec::new();
        }
        let text = diff.side(side);
        let whole = text.as_str();
        let lowered;
        let whole = if folds(&shape.search) {
            lowered = whole.to_ascii_lowercase();
            &lowered
        } else {
            whole
        };
        let mut found: Vec<usize> = Vec::new();
        for (at, _) in whole.match_indices(&shape.search) {
            let line = text.line_at(at);
            if found.last() != Some(&line) {
                found.push(line);
                if found.len() == MOST {
                    break;
                }
            }
        }
        found
    };
    let mut desired = lines(Side::Desired);
    if shape.form != Form::One(Side::Desired) {
        desired.retain(|line| changed(diff, *line));
    }
    (desired, lines(Side::Live))
}

/// Whether this line of the desired side is part of a change.
fn changed(diff: &Diff, line: usize) -> bool {
    let start = |segment: &Segment| match segment {
        Segment::Same { desired, .. } => *desired,
        Segment::Changed(hunk) => hunk.desired.start,
    };
    let after = diff.segments().partition_point(|segment| start(segment) <= line);
    // An empty range begins where the next segment does.
    let before = diff.segments().get(..after).unwrap_or(&[]);
    before
        .iter()
        .rev()
        .take_while(|segment| matches!(segment, Segment::Changed(_)))
        .any(|segment| matches!(segment, Segment::Changed(hunk) if hunk.desired.contains(&line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_are_asked_for_by_capitals() {
        for (line, search, expected) in [
            ("image: Web web", "web", vec![(7, 10), (11, 14)]),
            ("image: Web web", "Web", vec![(7, 10)]),
            ("größe: é", "é", vec![(9, 11)]),
            ("a", "", vec![]),
        ] {
            let found: Vec<(usize, usize)> = find_all(line, search).iter().map(|place| (place.start, place.end)).collect();
            assert_eq!(found, expected, "{search:?} in {line:?}");
        }
    }
}
