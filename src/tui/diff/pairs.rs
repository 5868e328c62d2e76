//! Which removed line became which added line. Bounded: a hunk of any size costs about what its lines cost to read.

use std::ops::Range;

use super::words::words;
use crate::engine::document::YamlText;

/// Beyond this many comparisons of lines, the n-th goes with the n-th.
const MOST: usize = 2_048;

/// Of a line so many bytes decide.
const PREFIX: usize = 256;

/// The pairs of one hunk, as offsets into its removed and added lines, both rising.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pairs {
    /// One line on either side. They stand beside each other anyway; whether they are [`alike`] is for who draws them, as a
    /// large text has many of these and a screen few.
    Alone,
    /// The n-th goes with the n-th, as long as both are there.
    InOrder(usize),
    /// These.
    Listed(Box<[(usize, usize)]>),
}

impl Pairs {
    /// Pairs the lines of a hunk by likeness.
    pub(super) fn of(desired: &YamlText, removed: &Range<usize>, live: &YamlText, added: &Range<usize>) -> Self {
        if removed.len() == 1 && added.len() == 1 {
            return Self::Alone;
        }
        let both = removed.len().min(added.len());
        let in_order = || {
            let lines = removed.clone().zip(added.clone());
            lines.map(|(a, b)| (desired.line(a), live.line(b)))
        };
        let one_sided = both == 0;
        let same_keys = removed.len() == added.len() && in_order().all(|(a, b)| key(a).is_some() && key(a) == key(b));
        if one_sided || same_keys || removed.len() * added.len() > MOST {
            return Self::InOrder(both);
        }
        let removed: Vec<Line<'_>> = removed.clone().map(|line| Line::of(desired.line(line))).collect();
        let added: Vec<Line<'_>> = added.clone().map(|line| Line::of(live.line(line))).collect();
        Self::Listed(align(&removed, &added).into())
    }

    /// The added line that a removed line became.
    pub(crate) fn added(&self, removed: usize) -> Option<usize> {
        match self {
            Self::Alone => (removed == 0).then_some(0),
            Self::InOrder(count) => (removed < *count).then_some(removed),
            Self::Listed(pairs) => {
                let at = pairs.binary_search_by_key(&removed, |(a, _)| *a).ok()?;
                pairs.get(at).map(|(_, added)| *added)
            }
        }
    }

    /// The removed line that became an added line.
    pub(crate) fn removed(&self, added: usize) -> Option<usize> {
        match self {
            Self::Alone => (added == 0).then_some(0),
            Self::InOrder(count) => (added < *count).then_some(added),
            Self::Listed(pairs) => {
                let at = pairs.binary_search_by_key(&added, |(_, b)| *b).ok()?;
                pairs.get(at).map(|(removed, _)| *removed)
            }
        }
    }

    /// Runs of lines that stand beside each other: pairs in one run, and what lies between two pairs in another.
    pub(super) fn runs(&self, removed: usize, added: usize) -> Vec<(Range<usize>, Range<usize>)> {
        match self {
            Self::Alone | Self::InOrder(_) => vec![(0..removed, 0..added)],
            Self::Listed(pairs) => {
                let mut runs = Vec::new();
                let (mut a, mut b) = (0, 0);
                for (left, right) in pairs.iter().copied().chain([(removed, added)]) {
                    if left > a || right > b {
                        runs.push((a..left, b..right));
                    }
                    if left < removed {
                        runs.push((left..left + 1, right..right + 1));
                    }
                    (a, b) = (left + 1, right + 1);
                }
                runs
            }
        }
    }
}

/// Whether two lines are one line that changed.
pub(super) fn alike(desired: &str, live: &str) -> bool {
    (key(desired).is_some() && key(desired) == key(live)) || Line::of(desired).likeness(&Line::of(live)) >= ALIKE
}

/// A line as likeness sees it.
struct Line<'t> {
    key: Option<&'t str>,
    words: Vec<&'t str>,
    bytes: usize,
}

impl<'t> Line<'t> {
    fn of(text: &'t str) -> Self {
        let text = text.trim_start();
        let mut end = PREFIX.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = text.get(..end).unwrap_or(text);
        let words: Vec<&str> = words(text).filter(|word| *word != " ").collect();
        Self {
            key: key(text),
            bytes: words.iter().map(|word| word.len()).sum(),
            words,
        }
    }

    /// From 0 to 1,000; lines of one key are alike whatever they say.
    fn likeness(&self, other: &Self) -> usize {
        let mut left = other.words.clone();
        let mut common = 0;
        for word in &self.words {
            if let Some(at) = left.iter().position(|candidate| candidate == word) {
                common += word.len();
                left.swap_remove(at);
            }
        }
        let share = (2_000 * common).checked_div(self.bytes + other.bytes).unwrap_or(0);
        let same_key = self.key.is_some() && self.key == other.key;
        share.max(if same_key { 600 } else { 0 })
    }
}

/// The key of a line: what stands before its colon, with the dash of a list item.
fn key(line: &str) -> Option<&str> {
    line.split_once(':').map(|(key, _)| key)
}

/// Less alike than this, two lines are no pair.
const ALIKE: usize = 500;

/// The pairs in order whose likeness is greatest in sum.
fn align(removed: &[Line<'_>], added: &[Line<'_>]) -> Vec<(usize, usize)> {
    let width = added.len() + 1;
    let like: Vec<usize> = removed
        .iter()
        .flat_map(|a| {
            added
                .iter()
                .map(|b| Some(a.likeness(b)).filter(|like| *like >= ALIKE).unwrap_or(0))
        })
        .collect();
    let like = |a: usize, b: usize| like.get(a * added.len() + b).copied().unwrap_or(0);
    // best[a][b]: the greatest sum of the lines from a and b on.
    let mut best = vec![0; (removed.len() + 1) * width];
    let at = |best: &[usize], a: usize, b: usize| best.get(a * width + b).copied().unwrap_or(0);
    for a in (0..removed.len()).rev() {
        for b in (0..added.len()).rev() {
            let pair = match like(a, b) {
                0 => 0,
                like => like + at(&best, a + 1, b + 1),
            };
            let value = pair.max(at(&best, a + 1, b)).max(at(&best, a, b + 1));
            if let Some(cell) = best.get_mut(a * width + b) {
                *cell = value;
            }
        }
    }
    let mut pairs = Vec::new();
    let (mut a, mut b) = (0, 0);
    while a < removed.len() && b < added.len() {
        let here = at(&best, a, b);
        if like(a, b) > 0 && here == like(a, b) + at(&best, a + 1, b + 1) {
            pairs.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if here == at(&best, a + 1, b) {
            a += 1;
        } else {
            b += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixtures;

    fn pairs(removed: &str, added: &str) -> Pairs {
        let document = fixtures::document_of(&fixtures::payments_api().drifts[0], removed, added);
        let (removed, added) = (0..document.desired.len(), 0..document.live.len());
        Pairs::of(&document.desired, &removed, &document.live, &added)
    }

    #[test]
    fn lines_are_paired_by_likeness_and_in_order() {
        for (why, removed, added, expected) in [
            ("the same keys", "a: 1\nb: 2", "a: 3\nb: 4", Pairs::InOrder(2)),
            ("one on either side", "a: 1", "- b", Pairs::Alone),
            ("one side only", "a: 1", "", Pairs::InOrder(0)),
            ("a line in front", "b: 2", "a: 1\nb: 3", Pairs::Listed([(0, 1)].into())),
            ("nothing alike", "- one", "- two\n- three", Pairs::Listed([].into())),
            (
                "values without keys",
                "- --level=info\n- --port=80",
                "- --debug\n- --level=debug\n- --port=80",
                Pairs::Listed([(0, 1), (1, 2)].into()),
            ),
        ] {
            assert_eq!(pairs(removed, added), expected, "{why}");
        }
    }

    #[test]
    fn lines_are_alike_by_their_key_or_by_half_of_their_words() {
        for (desired, live, expected) in [
            ("  a: 1", "  a: 2", true),
            ("- --level=info", "- --level=debug", true),
            ("- one", "- two", false),
            ("a: 1", "b: 2", false),
        ] {
            assert_eq!(alike(desired, live), expected, "{desired:?} {live:?}");
        }
    }

    #[test]
    fn a_large_hunk_is_paired_in_order() {
        let many = |sign: &str, count: usize| (0..count).map(|n| format!("- {sign}{n}")).collect::<Vec<_>>().join("\n");
        assert_eq!(pairs(&many("a", 400), &many("b", 300)), Pairs::InOrder(300));
    }

    #[test]
    fn runs_cover_every_line_once_and_in_order() {
        let pairs = Pairs::Listed([(1, 0), (2, 3)].into());
        assert_eq!(
            pairs.runs(4, 5),
            [(0..1, 0..0), (1..2, 0..1), (2..2, 1..3), (2..3, 3..4), (3..4, 4..5)]
        );
        assert_eq!(Pairs::InOrder(2).runs(2, 3), [(0..2, 0..3)]);
    }
}
