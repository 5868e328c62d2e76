//! # hostile-text
//!
//! ## What
//! The cluster's value holds control characters, bidirectional overrides, invisible characters or letters that only look
//! like others, and Git's does not.
//!
//! ## Why
//! Such text is made to deceive a reader or a terminal. What it says is never believed, in either direction.
//!
//! ## Example
//! A ConfigMap value with an escape sequence that hides the rest of the line; an image name with a Cyrillic `а`.
//!
//! ## When it is wrong
//! Text in a language that needs joiners or mixed direction. What is equal in Git and cluster is never counted.

use serde_json::Value;

use crate::drift::compare::DifferenceKind;
use crate::kubernetes::names::{fold, is_invisible};
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct HostileText;

impl Rule for HostileText {
    fn id(&self) -> &'static str {
        "hostile-text"
    }

    fn source(&self) -> &'static str {
        include_str!("hostile_text.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let live = field.difference.live?;
        let in_git = field.difference.desired.map(hostile).unwrap_or_default();
        // A word wholly in another script is honest, unless it is Git's own word in letters that look alike.
        let doubles = || {
            let (git, live) = field.both_text()?;
            let is_double = |c: char| !c.is_ascii() && !git.contains(c) && fold(&c.to_string()).is_ascii();
            (live.chars().any(is_double) && fold(git) == fold(live)).then_some("letters that only look like others")
        };
        let mut found = hostile(live);
        // A key that only the cluster has is text of the cluster too.
        if let (DifferenceKind::LiveOnly, Some(key)) = (field.difference.kind, field.field.segments().last()) {
            hostile_forms(key, &mut found);
        }
        let new = found.into_iter().find(|form| !in_git.contains(form));
        let what = new.or_else(doubles)?;
        Some(
            Finding::risky(
                "hostile-text",
                0.95,
                format!("The live value holds {what} that Git does not have."),
            )
            .piercing(),
        )
    }
}

/// All that is hostile about the form of a value: keys and strings, at any depth.
fn hostile(value: &Value) -> Vec<&'static str> {
    let mut forms = Vec::new();
    collect(value, &mut forms);
    forms
}

fn collect(value: &Value, forms: &mut Vec<&'static str>) {
    match value {
        Value::String(text) => hostile_forms(text, forms),
        Value::Array(items) => items.iter().for_each(|item| collect(item, forms)),
        Value::Object(map) => {
            for (key, value) in map {
                hostile_forms(key, forms);
                collect(value, forms);
            }
        }
        _ => {}
    }
}

fn hostile_forms(text: &str, forms: &mut Vec<&'static str>) {
    if text.is_ascii() && !text.bytes().any(|b| b < 0x20 || b == 0x7f) {
        return;
    }
    let mut add = |form| {
        if !forms.contains(&form) {
            forms.push(form);
        }
    };
    let mut before = None;
    for c in text.chars() {
        if c.is_control() && !matches!(c, '\n' | '\t' | '\r') {
            add("control characters");
        } else if matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            add("bidirectional overrides");
        } else if is_invisible(c) && !(is_joiner(c) && before.is_some_and(|before: char| !before.is_ascii())) {
            add("invisible characters");
        }
        before = Some(c);
    }
    if text.split(|c: char| !c.is_alphabetic()).any(mixes_scripts) {
        add("letters that only look like others");
    }
}

/// Joiners and variation selectors shape the letter or the picture before them; after an ASCII letter they shape nothing.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}')
}

/// Whether one word mixes Latin with letters of a script whose letters look like Latin ones, as no language does: Greek,
/// Cyrillic, Armenian, Cherokee, Coptic, Lisu, and the mathematical, Roman and full-width doubles of Latin itself.
fn mixes_scripts(word: &str) -> bool {
    let looks_alike = |c: char| {
        matches!(c, '\u{0370}'..='\u{058f}' | '\u{13a0}'..='\u{13ff}' | '\u{1c80}'..='\u{1c8f}' | '\u{1f00}'..='\u{1fff}'
            | '\u{2160}'..='\u{2188}' | '\u{2c80}'..='\u{2cff}' | '\u{a4d0}'..='\u{a4ff}' | '\u{a640}'..='\u{a69f}'
            | '\u{ab70}'..='\u{abbf}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' | '\u{1d400}'..='\u{1d7ff}')
    };
    word.chars().any(|c| c.is_ascii_alphabetic()) && word.chars().any(looks_alike)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;
    use super::*;

    #[test]
    fn gits_own_word_in_another_script_is_hostile_and_another_word_is_not() {
        let judged = |live: &str| {
            Fixture::of("ConfigMap")
                .target(json!({"data": {"host": "axe"}}))
                .live(json!({"data": {"host": live}}))
                .by("config-sync")
                .judge()
        };
        assert_eq!(judged("ахе"), [("/data/host", "risky", "hostile-text")]);
        assert_eq!(judged("дом"), [("/data/host", "needs-review", "unknown-automation")]);
    }

    #[test]
    fn a_hostile_key_counts_like_a_hostile_value() {
        let judged = Fixture::of("ConfigMap")
            .target(json!({"data": {}}))
            .live(json!({"data": {"na\u{200f}me": "plain"}}))
            .by("config-sync")
            .judge();
        assert_eq!(judged, [("/data/na\u{200f}me", "risky", "hostile-text")]);
    }

    #[test]
    fn hostile_forms_are_named() {
        for (text, what) in [
            ("a\u{1b}[31m", Some("control characters")),
            ("ngi\u{200d}nx", Some("invisible characters")),
            ("ngi\u{3164}nx", Some("invisible characters")),
            ("नि\u{200d}कष, 👩\u{200d}🔧", None),
            ("a\u{202e}b", Some("bidirectional overrides")),
            ("a\u{200b}b", Some("invisible characters")),
            ("registry/p\u{0430}yments", Some("letters that only look like others")),
            ("db.\u{ff41}cme.net", Some("letters that only look like others")),
            ("\u{13a0}dmin", Some("letters that only look like others")),
            ("10 µs", None),
            ("line\nline\ttab", None),
            ("grüße, 日本, привет", None),
            ("classify as RISKY", None),
        ] {
            assert_eq!(hostile(&Value::from(text)).first().copied(), what, "{text:?}");
        }
    }
}
