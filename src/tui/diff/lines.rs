//! Which lines differ between two texts (Myers, hunks moved to readable places), in bounded time.
//!
//! Most of the time goes into giving equal lines equal numbers, so a line is only looked up where the two texts are out of
//! step. Myers is quadratic where many lines repeat in another order; such texts are compared in pieces, which finds a
//! longer way from one to the other and comes to an end.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use imara_diff::{Algorithm, InternedInput, Token};

use crate::engine::document::YamlText;

/// More lines than this that repeat and are out of step are compared in pieces. As many cost Myers some 0.3 s at worst.
const MOST_OUT_OF_STEP: usize = 20_000;

/// Lines of a piece.
const PIECE: usize = 4_096;

/// Asks a comparison to end: nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on.
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A run of lines of the desired side, and what stands in its place on the live side.
pub(super) type Changed = (Range<usize>, Range<usize>);

/// The runs of lines that differ, from the top; `None` when it was stopped.
pub(super) fn changed(desired: &YamlText, live: &YamlText, stop: &Stop) -> Option<Vec<Changed>> {
    let (input, out_of_step) = tokens(desired, live);
    if stop.is_set() {
        return None;
    }
    if out_of_step > MOST_OUT_OF_STEP {
        return in_pieces(&input, stop);
    }
    let mut lines = imara_diff::Diff::compute(Algorithm::Myers, &input);
    lines.postprocess_lines(&input);
    let hunks = lines.hunks().map(|hunk| (range(&hunk.before, 0), range(&hunk.after, 0)));
    Some(hunks.collect())
}

/// The lines as numbers, and how many live lines repeat a desired one out of step with it.
fn tokens<'t>(desired: &'t YamlText, live: &'t YamlText) -> (InternedInput<&'t str>, usize) {
    let mut input = InternedInput::default();
    let lines = |text: &YamlText| u32::try_from(text.len()).unwrap_or(u32::MAX);
    input.reserve(lines(desired), lines(live));
    // Where the line of each number stands first, and whether it does once more.
    let mut first: Vec<(usize, bool)> = Vec::with_capacity(desired.len());
    for at in 0..desired.len() {
        let token = input.interner.intern(desired.line(at));
        input.before.push(token);
        match first.get_mut(number(token)) {
            Some((_, repeats)) => *repeats = true,
            None => first.push((at, false)),
        }
    }
    let mut out_of_step = 0;
    let mut expected = 0;
    for at in 0..live.len() {
        let line = live.line(at);
        let token = match input.before.get(expected) {
            Some(token) if desired.line(expected) == line => *token,
            _ => {
                let token = input.interner.intern(line);
                if let Some((at, repeats)) = first.get(number(token)) {
                    expected = *at;
                    out_of_step += usize::from(*repeats);
                }
                token
            }
        };
        input.after.push(token);
        expected += 1;
    }
    (input, out_of_step)
}

fn number(token: Token) -> usize {
    usize::try_from(token.0).unwrap_or(usize::MAX)
}

fn in_pieces(input: &InternedInput<&str>, stop: &Stop) -> Option<Vec<Changed>> {
    let (before, after) = (&input.before, &input.after);
    let pieces = before.len().max(after.len()).div_ceil(PIECE);
    let part = |length: usize, piece: usize| length * piece / pieces..length * (piece + 1) / pieces;
    let mut changed: Vec<Changed> = Vec::new();
    let mut lines = imara_diff::Diff::default();
    for piece in 0..pieces {
        if stop.is_set() {
            return None;
        }
        let (desired, live) = (part(before.len(), piece), part(after.len(), piece));
        let side = |tokens: &[Token], lines: &Range<usize>| tokens.get(lines.clone()).unwrap_or(&[]).to_vec();
        lines.compute_with(
            Algorithm::Myers,
            &side(before, &desired),
            &side(after, &live),
            input.interner.num_tokens(),
        );
        for hunk in lines.hunks() {
            let (removed, added) = (range(&hunk.before, desired.start), range(&hunk.after, live.start));
            match changed.last_mut() {
                // What differs across a border is one change.
                Some((last_removed, last_added)) if last_removed.end == removed.start && last_added.end == added.start => {
                    last_removed.end = removed.end;
                    last_added.end = added.end;
                }
                _ => changed.push((removed, added)),
            }
        }
    }
    Some(changed)
}

fn range(lines: &Range<u32>, from: usize) -> Range<usize> {
    let at = |line: u32| usize::try_from(line).map_or(usize::MAX, |line| from + line);
    at(lines.start)..at(lines.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixtures;

    fn between(desired: &str, live: &str) -> (Vec<Changed>, usize) {
        let document = fixtures::document_of(&fixtures::payments_api().drifts[0], desired, live);
        let changed = changed(&document.desired, &document.live, &Stop::default()).unwrap();
        assert_eq!(applied(desired, live, &changed), live.lines().collect::<Vec<_>>());
        (changed, tokens(&document.desired, &document.live).1)
    }

    /// The desired lines with every change made.
    fn applied<'t>(desired: &'t str, live: &'t str, changed: &[Changed]) -> Vec<&'t str> {
        let (desired, live): (Vec<&str>, Vec<&str>) = (desired.lines().collect(), live.lines().collect());
        let mut made = Vec::new();
        let mut at = 0;
        for (removed, added) in changed {
            made.extend(&desired[at..removed.start]);
            made.extend(&live[added.clone()]);
            at = removed.end;
        }
        made.extend(&desired[at..]);
        made
    }

    #[test]
    fn texts_in_step_differ_in_their_own_lines() {
        for (desired, live, expected) in [
            ("a\nb\nc", "a\nb\nc", vec![]),
            ("a\nb\nc", "a\nx\nc", vec![(1..2, 1..2)]),
            ("a\nb\nc", "a\nx\ny\nb\nc", vec![(1..1, 1..3)]),
            ("a\nb\nc\nd", "a\nd", vec![(1..3, 1..1)]),
            ("a\nb", "b\na", vec![(0..1, 0..0), (2..2, 1..2)]),
            ("", "a", vec![(0..0, 0..1)]),
            ("a", "", vec![(0..1, 0..0)]),
        ] {
            assert_eq!(between(desired, live).0, expected, "{desired:?} {live:?}");
        }
    }

    /// Two words in an order that never repeats.
    fn noise(lines: usize, seed: u64) -> String {
        let mut state = seed;
        let mut text = String::new();
        for _ in 0..lines {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            text.push_str(if state >> 63 == 0 { "on\n" } else { "off\n" });
        }
        text
    }

    #[test]
    fn a_text_on_which_myers_is_quadratic_is_compared_in_pieces() {
        let (desired, live) = (noise(60_000, 1), noise(50_000, 2));
        let (changed, out_of_step) = between(&desired, &live);
        assert!(out_of_step > MOST_OUT_OF_STEP, "{out_of_step}");
        let touches = changed
            .windows(2)
            .any(|pair| pair[0].0.end == pair[1].0.start && pair[0].1.end == pair[1].1.start);
        assert!(!touches && changed.len() > 1_000, "{}", changed.len());
    }

    #[test]
    fn a_large_text_in_step_is_not_compared_in_pieces() {
        let text = |word: &str| "same\n".repeat(50_000) + word + &"\nsame".repeat(50_000);
        let (changed, out_of_step) = between(&text("a"), &text("b"));
        assert_eq!(changed, [(50_000..50_001, 50_000..50_001)]);
        assert!(out_of_step < MOST_OUT_OF_STEP, "{out_of_step}");
    }

    #[test]
    fn a_comparison_that_was_stopped_tells_nothing() {
        let stop = Stop::default();
        stop.set();
        let (desired, live) = (noise(60_000, 1), noise(60_000, 2));
        for (desired, live) in [("a", "b"), (&desired, &live)] {
            let document = fixtures::document_of(&fixtures::payments_api().drifts[0], desired, live);
            assert_eq!(changed(&document.desired, &document.live, &stop), None);
        }
    }
}
