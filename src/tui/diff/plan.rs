//! Which parts of a diff stand open, and what row *n* of that is.

use std::ops::Range;

use super::{Diff, Segment, Side};
use crate::engine::view::ChangeView;

/// Unchanged lines kept around each shown change.
const CONTEXT: usize = 3;

/// What stands open beyond the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Unfolding {
    /// Harmless changes.
    pub(crate) harmless: bool,
    /// Unchanged lines.
    pub(crate) unchanged: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    Same { desired: usize, live: usize, length: usize },
    Removed { segment: usize, lines: Range<usize> },
    Added { segment: usize, lines: Range<usize> },
    Unchanged { lines: usize },
    Harmless { lines: usize },
}

impl Block {
    fn rows(&self) -> usize {
        match self {
            Self::Same { length, .. } => *length,
            Self::Removed { lines, .. } | Self::Added { lines, .. } => lines.len(),
            Self::Unchanged { .. } | Self::Harmless { .. } => 1,
        }
    }
}

/// The rows of a diff as they stand on the screen, top to bottom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Plan {
    /// Each block with its first row.
    blocks: Vec<(usize, Block)>,
    rows: usize,
    /// Rows of each shown change.
    changes: Vec<Range<usize>>,
    /// Its segment.
    segments: Vec<usize>,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum RowKind {
    /// The same on both sides.
    Same,
    /// Only desired.
    Removed,
    /// Only live.
    Added,
    /// This many unchanged lines are folded here.
    FoldedUnchanged(usize),
    /// A harmless change of this many lines is folded here.
    FoldedHarmless(usize),
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row<'a> {
    /// What it is.
    pub(crate) kind: RowKind,
    /// Where its text comes from; `None` for folds.
    pub(crate) source: Option<(Side, usize)>,
    /// The line, without line break; hostile text.
    pub(crate) text: &'a str,
    /// The part that differs from its counterpart, in bytes.
    pub(crate) emphasis: Option<(usize, usize)>,
    /// Whose change ends here.
    pub(crate) attribution: Option<&'a ChangeView>,
}

impl Plan {
    /// Lays out a diff.
    pub(crate) fn new(diff: &Diff, unfolding: Unfolding) -> Self {
        let mut plan = Self::default();
        let segments = diff.segments();
        let shown = |at: Option<usize>| {
            at.and_then(|at| segments.get(at))
                .is_some_and(|segment| matches!(segment, Segment::Changed(hunk) if unfolding.harmless || !hunk.harmless))
        };
        for (at, segment) in segments.iter().enumerate() {
            match segment {
                Segment::Same { desired, live, length } => {
                    let before = if shown(at.checked_sub(1)) { CONTEXT } else { 0 };
                    let after = if shown(at.checked_add(1)) { CONTEXT } else { 0 };
                    // One folded line would take the place it saves.
                    if unfolding.unchanged || *length <= before + after + 1 {
                        plan.same(*desired, *live, *length);
                    } else {
                        plan.same(*desired, *live, before);
                        plan.push(Block::Unchanged {
                            lines: length - before - after,
                        });
                        let from = length - after;
                        plan.same(desired + from, live + from, after);
                    }
                }
                Segment::Changed(hunk) if shown(Some(at)) => {
                    let first = plan.rows;
                    plan.push(Block::Removed {
                        segment: at,
                        lines: hunk.desired.clone(),
                    });
                    plan.push(Block::Added {
                        segment: at,
                        lines: hunk.live.clone(),
                    });
                    plan.changes.push(first..plan.rows);
                    plan.segments.push(at);
                }
                Segment::Changed(hunk) => plan.push(Block::Harmless {
                    lines: hunk.desired.len().max(hunk.live.len()),
                }),
            }
        }
        plan
    }

    fn same(&mut self, desired: usize, live: usize, length: usize) {
        self.push(Block::Same { desired, live, length });
    }

    fn push(&mut self, block: Block) {
        let rows = block.rows();
        if rows > 0 {
            self.blocks.push((self.rows, block));
            self.rows += rows;
        }
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The rows of each shown change, top to bottom.
    pub(crate) fn changes(&self) -> &[Range<usize>] {
        &self.changes
    }

    /// The same change, laid out in `other`; the one after it when it is folded there.
    pub(crate) fn counterpart(&self, change: usize, other: &Self) -> usize {
        let segment = self.segments.get(change).copied().unwrap_or(0);
        other.segments.partition_point(|at| *at < segment)
    }

    /// Row `index`; `None` past the end.
    pub(crate) fn row<'a>(&self, diff: &'a Diff, index: usize) -> Option<Row<'a>> {
        let at = self.blocks.partition_point(|(first, _)| *first <= index).checked_sub(1)?;
        let (first, block) = self.blocks.get(at)?;
        let offset = index - first;
        if offset >= block.rows() {
            return None;
        }
        let line = |kind, side, line: usize, emphasis| Row {
            kind,
            source: Some((side, line)),
            text: diff.side(side).line(line),
            emphasis,
            attribution: diff.attribution(side, line),
        };
        let fold = |kind| Row {
            kind,
            source: None,
            text: "",
            emphasis: None,
            attribution: None,
        };
        Some(match block {
            Block::Same { live, .. } => line(RowKind::Same, Side::Live, live + offset, None),
            Block::Removed { segment, lines } => {
                let at = lines.start + offset;
                line(
                    RowKind::Removed,
                    Side::Desired,
                    at,
                    emphasis(diff, *segment, offset, Side::Desired, at),
                )
            }
            Block::Added { segment, lines } => {
                let at = lines.start + offset;
                line(
                    RowKind::Added,
                    Side::Live,
                    at,
                    emphasis(diff, *segment, offset, Side::Live, at),
                )
            }
            Block::Unchanged { lines } => fold(RowKind::FoldedUnchanged(*lines)),
            Block::Harmless { lines } => fold(RowKind::FoldedHarmless(*lines)),
        })
    }
}

/// The differing part of the n-th removed or added line; `None` when it has no counterpart or nothing in common with it.
fn emphasis(diff: &Diff, segment: usize, nth: usize, side: Side, line: usize) -> Option<(usize, usize)> {
    let Some(Segment::Changed(hunk)) = diff.segments().get(segment) else {
        return None;
    };
    let (start, end) = *hunk.common.get(nth)?;
    let text = diff.side(side).line(line);
    // Shared indentation alone is no likeness.
    (start > text.len() - text.trim_start().len()).then_some((start, text.len() - end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixtures;

    fn texts(diff: &Diff, unfolding: Unfolding) -> Vec<String> {
        let plan = Plan::new(diff, unfolding);
        (0..plan.rows())
            .map(|index| {
                let row = plan.row(diff, index).unwrap();
                match row.kind {
                    RowKind::Same => format!("  {}", row.text),
                    RowKind::Removed => format!("- {}", row.text),
                    RowKind::Added => format!("+ {}", row.text),
                    RowKind::FoldedUnchanged(lines) => format!("⋯ {lines}"),
                    RowKind::FoldedHarmless(lines) => format!("○ {lines}"),
                }
            })
            .collect()
    }

    #[test]
    fn a_diff_is_folded_to_its_changes_with_three_lines_around() {
        let diff = Diff::compute(fixtures::document(&fixtures::payments_api().drifts[0]));
        assert_eq!(
            texts(&diff, Unfolding::default()),
            [
                "⋯ 3",
                "○ 2",
                "⋯ 12",
                "    J_URL: http://J.example.com/v1",
                "    K_URL: http://K.example.com/v1",
                "    LOG_LEVEL: info",
                "-   MAX_CONNECTIONS: \"100\"",
                "+   MAX_CONNECTIONS: \"400\"",
                "    N_TIMEOUT: 30s",
                "    O_TIMEOUT: 30s",
                "    P_TIMEOUT: 30s",
                "⋯ 6",
            ]
        );
    }

    #[test]
    fn unfolded_everything_shows_every_line_of_both_sides_once() {
        let diff = Diff::compute(fixtures::document(&fixtures::payments_api().drifts[0]));
        let all = Unfolding {
            harmless: true,
            unchanged: true,
        };
        assert_eq!(texts(&diff, all).len(), diff.side(Side::Live).len() + 1);
    }

    #[test]
    fn a_row_past_the_end_is_none() {
        let diff = Diff::compute(fixtures::document(&fixtures::payments_api().drifts[0]));
        let plan = Plan::new(&diff, Unfolding::default());
        assert_eq!(plan.row(&diff, plan.rows()), None);
        assert_eq!(Plan::default().row(&diff, 0), None);
    }
}
