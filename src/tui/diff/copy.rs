//! Parts of a diff as text for the clipboard: made visible, bounded by what terminals take.

use std::ops::Range;

use super::{Diff, Form, Hunk, Plan, Segment, Side};
use crate::drift::Pointer;
use crate::tui::text::visible;

/// Terminals commonly refuse more than 100,000 bytes of an OSC 52 sequence, which are so many of text.
const LONGEST: usize = 74_994;

/// Unchanged lines around each change of a whole diff.
const CONTEXT: usize = 3;

/// What is to be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The line that the current change (or match) begins on.
    Line,
    /// Its field as people write it: `spec.containers[0].image`.
    Path,
    /// Its field as a JSON Pointer.
    Pointer,
    /// Every line of the current change.
    Change,
    /// The whole diff, or the whole text where one side is shown.
    All,
}

/// Where a person stands in a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// On this side.
    pub(crate) side: Side,
    /// On this line of it.
    pub(crate) line: usize,
    /// Index of the current change's segment.
    pub(crate) segment: Option<usize>,
}

/// Text for the clipboard or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copied {
    /// So many bytes are taken.
    most: usize,
    /// The text.
    pub(crate) text: String,
    /// There was no room for the rest.
    pub(crate) cut: bool,
}

/// A part of a diff; `None` when there is nothing of it.
pub(crate) fn copied(diff: &Diff, plan: &Plan, at: Standing, part: Part) -> Option<Copied> {
    let text = diff.side(at.side);
    let mut copied = Copied::within(LONGEST);
    match part {
        Part::Line => copied.line("", text.line(at.line).trim_start()),
        Part::Path => copied.line("", &dotted(&text.pointer(at.line)?)),
        Part::Pointer => copied.line("", text.pointer(at.line)?.as_str()),
        Part::Change => match diff.segments().get(at.segment?)? {
            Segment::Changed(hunk) => copied.hunk(diff, hunk),
            Segment::Same { live, length, .. } => copied.lines(diff, " ", Side::Live, *live..live + length),
        },
        Part::All => copied.whole(diff, plan.shape().form),
    }
    // One line is pasted into a line.
    if matches!(part, Part::Line | Part::Path | Part::Pointer) {
        copied.text.truncate(copied.text.trim_end().len());
    }
    (!copied.text.is_empty()).then_some(copied)
}

/// Everything that is shown of a diff, without a bound: the whole diff, or the whole text where one side is shown.
pub(crate) fn whole(diff: &Diff, form: Form) -> String {
    let mut copied = Copied::within(usize::MAX);
    copied.whole(diff, form);
    copied.text
}

impl Copied {
    fn within(most: usize) -> Self {
        Self {
            most,
            text: String::new(),
            cut: false,
        }
    }

    fn whole(&mut self, diff: &Diff, form: Form) {
        match form {
            Form::One(side) => self.lines(diff, "", side, 0..diff.side(side).len()),
            Form::Unified | Form::SideBySide => self.diff(diff),
        }
    }

    fn line(&mut self, sign: &str, line: &str) {
        let room = self.most.saturating_sub(self.text.len() + sign.len() + 1);
        let mut end = room.min(line.len());
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        let shown = visible(line.get(..end).unwrap_or(""));
        // Escapes may need more room than what they stand for.
        if self.cut || shown.len() > room {
            self.cut = true;
            return;
        }
        self.cut = end < line.len();
        self.text.push_str(sign);
        self.text.push_str(&shown);
        self.text.push('\n');
    }

    fn lines(&mut self, diff: &Diff, sign: &str, side: Side, lines: Range<usize>) {
        for line in lines {
            if self.cut {
                return;
            }
            self.line(sign, diff.side(side).line(line));
        }
    }

    fn hunk(&mut self, diff: &Diff, hunk: &Hunk) {
        self.lines(diff, "-", Side::Desired, hunk.desired.clone());
        self.lines(diff, "+", Side::Live, hunk.live.clone());
    }

    /// As `diff -u` writes it.
    fn diff(&mut self, diff: &Diff) {
        self.line("--- ", "desired");
        self.line("+++ ", "live");
        for group in groups(diff) {
            if self.cut {
                return;
            }
            let (desired, live) = (span(&group, Side::Desired), span(&group, Side::Live));
            self.line("@@ ", &format!("-{} +{} @@", place(&desired), place(&live)));
            for piece in &group {
                match piece {
                    Piece::Same { live, .. } => self.lines(diff, " ", Side::Live, live.clone()),
                    Piece::Changed(hunk) => self.hunk(diff, hunk),
                }
            }
        }
    }
}

/// A part of a group of `diff -u`.
enum Piece<'d> {
    Same { desired: Range<usize>, live: Range<usize> },
    Changed(&'d Hunk),
}

/// Changes whose context touches stand in one group.
fn groups(diff: &Diff) -> Vec<Vec<Piece<'_>>> {
    let mut groups: Vec<Vec<Piece<'_>>> = Vec::new();
    let mut open = false;
    let mut before: Option<Piece<'_>> = None;
    for segment in diff.segments() {
        match segment {
            Segment::Same {
                desired, live, length, ..
            } => {
                let part = |from: usize, to: usize| Piece::Same {
                    desired: desired + from..desired + to,
                    live: live + from..live + to,
                };
                match groups.last_mut().filter(|_| open) {
                    Some(group) if *length > 2 * CONTEXT => {
                        group.push(part(0, CONTEXT));
                        open = false;
                        before = Some(part(length - CONTEXT, *length));
                    }
                    Some(group) => group.push(part(0, *length)),
                    None => before = Some(part(length.saturating_sub(CONTEXT), *length)),
                }
            }
            Segment::Changed(hunk) => {
                if !open {
                    groups.push(before.take().into_iter().collect());
                    open = true;
                }
                if let Some(group) = groups.last_mut() {
                    group.push(Piece::Changed(hunk));
                }
            }
        }
    }
    // What follows the last change joins nothing.
    if let Some(Piece::Same { desired, live }) = groups.last_mut().and_then(|group| group.last_mut()) {
        desired.end = desired.end.min(desired.start + CONTEXT);
        live.end = live.end.min(live.start + CONTEXT);
    }
    groups
}

fn span(group: &[Piece<'_>], side: Side) -> Range<usize> {
    let lines = |piece: &Piece<'_>| match (piece, side) {
        (Piece::Same { desired, .. }, Side::Desired) => desired.clone(),
        (Piece::Same { live, .. }, Side::Live) => live.clone(),
        (Piece::Changed(hunk), Side::Desired) => hunk.desired.clone(),
        (Piece::Changed(hunk), Side::Live) => hunk.live.clone(),
    };
    let start = group.first().map_or(0, |piece| lines(piece).start);
    start..group.last().map_or(start, |piece| lines(piece).end)
}

/// Lines as `diff -u` numbers them: the first one, and how many.
fn place(lines: &Range<usize>) -> String {
    let first = if lines.is_empty() { lines.start } else { lines.start + 1 };
    format!("{first},{}", lines.len())
}

/// A pointer as people write it: `spec.containers[0].image`, `metadata.annotations["a.example.com/b"]`.
fn dotted(pointer: &Pointer) -> String {
    let mut path = String::new();
    for segment in pointer.segments() {
        let plain = segment.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{segment}]"));
        } else if plain && !segment.is_empty() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&segment);
        } else {
            path.push_str(&format!("[{segment:?}]"));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::super::Shape;
    use super::*;
    use crate::engine::fixtures;

    fn shown(desired: &str, live: &str) -> (Diff, Plan) {
        let diff = Diff::of(fixtures::document_of(&fixtures::payments_api().drifts[0], desired, live));
        let plan = Plan::new(&diff, Shape::default());
        (diff, plan)
    }

    fn copy(desired: &str, live: &str, part: Part) -> Option<String> {
        let (diff, plan) = shown(desired, live);
        let segment = diff
            .segments()
            .iter()
            .position(|segment| matches!(segment, Segment::Changed(_)));
        let hunk = diff.hunk(segment?)?;
        let at = Standing {
            side: Side::Live,
            line: hunk.live.start,
            segment,
        };
        copied(&diff, &plan, at, part).map(|copied| copied.text)
    }

    #[test]
    fn each_part_is_what_a_person_would_type() {
        let (desired, live) = ("spec:\n  list:\n  - a.b/c: 1", "spec:\n  list:\n  - a.b/c: 2");
        for (part, expected) in [
            (Part::Line, "- a.b/c: 2"),
            (Part::Path, "spec.list[0][\"a.b/c\"]"),
            (Part::Pointer, "/spec/list/0/a.b~1c"),
            (Part::Change, "-  - a.b/c: 1\n+  - a.b/c: 2\n"),
            (
                Part::All,
                "--- desired\n+++ live\n@@ -1,3 +1,3 @@\n spec:\n   list:\n-  - a.b/c: 1\n+  - a.b/c: 2\n",
            ),
        ] {
            assert_eq!(copy(desired, live, part).as_deref(), Some(expected), "{part:?}");
        }
    }

    #[test]
    fn a_whole_diff_has_groups_as_diff_has() {
        let lines = |values: [u32; 2]| {
            let mut lines: Vec<String> = (0..20).map(|n| format!("k{n}: 0")).collect();
            lines[4] = format!("k4: {}", values[0]);
            lines[15] = format!("k15: {}", values[1]);
            lines.join("\n")
        };
        let text = copy(&lines([1, 1]), &lines([2, 2]), Part::All).unwrap();
        let headers: Vec<&str> = text.lines().filter(|line| line.starts_with("@@")).collect();
        assert_eq!(headers, ["@@ -2,7 +2,7 @@", "@@ -13,7 +13,7 @@"]);
        assert_eq!(text.lines().count(), 2 + 2 + 2 * 8);
    }

    #[test]
    fn what_is_copied_is_bounded_and_obeys_nobody() {
        let long = "x".repeat(200_000);
        let (diff, plan) = shown("", &format!("a: {long}\nb: {long}"));
        let at = Standing {
            side: Side::Live,
            line: 0,
            segment: Some(0),
        };
        for part in [Part::Line, Part::Change, Part::All] {
            let copied = copied(&diff, &plan, at, part).unwrap();
            assert!(copied.cut && copied.text.len() <= LONGEST, "{part:?}");
        }
        assert_eq!(
            copy("", "a: \u{202e}x\u{1b}", Part::Line).as_deref(),
            Some("a: \\u{202e}x\\u{1b}")
        );
    }
}
