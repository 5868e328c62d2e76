//! Writes a redacted manifest as YAML, each line knowing which field it shows.
//!
//! From JSON text to YAML text in one pass, without a tree in between and without unescaping what is written as lines: a
//! manifest may have ten megabytes. Block style, Kubernetes' order at the top (`apiVersion`, `kind`, `metadata`, then the
//! rest by name), lists at the indentation of their key. Text with line breaks becomes a literal block where YAML allows
//! it, else it is quoted with escapes, so control characters never reach a line.

mod json;

use memchr::memchr;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::Value;

use self::json::{Json, Written};
use super::document::YamlText;
use super::lines::{FieldNumber, Lines};

pub(super) use self::json::NotJson;

/// What stands first in a manifest.
const FIRST: &[&str] = &["apiVersion", "kind", "metadata"];

/// Deeper than serde_json reads no manifest is.
const DEEPEST: usize = 128;

/// A manifest as JSON text in the order in which it is shown, so that [`write()`] need not look for what comes first.
pub(super) fn json(manifest: &Value) -> String {
    // A value can always be written; in another order the text is as true.
    serde_json::to_string(&InOrder(manifest)).unwrap_or_else(|_| manifest.to_string())
}

struct InOrder<'v>(&'v Value);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Value::Object(entries) = self.0 else {
            return self.0.serialize(serializer);
        };
        let mut map = serializer.serialize_map(Some(entries.len()))?;
        for (key, value) in FIRST.iter().filter_map(|first| entries.get_key_value(*first)) {
            map.serialize_entry(key, value)?;
        }
        for (key, value) in entries.iter().filter(|(key, _)| !FIRST.contains(&key.as_str())) {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// The manifest, given as [`json()`] wrote it, as YAML; no line for `None`.
///
/// # Errors
/// When the text is not JSON, is nested deeper than [`DEEPEST`], or has 4 GiB.
pub(super) fn write(manifest: Option<&str>) -> Result<YamlText, NotJson> {
    let mut writer = Writer {
        // YAML is about as long as its JSON: indentation takes what quotes and brackets give.
        text: String::with_capacity(manifest.map_or(0, |json| json.len() + json.len() / 8)),
        lines: Lines::default(),
        line_start: 0,
    };
    if let Some(text) = manifest {
        let mut json = Json::new(text);
        writer.value(&mut json, Node::default())?;
        json.end()?;
        if !writer.lines.fit(&writer.text) {
            return Err(json.broken());
        }
    }
    Ok(YamlText::new(writer.text, writer.lines))
}

struct Writer {
    text: String,
    lines: Lines,
    line_start: usize,
}

/// What stands before a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    /// Nothing: it is the document.
    #[default]
    Root,
    /// A key and its colon.
    Entry,
    /// A dash.
    Item,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, Default)]
struct Node {
    /// Column of its key or dash.
    indent: usize,
    place: Place,
    field: FieldNumber,
    /// How many maps and lists hold it.
    depth: usize,
}

impl Writer {
    fn value(&mut self, json: &mut Json<'_>, node: Node) -> Result<(), NotJson> {
        if node.depth > DEEPEST {
            return Err(json.broken());
        }
        match json.peek()? {
            b'{' => self.map(json, node),
            b'[' => self.list(json, node),
            b'"' => self.string(json.string()?, node),
            _ => {
                self.inline(&json.word()?, node);
                Ok(())
            }
        }
    }

    fn map(&mut self, json: &mut Json<'_>, node: Node) -> Result<(), NotJson> {
        json.expect(b'{')?;
        if json.take(b'}')? {
            self.inline("{}", node);
            return Ok(());
        }
        if node.place == Place::Entry {
            self.end_line(node.field);
        }
        let indent = match node.place {
            Place::Root => 0,
            Place::Entry | Place::Item => node.indent + 2,
        };
        loop {
            // The first key of a list item stands behind its dash.
            if self.at_line_start() {
                self.indent(indent);
            }
            json.peek()?;
            let key = json.string()?.said()?;
            json.expect(b':')?;
            self.scalar_text(&key);
            self.text.push(':');
            let entry = Node {
                indent,
                place: Place::Entry,
                field: self.lines.enter(node.field, &key),
                depth: node.depth + 1,
            };
            self.value(json, entry)?;
            if !json.take(b',')? {
                return json.expect(b'}');
            }
        }
    }

    fn list(&mut self, json: &mut Json<'_>, node: Node) -> Result<(), NotJson> {
        json.expect(b'[')?;
        if json.take(b']')? {
            self.inline("[]", node);
            return Ok(());
        }
        if node.place == Place::Entry {
            self.end_line(node.field);
        }
        let indent = match node.place {
            Place::Item => node.indent + 2,
            Place::Entry | Place::Root => node.indent,
        };
        for position in 0.. {
            if self.at_line_start() {
                self.indent(indent);
            }
            self.text.push_str("- ");
            let item = Node {
                indent,
                place: Place::Item,
                field: self.lines.enter_item(node.field, position),
                depth: node.depth + 1,
            };
            self.value(json, item)?;
            if !json.take(b',')? {
                break;
            }
        }
        json.expect(b']')
    }

    fn string(&mut self, string: Written<'_>, node: Node) -> Result<(), NotJson> {
        if node.place == Place::Entry {
            self.text.push(' ');
        }
        let indent = node.indent + 2;
        if node.place != Place::Root && string.may_break() {
            if let Some(written) = string.lines().filter(|written| is_written_block(written, string.breaks())) {
                self.written_block(written, indent, node.field);
                return Ok(());
            }
            let text = string.said()?;
            if is_block(&text) {
                self.block(&text, indent, node.field);
                return Ok(());
            }
        }
        self.scalar_text(&string.said()?);
        self.end_line(node.field);
        Ok(())
    }

    /// A value on the line of its key or dash.
    fn inline(&mut self, text: &str, node: Node) {
        if node.place == Place::Entry {
            self.text.push(' ');
        }
        self.text.push_str(text);
        self.end_line(node.field);
    }

    fn block(&mut self, text: &str, indent: usize, field: FieldNumber) {
        self.block_head(text.len() - text.trim_end_matches('\n').len(), field);
        let body = text.strip_suffix('\n').unwrap_or(text);
        for line in body.split('\n') {
            if !line.is_empty() {
                self.indent(indent);
                self.text.push_str(line);
            }
            self.end_line(field);
        }
    }

    /// As [`Self::block`], from text with its escapes.
    fn written_block(&mut self, written: &str, indent: usize, field: FieldNumber) {
        let trailing = trailing_breaks(written);
        self.block_head(trailing, field);
        let mut rest = match trailing {
            0 => written,
            _ => written.get(..written.len() - BREAK.len()).unwrap_or(""),
        };
        loop {
            let end = memchr(b'\\', rest.as_bytes()).unwrap_or(rest.len());
            let (plain, escape) = rest.split_at_checked(end).unwrap_or((rest, ""));
            if !plain.is_empty() {
                self.indent_line(indent);
                self.text.push_str(plain);
            }
            let mut characters = escape.chars().skip(1);
            match characters.next() {
                None => break,
                Some('n') => self.end_line(field),
                Some(escaped) => {
                    self.indent_line(indent);
                    self.text.push(if escaped == 't' { '\t' } else { escaped });
                }
            }
            rest = escape.get(BREAK.len()..).unwrap_or("");
        }
        self.end_line(field);
    }

    fn block_head(&mut self, trailing_breaks: usize, field: FieldNumber) {
        self.text.push_str(match trailing_breaks {
            0 => "|-",
            1 => "|",
            _ => "|+",
        });
        self.end_line(field);
    }

    fn scalar_text(&mut self, text: &str) {
        if is_plain(text) {
            self.text.push_str(text);
        } else {
            self.text.push_str(&quoted(text));
        }
    }

    fn indent(&mut self, columns: usize) {
        const SPACES: &str = "                                ";
        let mut left = columns;
        while left > 0 {
            let some = left.min(SPACES.len());
            self.text.push_str(SPACES.get(..some).unwrap_or(SPACES));
            left -= some;
        }
    }

    fn indent_line(&mut self, columns: usize) {
        if self.at_line_start() {
            self.indent(columns);
        }
    }

    fn at_line_start(&self) -> bool {
        self.text.len() == self.line_start
    }

    fn end_line(&mut self, field: FieldNumber) {
        // No line ends in the space that a key puts before its value.
        self.lines.push(self.line_start, field);
        self.text.push('\n');
        self.line_start = self.text.len();
    }
}

/// A line break as JSON writes it.
const BREAK: &str = "\\n";

/// As [`is_block`], of text whose escapes are those of line breaks (so many), tabs, quotes and slashes.
fn is_written_block(written: &str, breaks: usize) -> bool {
    let starts_well = !written.starts_with([' ']) && !written.starts_with(BREAK) && !written.starts_with("\\t");
    let is_clean = || (written.is_ascii() && memchr(0x7f, written.as_bytes()).is_none()) || !has_escaped(written);
    starts_well && breaks > trailing_breaks(written) && is_clean()
}

/// How many line breaks stand at the end of text with its escapes.
fn trailing_breaks(written: &str) -> usize {
    let mut count = 0;
    let mut rest = written;
    while let Some(before) = rest.strip_suffix(BREAK) {
        let slashes = before.len() - before.trim_end_matches('\\').len();
        if !slashes.is_multiple_of(2) {
            break;
        }
        count += 1;
        rest = before;
    }
    count
}

/// Whether a literal block says exactly this text.
fn is_block(text: &str) -> bool {
    let body = text.trim_end_matches('\n');
    !body.is_empty() && body.contains('\n') && !body.starts_with([' ', '\n', '\t']) && !text.split(['\n', '\t']).any(has_escaped)
}

/// Whether the text may stand without quotes and reads back as the same string.
fn is_plain(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "null", "true", "false", "yes", "no", "on", "off", "y", "n", "~", ".nan", ".inf", "-.inf", "+.inf",
    ];
    if WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return false;
    }
    // Most keys and values answer by their bytes alone.
    let is_harmless = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b'.' | b' ');
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) && !text.ends_with(' ') && text.bytes().all(is_harmless) {
        return true;
    }
    let Some(first) = text.chars().next() else { return false };
    let starts_well = !matches!(
        first,
        '-' | '?'
            | ':'
            | ','
            | '['
            | ']'
            | '{'
            | '}'
            | '#'
            | '&'
            | '*'
            | '!'
            | '|'
            | '>'
            | '\''
            | '"'
            | '%'
            | '@'
            | '`'
            | '='
            | '.'
            | '+'
            | ' '
    ) && !first.is_ascii_digit();
    starts_well && !text.ends_with([' ', ':']) && !text.contains(": ") && !text.contains(" #") && !has_escaped(text)
}

/// Whether a character of the text has to be escaped. Most text answers by its bytes alone.
fn has_escaped(text: &str) -> bool {
    // The first bytes of what `is_escaped` names beyond ASCII.
    let may = |byte: u8| byte < b' ' || matches!(byte, 0x7f | 0xc2 | 0xe2 | 0xef);
    text.bytes().any(may) && text.chars().any(is_escaped)
}

/// Control characters, and the line separators that YAML would take for line breaks.
fn is_escaped(c: char) -> bool {
    c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_escaped(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
