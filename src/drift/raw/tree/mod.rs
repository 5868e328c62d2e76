//! A manifest as comparing wants it: flat, borrowed from its text, maps in key order. Several times cheaper to make than a
//! [`Value`], which owns every key and value by itself.

mod reading;

use std::borrow::Cow;
use std::cmp::Ordering;

use serde::de::Deserializer;
use serde_json::{Map, Number, Value};

use crate::kubernetes::list_keys::ListItem;
use reading::Document;

/// One JSON document. Of a key that occurs twice in a map the last value counts, as in a [`Value`].
#[derive(Debug)]
pub struct Tree<'t> {
    /// Each value before what it holds, depth first.
    entries: Vec<Entry<'t>>,
}

/// One value, and what it is called where it stands.
#[derive(Debug, Default)]
struct Entry<'t> {
    /// Its key; empty for list items and the root.
    key: Cow<'t, str>,
    scalar: Scalar<'t>,
    /// How many entries behind this one belong to it.
    below: usize,
}

/// A value without what it holds.
#[derive(Debug, Default)]
enum Scalar<'t> {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'t, str>),
    List,
    Map,
}

impl<'t> Tree<'t> {
    /// Reads the JSON text of an object; `None` for `null` and `{}`.
    ///
    /// # Errors
    /// When it is no JSON, or anything but an object or `null`: exactly where a [`Value`] could not be read either.
    pub fn of_object(text: &'t str) -> Result<Option<Self>, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let entries = deserializer.deserialize_any(Document)?;
        deserializer.end()?;
        Ok((entries.len() > 1).then_some(Self { entries }))
    }

    /// The tree of a value that is there already.
    pub fn of_value(value: &'t Value) -> Self {
        let mut entries = Vec::new();
        push_value(&mut entries, Cow::Borrowed(""), value);
        Self { entries }
    }

    /// The same document as a value that owns itself.
    pub fn to_value(&self) -> Value {
        self.root().map_or(Value::Null, Node::to_value)
    }

    /// The whole document.
    pub(in crate::drift) fn root(&self) -> Option<Node<'_>> {
        Nodes(&self.entries).next()
    }
}

fn push_value<'t>(entries: &mut Vec<Entry<'t>>, key: Cow<'t, str>, value: &'t Value) {
    let scalar = match value {
        Value::Null => Scalar::Null,
        Value::Bool(set) => Scalar::Bool(*set),
        Value::Number(number) => Scalar::Number(number.clone()),
        Value::String(text) => Scalar::Text(Cow::Borrowed(text)),
        Value::Array(_) => Scalar::List,
        Value::Object(_) => Scalar::Map,
    };
    let at = open(entries, key, scalar);
    match value {
        Value::Array(items) => items.iter().for_each(|item| push_value(entries, Cow::Borrowed(""), item)),
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| push_value(entries, Cow::Borrowed(key), value)),
        _ => {}
    }
    close(entries, at);
}

/// Begins an entry; what is pushed until it is closed belongs to it.
fn open<'t>(entries: &mut Vec<Entry<'t>>, key: Cow<'t, str>, scalar: Scalar<'t>) -> usize {
    entries.push(Entry { key, scalar, below: 0 });
    entries.len() - 1
}

fn close(entries: &mut [Entry<'_>], at: usize) {
    let below = entries.len() - at - 1;
    if let Some(entry) = entries.get_mut(at) {
        entry.below = below;
    }
}

/// One value of a tree.
#[derive(Debug, Clone, Copy)]
pub(in crate::drift) struct Node<'a> {
    entry: &'a Entry<'a>,
    below: &'a [Entry<'a>],
}

/// The form of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::drift) enum Form {
    /// Neither of the others.
    Scalar,
    List,
    Map,
}

impl<'a> Node<'a> {
    /// Its key in the map that holds it; empty for list items and the root.
    pub(in crate::drift) fn key(self) -> &'a str {
        &self.entry.key
    }

    pub(in crate::drift) fn form(self) -> Form {
        match self.entry.scalar {
            Scalar::List => Form::List,
            Scalar::Map => Form::Map,
            _ => Form::Scalar,
        }
    }

    /// The items of a list, the values of a map in the order of their keys; none of a scalar.
    pub(in crate::drift) fn children(self) -> Nodes<'a> {
        Nodes(self.below)
    }

    /// Whether a map or list holds nothing.
    pub(in crate::drift) fn is_empty(self) -> bool {
        self.below.is_empty()
    }

    /// Whether both are the same JSON, see [`same`](crate::drift::compare::same). Their own keys do not count.
    pub(in crate::drift) fn same(self, other: Self) -> bool {
        let same = |a: &Entry<'_>, b: &Entry<'_>| a.below == b.below && a.scalar.same(&b.scalar);
        // Maps are in key order: the same documents are the same entries.
        same(self.entry, other.entry) && self.below.iter().zip(other.below).all(|(a, b)| same(a, b) && a.key == b.key)
    }

    /// Some total order in which only values that would be written alike are equal: `1` and `1.0` are not.
    pub(in crate::drift) fn order(self, other: Self) -> Ordering {
        let own = |a: &Entry<'_>, b: &Entry<'_>| a.below.cmp(&b.below).then_with(|| a.scalar.order(&b.scalar));
        let below = || {
            let pairs = self.below.iter().zip(other.below);
            pairs.map(|(a, b)| own(a, b).then_with(|| a.key.cmp(&b.key)))
        };
        own(self.entry, other.entry).then_with(|| below().find(|order| order.is_ne()).unwrap_or(Ordering::Equal))
    }

    /// What a manifest means by this value: anything but null, empty, `false` and zero.
    pub(in crate::drift) fn has_content(self) -> bool {
        match &self.entry.scalar {
            Scalar::Null => false,
            Scalar::Map | Scalar::List => !self.is_empty(),
            Scalar::Text(text) => !text.is_empty(),
            Scalar::Bool(set) => *set,
            Scalar::Number(number) => number.as_f64() != Some(0.0),
        }
    }

    fn to_value(self) -> Value {
        match &self.entry.scalar {
            Scalar::Null => Value::Null,
            Scalar::Bool(set) => Value::Bool(*set),
            Scalar::Number(number) => Value::Number(number.clone()),
            Scalar::Text(text) => Value::String(text.clone().into_owned()),
            Scalar::List => Value::Array(self.children().map(Self::to_value).collect()),
            Scalar::Map => Value::Object(
                self.children()
                    .map(|child| (child.key().to_owned(), child.to_value()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }
}

impl<'a> ListItem<'a> for Node<'a> {
    fn is_map(self) -> bool {
        self.form() == Form::Map
    }

    fn field(self, name: &str) -> Option<Self> {
        self.children().find(|child| self.is_map() && child.key() == name)
    }

    fn is_null(self) -> bool {
        matches!(self.entry.scalar, Scalar::Null)
    }

    fn text(self) -> Option<&'a str> {
        match &self.entry.scalar {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    fn json(self) -> String {
        self.to_value().to_string()
    }
}

impl Scalar<'_> {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => crate::drift::compare::same_number(a, b),
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Null, Self::Null) | (Self::List, Self::List) | (Self::Map, Self::Map) => true,
            _ => false,
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => {
                let spelling = |number: &Number| (number.as_u64(), number.as_i64(), number.as_f64().map(f64::to_bits));
                spelling(a).cmp(&spelling(b))
            }
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::Text(_) => 3,
            Self::List => 4,
            Self::Map => 5,
        }
    }
}

/// Values that follow each other.
#[derive(Debug, Clone)]
pub(in crate::drift) struct Nodes<'a>(&'a [Entry<'a>]);

impl<'a> Iterator for Nodes<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        let (entry, behind) = self.0.split_first()?;
        let (below, rest) = behind.split_at_checked(entry.below)?;
        self.0 = rest;
        Some(Node { entry, below })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_an_empty_object_are_no_document() {
        for nothing in ["null", "{}", " { } "] {
            assert!(Tree::of_object(nothing).unwrap().is_none(), "{nothing}");
        }
    }

    #[test]
    fn maps_come_in_key_order_and_the_last_value_of_a_key_counts() {
        let text = r#"{"b": {"y": 1, "x": [{"d": 1, "c": 2}]}, "a": 1, "b": {"z": 3, "y": 2}, "\u0061": [2]}"#;
        let tree = Tree::of_object(text).unwrap().unwrap();
        assert_eq!(tree.to_value(), serde_json::from_str::<Value>(text).unwrap());
        let keys: Vec<&str> = tree.root().unwrap().children().map(Node::key).collect();
        assert_eq!(keys, ["a", "b"]);
    }

    #[test]
    fn what_is_no_object_is_refused_where_a_map_would_be() {
        let deep = format!("{{\"a\": {}1{}}}", "[".repeat(200), "]".repeat(200));
        for broken in [
            "",
            "{",
            "[1]",
            "\"{}\"",
            "1",
            "{\"a\": hunter2}",
            "{\"a\": 1} x",
            "{\"a\": 1e999}",
            "{\"a\": 01}",
            "{\"a\": \"\\ud800\"}",
            "{\"a\": \"\n\"}",
            deep.as_str(),
        ] {
            // The column may be that of the bracket or the one behind it.
            let place = |error: serde_json::Error| (error.classify(), error.line());
            let expected = serde_json::from_str::<Option<Map<String, Value>>>(broken).unwrap_err();
            assert_eq!(place(Tree::of_object(broken).unwrap_err()), place(expected), "{broken}");
        }
    }
}
