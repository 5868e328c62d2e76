//! Foreign text in Markdown, so that nothing in it is obeyed: no mention, no link, no closing keyword, no HTML, no end of
//! the block that it stands in.
//!
//! GitHub resolves mentions, `#12`, commit ids and HTML everywhere but in code (docs: "Autolinked references and URLs");
//! an escape such as `&#64;` is undone before mentions are looked for. So foreign text stands in code spans and fenced
//! blocks only, and those are made so that their content cannot close them (CommonMark 0.31.2, §4.5 and §6.1).

use crate::redact::terminal::visible;

/// Longest run of backticks in a text.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A code span with this text in it, on one line. Characters that act are visible escapes. An empty text is two quotes, as a
/// span cannot be empty.
pub fn code(text: &str) -> String {
    let shown = visible(text);
    if shown.trim().is_empty() {
        return format!("`\"{shown}\"`");
    }
    let ticks = "`".repeat(longest_run(&shown) + 1);
    // One space on both sides is taken off again by who renders it; without it a backtick at the edge joins the fence.
    let needs_space = shown.starts_with('`') || shown.ends_with('`') || (shown.starts_with(' ') && shown.ends_with(' '));
    let space = if needs_space { " " } else { "" };
    format!("{ticks}{space}{shown}{space}{ticks}")
}

/// A code span for a cell of a table: a pipe would end the cell, also inside code (GFM 0.29, §4.10).
pub fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A fenced block with this text in it; line breaks stay, everything else that acts is a visible escape. `language` is ours.
pub fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    let mut block = format!("{fence}{language}\n");
    for line in text.lines() {
        block.push_str(&visible_line(line));
        block.push('\n');
    }
    block.push_str(&fence);
    block.push('\n');
    block
}

/// Tabs are layout in a block; the rest is made visible.
fn visible_line(line: &str) -> String {
    let parts: Vec<_> = line.split('\t').map(visible).collect();
    parts.join("\t")
}

/// The first characters of a text that take at most so many UTF-16 units, which is how forges count, and whether some
/// were left out.
pub fn cut(text: &str, most: usize) -> (&str, bool) {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        units += c.len_utf16();
        if units > most {
            return (text.get(..at).unwrap_or_default(), true);
        }
    }
    (text, false)
}

/// Length as forges count it.
pub fn utf16_length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_span_cannot_be_closed_from_inside() {
        for (text, expected) in [
            ("web", "`web`"),
            ("a`b", "``a`b``"),
            ("`a``", "``` `a`` ```"),
            ("@team fixes #1 <!-- <details>", "`@team fixes #1 <!-- <details>`"),
            ("a\nb\u{202e}", "`a\\nb\\u{202e}`"),
            ("", "`\"\"`"),
            ("  ", "`\"  \"`"),
        ] {
            assert_eq!(code(text), expected, "{text:?}");
        }
        assert_eq!(cell("a|b"), "`a\\|b`");
    }

    #[test]
    fn a_fence_is_longer_than_every_run_inside() {
        assert_eq!(
            fenced("text", "a\n````\nb\u{1b}[31m\n"),
            "`````text\na\n````\nb\\u{1b}[31m\n`````\n"
        );
        assert_eq!(fenced("yaml", ""), "```yaml\n```\n");
    }

    #[test]
    fn cutting_counts_as_forges_do_and_never_splits_a_character() {
        assert_eq!(cut("abc", 3), ("abc", false));
        assert_eq!(cut("a🙂b", 2), ("a", true));
        assert_eq!(cut("a🙂b", 3), ("a🙂", true));
        assert_eq!(utf16_length("a🙂b"), 4);
    }

    proptest! {
        /// No line of the content is a closing fence: nothing that stands in a block can leave it.
        #[test]
        fn nothing_leaves_a_block(text in "[`~\\n a@#<>\\t]{0,200}") {
            let block = fenced("text", &text);
            let fence = block.split('t').next().unwrap().to_owned();
            let lines: Vec<&str> = block.lines().collect();
            let (last, inner) = lines[1..].split_last().unwrap();
            prop_assert_eq!(*last, fence.as_str());
            for line in inner {
                prop_assert!(!line.contains(fence.as_str()), "{:?}", line);
            }
        }

        /// A span begins with a run of ticks that appears nowhere inside.
        #[test]
        fn nothing_leaves_a_span(text in "[` a@#|]{1,60}") {
            let span = code(&text);
            let ticks = span.chars().take_while(|c| *c == '`').count();
            let inner = &span[ticks..span.len() - ticks];
            prop_assert!(longest_run(inner) < ticks, "{}", span);
        }
    }
}
