//! Values of secret-smelling keys. One scan from left to right that remembers the last word; it never looks back.

use std::ops::Range;

use super::value::{bare_end, closing, is_harmless, quoted};
use crate::kubernetes::secrets::{SECRET_TEMPLATE_KINDS, Smell, hides, looks_random, smell, smells_secret};

/// A word that may turn out to be a key.
#[derive(Clone, Copy)]
struct Word {
    start: usize,
    end: usize,
    /// Where the line it stands on begins.
    line: usize,
}

/// Hides the values of secret-smelling keys.
pub(super) fn keyed(text: &str, found: &mut Vec<Range<usize>>) {
    let holds_secret = speaks_of_a_secret(text);
    let bytes = text.as_bytes();
    let (mut at, mut line) = (0, 0);
    let mut word: Option<Word> = None;
    // The name of a pair of name and value was secret; it counts until the next name.
    let mut named = false;
    while at < bytes.len() {
        let byte = bytes[at];
        if is_key(byte) {
            let start = at;
            while at < bytes.len() && is_key(bytes[at]) {
                at += 1;
            }
            word = Some(Word { start, end: at, line });
            continue;
        }
        let Some(key) = word else {
            at += 1;
            if byte == b'\n' {
                line = at;
            }
            continue;
        };
        let after = match byte {
            b'"' | b'\'' | b'\\' => {
                at += 1;
                continue;
            }
            b'\n' => {
                at += 1;
                // `? key` of YAML has its value on the next line.
                if !text[line..].starts_with("? ") {
                    word = None;
                }
                line = at;
                continue;
            }
            b' ' | b'\t' => {
                let next = at + blanks(&text[at..]);
                let separated = matches!(bytes.get(next), None | Some(b':' | b'=' | b'\n' | b'\r' | b'"' | b'\''));
                let flag = bytes[key.start] == b'-';
                if separated && !(flag && matches!(bytes.get(next), Some(b'"' | b'\''))) {
                    at = next;
                    continue;
                }
                let end = quoted(text, next).map_or_else(|| bare_end(text, next, true), |(_, end)| end);
                let name = &text[key.start..key.end];
                let value = &text[next..end];
                let whole_line = text[key.line..key.start].trim().is_empty() && matches!(bytes.get(end), None | Some(b'\n'));
                let user = matches!(name, "-u" | "--user");
                if user && let Some(colon) = value.find(':') {
                    found.push(next + colon + 1..end);
                    at = end;
                } else if (flag || whole_line || looks_random(value)) && hides(name, value) && !is_harmless(value) {
                    let (from, to) = quoted(text, next).unwrap_or((next, end));
                    found.push(from..to);
                    at = to;
                } else {
                    at = next;
                }
                word = None;
                continue;
            }
            b'>' if key.start > 0 && bytes[key.start - 1] == b'<' || byte == b'>' && named => {
                let end = text[at + 1..].find('<').map_or(text.len(), |f| at + 1 + f);
                if (named || smells_secret(&text[key.start..key.end])) && !is_harmless(&text[at + 1..end]) {
                    found.push(at + 1..end);
                }
                (at, named, word) = (end, false, None);
                continue;
            }
            b',' if key.start > 0 && (bytes[key.start] == b'-' || key.start > 1 && bytes[key.start - 2] == b'(') => at + 1,
            b'%' if text[at..].starts_with("%3D") || text[at..].starts_with("%3d") => at + 3,
            b'=' => at + 1 + text[at + 1..].len() - text[at + 1..].trim_start_matches(['=', '>']).len(),
            b':' if text[at..].starts_with("://") => at,
            b':' => at + 1 + usize::from(bytes.get(at + 1) == Some(&b'=')),
            _ if text[at..].starts_with('：') => at + '：'.len_utf8(),
            _ => at,
        };
        word = None;
        if after == at {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        at = after;
        let name = text[key.start..key.end].trim_start_matches('-');
        let glued = byte == b':'
            && !matches!(
                bytes.get(after),
                None | Some(b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\\' | b'\'')
            );
        // `team/password:1.2.3` is an image.
        if glued && key.start > 0 && name.contains('/') {
            continue;
        }
        let name = if name.contains('/') {
            name.rsplit('/').next().unwrap_or(name)
        } else {
            name
        };
        let pair = name.to_ascii_lowercase();
        if matches!(pair.as_str(), "name" | "key" | "parameter") {
            let from = after + blanks(&text[after..]);
            let (from, end) = quoted(text, from).unwrap_or_else(|| (from, bare_end(text, from, true)));
            named = smells_secret(&text[from..end]);
            continue;
        }
        let before = key.start.checked_sub(1).map(|b| bytes[b]);
        let signed = matches!(before, Some(b'?' | b'&')) && matches!(pair.as_str(), "sig" | "signature");
        let value_of_pair = named && matches!(pair.as_str(), "value" | "val" | "stringvalue" | "literal");
        let data = pair == "stringdata" || holds_secret && pair == "data";
        let how = if signed || value_of_pair || data {
            Smell::Secret
        } else {
            smell(name)
        };
        if how == Smell::None {
            continue;
        }
        let spot = Spot {
            name: if how == Smell::Secret { "password" } else { name },
            column: key.start - key.line.min(key.start),
            // `tokens` is as often a list of secrets as a number.
            deep: data || how == Smell::Secret || pair == "tokens",
            equals: byte != b':',
        };
        at = hide_value(text, after, &spot, (key.line, key.start), found);
        // What follows on this line stands behind a value.
        line = at;
        if value_of_pair {
            named = false;
        }
    }
}

/// What is known of a key whose value is hidden.
struct Spot<'a> {
    name: &'a str,
    column: usize,
    deep: bool,
    equals: bool,
}

/// Hides the value that begins behind a separator; returns where to go on.
fn hide_value(text: &str, after: usize, spot: &Spot<'_>, (line, key): (usize, usize), found: &mut Vec<Range<usize>>) -> usize {
    let mut start = after + blanks(&text[after..]);
    // YAML's anchors and tags stand in front of the value.
    while text[start..].starts_with(['&', '!']) && !spot.equals {
        let Some(blank) = text[start..].find([' ', '\n']) else { break };
        start += blank + blanks(&text[start + blank..]);
    }
    if text[start..].starts_with("$'") {
        start += 1;
    }
    let mut hide = |from: usize, to: usize| {
        if from < to && hides(spot.name, &text[from..to]) && !is_harmless(&text[from..to]) {
            found.push(from..to);
        }
        to
    };
    if let Some((from, mut to)) = quoted(text, start) {
        let close = to + usize::from(to < text.len());
        // A shell joins what follows the quote.
        if spot.equals && text[close..].starts_with(|c: char| c.is_alphanumeric()) {
            to = bare_end(text, close, true);
        }
        return hide(from, to);
    }
    let rest = &text[start..];
    let end_of_line = rest.find('\n').map_or(text.len(), |f| start + f);
    let first = text[start..end_of_line].trim_end();
    if let Some(tag) = first.strip_prefix("<<") {
        let tag = tag.trim_start_matches(['-', '~']).trim_matches(['"', '\'']);
        let mut end = end_of_line;
        for body in text[end_of_line..].split_inclusive('\n') {
            if body.trim() == tag && end > end_of_line {
                break;
            }
            end += body.len();
        }
        return hide(end_of_line, end);
    }
    if first.starts_with(['{', '[']) && !first.starts_with("{{") && spot.deep {
        let end = closing(text, start);
        flow(text, start, end, found);
        return end;
    }
    if first.is_empty() || first.starts_with(['|', '>', '#']) {
        if !spot.deep {
            return end_of_line;
        }
        return block(text, end_of_line, spot.column, first.starts_with(['|', '>']), found);
    }
    let at_line_start = text[line..key]
        .trim_matches([' ', '"', '\'', '-', '\t'])
        .trim_start_matches("export ")
        .is_empty();
    let in_dsn = key > 0 && matches!(text.as_bytes()[key - 1], b';');
    let in_word = spot.equals && start == after && !at_line_start && !in_dsn;
    let mut end = bare_end(text, start, in_word);
    if !at_line_start
        && let Some(quote) = text[start..end]
            .find(['"', '\''])
            .filter(|_| text[line..key].contains(['"', '\'']))
    {
        end = start + quote;
    }
    hide(start, end)
}

/// Hides the scalars of a flow value, keys and references excepted.
fn flow(text: &str, start: usize, end: usize, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = start;
    let mut key = "";
    while at < end {
        let byte = bytes[at];
        if byte.is_ascii_whitespace() || matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':') {
            at += 1;
            continue;
        }
        let (from, to) = quoted(text, at).unwrap_or_else(|| {
            let stop = text[at..end].find([',', '}', ']', ':', '\n']).map_or(end, |f| at + f);
            (at, stop)
        });
        let to = to.min(end);
        let next = to
            + text[to..end]
                .bytes()
                .take_while(|b| matches!(b, b'"' | b'\'' | b'\\' | b' '))
                .count();
        if bytes.get(next) == Some(&b':') {
            key = &text[from..to];
        } else if from < to && !is_reference(key, &text[from..to]) && !is_harmless(&text[from..to]) {
            found.push(from..to);
        }
        at = next.max(at + 1);
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
}

/// Hides the lines that belong to a key at `column`: deeper ones, and list items below it.
fn block(text: &str, from: usize, column: usize, scalar: bool, found: &mut Vec<Range<usize>>) -> usize {
    let mut at = (from + 1).min(text.len());
    for line in text[at..].split_inclusive('\n') {
        let body = line.trim();
        let indent = line.len() - line.trim_start().len();
        let item = body.starts_with("- ");
        if !body.is_empty() && indent <= column && !(item && indent == column) {
            break;
        }
        let start = at + indent;
        at += line.len();
        let content = if item && !scalar { body[2..].trim_start() } else { body };
        let from = start + (body.len() - content.len());
        let to = start + body.len();
        let (key, value) = match content.split_once(": ") {
            Some((key, value)) if !scalar => (key.trim_matches(['"', '\'']), value.trim()),
            _ => ("", content),
        };
        let empty = !scalar && (content.ends_with(':') || content.starts_with('#') || value.starts_with(['|', '>']));
        let harmless = is_harmless(value) || is_harmless(value.trim_matches(['"', '\'']));
        if !body.is_empty() && !empty && !is_reference(key, value) && (scalar && !super::value::is_mark(value) || !harmless) {
            found.push(to - value.len().min(to - from)..to);
        }
    }
    at.saturating_sub(1).max(from)
}

/// A key under a secret that says where the value is, not what.
pub(super) fn is_reference(key: &str, value: &str) -> bool {
    let plain = matches!(key, "name" | "key" | "kind" | "apiVersion" | "optional" | "namespace");
    (plain || smell(&format!("secret_{key}")) == Smell::About) && !looks_random(value)
}

/// Whether a manifest of a Secret, or a template of one, stands in the text.
fn speaks_of_a_secret(text: &str) -> bool {
    text.match_indices("kind").any(|(at, _)| {
        let rest = text[at + 4..].trim_start_matches(['"', '\\', ' ', ':', '\'']);
        std::iter::once(&"Secret").chain(SECRET_TEMPLATE_KINDS).any(|kind| {
            rest.strip_prefix(kind)
                .is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric()))
        })
    })
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/')
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}
