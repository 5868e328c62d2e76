//! Which parts of a diff stand open, and what row *n* of that is. Laid out by a worker, looked up by the screen.

use std::ops::Range;

use super::search::{Match, found};
use super::{Diff, Form, Hunk, HunkKind, Segment, Shape, Side};

/// Unchanged lines kept around each shown change.
const CONTEXT: usize = 3;

/// Unchanged lines kept around a line that was searched for.
const AROUND_MATCH: usize = 1;

/// Lines that are folded into one row, by why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Folded {
    /// Equal on both sides.
    pub(crate) unchanged: usize,
    /// Harmless.
    pub(crate) harmless: usize,
    /// Ignored.
    pub(crate) ignored: usize,
    /// Not compared by Argo CD.
    pub(crate) not_compared: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    Same {
        desired: usize,
        live: usize,
        length: usize,
        addition: bool,
    },
    Removed {
        segment: usize,
        lines: Range<usize>,
    },
    Added {
        segment: usize,
        lines: Range<usize>,
    },
    Beside {
        segment: usize,
        desired: Range<usize>,
        live: Range<usize>,
    },
    Fold(Folded),
}

impl Block {
    fn rows(&self) -> usize {
        match self {
            Self::Same { length, .. } => *length,
            Self::Removed { lines, .. } | Self::Added { lines, .. } => lines.len(),
            Self::Beside { desired, live, .. } => desired.len().max(live.len()),
            Self::Fold(_) => 1,
        }
    }

    /// The lines of one side, which begin on its first row.
    fn lines(&self, side: Side) -> Range<usize> {
        match (self, side) {
            (Self::Same { desired, length, .. }, Side::Desired) => *desired..desired + length,
            (Self::Same { live, length, .. }, Side::Live) => *live..live + length,
            (Self::Removed { lines, .. }, Side::Desired) | (Self::Added { lines, .. }, Side::Live) => lines.clone(),
            (Self::Beside { desired, .. }, Side::Desired) => desired.clone(),
            (Self::Beside { live, .. }, Side::Live) => live.clone(),
            (Self::Removed { .. }, Side::Live) | (Self::Added { .. }, Side::Desired) | (Self::Fold(_), _) => 0..0,
        }
    }
}

/// The rows of a diff as they stand on the screen, top to bottom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Plan {
    shape: Shape,
    /// Each block with its first row.
    blocks: Vec<(usize, Block)>,
    rows: usize,
    /// Rows of each shown change.
    changes: Vec<Range<usize>>,
    /// Its segment.
    segments: Vec<usize>,
    matches: Vec<Match>,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowKind {
    /// The same on both sides.
    Same,
    /// The same on both sides, because somebody added it in the cluster and a sync keeps it.
    Addition,
    /// A line of a change: one of the two, or both side by side.
    Changed,
    /// Folded lines.
    Fold(Folded),
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    /// What it is.
    pub(crate) kind: RowKind,
    /// Its line of the desired side.
    pub(crate) desired: Option<usize>,
    /// Its line of the live side.
    pub(crate) live: Option<usize>,
    /// Index of its segment, on a line of a change.
    pub(crate) segment: Option<usize>,
}

impl Plan {
    /// Lays out a diff. Takes time in proportion to its changes, and with a search to its size.
    pub(crate) fn new(diff: &Diff, shape: Shape) -> Self {
        let (desired, live) = found(diff, &shape);
        let mut plan = Self {
            shape,
            ..Self::default()
        };
        let shown: Vec<bool> = diff
            .segments()
            .iter()
            .map(|segment| match segment {
                Segment::Same { addition, .. } => *addition,
                Segment::Changed(hunk) => plan.shows(hunk) || any_in(&desired, &hunk.desired) || any_in(&live, &hunk.live),
            })
            .collect();
        let is_shown = |at: Option<usize>| at.and_then(|at| shown.get(at)).copied().unwrap_or(false);
        for (at, segment) in diff.segments().iter().enumerate() {
            let first = plan.rows;
            match segment {
                Segment::Same {
                    length, addition: true, ..
                } => plan.same(segment, 0..*length),
                Segment::Same { live: start, length, .. } => {
                    let before = if is_shown(at.checked_sub(1)) { CONTEXT } else { 0 };
                    let after = if is_shown(at.checked_add(1)) { CONTEXT } else { 0 };
                    let matches = within(&live, &(*start..start + length)).iter().map(|line| line - start);
                    let open = match plan.shape.is_whole() {
                        true => open_lines(*length, *length, 0, matches),
                        false => open_lines(*length, before, after, matches),
                    };
                    plan.unchanged(segment, *length, &open);
                }
                Segment::Changed(hunk) if is_shown(Some(at)) => plan.hunk(at, hunk),
                Segment::Changed(hunk) => plan.fold(Folded::of(hunk)),
            }
            if is_shown(Some(at)) && plan.rows > first {
                plan.changes.push(first..plan.rows);
                plan.segments.push(at);
            }
        }
        plan.place(&desired, &live);
        plan
    }

    fn shows(&self, hunk: &Hunk) -> bool {
        hunk.kind == HunkKind::Drift || self.shape.unfolding.quiet || matches!(self.shape.form, Form::One(_))
    }

    fn hunk(&mut self, segment: usize, hunk: &Hunk) {
        let (desired, live) = (hunk.desired.clone(), hunk.live.clone());
        match self.shape.form {
            Form::SideBySide => {
                for (left, right) in hunk.pairs.runs(desired.len(), live.len()) {
                    self.push(Block::Beside {
                        segment,
                        desired: desired.start + left.start..desired.start + left.end,
                        live: live.start + right.start..live.start + right.end,
                    });
                }
            }
            Form::Unified => {
                self.push(Block::Removed { segment, lines: desired });
                self.push(Block::Added { segment, lines: live });
            }
            Form::One(Side::Desired) => self.push(Block::Removed { segment, lines: desired }),
            Form::One(Side::Live) => self.push(Block::Added { segment, lines: live }),
        }
    }

    fn unchanged(&mut self, segment: &Segment, length: usize, open: &[Range<usize>]) {
        let mut at = 0;
        for lines in open {
            self.fold_unchanged(lines.start - at);
            self.same(segment, lines.clone());
            at = lines.end;
        }
        self.fold_unchanged(length - at);
    }

    fn same(&mut self, segment: &Segment, lines: Range<usize>) {
        if let Segment::Same {
            desired, live, addition, ..
        } = segment
        {
            self.push(Block::Same {
                desired: desired + lines.start,
                live: live + lines.start,
                length: lines.len(),
                addition: *addition,
            });
        }
    }

    fn fold_unchanged(&mut self, unchanged: usize) {
        if unchanged > 0 {
            self.fold(Folded {
                unchanged,
                ..Folded::default()
            });
        }
    }

    /// What is folded beside what is folded already takes no row of its own.
    fn fold(&mut self, folded: Folded) {
        if let Some((_, Block::Fold(before))) = self.blocks.last_mut() {
            *before = before.and(folded);
        } else {
            self.push(Block::Fold(folded));
        }
    }

    fn push(&mut self, block: Block) {
        let rows = block.rows();
        if rows > 0 {
            self.blocks.push((self.rows, block));
            self.rows += rows;
        }
    }

    /// Finds the rows of the lines that were searched for.
    fn place(&mut self, desired: &[usize], live: &[usize]) {
        let mut matches = Vec::new();
        for (first, block) in &self.blocks {
            for (side, lines) in [(Side::Desired, desired), (Side::Live, live)] {
                let shown = block.lines(side);
                matches.extend(within(lines, &shown).iter().map(|line| Match {
                    row: first + (line - shown.start),
                    side,
                    line: *line,
                }));
            }
        }
        matches.sort_by_key(|found| (found.row, found.side));
        self.matches = matches;
    }

    /// How it was laid out.
    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The rows of each shown change, top to bottom.
    pub(crate) fn changes(&self) -> &[Range<usize>] {
        &self.changes
    }

    /// The segment of each shown change.
    pub(crate) fn segments(&self) -> &[usize] {
        &self.segments
    }

    /// The lines that were searched for, top to bottom.
    pub(crate) fn matches(&self) -> &[Match] {
        &self.matches
    }

    /// The same change, laid out in `other`; the one after it when it is folded there.
    pub(crate) fn counterpart(&self, change: usize, other: &Self) -> usize {
        let segment = self.segments.get(change).copied().unwrap_or(0);
        other.segments.partition_point(|at| *at < segment)
    }

    /// Row `index`; `None` past the end.
    pub(crate) fn row(&self, index: usize) -> Option<Row> {
        let at = self.blocks.partition_point(|(first, _)| *first <= index).checked_sub(1)?;
        let (first, block) = self.blocks.get(at)?;
        let offset = index - first;
        if offset >= block.rows() {
            return None;
        }
        let line = |side| block.lines(side).nth(offset);
        let (kind, segment) = match block {
            Block::Same { addition: false, .. } => (RowKind::Same, None),
            Block::Same { addition: true, .. } => (RowKind::Addition, None),
            Block::Removed { segment, .. } | Block::Added { segment, .. } | Block::Beside { segment, .. } => {
                (RowKind::Changed, Some(*segment))
            }
            Block::Fold(folded) => (RowKind::Fold(*folded), None),
        };
        Some(Row {
            kind,
            desired: line(Side::Desired),
            live: line(Side::Live),
            segment,
        })
    }
}

impl Folded {
    fn of(hunk: &Hunk) -> Self {
        let lines = hunk.desired.len().max(hunk.live.len());
        let mut folded = Self::default();
        match hunk.kind {
            HunkKind::Harmless => folded.harmless = lines,
            HunkKind::Ignored => folded.ignored = lines,
            HunkKind::NotCompared => folded.not_compared = lines,
            // Never folded.
            HunkKind::Drift => folded.unchanged = lines,
        }
        folded
    }

    fn and(self, other: Self) -> Self {
        Self {
            unchanged: self.unchanged + other.unchanged,
            harmless: self.harmless + other.harmless,
            ignored: self.ignored + other.ignored,
            not_compared: self.not_compared + other.not_compared,
        }
    }
}

/// The part of a rising list that lies in a range.
fn within<'l>(rising: &'l [usize], range: &Range<usize>) -> &'l [usize] {
    let start = rising.partition_point(|line| *line < range.start);
    let end = rising.partition_point(|line| *line < range.end);
    rising.get(start..end).unwrap_or(&[])
}

fn any_in(rising: &[usize], range: &Range<usize>) -> bool {
    !within(rising, range).is_empty()
}

/// The lines of an unchanged run that stand open. Where folding would save no row, nothing is folded.
fn open_lines(length: usize, before: usize, after: usize, matches: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let around = matches.map(|line| line.saturating_sub(AROUND_MATCH)..(line + AROUND_MATCH + 1).min(length));
    let ends = [0..before.min(length), length.saturating_sub(after)..length];
    let [start, end] = ends;
    let mut open: Vec<Range<usize>> = Vec::new();
    for lines in std::iter::once(start)
        .chain(around)
        .chain([end])
        .filter(|lines| !lines.is_empty())
    {
        match open.last_mut() {
            Some(last) if lines.start <= last.end + 1 => last.end = last.end.max(lines.end),
            None if lines.start <= 1 => open.push(0..lines.end),
            _ => open.push(lines),
        }
    }
    if let Some(last) = open.last_mut().filter(|last| last.end + 1 == length) {
        last.end = length;
    }
    open
}

#[cfg(test)]
mod tests;
