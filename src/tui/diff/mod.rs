//! The text difference of one drift, ready to be scrolled: computed once in a worker, looked up row by row.
//!
//! [`Diff`] holds the document and its segments; [`Plan`] says which of them stand open and finds row *n* by a prefix
//! sum, so page-down at line 300,000 costs what it costs at line 3. [`highlight`] colours blocks of lines, lazily.

pub(crate) mod highlight;
mod plan;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use imara_diff::{Algorithm, InternedInput};

pub(crate) use plan::{Plan, Row, RowKind, Unfolding};

use crate::drift::Pointer;
use crate::engine::document::{DriftDocument, YamlText};
use crate::engine::view::ChangeView;
use crate::verdict::Verdict;

/// One side of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Side {
    /// What a sync would leave.
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
    },
    /// Lines that a sync would replace.
    Changed(Hunk),
}

/// One change of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hunk {
    /// Lines of the desired side.
    pub(crate) desired: Range<usize>,
    /// Lines of the live side.
    pub(crate) live: Range<usize>,
    /// Every field on these lines was judged harmless.
    pub(crate) harmless: bool,
    /// For the n-th removed and the n-th added line: the bytes that both begin and both end with.
    pub(crate) common: Vec<(usize, usize)>,
}

/// The text difference of one drift.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Diff {
    document: DriftDocument,
    segments: Vec<Segment>,
    /// Line → the change (index into the drift's changes) whose attribution stands at its end.
    attributions: HashMap<(Side, usize), usize>,
    harmless: usize,
}

impl Diff {
    /// Compares the two sides line by line (Myers, hunks moved to readable places) and finds the judged change behind
    /// each line.
    pub(crate) fn compute(document: DriftDocument) -> Self {
        let mut diff = Self {
            segments: segments(&document),
            document,
            attributions: HashMap::new(),
            harmless: 0,
        };
        diff.attribute();
        diff
    }

    fn attribute(&mut self) {
        let changes = &self.document.drift.changes;
        let by_path: BTreeMap<&str, usize> = changes.iter().enumerate().map(|(at, c)| (c.path.as_str(), at)).collect();
        let mut said = vec![false; changes.len()];
        for segment in &mut self.segments {
            let Segment::Changed(hunk) = segment else { continue };
            let lines = hunk
                .live
                .clone()
                .map(|line| (Side::Live, line))
                .chain(hunk.desired.clone().map(|line| (Side::Desired, line)));
            let (mut known, mut harmless) = (false, true);
            for (side, line) in lines {
                let text = match side {
                    Side::Desired => &self.document.desired,
                    Side::Live => &self.document.live,
                };
                let Some(index) = text.pointer(line).and_then(|pointer| change_at(&by_path, pointer)) else {
                    continue;
                };
                known = true;
                harmless &= changes.get(index).is_some_and(|c| c.verdict == Verdict::Harmless);
                if let Some(said) = said.get_mut(index).filter(|said| !**said) {
                    *said = true;
                    self.attributions.insert((side, line), index);
                }
            }
            hunk.harmless = known && harmless;
            self.harmless += usize::from(hunk.harmless);
        }
        // Where nothing else differs, what is harmless is what there is to look at.
        let is_all = |segment: &Segment| !matches!(segment, Segment::Changed(hunk) if !hunk.harmless);
        if self.segments.iter().all(is_all) {
            self.harmless = 0;
            for segment in &mut self.segments {
                if let Segment::Changed(hunk) = segment {
                    hunk.harmless = false;
                }
            }
        }
    }

    /// The segments, from the top.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// How many hunks are harmless throughout.
    pub(crate) fn harmless(&self) -> usize {
        self.harmless
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

    /// The change whose attribution belongs at the end of this line.
    pub(crate) fn attribution(&self, side: Side, line: usize) -> Option<&ChangeView> {
        self.document.drift.changes.get(*self.attributions.get(&(side, line))?)
    }
}

/// The change at this line's field or above it, else the first one below it (a map that exists on one side only).
fn change_at(by_path: &BTreeMap<&str, usize>, pointer: &Pointer) -> Option<usize> {
    let mut above = Some(pointer.clone());
    while let Some(here) = above {
        if let Some(index) = by_path.get(here.as_str()) {
            return Some(*index);
        }
        above = here.parent();
    }
    let below = format!("{pointer}/");
    by_path
        .range(below.as_str()..)
        .next()
        .filter(|(path, _)| path.starts_with(&below))
        .map(|(_, index)| *index)
}

fn segments(document: &DriftDocument) -> Vec<Segment> {
    let (desired, live) = (&document.desired, &document.live);
    let mut input = InternedInput::default();
    input.update_before((0..desired.len()).map(|line| desired.line(line)));
    input.update_after((0..live.len()).map(|line| live.line(line)));
    let mut lines = imara_diff::Diff::compute(Algorithm::Myers, &input);
    lines.postprocess_lines(&input);

    let mut segments = Vec::new();
    let (mut desired_at, mut live_at) = (0, 0);
    for hunk in lines.hunks() {
        let (removed, added) = (range(&hunk.before), range(&hunk.after));
        if removed.start > desired_at {
            segments.push(Segment::Same {
                desired: desired_at,
                live: live_at,
                length: removed.start - desired_at,
            });
        }
        desired_at = removed.end;
        live_at = added.end;
        let common = removed
            .clone()
            .zip(added.clone())
            .map(|(a, b)| common(desired.line(a), live.line(b)))
            .collect();
        segments.push(Segment::Changed(Hunk {
            desired: removed,
            live: added,
            harmless: false,
            common,
        }));
    }
    if desired.len() > desired_at {
        segments.push(Segment::Same {
            desired: desired_at,
            live: live_at,
            length: desired.len() - desired_at,
        });
    }
    segments
}

fn range(lines: &Range<u32>) -> Range<usize> {
    usize::try_from(lines.start).unwrap_or(usize::MAX)..usize::try_from(lines.end).unwrap_or(usize::MAX)
}

/// Bytes that both lines begin with, and bytes that both end with; on character boundaries of both, never overlapping.
fn common(a: &str, b: &str) -> (usize, usize) {
    let start: usize = a
        .chars()
        .zip(b.chars())
        .take_while(|(x, y)| x == y)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let (a, b) = (a.get(start..).unwrap_or(""), b.get(start..).unwrap_or(""));
    let end = a
        .chars()
        .rev()
        .zip(b.chars().rev())
        .take_while(|(x, y)| x == y)
        .map(|(c, _)| c.len_utf8())
        .sum();
    (start, end)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::fixtures;

    fn flagship() -> Diff {
        Diff::compute(fixtures::document(&fixtures::payments_api().drifts[0]))
    }

    #[test]
    fn applying_the_hunks_to_the_desired_side_gives_the_live_side() {
        for application in fixtures::applications() {
            for drift in &application.drifts {
                let diff = Diff::compute(fixtures::document(drift));
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
    fn the_attribution_stands_on_the_live_line_of_the_field() {
        let diff = flagship();
        let live = diff.side(Side::Live);
        let line = (0..live.len())
            .find(|line| live.line(*line).contains("MAX_CONNECTIONS"))
            .unwrap();
        assert_eq!(
            diff.attribution(Side::Live, line).map(|c| c.path.as_str()),
            Some("/data/MAX_CONNECTIONS")
        );
    }

    #[test]
    fn a_hunk_is_harmless_when_all_its_fields_are() {
        assert_eq!(flagship().harmless(), 1);
    }

    #[test]
    fn a_missing_object_is_all_removed() {
        let drift = Arc::clone(&fixtures::refunds().drifts[0]);
        let diff = Diff::compute(fixtures::document(&drift));
        assert!(matches!(diff.segments(), [Segment::Changed(hunk)] if hunk.live.is_empty() && hunk.desired == (0..6)));
    }

    #[test]
    fn what_two_lines_share_ends_on_character_boundaries() {
        assert_eq!(common("a: \"100\"", "a: \"400\""), (4, 3));
        assert_eq!(common("é", "è"), (0, 0));
        assert_eq!(common("aa", "a"), (1, 0));
    }
}
