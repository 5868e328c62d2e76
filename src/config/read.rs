//! Reading a TOML table field by field: every problem at once, each with its place, unknown keys with the nearest known one.
//!
//! Own reader instead of serde's: serde stops at the first problem and quotes values in its messages, and a value may be
//! a secret. [`super::schema`] says which keys there are.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::nearest;
use super::origin::{At, FileLayer, Location, Origin};
use super::problem::Problem;

/// One file being read: where positions are looked up and what was found wrong so far.
pub(crate) struct Session<'t> {
    text: &'t str,
    layer: FileLayer,
    path: Arc<Path>,
    pub(crate) problems: Vec<Problem>,
    /// Every key asked for, full names.
    pub(super) keys: Vec<String>,
    /// Walk into tables that are not there, so that `keys` becomes the whole schema.
    pub(super) catalogue: bool,
}

impl<'t> Session<'t> {
    pub(crate) fn new(text: &'t str, layer: FileLayer, path: &Path) -> Self {
        Self {
            text,
            layer,
            path: Arc::from(path),
            problems: Vec::new(),
            keys: Vec::new(),
            catalogue: false,
        }
    }

    /// The place of a byte range.
    pub(crate) fn origin(&self, span: Range<usize>) -> Origin {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Origin::File(Location {
            layer: self.layer,
            path: Arc::clone(&self.path),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        })
    }

    /// Parses the text. Syntax errors become problems; what could be read is read.
    pub(crate) fn parse(&mut self) -> Spanned<DeTable<'t>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let origin = self.origin(error.span().unwrap_or(0..0));
            self.problems
                .push(Problem::new(origin, "", format!("not TOML: {}", error.message())));
        }
        table
    }
}

/// One table being read.
pub(super) struct Fields<'s, 't, 'd> {
    session: &'s mut Session<'t>,
    table: &'d DeTable<'d>,
    path: String,
    known: Vec<&'static str>,
}

impl<'s, 't, 'd> Fields<'s, 't, 'd> {
    pub(super) fn new(session: &'s mut Session<'t>, table: &'d DeTable<'d>, path: impl Into<String>) -> Self {
        Self {
            session,
            table,
            path: path.into(),
            known: Vec::new(),
        }
    }

    fn full(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    fn find(&mut self, key: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.known.push(key);
        self.table.get(key)
    }

    fn leaf<T>(&mut self, key: &'static str, wanted: &str, read: impl FnOnce(&DeValue<'d>) -> Option<T>) -> Option<At<T>> {
        self.session.keys.push(self.full(key));
        let found = self.find(key)?;
        let origin = self.session.origin(found.span());
        if let Some(value) = read(found.get_ref()) {
            return Some(At::new(value, origin));
        }
        self.wrong_type(key, origin, wanted, found.get_ref());
        None
    }

    fn wrong_type(&mut self, key: &str, origin: Origin, wanted: &str, found: &DeValue<'_>) {
        let message = format!("expected {wanted}, found {}", type_name(found));
        let problem = Problem::new(origin, self.full(key), message);
        self.session.problems.push(problem);
    }

    /// A string.
    pub(super) fn text(&mut self, key: &'static str) -> Option<At<String>> {
        self.leaf(key, "a string", |v| v.as_str().map(str::to_owned))
    }

    /// `true` or `false`.
    pub(super) fn switch(&mut self, key: &'static str) -> Option<At<bool>> {
        self.leaf(key, "true or false", DeValue::as_bool)
    }

    /// A number from 0 to 1.
    pub(super) fn share(&mut self, key: &'static str) -> Option<At<f64>> {
        self.leaf(key, "a number from 0 to 1", |v| {
            let number: f64 = match v {
                DeValue::Float(number) => number.as_str().parse().ok()?,
                DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok()?,
                _ => return None,
            };
            (0.0..=1.0).contains(&number).then_some(number)
        })
    }

    /// A whole number from 0.
    pub(super) fn count(&mut self, key: &'static str) -> Option<At<u32>> {
        self.leaf(key, "a whole number from 0", |v| {
            let number = v.as_integer()?;
            u32::from_str_radix(number.as_str(), number.radix()).ok()
        })
    }

    /// A list of strings.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<At<Vec<String>>> {
        self.leaf(key, "a list of strings", |v| {
            v.as_array()?
                .iter()
                .map(|item| item.get_ref().as_str().map(str::to_owned))
                .collect()
        })
    }

    /// A day: a TOML date, or a string of that form.
    pub(super) fn date(&mut self, key: &'static str) -> Option<At<jiff::civil::Date>> {
        self.leaf(key, "a date such as 2027-01-31", |v| match v {
            DeValue::Datetime(date) => date.to_string().parse().ok(),
            DeValue::String(text) => text.parse().ok(),
            _ => None,
        })
    }

    /// Whether the key holds a list.
    pub(super) fn is_list(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|found| found.get_ref().is_array())
    }

    /// A table of strings under free names, in the order of their names.
    pub(super) fn pairs(&mut self, key: &'static str) -> Option<At<Vec<(String, String)>>> {
        self.leaf(key, "a table of strings", |v| {
            v.as_table()?
                .iter()
                .map(|(name, value)| Some((name.get_ref().to_string(), value.get_ref().as_str()?.to_owned())))
                .collect()
        })
    }

    /// A table; its reader gets the fields inside. `None` when the table is not there.
    pub(super) fn table<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Fields<'_, 't, '_>) -> T) -> Option<T> {
        let path = self.full(key);
        let Some(found) = self.find(key) else {
            return self.session.catalogue.then(|| {
                let empty = DeTable::new();
                read(&mut Fields::new(self.session, &empty, path))
            });
        };
        let Some(table) = found.get_ref().as_table() else {
            let origin = self.session.origin(found.span());
            self.wrong_type(key, origin, &format!("a table `[{path}]`"), found.get_ref());
            return None;
        };
        Some(Fields::new(self.session, table, path).read_all(read))
    }

    /// A table of tables under free names, in the order of their names; the reader gets the fields inside.
    pub(super) fn named_tables<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&mut Fields<'_, 't, '_>) -> T,
    ) -> Vec<(At<String>, T)> {
        let path = self.full(key);
        self.session.keys.push(path.clone());
        let Some(found) = self.find(key) else { return Vec::new() };
        let Some(names) = found.get_ref().as_table() else {
            let origin = self.session.origin(found.span());
            self.wrong_type(key, origin, &format!("a table `[{path}]`"), found.get_ref());
            return Vec::new();
        };
        let mut out = Vec::new();
        for (name, item) in names {
            let origin = self.session.origin(name.span());
            let name: &str = name.get_ref();
            let inner = format!("{path}.{name}");
            if let Some(table) = item.get_ref().as_table() {
                let read = Fields::new(self.session, table, inner).read_all(&mut read);
                out.push((At::new(name.to_owned(), origin), read));
            } else {
                let message = format!("expected a table, found {}", type_name(item.get_ref()));
                self.session.problems.push(Problem::new(origin, inner, message));
            }
        }
        out
    }

    /// Where a key stands, if it is there.
    pub(super) fn place(&self, key: &str) -> Option<Origin> {
        self.table
            .get_key_value(key)
            .map(|(name, _)| self.session.origin(name.span()))
    }

    /// A list of tables (`[[key]]`); the reader gets the place of each and the fields inside.
    pub(super) fn tables<T>(&mut self, key: &'static str, mut read: impl FnMut(Origin, &mut Fields<'_, 't, '_>) -> T) -> Vec<T> {
        let path = self.full(key);
        let Some(found) = self.find(key) else {
            if self.session.catalogue {
                let empty = DeTable::new();
                read(Origin::BuiltIn, &mut Fields::new(self.session, &empty, path));
            }
            return Vec::new();
        };
        let list_origin = self.session.origin(found.span());
        let Some(list) = found.get_ref().as_array() else {
            self.wrong_type(key, list_origin, &format!("a list of tables `[[{path}]]`"), found.get_ref());
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in list {
            let origin = self.session.origin(item.span());
            if let Some(table) = item.get_ref().as_table() {
                out.push(Fields::new(self.session, table, path.clone()).read_all(|fields| read(origin, fields)));
            } else {
                self.wrong_type(key, origin, &format!("a table `[[{path}]]`"), item.get_ref());
            }
        }
        out
    }

    /// A list whose items are strings or tables; each reader gets the place of an item.
    pub(super) fn texts_or_tables<T>(
        &mut self,
        key: &'static str,
        text: impl Fn(At<String>) -> T,
        table: impl Fn(Origin, &mut Fields<'_, 't, '_>) -> T,
    ) -> Option<At<Vec<T>>> {
        let path = self.full(key);
        let Some(found) = self.find(key) else {
            if self.session.catalogue {
                let empty = DeTable::new();
                table(Origin::BuiltIn, &mut Fields::new(self.session, &empty, path));
            }
            return None;
        };
        let list_origin = self.session.origin(found.span());
        let wanted = "a list of strings and tables";
        let Some(list) = found.get_ref().as_array() else {
            self.wrong_type(key, list_origin, wanted, found.get_ref());
            return None;
        };
        let mut out = Vec::new();
        for item in list {
            let origin = self.session.origin(item.span());
            if let Some(words) = item.get_ref().as_str() {
                out.push(text(At::new(words.to_owned(), origin)));
            } else if let Some(inner) = item.get_ref().as_table() {
                out.push(Fields::new(self.session, inner, path.clone()).read_all(|fields| table(origin, fields)));
            } else {
                self.wrong_type(key, origin, wanted, item.get_ref());
            }
        }
        Some(At::new(out, list_origin))
    }

    /// A table of anything, left to somebody else: every leaf with its dotted name and place.
    pub(super) fn raw(&mut self, key: &'static str) -> Vec<(String, At<toml::Value>)> {
        self.session.keys.push(self.full(key));
        let mut out = Vec::new();
        let Some(found) = self.find(key) else { return out };
        let Some(table) = found.get_ref().as_table() else {
            let origin = self.session.origin(found.span());
            self.wrong_type(key, origin, &format!("a table `[{key}]`"), found.get_ref());
            return out;
        };
        self.leaves("", table, &mut out);
        out
    }

    fn leaves(&mut self, prefix: &str, table: &DeTable<'_>, out: &mut Vec<(String, At<toml::Value>)>) {
        for (name, value) in table {
            let full = if prefix.is_empty() {
                name.get_ref().to_string()
            } else {
                format!("{prefix}.{}", name.get_ref())
            };
            if let Some(inner) = value.get_ref().as_table() {
                self.leaves(&full, inner, out);
            } else if let Some(plain) = plain(value.get_ref()) {
                out.push((full, At::new(plain, self.session.origin(name.span()))));
            } else {
                let origin = self.session.origin(value.span());
                self.wrong_type(
                    &full,
                    origin,
                    "a string, a switch, a number or a list of them",
                    value.get_ref(),
                );
            }
        }
    }

    /// Runs the reader and then refuses every key that it did not ask for.
    pub(super) fn read_all<T>(mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let value = read(&mut self);
        for (name, _) in self.table {
            let name_text: &str = name.get_ref();
            if self.known.contains(&name_text) {
                continue;
            }
            let hint = match nearest(name_text, self.known.iter().copied()) {
                Some(near) => format!("Did you mean `{near}`?"),
                None => format!("Known here: {}.", self.known.join(", ")),
            };
            let problem = Problem::new(self.session.origin(name.span()), self.full(name_text), "unknown key").hint(hint);
            self.session.problems.push(problem);
        }
        value
    }
}

fn plain(value: &DeValue<'_>) -> Option<toml::Value> {
    Some(match value {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Boolean(on) => toml::Value::Boolean(*on),
        DeValue::Integer(n) => toml::Value::Integer(i64::from_str_radix(n.as_str(), n.radix()).ok()?),
        DeValue::Array(items) => toml::Value::Array(items.iter().map(|i| plain(i.get_ref())).collect::<Option<_>>()?),
        _ => return None,
    })
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
