//! What the judgement says of the lines of a diff: which change stands behind a line, who made it, what may be folded.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::{Diff, Hunk, HunkKind, Quiet, Segment, Side};
use crate::drift::Pointer;
use crate::engine::document::ManifestPair;
use crate::engine::lines::FieldNumber;
use crate::engine::view::ChangeView;
use crate::verdict::Verdict;

/// What stands at the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Note {
    /// The attribution of this change of the drift (index).
    Change(usize),
    /// The attribution of this invisible addition (index).
    Addition(usize),
    /// From here on only the cluster has it, and a sync keeps it.
    Kept,
}

impl Diff {
    pub(super) fn judge(&mut self) {
        let drift = std::sync::Arc::clone(&self.document.drift);
        let additions = self.document.additions.clone();
        let added: &[ChangeView] = additions.as_ref().map_or(&[], |view| &view.changes);
        let (changes, added) = (Paths::of(&drift.changes), Paths::of(added));
        self.split_additions(&added);
        let mut said = HashMap::new();
        let mut known = Known::default();
        let mut segments = std::mem::take(&mut self.segments);
        for segment in &mut segments {
            if let Segment::Changed(hunk) = segment {
                hunk.kind = self.kind(hunk, (&changes, &added), &mut known, &mut said);
            }
        }
        self.segments = segments;
        self.notes.extend(said.into_iter().map(|(note, line)| (line, note)));
        self.mark_kept();
        self.show_something();
    }

    fn kind(
        &self,
        hunk: &Hunk,
        paths: (&Paths<'_>, &Paths<'_>),
        known: &mut Known,
        said: &mut HashMap<Note, (Side, usize)>,
    ) -> HunkKind {
        let live = hunk.live.clone().map(|line| (Side::Live, line));
        let desired = hunk.desired.clone().map(|line| (Side::Desired, line));
        let (mut judged, mut harmless, mut ignored, mut told) = (false, true, false, false);
        let mut before = None;
        for (side, line) in live.chain(desired) {
            // The lines of a block scalar are one field.
            let field = Some((side, self.side(side).field(line)));
            if before == field {
                continue;
            }
            before = field;
            let (note, is_told) = self.found(side, line, paths, known);
            told |= is_told;
            let Some(note) = note else { continue };
            judged = true;
            if let Some(change) = self.change(note) {
                harmless &= change.verdict == Verdict::Harmless && matches!(note, Note::Change(_));
                ignored |= change.ignored_by.is_some();
            }
            said.entry(note).or_insert((side, line));
        }
        match (judged, harmless) {
            (true, false) => HunkKind::Drift,
            (true, true) if ignored => HunkKind::Ignored,
            (true, true) => HunkKind::Harmless,
            (false, _) if told => HunkKind::Ignored,
            // Of the raw pair everything that nobody judged is what Argo CD leaves out of its comparison.
            (false, _) if self.is_raw() => HunkKind::NotCompared,
            (false, _) => HunkKind::Drift,
        }
    }

    /// The change behind a line, and whether Argo CD is told to ignore its field.
    fn found(&self, side: Side, line: usize, paths: (&Paths<'_>, &Paths<'_>), known: &mut Known) -> (Option<Note>, bool) {
        let text = self.side(side);
        let Some(field) = text.field(line) else {
            return (None, false);
        };
        let last = match side {
            Side::Desired => &mut known.desired,
            Side::Live => &mut known.live,
        };
        if let Some((same, found)) = *last
            && same == field
        {
            return found;
        }
        let Some(pointer) = text.pointer(line) else {
            return (None, false);
        };
        let (changes, added) = paths;
        let note = match (changes.at(&pointer), added.at(&pointer)) {
            (Some(index), _) => Some(Note::Change(index)),
            (None, Some(index)) => Some(Note::Addition(index)),
            (None, None) => None,
        };
        let ignored = &self.document.ignored_by_argocd;
        let told = note.is_none() && ignored.iter().any(|ignored| pointer.is_at_or_below(ignored));
        *last = Some((field, (note, told)));
        (note, told)
    }

    fn is_raw(&self) -> bool {
        self.document.pair == ManifestPair::Raw || self.document.drift.key.invisible
    }

    /// Unchanged lines that somebody added get segments of their own.
    fn split_additions(&mut self, added: &Paths<'_>) {
        let found = self.document.live.runs(&added.0);
        if found.is_empty() {
            return;
        }
        let mut split = Vec::with_capacity(self.segments.len() + 2 * found.len());
        for segment in std::mem::take(&mut self.segments) {
            let Segment::Same {
                desired, live, length, ..
            } = segment
            else {
                split.push(segment);
                continue;
            };
            let mut at = live;
            let end = live + length;
            let mut push = |lines: Range<usize>, addition: bool| {
                if !lines.is_empty() {
                    split.push(Segment::Same {
                        desired: desired + (lines.start - live),
                        live: lines.start,
                        length: lines.len(),
                        addition,
                    });
                }
            };
            for (lines, index) in found.iter().filter(|(lines, _)| lines.start < end && lines.end > live) {
                let lines = lines.start.max(at)..lines.end.min(end);
                push(at..lines.start, false);
                at = lines.end.max(at);
                self.notes.entry((Side::Live, lines.start)).or_insert(Note::Addition(*index));
                push(lines, true);
            }
            push(at..end, false);
        }
        self.segments = split;
    }

    fn mark_kept(&mut self) {
        let paths: BTreeMap<&str, usize> = self.document.kept.iter().map(|pointer| (pointer.as_str(), 0)).collect();
        let found = self.document.desired.runs(&paths);
        let mut kept: Vec<Range<usize>> = Vec::new();
        for (lines, _) in found {
            match kept.last_mut() {
                Some(last) if last.end == lines.start => last.end = lines.end,
                _ => kept.push(lines),
            }
        }
        for lines in &kept {
            self.notes.entry((Side::Desired, lines.start)).or_insert(Note::Kept);
        }
        self.kept = kept;
    }

    /// Where nothing asks for a person, the most telling of the rest is what there is to look at.
    fn show_something(&mut self) {
        let asks = |segment: &Segment| match segment {
            Segment::Same { addition, .. } => *addition,
            Segment::Changed(hunk) => hunk.kind == HunkKind::Drift,
        };
        let mut quiet = Quiet::default();
        let asks = self.segments.iter().any(asks);
        for kind in self.segments.iter().filter_map(kind_of) {
            quiet.count(kind);
        }
        let shown = match quiet {
            _ if asks => None,
            Quiet { harmless: 1.., .. } => Some(HunkKind::Harmless),
            Quiet { ignored: 1.., .. } => Some(HunkKind::Ignored),
            Quiet { .. } => Some(HunkKind::NotCompared),
        };
        if let Some(shown) = shown {
            for segment in &mut self.segments {
                if let Segment::Changed(hunk) = segment
                    && hunk.kind == shown
                {
                    hunk.kind = HunkKind::Drift;
                }
            }
            quiet = Quiet::default();
            for kind in self.segments.iter().filter_map(kind_of) {
                quiet.count(kind);
            }
        }
        self.quiet = quiet;
    }
}

fn kind_of(segment: &Segment) -> Option<HunkKind> {
    match segment {
        Segment::Same { .. } => None,
        Segment::Changed(hunk) => Some(hunk.kind),
    }
}

/// What is known of the field looked at last, on each side: the changes of one file follow each other.
#[derive(Default)]
struct Known {
    desired: Option<(FieldNumber, (Option<Note>, bool))>,
    live: Option<(FieldNumber, (Option<Note>, bool))>,
}

/// Changes by their paths.
struct Paths<'a>(BTreeMap<&'a str, usize>);

impl<'a> Paths<'a> {
    fn of(changes: &'a [ChangeView]) -> Self {
        Self(
            changes
                .iter()
                .enumerate()
                .map(|(at, change)| (change.path.as_str(), at))
                .collect(),
        )
    }

    /// The change at this field or above it, else the first one below it (a map that exists on one side only).
    fn at(&self, pointer: &Pointer) -> Option<usize> {
        let mut above = pointer.as_str();
        loop {
            if let Some(index) = self.0.get(above) {
                return Some(*index);
            }
            let Some(end) = above.rfind('/') else { break };
            above = above.get(..end)?;
        }
        let below = format!("{pointer}/");
        let (path, index) = self.0.range(below.as_str()..).next()?;
        path.starts_with(&below).then_some(*index)
    }
}
