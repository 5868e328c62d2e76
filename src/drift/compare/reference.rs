//! The structural difference of two manifests, path by path.
//!
//! A plain two-way comparison; what it finds is judged elsewhere. Granularity (the same as the labelled corpus uses):
//!
//! * a key on one side only is one path, at that key; maps of free keys ([`OPEN_MAPS`]) are always listed key by key;
//! * lists with a natural key ([`NaturalKey`]) are matched by it, positions being those of the live list (of the
//!   desired list for items that only it has); other lists of objects are matched by position between their common
//!   start and end; equal items in another order are one path; lists of scalars are one path;
//! * `null`, `[]`, `{}` and absent are different here: whether they mean the same is for the rules to say;
//! * server bookkeeping in `metadata` is left out, and so is `status` unless the desired side has one, when it is one
//!   path.

use std::cmp::Ordering;
use std::collections::HashMap;

use serde_json::{Map, Number, Value};

use crate::drift::pointer::{Pointer, escape};
use crate::kubernetes::list_keys::{NaturalKey, OPEN_MAPS};

/// Bookkeeping of the API server below `metadata`: never part of a comparison.
const SERVER_METADATA: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

use super::{Difference, DifferenceKind};
/// Compares two manifests of one object. Differences come in document order (maps by key).
pub(super) fn compare<'a>(desired: &'a Value, live: &'a Value) -> Vec<Difference<'a>> {
    let mut walk = Walk {
        path: String::new(),
        desired_path: String::new(),
        found: Vec::new(),
    };
    match (desired, live) {
        (Value::Object(desired), Value::Object(live)) => walk.root(desired, live),
        _ => walk.values("", Some(desired), Some(live)),
    }
    walk.found
}

/// Whether two values are the same JSON: numbers by value (`1` = `1.0`), maps without order, lists with order.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => same_number(a, b),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((ka, va), (kb, vb))| ka == kb && same(va, vb))
        }
        _ => a == b,
    }
}

fn same_number(a: &Number, b: &Number) -> bool {
    a == b || matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a == b)
}

struct Walk<'a> {
    path: String,
    desired_path: String,
    found: Vec<Difference<'a>>,
}

impl<'a> Walk<'a> {
    fn root(&mut self, desired: &'a Map<String, Value>, live: &'a Map<String, Value>) {
        let keeps_status = desired.get("status").is_some_and(has_content);
        for (key, desired, live) in merged(desired, live) {
            match key {
                "status" => {
                    if keeps_status && !matches!((desired, live), (Some(d), Some(l)) if same(d, l)) {
                        self.at(key, |walk| walk.record(DifferenceKind::Changed, desired, live));
                    }
                }
                "metadata" => self.at(key, |walk| walk.metadata(desired, live)),
                _ => self.at(key, |walk| walk.values(key, desired, live)),
            }
        }
    }

    fn metadata(&mut self, desired: Option<&'a Value>, live: Option<&'a Value>) {
        let (Some(Value::Object(desired)), Some(Value::Object(live))) = (desired, live) else {
            return self.values("metadata", desired, live);
        };
        for (key, desired, live) in merged(desired, live).filter(|(key, ..)| !SERVER_METADATA.contains(key)) {
            self.at(key, |walk| walk.values(key, desired, live));
        }
    }

    /// Compares what stands under `name` on both sides.
    fn values(&mut self, name: &str, desired: Option<&'a Value>, live: Option<&'a Value>) {
        let (desired, live) = match (desired, live) {
            (Some(desired), Some(live)) => (desired, live),
            (Some(only), None) => return self.one_side(name, DifferenceKind::DesiredOnly, only),
            (None, Some(only)) => return self.one_side(name, DifferenceKind::LiveOnly, only),
            (None, None) => return,
        };
        match (desired, live) {
            (Value::Object(desired), Value::Object(live)) => {
                for (key, desired, live) in merged(desired, live) {
                    self.at(key, |walk| walk.values(key, desired, live));
                }
            }
            (Value::Array(desired_items), Value::Array(live_items)) => {
                if !same(desired, live) {
                    self.lists(name, desired, live, desired_items, live_items);
                }
            }
            _ if same(desired, live) => {}
            _ => self.record(DifferenceKind::Changed, Some(desired), Some(live)),
        }
    }

    fn one_side(&mut self, name: &str, kind: DifferenceKind, only: &'a Value) {
        match only {
            Value::Object(map) if OPEN_MAPS.contains(&name) && !map.is_empty() => {
                for (key, value) in map {
                    self.at(key, |walk| walk.record_side(kind, value));
                }
            }
            _ => self.record_side(kind, only),
        }
    }

    fn lists(&mut self, name: &str, desired: &'a Value, live: &'a Value, desired_items: &'a [Value], live_items: &'a [Value]) {
        if let Some(key) = NaturalKey::of(name, desired_items, live_items) {
            return self.keyed_lists(key, desired, live, desired_items, live_items);
        }
        if is_permutation(desired_items, live_items) {
            return self.record(DifferenceKind::Reordered, Some(desired), Some(live));
        }
        if !desired_items.iter().chain(live_items).all(Value::is_object) {
            return self.record(DifferenceKind::Changed, Some(desired), Some(live));
        }
        let start = desired_items.iter().zip(live_items).take_while(|(d, l)| same(d, l)).count();
        let end = desired_items[start..]
            .iter()
            .rev()
            .zip(live_items[start..].iter().rev())
            .take_while(|(d, l)| same(d, l))
            .count();
        let desired_middle = &desired_items[start..desired_items.len() - end];
        let live_middle = &live_items[start..live_items.len() - end];
        if desired_middle.len() == live_middle.len() {
            for (offset, (desired, live)) in desired_middle.iter().zip(live_middle).enumerate() {
                self.at_positions(start + offset, start + offset, |walk| {
                    walk.values("", Some(desired), Some(live));
                });
            }
        } else if desired_middle.is_empty() {
            for (offset, item) in live_middle.iter().enumerate() {
                self.at_positions(start + offset, start + offset, |walk| {
                    walk.record_side(DifferenceKind::LiveOnly, item);
                });
            }
        } else if live_middle.is_empty() {
            for (offset, item) in desired_middle.iter().enumerate() {
                self.at_positions(start + offset, start + offset, |walk| {
                    walk.record_side(DifferenceKind::DesiredOnly, item);
                });
            }
        } else {
            self.record(DifferenceKind::Changed, Some(desired), Some(live));
        }
    }

    fn keyed_lists(
        &mut self,
        key: NaturalKey,
        desired: &'a Value,
        live: &'a Value,
        desired_items: &'a [Value],
        live_items: &'a [Value],
    ) {
        let desired_at: HashMap<_, _> = desired_items
            .iter()
            .enumerate()
            .map(|(at, item)| (key.item(item), at))
            .collect();
        let live_at: HashMap<_, _> = live_items.iter().enumerate().map(|(at, item)| (key.item(item), at)).collect();
        let common_in_live: Vec<_> = live_items.iter().filter_map(|item| desired_at.get(&key.item(item))).collect();
        let is_reordered = common_in_live.windows(2).any(|pair| pair[0] > pair[1]);

        let only_desired: Vec<_> = (0..desired_items.len())
            .filter(|at| !live_at.contains_key(&key.item(&desired_items[*at])))
            .collect();
        let shares_a_position = live_items
            .iter()
            .enumerate()
            .any(|(at, item)| !desired_at.contains_key(&key.item(item)) && only_desired.contains(&at));
        if shares_a_position {
            // An added and a removed item would share one pointer: the list as a whole changed.
            return self.record(DifferenceKind::Changed, Some(desired), Some(live));
        }
        if is_reordered {
            self.record(DifferenceKind::Reordered, Some(desired), Some(live));
        }
        for (at, item) in live_items.iter().enumerate() {
            match desired_at.get(&key.item(item)) {
                Some(&desired_position) => {
                    let counterpart = &desired_items[desired_position];
                    self.at_positions(desired_position, at, |walk| walk.values("", Some(counterpart), Some(item)));
                }
                None => self.at_positions(at, at, |walk| walk.record_side(DifferenceKind::LiveOnly, item)),
            }
        }
        for at in only_desired {
            self.at_positions(at, at, |walk| {
                walk.record_side(DifferenceKind::DesiredOnly, &desired_items[at]);
            });
        }
    }

    fn at(&mut self, key: &str, visit: impl FnOnce(&mut Self)) {
        let segment = escape(key);
        self.within(&segment, &segment, visit);
    }

    fn at_positions(&mut self, desired: usize, live: usize, visit: impl FnOnce(&mut Self)) {
        self.within(&desired.to_string(), &live.to_string(), visit);
    }

    fn within(&mut self, desired: &str, live: &str, visit: impl FnOnce(&mut Self)) {
        let (path, desired_path) = (self.path.len(), self.desired_path.len());
        self.path.push('/');
        self.path.push_str(live);
        self.desired_path.push('/');
        self.desired_path.push_str(desired);
        visit(self);
        self.path.truncate(path);
        self.desired_path.truncate(desired_path);
    }

    fn record_side(&mut self, kind: DifferenceKind, only: &'a Value) {
        match kind {
            DifferenceKind::DesiredOnly => self.record(kind, Some(only), None),
            _ => self.record(kind, None, Some(only)),
        }
    }

    fn record(&mut self, kind: DifferenceKind, desired: Option<&'a Value>, live: Option<&'a Value>) {
        self.found.push(Difference {
            path: Pointer::from_escaped(self.path.clone()),
            desired_path: Pointer::from_escaped(self.desired_path.clone()),
            kind,
            desired,
            live,
        });
    }
}

fn has_content(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Object(map) => !map.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::String(text) => !text.is_empty(),
        Value::Bool(set) => *set,
        Value::Number(number) => number.as_f64() != Some(0.0),
    }
}

fn is_permutation(desired: &[Value], live: &[Value]) -> bool {
    if desired.len() != live.len() {
        return false;
    }
    let mut desired: Vec<_> = desired.iter().map(Value::to_string).collect();
    let mut live: Vec<_> = live.iter().map(Value::to_string).collect();
    desired.sort_unstable();
    live.sort_unstable();
    desired == live
}

/// The union of two maps, in key order, with what each side holds under the key.
fn merged<'a>(
    desired: &'a Map<String, Value>,
    live: &'a Map<String, Value>,
) -> impl Iterator<Item = (&'a str, Option<&'a Value>, Option<&'a Value>)> {
    let mut desired = desired.iter().peekable();
    let mut live = live.iter().peekable();
    std::iter::from_fn(move || {
        let order = match (desired.peek(), live.peek()) {
            (Some((d, _)), Some((l, _))) => d.cmp(l),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        match order {
            Ordering::Less => desired.next().map(|(key, value)| (key.as_str(), Some(value), None)),
            Ordering::Greater => live.next().map(|(key, value)| (key.as_str(), None, Some(value))),
            Ordering::Equal => match (desired.next(), live.next()) {
                (Some((key, d)), Some((_, l))) => Some((key.as_str(), Some(d), Some(l))),
                _ => None,
            },
        }
    })
}
