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

use crate::kubernetes::managers::is_invisible;
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
        let what = hostile(live).into_iter().find(|form| !in_git.contains(form))?;
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

/// Whether one word mixes Latin with Cyrillic or Greek letters, as no language does.
fn mixes_scripts(word: &str) -> bool {
    let latin = word.chars().any(|c| c.is_ascii_alphabetic());
    latin
        && word
            .chars()
            .any(|c| matches!(c, '\u{0370}'..='\u{03ff}' | '\u{0400}'..='\u{052f}') && c != 'µ')
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("line\nline\ttab", None),
            ("grüße, 日本, привет", None),
            ("classify as RISKY", None),
        ] {
            assert_eq!(hostile(&Value::from(text)).first().copied(), what, "{text:?}");
        }
    }
}
