//! Writes a redacted manifest as YAML, each line knowing which field it shows.
//!
//! From JSON text to YAML text in one pass, without a tree in between: a manifest may have ten megabytes. Block style,
//! Kubernetes' order at the top (`apiVersion`, `kind`, `metadata`, then the rest by name), lists at the indentation of
//! their key. Text with line breaks becomes a literal block where YAML allows it, else it is quoted with escapes, so
//! control characters never reach a line.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::document::{Lines, YamlText};
use crate::drift::pointer::escape;

/// The manifest, given as JSON text whose keys are in order, as YAML; no line for `None`.
///
/// # Errors
/// When the text is not JSON.
pub(super) fn write(manifest: Option<&str>) -> serde_json::Result<YamlText> {
    let mut writer = Writer {
        // YAML is about as long as its JSON: indentation takes what quotes and brackets give.
        text: String::with_capacity(manifest.map_or(0, |json| json.len() + json.len() / 8)),
        lines: Lines::default(),
        line_start: 0,
        path: String::new(),
    };
    if let Some(json) = manifest {
        writer.root(json)?;
    }
    Ok(YamlText::new(writer.text, writer.lines))
}

struct Writer {
    text: String,
    lines: Lines,
    line_start: usize,
    /// Escaped pointer of the field that is being written.
    path: String,
}

/// What stands before a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing: it is the document.
    Root,
    /// A key and its colon.
    Entry,
    /// A dash.
    Item,
}

/// Writes one value at a place; `indent` is the column of its key or dash.
struct Node<'w> {
    writer: &'w mut Writer,
    indent: usize,
    place: Place,
}

#[derive(Deserialize)]
struct Key<'j>(#[serde(borrow)] Cow<'j, str>);

#[derive(Deserialize)]
struct Raw<'j>(#[serde(borrow)] &'j RawValue);

/// The entries of the topmost map, which are put into another order.
struct Entries;

impl<'j> Visitor<'j> for Entries {
    type Value = Vec<(Cow<'j, str>, &'j str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'j>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((Key(key), Raw(value))) = map.next_entry()? {
            entries.push((key, value.get()));
        }
        Ok(entries)
    }
}

impl Writer {
    fn root(&mut self, json: &str) -> serde_json::Result<()> {
        if !json.trim_start().starts_with('{') {
            return self.value(json, 0, Place::Root);
        }
        let mut entries = serde_json::Deserializer::from_str(json).deserialize_map(Entries)?;
        if entries.is_empty() {
            return self.value(json, 0, Place::Root);
        }
        const FIRST: &[&str] = &["apiVersion", "kind", "metadata"];
        entries.sort_by_key(|(key, _)| FIRST.iter().position(|first| first == key).unwrap_or(FIRST.len()));
        for (key, value) in entries {
            let depth = self.key(&key);
            self.value(value, 0, Place::Entry)?;
            self.path.truncate(depth);
        }
        Ok(())
    }

    fn value(&mut self, json: &str, indent: usize, place: Place) -> serde_json::Result<()> {
        let mut json = serde_json::Deserializer::from_str(json);
        let node = Node {
            writer: self,
            indent,
            place,
        };
        node.deserialize(&mut json)
    }

    /// Writes a key with its colon and goes into its field; returns how long the path was before.
    fn key(&mut self, key: &str) -> usize {
        self.scalar_text(key);
        self.text.push(':');
        self.enter(&escape(key))
    }

    fn enter(&mut self, segment: &str) -> usize {
        let depth = self.path.len();
        self.path.push('/');
        self.path.push_str(segment);
        depth
    }

    fn block(&mut self, text: &str, indent: usize) {
        let trailing = text.len() - text.trim_end_matches('\n').len();
        self.text.push_str(match trailing {
            0 => "|-",
            1 => "|",
            _ => "|+",
        });
        self.end_line();
        let body = text.strip_suffix('\n').unwrap_or(text);
        for line in body.split('\n') {
            if !line.is_empty() {
                self.indent(indent);
                self.text.push_str(line);
            }
            self.end_line();
        }
    }

    fn scalar_text(&mut self, text: &str) {
        if is_plain(text) {
            self.text.push_str(text);
        } else {
            self.text.push_str(&quoted(text));
        }
    }

    fn indent(&mut self, columns: usize) {
        self.text.extend(std::iter::repeat_n(' ', columns));
    }

    fn at_line_start(&self) -> bool {
        self.text.len() == self.line_start
    }

    fn end_line(&mut self) {
        // No line ends in the space that a key puts before its value.
        self.lines.push(self.line_start, &self.path);
        self.text.push('\n');
        self.line_start = self.text.len();
    }
}

impl Node<'_> {
    /// A value on the line of its key or dash.
    fn inline(self, text: &str) {
        if self.place == Place::Entry {
            self.writer.text.push(' ');
        }
        self.writer.text.push_str(text);
        self.writer.end_line();
    }
}

impl<'j> DeserializeSeed<'j> for Node<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'j>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'j> Visitor<'j> for Node<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.inline("null");
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.inline(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.inline(&value.to_string());
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.inline(&value.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.inline(&serde_json::Value::from(value).to_string());
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if self.place == Place::Entry {
            self.writer.text.push(' ');
        }
        if self.place != Place::Root && is_block(text) {
            self.writer.block(text, self.indent + 2);
        } else {
            self.writer.scalar_text(text);
            self.writer.end_line();
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'j>>(self, mut map: A) -> Result<(), A::Error> {
        let Some(Key(mut key)) = map.next_key()? else {
            self.inline("{}");
            return Ok(());
        };
        let writer = self.writer;
        if self.place == Place::Entry {
            writer.end_line();
        }
        let indent = self.indent + 2;
        loop {
            // The first key of a list item stands behind its dash.
            if writer.at_line_start() {
                writer.indent(indent);
            }
            let depth = writer.key(&key);
            map.next_value_seed(Node {
                writer,
                indent,
                place: Place::Entry,
            })?;
            writer.path.truncate(depth);
            match map.next_key()? {
                Some(Key(next)) => key = next,
                None => return Ok(()),
            }
        }
    }

    fn visit_seq<A: SeqAccess<'j>>(self, mut list: A) -> Result<(), A::Error> {
        let writer = self.writer;
        let indent = match self.place {
            Place::Item => self.indent + 2,
            Place::Entry | Place::Root => self.indent,
        };
        let mut position = 0;
        loop {
            let item = Item {
                writer: &mut *writer,
                indent,
                position,
                place: self.place,
            };
            if list.next_element_seed(item)?.is_none() {
                break;
            }
            position += 1;
        }
        if position == 0 {
            Node { writer, ..self }.inline("[]");
        }
        Ok(())
    }
}

/// Writes a list item with its dash: only an item that is there has one.
struct Item<'w> {
    writer: &'w mut Writer,
    indent: usize,
    position: usize,
    /// What stands before the list.
    place: Place,
}

impl<'j> DeserializeSeed<'j> for Item<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'j>>(self, json: D) -> Result<(), D::Error> {
        let writer = self.writer;
        if self.position == 0 && self.place == Place::Entry {
            writer.end_line();
        }
        if writer.at_line_start() {
            writer.indent(self.indent);
        }
        writer.text.push_str("- ");
        let depth = writer.enter(&self.position.to_string());
        let node = Node {
            writer: &mut *writer,
            indent: self.indent,
            place: Place::Item,
        };
        node.deserialize(json)?;
        writer.path.truncate(depth);
        Ok(())
    }
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
    starts_well
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !has_escaped(text)
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
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
