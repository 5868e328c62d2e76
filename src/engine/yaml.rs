//! Writes a redacted manifest as YAML, each line knowing which field it shows.
//!
//! Block style, Kubernetes' order at the top (`apiVersion`, `kind`, `metadata`, then the rest by name), lists at the
//! indentation of their key. Text with line breaks becomes a literal block where YAML allows it, else it is quoted with
//! escapes, so control characters never reach a line.

use serde_json::{Map, Value};

use super::document::{YamlLine, YamlText};
use crate::drift::Pointer;

/// The manifest as YAML; no line for `None`.
pub(super) fn write(manifest: Option<&Value>) -> YamlText {
    let mut writer = Writer {
        text: String::new(),
        lines: Vec::new(),
        line_start: 0,
    };
    match manifest {
        None => {}
        Some(Value::Object(map)) if !map.is_empty() => writer.map(map, 0, &Pointer::root(), true),
        Some(other) => {
            writer.inline(other);
            writer.end_line(&Pointer::root());
        }
    }
    YamlText::new(writer.text, writer.lines)
}

struct Writer {
    text: String,
    lines: Vec<YamlLine>,
    line_start: usize,
}

impl Writer {
    fn map(&mut self, map: &Map<String, Value>, indent: usize, pointer: &Pointer, is_root: bool) {
        const FIRST: &[&str] = &["apiVersion", "kind", "metadata"];
        let head = FIRST.iter().filter(|_| is_root).filter_map(|key| map.get_key_value(*key));
        let rest = map.iter().filter(|(key, _)| !is_root || !FIRST.contains(&key.as_str()));
        for (position, (key, value)) in head.chain(rest).enumerate() {
            // The first key of a list item stands behind its dash.
            if position > 0 || self.at_line_start() {
                self.indent(indent);
            }
            self.entry(key, value, indent, &pointer.child(key));
        }
    }

    fn entry(&mut self, key: &str, value: &Value, indent: usize, pointer: &Pointer) {
        self.scalar_text(key);
        self.text.push(':');
        match value {
            Value::Object(map) if !map.is_empty() => {
                self.end_line(pointer);
                self.map(map, indent + 2, pointer, false);
            }
            Value::Array(items) if !items.is_empty() => {
                self.end_line(pointer);
                self.list(items, indent, pointer);
            }
            scalar => {
                self.text.push(' ');
                self.scalar(scalar, indent + 2, pointer);
            }
        }
    }

    fn list(&mut self, items: &[Value], indent: usize, pointer: &Pointer) {
        for (position, item) in items.iter().enumerate() {
            let pointer = pointer.index(position);
            if position > 0 || self.at_line_start() {
                self.indent(indent);
            }
            self.text.push_str("- ");
            match item {
                Value::Object(map) if !map.is_empty() => self.map(map, indent + 2, &pointer, false),
                Value::Array(items) if !items.is_empty() => self.list(items, indent + 2, &pointer),
                scalar => self.scalar(scalar, indent + 2, &pointer),
            }
        }
    }

    fn scalar(&mut self, value: &Value, indent: usize, pointer: &Pointer) {
        match value {
            Value::String(text) if is_block(text) => self.block(text, indent, pointer),
            other => {
                self.inline(other);
                self.end_line(pointer);
            }
        }
    }

    fn inline(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.scalar_text(text),
            other => self.text.push_str(&other.to_string()),
        }
    }

    fn block(&mut self, text: &str, indent: usize, pointer: &Pointer) {
        let trailing = text.len() - text.trim_end_matches('\n').len();
        self.text.push_str(match trailing {
            0 => "|-",
            1 => "|",
            _ => "|+",
        });
        self.end_line(pointer);
        let body = text.strip_suffix('\n').unwrap_or(text);
        for line in body.split('\n') {
            if !line.is_empty() {
                self.indent(indent);
                self.text.push_str(line);
            }
            self.end_line(pointer);
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

    fn end_line(&mut self, pointer: &Pointer) {
        // No line ends in the space that a key puts before its value.
        self.lines.push(YamlLine {
            range: self.line_start..self.text.len(),
            pointer: pointer.clone(),
        });
        self.text.push('\n');
        self.line_start = self.text.len();
    }
}

/// Whether a literal block says exactly this text.
fn is_block(text: &str) -> bool {
    let body = text.trim_end_matches('\n');
    !body.is_empty()
        && body.contains('\n')
        && !body.starts_with([' ', '\n', '\t'])
        && !text.chars().any(|c| c != '\n' && c != '\t' && is_escaped(c))
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
        && !text.chars().any(is_escaped)
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
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
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn text(value: &Value) -> String {
        write(Some(value)).as_str().to_owned()
    }

    #[test]
    fn it_reads_like_a_manifest() {
        let manifest = json!({
            "kind": "Deployment", "apiVersion": "apps/v1", "spec": {"replicas": 3, "template": {"spec": {"containers": [
                {"name": "web", "args": ["-v", "3"], "env": []}]}}}, "data": {"a": "x: y", "b": "one\ntwo\n", "c": "", "number": "0123", "t": "true"},
            "metadata": {"name": "web"},
        });
        assert_eq!(
            text(&manifest),
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\ndata:\n  a: \"x: y\"\n  b: |\n    one\n    two\n  c: \"\"\n  number: \"0123\"\n  t: \"true\"\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n      - args:\n        - \"-v\"\n        - \"3\"\n        env: []\n        name: web\n"
        );
    }

    #[test]
    fn each_line_knows_its_field() {
        let yaml = write(Some(
            &json!({"spec": {"containers": [{"name": "a", "image": "b"}]}, "data": {"x": "1\n2"}}),
        ));
        let pointers: Vec<_> = (0..yaml.len())
            .map(|line| (yaml.line(line), yaml.pointer(line).unwrap().as_str()))
            .collect();
        assert_eq!(
            pointers,
            [
                ("data:", "/data"),
                ("  x: |-", "/data/x"),
                ("    1", "/data/x"),
                ("    2", "/data/x"),
                ("spec:", "/spec"),
                ("  containers:", "/spec/containers"),
                ("  - image: b", "/spec/containers/0/image"),
                ("    name: a", "/spec/containers/0/name"),
            ]
        );
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(text(&json!({"a": "x\u{1b}[31m\ny"})), "a: \"x\\u001b[31m\\ny\"\n");
    }

    fn manifests() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[ -~\n\t\u{e9}\u{1b}:#'\"|>-]{0,24}".prop_map(Value::from),
            "(true|no|1e3|0x1f|~|null|- a|a: b|a #b|2026-11-20|\n\n|  x\ny|a\n\n|=|<<|!!str)".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-zA-Z0-9./ :#~-]{0,8}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(value in manifests()) {
            let yaml = text(&value);
            let read: Value = serde_saphyr::from_str(&yaml).map_err(|e| TestCaseError::fail(format!("{e}\n{yaml}")))?;
            prop_assert_eq!(read, value, "{}", yaml);
        }
    }
}
