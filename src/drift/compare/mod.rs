//! The structural difference of two manifests, path by path.
//!
//! A plain two-way comparison; what it finds is judged elsewhere. Granularity (the same as the labelled corpus uses):
//!
//! * a key on one side only is one path, at that key; maps of free keys ([`OPEN_MAPS`](crate::kubernetes::list_keys::OPEN_MAPS))
//!   are always listed key by key;
//! * lists with a natural key ([`NaturalKey`](crate::kubernetes::list_keys::NaturalKey)) are matched by it, positions being
//!   those of the live list (of the desired list for items that only it has); other lists of objects are matched by position
//!   between their common start and end; equal items in another order are one path; lists of scalars are one path;
//! * `null`, `[]`, `{}` and absent are different here: whether they mean the same is for the rules to say;
//! * server bookkeeping in `metadata` is left out, and so is `status` unless the desired side has one, when it is one
//!   path.
//!
//! It works on [`Tree`]s, so that what Argo CD sends need not become [`Value`]s before anything is known to differ.

mod lists;
#[cfg(test)]
mod proptests;
mod walk;

use serde_json::{Number, Value};

use super::pointer::Pointer;
use super::raw::Tree;

/// How a path differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DifferenceKind {
    /// On both sides, with different values.
    Changed,
    /// Only the live side has it.
    LiveOnly,
    /// Only the desired side has it.
    DesiredOnly,
    /// A list with the same items in another order.
    Reordered,
}

/// A differing path without its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferingPath {
    /// Where it is: list positions are those of the live side (of the desired side for what only it has).
    pub path: Pointer,
    /// The same place on the desired side: differs from `path` where a keyed list has another order there.
    pub desired_path: Pointer,
    /// How it differs.
    pub kind: DifferenceKind,
}

impl DifferingPath {
    /// With its values, out of the manifests that were compared.
    pub fn with_values<'a>(self, desired: &'a Value, live: &'a Value) -> Difference<'a> {
        let desired = self
            .desired_path
            .get(desired)
            .filter(|_| self.kind != DifferenceKind::LiveOnly);
        let live = self.path.get(live).filter(|_| self.kind != DifferenceKind::DesiredOnly);
        Difference {
            path: self.path,
            desired_path: self.desired_path,
            kind: self.kind,
            desired,
            live,
        }
    }
}

/// One differing path, with both values borrowed from the manifests.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference<'a> {
    /// Where it is: list positions are those of the live side (of the desired side for what only it has).
    pub path: Pointer,
    /// The same place on the desired side: differs from `path` where a keyed list has another order there.
    pub desired_path: Pointer,
    /// How it differs.
    pub kind: DifferenceKind,
    /// Desired value, unless only live has it.
    pub desired: Option<&'a Value>,
    /// Live value, unless only desired has it.
    pub live: Option<&'a Value>,
}

/// Compares two manifests of one object. Differences come in document order (maps by key).
pub fn compare<'a>(desired: &'a Value, live: &'a Value) -> Vec<Difference<'a>> {
    differing_paths(&Tree::of_value(desired), &Tree::of_value(live))
        .into_iter()
        .map(|found| found.with_values(desired, live))
        .collect()
}

/// What [`compare`] finds in the same manifests, without the values.
pub fn differing_paths(desired: &Tree<'_>, live: &Tree<'_>) -> Vec<DifferingPath> {
    match (desired.root(), live.root()) {
        (Some(desired), Some(live)) => walk::Walk::of(desired, live),
        _ => Vec::new(),
    }
}

/// Whether two values are the same JSON: numbers by value (`1` = `1.0`), maps without order, lists with order.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => same_number(a, b),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((ka, va), (kb, vb))| ka == kb && same(va, vb))
        }
        _ => a == b,
    }
}

/// Whether two numbers are the same number, however spelled. Whole numbers are compared as such: beyond 2^53 a float no longer
/// tells neighbours apart.
pub(super) fn same_number(a: &Number, b: &Number) -> bool {
    let has_decimals = a.is_f64() || b.is_f64();
    a == b || (has_decimals && matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a == b))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(desired: &Value, live: &Value) -> Vec<(String, DifferenceKind)> {
        compare(desired, live)
            .into_iter()
            .map(|d| (d.path.as_str().to_owned(), d.kind))
            .collect()
    }

    fn expect(desired: Value, live: Value, expected: &[(&str, DifferenceKind)]) {
        let expected: Vec<_> = expected.iter().map(|(path, kind)| ((*path).to_owned(), *kind)).collect();
        assert_eq!(paths(&desired, &live), expected);
    }

    use DifferenceKind::{Changed, DesiredOnly, LiveOnly, Reordered};

    #[test]
    fn neighbours_beyond_the_precision_of_a_float_differ() {
        let (a, b) = (
            json!({"n": 9_007_199_254_740_992_u64}),
            json!({"n": 9_007_199_254_740_993_u64}),
        );
        expect(a.clone(), b.clone(), &[("/n", Changed)]);
        assert!(!same(&a, &b));
        expect(json!({"n": 1}), json!({"n": 1.0}), &[]);
    }

    #[test]
    fn free_maps_are_listed_key_by_key_and_other_maps_as_one() {
        expect(
            json!({"spec": {}}),
            json!({"data": {"a": "1", "b": "2"}, "spec": {"strategy": {"type": "Recreate"}}}),
            &[("/data/a", LiveOnly), ("/data/b", LiveOnly), ("/spec/strategy", LiveOnly)],
        );
    }

    #[test]
    fn server_metadata_and_status_are_left_out() {
        expect(
            json!({"metadata": {"name": "a"}}),
            json!({"metadata": {"name": "a", "uid": "x", "managedFields": []}, "status": {"ready": 1}}),
            &[],
        );
    }

    #[test]
    fn a_status_in_git_is_one_path() {
        expect(
            json!({"status": {"a": 1}}),
            json!({"status": {"a": 2, "b": 3}}),
            &[("/status", Changed)],
        );
    }

    #[test]
    fn keyed_items_carry_the_position_of_their_side() {
        expect(
            json!({"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "1"}, {"name": "GONE"}]}),
            json!({"env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]}),
            &[("/env", Reordered), ("/env/0/value", Changed), ("/env/2", DesiredOnly)],
        );
        let (desired, live) = (
            json!({"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "1"}]}),
            json!({"env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]}),
        );
        let value = compare(&desired, &live).into_iter().find(|d| d.kind == Changed).unwrap();
        assert_eq!(value.desired_path.as_str(), "/env/1/value");
    }

    #[test]
    fn an_added_and_a_removed_item_at_one_position_make_the_list_one_path() {
        expect(
            json!({"env": [{"name": "A"}]}),
            json!({"env": [{"name": "B"}]}),
            &[("/env", Changed)],
        );
    }

    #[test]
    fn lists_without_a_key_are_matched_between_common_start_and_end() {
        expect(
            json!({"from": [{"a": 1}, {"a": 3}]}),
            json!({"from": [{"a": 1}, {"a": 2}, {"a": 3}]}),
            &[("/from/1", LiveOnly)],
        );
        expect(
            json!({"from": [{"a": 1}, {"b": 1}]}),
            json!({"from": [{"b": 1}, {"a": 1}]}),
            &[("/from", Reordered)],
        );
    }

    #[test]
    fn lists_of_scalars_are_one_path() {
        expect(
            json!({"args": ["a", "b"]}),
            json!({"args": ["a", "c"]}),
            &[("/args", Changed)],
        );
        expect(
            json!({"args": ["a", "b"]}),
            json!({"args": ["b", "a"]}),
            &[("/args", Reordered)],
        );
    }

    #[test]
    fn numbers_are_compared_by_value_and_booleans_are_no_numbers() {
        expect(json!({"a": 1, "b": 1}), json!({"a": 1.0, "b": true}), &[("/b", Changed)]);
    }

    #[test]
    fn null_empty_and_absent_are_different_here() {
        expect(
            json!({"spec": {"a": null, "b": [], "c": {}}}),
            json!({"spec": {}}),
            &[("/spec/a", DesiredOnly), ("/spec/b", DesiredOnly), ("/spec/c", DesiredOnly)],
        );
    }
}
