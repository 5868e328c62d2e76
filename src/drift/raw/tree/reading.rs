//! From text to entries, in one pass of `serde_json`: text is borrowed wherever JSON did not escape anything.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::{Entry, Scalar, close, open};

/// Reads an object or `null`.
pub(super) struct Document;

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
    let key = |span: &Range<usize>| values.get(span.start).map(|entry| &entry.key);
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
