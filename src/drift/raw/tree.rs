//! A manifest as comparing wants it: flat, borrowed from its text, maps in key order. Several times cheaper to make than a
//! [`Value`], which owns every key and value by itself.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::kubernetes::list_keys::ListItem;

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

/// Reads an object or `null`.
struct Document;

impl<'de> Visitor<'de> for Document {
    type Value = Vec<Entry<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        let root = Below {
            entries: &mut entries,
            key: Cow::Borrowed(""),
        };
        root.visit_map(map)?;
        Ok(entries)
    }
}

/// Reads any value to the end of the entries.
struct Below<'e, 't> {
    entries: &'e mut Vec<Entry<'t>>,
    key: Cow<'t, str>,
}

impl<'t> Below<'_, 't> {
    fn scalar(self, scalar: Scalar<'t>) {
        open(self.entries, self.key, scalar);
    }
}

impl<'de> DeserializeSeed<'de> for Below<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Below<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.scalar(Scalar::Null);
        Ok(())
    }

    fn visit_bool<E>(self, set: bool) -> Result<(), E> {
        self.scalar(Scalar::Bool(set));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.scalar(Scalar::Number(number.into()));
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.scalar(Scalar::Number(number.into()));
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.scalar(Number::from_f64(number).map_or(Scalar::Null, Scalar::Number));
        Ok(())
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        self.scalar(Scalar::Text(Cow::Borrowed(text)));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.scalar(Scalar::Text(Cow::Owned(text.to_owned())));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let at = open(self.entries, self.key, Scalar::List);
        while items
            .next_element_seed(Below {
                entries: self.entries,
                key: Cow::Borrowed(""),
            })?
            .is_some()
        {}
        close(self.entries, at);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let at = open(self.entries, self.key, Scalar::Map);
        let mut previous: Option<usize> = None;
        let mut is_in_order = true;
        while let Some(key) = map.next_key_seed(Key)? {
            is_in_order &= previous
                .and_then(|at| self.entries.get(at))
                .is_none_or(|entry| entry.key < key);
            previous = Some(self.entries.len());
            map.next_value_seed(Below {
                entries: self.entries,
                key,
            })?;
        }
        if !is_in_order {
            put_in_order(self.entries, at + 1);
        }
        close(self.entries, at);
        Ok(())
    }
}

/// Sorts the values of the map that begins before `from` and ends at the end; of equal keys the last one stays.
fn put_in_order(entries: &mut Vec<Entry<'_>>, from: usize) {
    let mut values = entries.split_off(from);
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(entry) = values.get(at) {
        let end = at + 1 + entry.below;
        spans.push(at..end);
        at = end;
    }
    let key = |span: &std::ops::Range<usize>| values.get(span.start).map(|entry| &entry.key);
    spans.sort_by(|a, b| key(a).cmp(&key(b)));
    let is_last: Vec<bool> = (0..spans.len())
        .map(|at| spans.get(at + 1).is_none_or(|next| key(&spans[at]) != key(next)))
        .collect();
    for (span, _) in spans.into_iter().zip(is_last).filter(|(_, is_last)| *is_last) {
        entries.extend(values.get_mut(span).unwrap_or_default().iter_mut().map(std::mem::take));
    }
}

/// Reads the key of a map.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}
