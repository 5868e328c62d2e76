//! Text for cells: made visible, measured and cut as the terminal will show it. Lines carry meanings, not colours.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::engine::view::ApplicationVerdict;
pub(crate) use crate::redact::terminal::visible;

/// What a piece of text means; the theme knows how that looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Text.
    Plain,
    /// Less important text.
    Dim,
    /// More important text.
    Strong,
    /// The name of what follows.
    Label,
    /// Something a person should see: stale, failed.
    Warning,
    /// A key.
    Key,
    /// In the colour of a verdict.
    Verdict(ApplicationVerdict),
}

/// A line: pieces of text with their meanings.
pub(crate) type Line = Vec<(Tone, String)>;

/// Columns that a visible text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The longest beginning that fits into `columns`, and the columns it takes. Never cuts a character in two.
pub(crate) fn prefix(text: &str, columns: usize) -> (&str, usize) {
    let (mut end, mut used) = (0, 0);
    for grapheme in text.graphemes(true) {
        let wide = grapheme.width();
        if used + wide > columns {
            break;
        }
        used += wide;
        end += grapheme.len();
    }
    (text.get(..end).unwrap_or(""), used)
}

/// The text, visible, and cut to `columns` with `…` at its end when it is longer.
pub(crate) fn ellipsis(text: &str, columns: usize) -> String {
    let text = visible(bounded(text, columns));
    if width(&text) <= columns {
        return text.into_owned();
    }
    let (kept, _) = prefix(&text, columns.saturating_sub(1));
    if columns == 0 { String::new() } else { format!("{kept}…") }
}

/// The text, visible, and cut to `columns` with `…` in its middle when it is longer: of names the end tells apart.
pub(crate) fn middle(text: &str, columns: usize) -> String {
    let text = visible(bounded(text, columns));
    if width(&text) <= columns {
        return text.into_owned();
    }
    let rest = columns.saturating_sub(1);
    let (head, _) = prefix(&text, rest - rest / 2);
    let mut tail = text.len();
    for (at, _) in text.grapheme_indices(true).rev() {
        if width(text.get(at..).unwrap_or("")) > rest / 2 {
            break;
        }
        tail = at;
    }
    if columns == 0 {
        String::new()
    } else {
        format!("{head}…{}", text.get(tail..).unwrap_or(""))
    }
}

/// As much of the text as can matter for so many columns: the rest of a megabyte is never looked at.
pub(crate) fn bounded(text: &str, columns: usize) -> &str {
    // A column may hold several combining characters; more than this is nobody's script.
    let mut end = columns.saturating_add(2).saturating_mul(16).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// Breaks a text into lines of at most `columns`, between words where it can; at most `most` lines, the last one with
/// `…` when there would be more.
pub(crate) fn wrap(text: &str, columns: usize, most: usize) -> Vec<String> {
    let columns = columns.max(1);
    let text = visible(bounded(text, columns.saturating_mul(most)));
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word = word;
        loop {
            let gap = usize::from(!line.is_empty());
            if width(&line) + gap + width(word) <= columns {
                if gap > 0 {
                    line.push(' ');
                }
                line.push_str(word);
                break;
            }
            if line.is_empty() {
                // A word longer than a line is cut; what is wider than a whole line has no room and is left out.
                let (head, _) = prefix(word, columns);
                let at = if head.is_empty() {
                    word.graphemes(true).next().map_or(word.len(), str::len)
                } else {
                    head.len()
                };
                let fits = !head.is_empty();
                let (head, rest) = word.split_at(at);
                lines.push(if fits { head.to_owned() } else { "…".to_owned() });
                word = rest;
                if word.is_empty() {
                    break;
                }
            } else {
                lines.push(std::mem::take(&mut line));
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            let (kept, _) = prefix(last, columns.saturating_sub(1));
            *last = format!("{kept}…");
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    #[test]
    fn a_wide_character_is_never_cut_in_two() {
        assert_eq!(ellipsis("東京都", 6), "東京都");
        assert_eq!(ellipsis("東京都", 5), "東京…");
        assert_eq!(ellipsis("東京都", 4), "東…");
        assert_eq!(ellipsis("abc", 0), "");
        assert_eq!(middle("東京都の", 6), "東…の");
    }

    #[test]
    fn of_a_long_name_both_ends_stay() {
        assert_eq!(middle("carrier-gateway-eu-1", 12), "carrie…-eu-1");
        assert_eq!(middle("carrier-gateway-eu-1", 20), "carrier-gateway-eu-1");
        assert_eq!((middle("abc", 0), middle("abc", 1)), (String::new(), "…".to_owned()));
    }

    #[test]
    fn text_is_wrapped_between_words() {
        assert_eq!(
            wrap("the next commit reverts it", 11, 9),
            ["the next", "commit", "reverts it"]
        );
        assert_eq!(wrap("the next commit reverts it", 11, 2), ["the next", "commit…"]);
        assert_eq!(wrap("abcdefgh", 3, 9), ["abc", "def", "gh"]);
    }

    proptest! {
        #[test]
        fn nothing_is_ever_wider_than_it_may_be(text in any::<String>(), columns in 1usize..40) {
            assert!(width(&ellipsis(&text, columns)) <= columns);
            assert!(width(&middle(&text, columns)) <= columns);
            for line in wrap(&text, columns, 5) {
                assert!(width(&line) <= columns);
            }
        }
    }
}
