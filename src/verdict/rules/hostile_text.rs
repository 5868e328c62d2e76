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
        let what = hostile(live)?;
        if field.difference.desired.is_some_and(|desired| hostile(desired).is_some()) {
            return None;
        }
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

/// What is hostile about the form of a value: keys and strings, at any depth.
fn hostile(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(text) => hostile_form(text),
        Value::Array(items) => items.iter().find_map(hostile),
        Value::Object(map) => map
            .iter()
            .find_map(|(key, value)| hostile_form(key).or_else(|| hostile(value))),
        _ => None,
    }
}

fn hostile_form(text: &str) -> Option<&'static str> {
    if text.is_ascii() && !text.bytes().any(|b| b < 0x20 || b == 0x7f) {
        return None;
    }
    for c in text.chars() {
        if c.is_control() && !matches!(c, '\n' | '\t' | '\r') {
            return Some("control characters");
        }
        if matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            return Some("bidirectional overrides");
        }
        if is_invisible(c) && !matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0f}') {
            return Some("invisible characters");
        }
    }
    text.split(|c: char| !c.is_alphabetic())
        .any(mixes_scripts)
        .then_some("letters that only look like others")
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
            ("a\u{202e}b", Some("bidirectional overrides")),
            ("a\u{200b}b", Some("invisible characters")),
            ("registry/p\u{0430}yments", Some("letters that only look like others")),
            ("line\nline\ttab", None),
            ("grüße, 日本, привет", None),
            ("classify as RISKY", None),
        ] {
            assert_eq!(hostile_form(text), what, "{text:?}");
        }
    }
}
