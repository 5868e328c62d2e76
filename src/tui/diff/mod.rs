//! The text difference of one drift, ready to be scrolled: computed once in a worker, looked up row by row.
//!
//! [`Diff`] holds the document and its segments; [`Plan`] says which of them stand open and finds row *n* by a prefix
//! sum, so page-down at line 300,000 costs what it costs at line 3. [`pairs`] says which line became which, [`words`] what
//! differs inside a pair, [`highlight`] colours blocks of lines, lazily, [`copy`] turns parts into text to be copied.

pub(crate) mod copy;
pub(crate) mod highlight;
mod judged;
mod lines;
mod pairs;
mod plan;
mod search;
mod shape;
mod words;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

pub(crate) use judged::Note;
pub(crate) use lines::Stop;
pub(crate) use pairs::Pairs;
pub(crate) use plan::{Folded, Plan, Row, RowKind};
pub(crate) use search::find_all;
pub(crate) use shape::{Form, Shape, Unfolding, View};
pub(crate) use words::differing;

use crate::engine::document::{DriftDocument, YamlText};
use crate::engine::view::ChangeView;

/// One side of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Side {
    /// What a sync would leave, or what Git says.
    Desired,
    /// What is in the cluster.
    Live,
}

/// A run of equal lines, or one change of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    /// `length` lines, equal on both sides.
    Same {
        /// First line of the desired side.
        desired: usize,
        /// First line of the live side.
        live: usize,
        /// How many.
        length: usize,
        /// Somebody added these in the cluster and Argo CD calls them Synced.
        addition: bool,
    },
    /// Lines that a sync would replace.
    Changed(Hunk),
}

/// What the judgement says of a change of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HunkKind {
    /// To be looked at.
    Drift,
    /// Every field on these lines was judged harmless.
    Harmless,
    /// The rest is harmless, and an ignore rule or Argo CD's `ignoreDifferences` hides at least one field.
    Ignored,
    /// Argo CD does not compare this: defaults, status, what the normalised pair leaves out.
    NotCompared,
}

/// One change of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hunk {
    /// Lines of the desired side.
    pub(crate) desired: Range<usize>,
    /// Lines of the live side.
    pub(crate) live: Range<usize>,
    /// What the judgement says.
    pub(crate) kind: HunkKind,
    /// Which line became which.
    pub(crate) pairs: Pairs,
}

/// How many changes of which kind ask for nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Quiet {
    /// Harmless.
    pub(crate) harmless: usize,
    /// Ignored.
    pub(crate) ignored: usize,
    /// Not compared by Argo CD.
    pub(crate) not_compared: usize,
}

impl Quiet {
    /// All of them.
    pub(crate) fn total(self) -> usize {
        self.harmless + self.ignored + self.not_compared
    }

    fn count(&mut self, kind: HunkKind) {
        match kind {
            HunkKind::Drift => {}
            HunkKind::Harmless => self.harmless += 1,
            HunkKind::Ignored => self.ignored += 1,
            HunkKind::NotCompared => self.not_compared += 1,
        }
    }
}

/// The text difference of one drift.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Diff {
    document: DriftDocument,
    segments: Vec<Segment>,
    /// What stands at the end of a line.
    notes: HashMap<(Side, usize), Note>,
    /// Lines of the desired side that only the cluster has and a sync keeps.
    kept: Vec<Range<usize>>,
    quiet: Quiet,
}

/// A diff and its rows, as a worker hands them over.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    /// The diff.
    pub(crate) diff: Arc<Diff>,
    /// Its rows.
    pub(crate) plan: Arc<Plan>,
}

impl Shown {
    /// Compares and lays out; `None` when it was stopped. Heavy for large documents: only workers call this.
    pub(crate) fn compute(document: DriftDocument, shape: Shape, stop: &Stop) -> Option<Self> {
        let diff = Arc::new(Diff::compute(document, stop)?);
        let plan = Arc::new(Plan::new(&diff, shape));
        Some(Self { diff, plan })
    }
}

#[cfg(test)]
impl Shown {
    /// The diff of a document and its rows, not to be stopped.
    pub(crate) fn of(document: DriftDocument, shape: Shape) -> Self {
        Self::compute(document, shape, &Stop::default()).unwrap()
    }
}

impl Diff {
    /// Compares the two sides line by line (Myers, hunks moved to readable places) and finds the judged change behind
    /// each line; `None` when it was stopped.
    pub(crate) fn compute(document: DriftDocument, stop: &Stop) -> Option<Self> {
        let mut diff = Self {
            segments: segments(&document, stop)?,
            document,
            notes: HashMap::new(),
            kept: Vec::new(),
            quiet: Quiet::default(),
        };
        if stop.is_set() {
            return None;
        }
        diff.judge();
        Some(diff)
    }

    /// The diff of a document, not to be stopped.
    #[cfg(test)]
    pub(crate) fn of(document: DriftDocument) -> Self {
        Self::compute(document, &Stop::default()).unwrap()
    }

    /// The segments, from the top.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The hunk at this index of the segments.
    pub(crate) fn hunk(&self, segment: usize) -> Option<&Hunk> {
        match self.segments.get(segment)? {
            Segment::Changed(hunk) => Some(hunk),
            Segment::Same { .. } => None,
        }
    }

    /// The line of the other side that a line of this segment became, or was.
    pub(crate) fn counterpart(&self, segment: usize, side: Side, line: usize) -> Option<usize> {
        let hunk = self.hunk(segment)?;
        let (desired, live) = match side {
            Side::Desired => {
                let removed = line.checked_sub(hunk.desired.start)?;
                (line, hunk.live.start + hunk.pairs.added(removed)?)
            }
            Side::Live => {
                let added = line.checked_sub(hunk.live.start)?;
                (hunk.desired.start + hunk.pairs.removed(added)?, line)
            }
        };
        if hunk.pairs == Pairs::Alone && !pairs::alike(self.document.desired.line(desired), self.document.live.line(live)) {
            return None;
        }
        Some(match side {
            Side::Desired => live,
            Side::Live => desired,
        })
    }

    /// Changes that are folded by default.
    pub(crate) fn quiet(&self) -> Quiet {
        self.quiet
    }

    /// The two sides.
    pub(crate) fn document(&self) -> &DriftDocument {
        &self.document
    }

    /// One side's text.
    pub(crate) fn side(&self, side: Side) -> &YamlText {
        match side {
            Side::Desired => &self.document.desired,
            Side::Live => &self.document.live,
        }
    }

    /// What belongs at the end of this line.
    pub(crate) fn note(&self, side: Side, line: usize) -> Option<Note> {
        self.notes.get(&(side, line)).copied()
    }

    /// The judged change that a note is about.
    pub(crate) fn change(&self, note: Note) -> Option<&ChangeView> {
        match note {
            Note::Change(index) => self.document.drift.changes.get(index),
            Note::Addition(index) => self.document.additions.as_ref()?.changes.get(index),
            Note::Kept => None,
        }
    }

    /// Whether only the cluster has this line of the desired side, and a sync keeps it.
    pub(crate) fn is_kept(&self, desired: usize) -> bool {
        let at = self.kept.partition_point(|lines| lines.end <= desired);
        self.kept.get(at).is_some_and(|lines| lines.contains(&desired))
    }

    /// Whether the two sides are the same text.
    pub(crate) fn is_same(&self) -> bool {
        self.segments
            .iter()
            .all(|segment| matches!(segment, Segment::Same { addition: false, .. }))
    }
}

fn segments(document: &DriftDocument, stop: &Stop) -> Option<Vec<Segment>> {
    let (desired, live) = (&document.desired, &document.live);
    let changed = lines::changed(desired, live, stop)?;
    let mut segments = Vec::with_capacity(2 * changed.len() + 1);
    let (mut desired_at, mut live_at) = (0, 0);
    let same = |desired: usize, live: usize, length: usize| Segment::Same {
        desired,
        live,
        length,
        addition: false,
    };
    for (removed, added) in changed {
        if removed.start > desired_at {
            segments.push(same(desired_at, live_at, removed.start - desired_at));
        }
        desired_at = removed.end;
        live_at = added.end;
        segments.push(Segment::Changed(Hunk {
            kind: HunkKind::Drift,
            pairs: Pairs::of(desired, &removed, live, &added),
            desired: removed,
            live: added,
        }));
    }
    if desired.len() > desired_at {
        segments.push(same(desired_at, live_at, desired.len() - desired_at));
    }
    Some(segments)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::fixtures;

    #[test]
    fn applying_the_hunks_to_the_desired_side_gives_the_live_side() {
        for application in fixtures::applications() {
            for drift in &application.drifts {
                let diff = Diff::of(fixtures::document(drift));
                let mut made = Vec::new();
                for segment in diff.segments() {
                    match segment {
                        Segment::Same { desired, length, .. } => {
                            made.extend((*desired..desired + length).map(|line| diff.side(Side::Desired).line(line)));
                        }
                        Segment::Changed(hunk) => made.extend(hunk.live.clone().map(|line| diff.side(Side::Live).line(line))),
                    }
                }
                let live = diff.side(Side::Live);
                assert_eq!(made, (0..live.len()).map(|line| live.line(line)).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_missing_object_is_all_removed() {
        let drift = Arc::clone(&fixtures::refunds().drifts[0]);
        let diff = Diff::of(fixtures::document(&drift));
        assert!(matches!(diff.segments(), [Segment::Changed(hunk)] if hunk.live.is_empty() && hunk.desired == (0..6)));
    }
}
