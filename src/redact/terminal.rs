//! Hostile text made safe for a terminal: what a cluster, a repository or a server wrote must not move the cursor, change
//! colours, hide words or turn their order around.
//!
//! Every front end passes foreign text through [`visible`] before it draws or prints it. Nothing is dropped: a character
//! that would act instead of being seen is written as an escape, so a reader notices that somebody put it there.

use std::borrow::Cow;

/// The text with every character that a terminal would obey, hide or reorder by written as a visible escape
/// (`\n`, `\t`, `\r`, else `\u{202e}`). Ordinary text comes back borrowed, whatever its script.
///
/// One line in, one line out: line breaks are escaped too. Split into lines first where they matter.
pub fn visible(text: &str) -> Cow<'_, str> {
    let Some(first) = text.char_indices().find(|(_, c)| acts(*c)).map(|(at, _)| at) else {
        return Cow::Borrowed(text);
    };
    let (clean, rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(clean);
    for c in rest.chars() {
        if acts(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// JSON text in which nothing acts on a terminal: what it would obey or hide, and JSON itself lets pass (C1 controls, bidi,
/// zero width), is written as `\uXXXX`. Such characters stand inside JSON strings only, so this changes no meaning. Line
/// breaks between values stay.
pub fn inert_json(json: &str) -> Cow<'_, str> {
    let is_active = |c: char| !c.is_ascii() && acts(c);
    if !json.chars().any(is_active) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 64);
    let mut units = [0; 2];
    for c in json.chars() {
        if is_active(c) {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Whether a terminal would obey this character, show nothing for it, or reorder text by it.
///
/// Variation selectors 1–16 and combining marks stay: scripts and emoji need them and they belong to the character before.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}'                  // soft hyphen
            | '\u{034f}'                // combining grapheme joiner
            | '\u{061c}'                // Arabic letter mark
            | '\u{115f}' | '\u{1160}'   // Hangul fillers
            | '\u{17b4}' | '\u{17b5}'   // Khmer inherent vowels
            | '\u{180b}'..='\u{180f}'   // Mongolian separators
            | '\u{200b}'..='\u{200f}'   // zero width, direction marks
            | '\u{2028}'..='\u{202e}'   // line and paragraph separator, bidi embeddings and overrides
            | '\u{2060}'..='\u{206f}'   // word joiner, invisible operators, bidi isolates, deprecated format characters
            | '\u{3164}' | '\u{ffa0}'   // Hangul fillers
            | '\u{feff}'                // byte order mark
            | '\u{fff9}'..='\u{fffb}'   // interlinear annotation
            | '\u{1bca0}'..='\u{1bca3}' // shorthand format controls
            | '\u{1d173}'..='\u{1d17a}' // musical format controls
            | '\u{e0000}'..='\u{e0fff}' // tags and supplementary variation selectors
        )
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{inert_json, visible};

    #[test]
    fn json_keeps_its_meaning_and_shows_what_hides() {
        assert_eq!(inert_json("{\n  \"a\": \"é\"\n}"), "{\n  \"a\": \"é\"\n}");
        let text = "\"a\u{202e}b\u{e0001}\"";
        assert_eq!(inert_json(text), "\"a\\u202eb\\udb40\\udc01\"");
        assert_eq!(
            serde_json::from_str::<String>(&inert_json(text)).unwrap(),
            serde_json::from_str::<String>(text).unwrap()
        );
    }

    #[test]
    fn ordinary_text_of_any_script_is_kept_and_not_copied() {
        for text in [
            "",
            "replicas: 3",
            "Größe → 5 µs",
            "日本語",
            "שלום",
            "مرحبا",
            "e\u{301}",
            "⚙\u{fe0f}",
            "👩🏽",
            "\\u{1b}",
        ] {
            assert!(matches!(visible(text), Cow::Borrowed(t) if t == text), "{text:?}");
        }
    }

    #[test]
    fn escape_sequences_are_shown_and_do_nothing() {
        assert_eq!(visible("a\u{1b}[31mred\u{1b}[0m"), r"a\u{1b}[31mred\u{1b}[0m");
        assert_eq!(visible("\u{1b}]8;;http://evil\u{7}x"), r"\u{1b}]8;;http://evil\u{7}x");
        assert_eq!(visible("\u{9b}2J"), r"\u{9b}2J");
        assert_eq!(visible("a\u{8}b\u{7f}c\0"), r"a\u{8}b\u{7f}c\u{0}");
    }

    #[test]
    fn line_breaks_and_tabs_do_not_break_the_line() {
        assert_eq!(visible("one\ntwo\r\n\tthree"), r"one\ntwo\r\n\tthree");
        assert_eq!(visible("a\u{85}b\u{2028}c\u{2029}d"), r"a\u{85}b\u{2028}c\u{2029}d");
    }

    #[test]
    fn reordering_and_invisible_characters_are_shown() {
        assert_eq!(visible("safe\u{202e}gpj.exe"), r"safe\u{202e}gpj.exe");
        assert_eq!(visible("\u{2066}x\u{2069}"), r"\u{2066}x\u{2069}");
        assert_eq!(visible("ad\u{200b}min\u{feff}\u{ad}"), r"ad\u{200b}min\u{feff}\u{ad}");
        assert_eq!(visible("a\u{e0041}\u{e0101}"), r"a\u{e0041}\u{e0101}");
    }
}
