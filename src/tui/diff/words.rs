//! Which words of two paired lines differ. Asked for the lines in view only; bounded for lines of any length.

use std::ops::Range;

/// Of longer lines, in bytes, what both begin and end with is left out and the rest is marked whole.
const LONGEST: usize = 1_000;

/// Between what both begin and end with, so many words a side are compared one by one.
const MOST: usize = 96;

/// The differing parts of both lines, in bytes; empty when the lines share too little for marks to help.
pub(crate) type Marks = (Vec<Range<usize>>, Vec<Range<usize>>);

/// Compares two lines of a pair word by word.
pub(crate) fn differing(a: &str, b: &str) -> Marks {
    if a.len().max(b.len()) > LONGEST {
        return whole_middle(a, b);
    }
    let (left, right): (Vec<&str>, Vec<&str>) = (words(a).collect(), words(b).collect());
    let start = left.iter().zip(&right).take_while(|(x, y)| x == y).count();
    let rest = left.len().min(right.len()) - start;
    let end = left
        .iter()
        .rev()
        .zip(right.iter().rev())
        .take(rest)
        .take_while(|(x, y)| x == y)
        .count();
    let middle = |words: &[&str]| start..words.len() - end;
    let (left_middle, right_middle) = (middle(&left), middle(&right));
    let kept = match left_middle.len().max(right_middle.len()) <= MOST {
        true => common(
            left.get(left_middle.clone()).unwrap_or(&[]),
            right.get(right_middle.clone()).unwrap_or(&[]),
        ),
        false => Vec::new(),
    };
    let shared: usize = left
        .iter()
        .take(start)
        .chain(left.iter().rev().take(end))
        .map(|word| solid(word))
        .sum();
    let shared = shared
        + kept
            .iter()
            .filter_map(|(at, _)| left.get(start + at))
            .map(|word| solid(word))
            .sum::<usize>();
    let longer = a.trim().len().max(b.trim().len());
    // Lines that share less than a third are different lines, unless they do so inside of one long word.
    if shared * 3 < longer {
        let (x, y) = whole_middle(a, b);
        let differs = x.iter().chain(&y).map(Range::len).max().unwrap_or(longer);
        return if differs * 3 < longer * 2 { (x, y) } else { Marks::default() };
    }
    let marks = |words: &[&str], middle: Range<usize>, kept: &dyn Fn(usize) -> bool| {
        let mut marks: Vec<Range<usize>> = Vec::new();
        let mut at = 0;
        for (index, word) in words.iter().enumerate() {
            if middle.contains(&index) && !kept(index - start) {
                match marks.last_mut() {
                    Some(last) if last.end == at => last.end += word.len(),
                    _ => marks.push(at..at + word.len()),
                }
            }
            at += word.len();
        }
        marks
    };
    (
        marks(&left, left_middle, &|at| kept.iter().any(|(a, _)| *a == at)),
        marks(&right, right_middle, &|at| kept.iter().any(|(_, b)| *b == at)),
    )
}

/// Spaces say nothing of likeness.
fn solid(word: &str) -> usize {
    word.trim().len()
}

/// What lies between what both lines begin and end with.
fn whole_middle(a: &str, b: &str) -> Marks {
    let matching = |a: &[u8], b: &[u8]| {
        // Whole chunks first: a line may have megabytes.
        const CHUNK: usize = 256;
        let chunks = a.chunks_exact(CHUNK).zip(b.chunks_exact(CHUNK));
        let same = chunks.take_while(|(x, y)| x == y).count() * CHUNK;
        let (a, b) = (a.get(same..).unwrap_or(&[]), b.get(same..).unwrap_or(&[]));
        same + a.iter().zip(b).take_while(|(x, y)| x == y).count()
    };
    let mut start = matching(a.as_bytes(), b.as_bytes());
    while !a.is_char_boundary(start) {
        start -= 1;
    }
    let tail = |text: &str| -> Vec<u8> {
        let rest = text.as_bytes().get(start..).unwrap_or(&[]);
        rest.iter().rev().take(LONGEST).copied().collect()
    };
    let (left, right) = (tail(a), tail(b));
    let mut end = matching(&left, &right);
    while !a.is_char_boundary(a.len() - end) {
        end -= 1;
    }
    let indent = a.len() - a.trim_start().len();
    if start <= indent {
        return Marks::default();
    }
    let mark = |text: &str| {
        let range = start..text.len() - end;
        if range.is_empty() { Vec::new() } else { vec![range] }
    };
    (mark(a), mark(b))
}

/// Positions of the longest common sequence of words; longer words weigh more.
fn common(a: &[&str], b: &[&str]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut best = vec![0; (a.len() + 1) * width];
    let at = |best: &[usize], x: usize, y: usize| best.get(x * width + y).copied().unwrap_or(0);
    for (x, left) in a.iter().enumerate().rev() {
        for (y, right) in b.iter().enumerate().rev() {
            let both = if left == right {
                at(&best, x + 1, y + 1) + left.len()
            } else {
                0
            };
            let value = both.max(at(&best, x + 1, y)).max(at(&best, x, y + 1));
            if let Some(cell) = best.get_mut(x * width + y) {
                *cell = value;
            }
        }
    }
    let mut found = Vec::new();
    let (mut x, mut y) = (0, 0);
    while let (Some(left), Some(right)) = (a.get(x), b.get(y)) {
        if left == right && at(&best, x, y) == at(&best, x + 1, y + 1) + left.len() {
            found.push((x, y));
            (x, y) = (x + 1, y + 1);
        } else if at(&best, x, y) == at(&best, x + 1, y) {
            x += 1;
        } else {
            y += 1;
        }
    }
    found
}

/// Words, single spaces and single other characters, in order; together the whole text.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    fn marked<'t>(text: &'t str, marks: &[Range<usize>]) -> Vec<&'t str> {
        marks.iter().map(|mark| &text[mark.clone()]).collect()
    }

    #[test]
    fn the_words_that_differ_are_marked() {
        for (a, b, left, right) in [
            ("a: \"100\"", "a: \"400\"", vec!["100"], vec!["400"]),
            ("image: web:1.9", "image: web:1.10.2", vec!["9"], vec!["10.2"]),
            ("- --a=1 --b=2 --c=3", "- --a=9 --b=2 --c=4", vec!["1", "3"], vec!["9", "4"]),
            ("name: x", "name: x y", vec![], vec![" y"]),
            ("key: größe", "key: große", vec!["größe"], vec!["große"]),
            ("one: 1", "- something else", vec![], vec![]),
        ] {
            let (x, y) = differing(a, b);
            assert_eq!((marked(a, &x), marked(b, &y)), (left, right), "{a} | {b}");
        }
    }

    #[test]
    fn of_a_long_line_the_middle_is_marked_at_character_boundaries() {
        let long = |middle: &str| format!("a: {}{middle}{}", "é".repeat(9_000), "z".repeat(20));
        let (a, b) = (long("è"), long("ê"));
        let (x, y) = differing(&a, &b);
        assert_eq!((marked(&a, &x), marked(&b, &y)), (vec!["è"], vec!["ê"]));
    }

    proptest! {
        #[test]
        fn what_is_not_marked_is_the_same_on_both_sides(a in any::<String>(), b in any::<String>(), both in "[a-z: ]{0,60}") {
            let (a, b) = (format!("{both}{a}{both}"), format!("{both}{b}{both}"));
            let (x, y) = differing(&a, &b);
            let rest = |text: &str, marks: &[Range<usize>]| {
                let mut kept = String::new();
                let mut at = 0;
                for mark in marks {
                    kept.push_str(&text[at..mark.start]);
                    at = mark.end;
                }
                kept.push_str(&text[at..]);
                kept
            };
            if !(x.is_empty() && y.is_empty()) {
                prop_assert_eq!(rest(&a, &x), rest(&b, &y));
            }
        }
    }
}
