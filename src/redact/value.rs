//! Where the value of a key begins and ends, in the spellings of YAML, JSON, TOML, properties, DSNs, shells and XML.

use crate::kubernetes::secrets::{is_switch, looks_random};

/// First words of sentences about a secret, as error messages have them (`token: expired`).
const SAYINGS: &[&str] = &[
    "expired",
    "wrong",
    "invalid",
    "missing",
    "required",
    "not",
    "denied",
    "incorrect",
    "unknown",
    "empty",
    "failed",
    "cannot",
    "must",
    "is",
    "was",
    "has",
    "see",
    "no",
    "rejected",
    "revoked",
    "mismatch",
    "unset",
    "none",
];

/// Where a quoted value begins and ends, when one begins at `start`. A quote nobody closes reaches to the end.
pub(super) fn quoted(text: &str, start: usize) -> Option<(usize, usize)> {
    let rest = &text[start..];
    for triple in ["\"\"\"", "'''"] {
        if let Some(inner) = rest.strip_prefix(triple) {
            return Some((start + 3, start + 3 + inner.find(triple).unwrap_or(inner.len())));
        }
    }
    let slashes = rest.len() - rest.trim_start_matches('\\').len();
    let quote = rest[slashes..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let begin = start + slashes + 1;
    let bytes = text.as_bytes();
    let mut run = 0;
    let mut at = begin;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte == b'\\' {
            run += 1;
        } else {
            if byte == quote as u8 {
                let doubled = quote == '\'' && bytes.get(at + 1) == Some(&b'\'');
                // Inside a string of escaped quotes a deeper quote has more backslashes than its own.
                let closes = if slashes == 0 {
                    quote == '\'' || run % 2 == 0
                } else {
                    run <= slashes
                };
                if doubled {
                    at += 1;
                } else if closes {
                    return Some((begin, if slashes == 0 { at } else { at - run }));
                }
            }
            run = 0;
        }
        at += 1;
    }
    Some((begin, text.len()))
}

/// The end of a bare value: the end of its line, unless another key or command begins on it.
pub(super) fn bare_end(text: &str, start: usize, in_word: bool) -> usize {
    let line = text[start..].find('\n').map_or(text.len(), |f| start + f);
    let bytes = text.as_bytes();
    for at in start..line {
        let ends = match bytes[at] {
            b' ' | b'\t' => in_word || ["#", "--", "&& ", "|| ", "| "].iter().any(|s| text[at + 1..].starts_with(s)),
            b';' | b'&' | b',' => begins_pair(&text[at + 1..line]),
            _ => false,
        };
        if ends && at > start {
            return at;
        }
    }
    start + text[start..line].trim_end().len()
}

/// Whether `word=` or `word:` follows. A key has a bounded length, so this looks a bounded way ahead.
fn begins_pair(rest: &str) -> bool {
    let rest = rest.as_bytes();
    let key = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' ' | b'"' | b'\\');
    let length = rest.iter().take(40).take_while(|b| key(b)).count();
    rest[..length].iter().any(u8::is_ascii_alphabetic) && matches!(rest.get(length), Some(b'=' | b':'))
}

/// Where the bracket that opens at `start` is closed; the end of the text when it is not.
pub(super) fn closing(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut at, mut quote) = (0_usize, start, None);
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(open), byte) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
            (None, b'{' | b'[') => depth += 1,
            (None, b'}' | b']') => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// Not a value but where one comes from (`${VAR}`, `$(VAR)`, `$VAR`, a template), a switch, a mark, or a sentence.
pub(super) fn is_harmless(value: &str) -> bool {
    let value = value.trim();
    let name = |inner: &str| !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'));
    let inside = |open: &str, close: &str| value.strip_prefix(open).and_then(|v| v.strip_suffix(close));
    if value.is_empty() || is_switch(value) || is_mark(value) {
        return true;
    }
    if inside("${", "}").is_some_and(name) || inside("$(", ")").is_some_and(name) {
        return true;
    }
    if inside("{{", "}}").is_some_and(|v| !v.contains(['"', '\'', '}'])) {
        return true;
    }
    let lettered = |v: &str| name(v) && !v.bytes().any(|b| b.is_ascii_digit());
    if value.strip_prefix('$').is_some_and(lettered) {
        return true;
    }
    let first = value.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    SAYINGS.iter().any(|word| first.eq_ignore_ascii_case(word)) && !value.split_whitespace().any(looks_random)
}

/// A mark that stands for a hidden value, and nothing beside it.
pub(super) fn is_mark(text: &str) -> bool {
    text.strip_prefix("‹hidden")
        .and_then(|rest| rest.strip_suffix('›'))
        .is_some_and(|number| number.bytes().all(|b| b == b' ' || b.is_ascii_digit()))
}
