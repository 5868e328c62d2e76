//! The difference of two redacted texts as `diff -u` writes it, for people who read it elsewhere.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput};

/// Unchanged lines around each change.
const CONTEXT: u32 = 3;

/// Lines with `-` for what a sync would leave and `+` for live, changes in hunks with context; empty when both are the same.
pub fn difference(desired: &str, live: &str) -> String {
    let input = InternedInput::new(desired, live);
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let hunks: Vec<Hunk> = diff.hunks().collect();
    let mut text = String::new();
    // Changes whose context touches stand in one hunk.
    for group in hunks.chunk_by(|one, next| next.before.start - one.before.end <= 2 * CONTEXT) {
        if text.is_empty() {
            text.push_str("--- desired\n+++ live\n");
        }
        write_group(&mut text, group, &input);
    }
    text
}

fn write_group(text: &mut String, group: &[Hunk], input: &InternedInput<&str>) {
    let (Some(first), Some(last)) = (group.first(), group.last()) else {
        return;
    };
    let leading = CONTEXT.min(first.before.start);
    let trailing = CONTEXT.min(length(input.before.len()) - last.before.end);
    let desired = first.before.start - leading..last.before.end + trailing;
    let live = first.after.start - leading..last.after.end + trailing;
    text.push_str(&format!("@@ -{} +{} @@\n", place(&desired), place(&live)));
    let mut lines = |sign: char, tokens: &[imara_diff::Token], range: Range<u32>| {
        for token in tokens.get(range.start as usize..range.end as usize).unwrap_or_default() {
            let line = input.interner[*token];
            text.push(sign);
            text.push_str(line.strip_suffix('\n').unwrap_or(line));
            text.push('\n');
        }
    };
    let mut at = desired.start;
    for hunk in group {
        lines(' ', &input.before, at..hunk.before.start);
        lines('-', &input.before, hunk.before.clone());
        lines('+', &input.after, hunk.after.clone());
        at = hunk.before.end;
    }
    lines(' ', &input.before, at..desired.end);
}

fn length(lines: usize) -> u32 {
    u32::try_from(lines).unwrap_or(u32::MAX)
}

/// `first,count` as `diff -u` counts: from 1, and the line before an empty range; a count of 1 is left out.
fn place(range: &Range<u32>) -> String {
    match range.end - range.start {
        0 => format!("{},0", range.start),
        1 => (range.start + 1).to_string(),
        count => format!("{},{count}", range.start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(changed: &[(usize, &str)]) -> String {
        let line = |n: usize| {
            changed
                .iter()
                .find(|(at, _)| *at == n)
                .map_or_else(|| format!("l{n}: {n}"), |(_, text)| (*text).to_owned())
        };
        (1..=20).map(|n| format!("{}\n", line(n))).collect()
    }

    #[test]
    fn it_is_what_diff_u_writes() {
        for (desired, live, expected) in [
            (
                lines(&[]),
                lines(&[(5, "x")]),
                "@@ -2,7 +2,7 @@\n l2: 2\n l3: 3\n l4: 4\n-l5: 5\n+x\n l6: 6\n l7: 7\n l8: 8\n",
            ),
            (
                lines(&[]),
                lines(&[(1, "x"), (20, "y")]),
                "@@ -1,4 +1,4 @@\n-l1: 1\n+x\n l2: 2\n l3: 3\n l4: 4\n@@ -17,4 +17,4 @@\n l17: 17\n l18: 18\n l19: 19\n-l20: 20\n+y\n",
            ),
            (String::new(), "a: 1\n".to_owned(), "@@ -0,0 +1 @@\n+a: 1\n"),
            ("a: 1\n".to_owned(), String::new(), "@@ -1 +0,0 @@\n-a: 1\n"),
        ] {
            assert_eq!(difference(&desired, &live), format!("--- desired\n+++ live\n{expected}"));
        }
        assert_eq!(difference("a: 1\n", "a: 1\n"), "");
    }

    #[test]
    fn changes_near_each_other_share_their_context() {
        let text = difference(&lines(&[]), &lines(&[(5, "x"), (12, "y")]));
        assert_eq!(text.matches("@@ ").count(), 1, "six lines between: {text}");
        let text = difference(&lines(&[]), &lines(&[(5, "x"), (13, "y")]));
        assert_eq!(text.matches("@@ ").count(), 2, "seven lines between: {text}");
    }
}
