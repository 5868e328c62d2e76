//! What a sync keeps although Git does not say it: fields of the predicted manifest that the rendered one has not.
//!
//! Argo CD's predicted state is a three-way merge: defaults, status and what controllers or people added stay in it. Called
//! "Git" without a word more, it would say that Git has them.

use serde_json::Value;

use crate::drift::Pointer;
use crate::kubernetes::list_keys::NaturalKey;

/// The topmost fields of `predicted` that `target` has not, in document order. Items of lists without a natural key are the
/// same item when they stand at the same position of lists of one length; else nothing is said about the list.
pub(super) fn kept(predicted: &Value, target: &Value) -> Vec<Pointer> {
    let mut kept = Vec::new();
    walk("", predicted, target, &Pointer::root(), &mut kept);
    kept
}

fn walk(name: &str, predicted: &Value, target: &Value, at: &Pointer, kept: &mut Vec<Pointer>) {
    match (predicted, target) {
        (Value::Object(predicted), Value::Object(target)) => {
            for (key, value) in predicted {
                match target.get(key) {
                    Some(same) if value.is_object() || value.is_array() => walk(key, value, same, &at.child(key), kept),
                    Some(_) => {}
                    None => kept.push(at.child(key)),
                }
            }
        }
        (Value::Array(predicted), Value::Array(target)) => {
            let key = NaturalKey::of(name, target, predicted);
            for (position, item) in predicted.iter().enumerate() {
                let same = match key {
                    Some(key) => target.iter().find(|candidate| key.item(*candidate) == key.item(item)),
                    None => target.get(position).filter(|_| predicted.len() == target.len()),
                };
                match same {
                    Some(same) => walk("", item, same, &at.index(position), kept),
                    None if key.is_some() => kept.push(at.index(position)),
                    None => {}
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_that_only_the_prediction_has_are_kept() {
        for (why, predicted, target, expected) in [
            ("the same", json!({"a": 1}), json!({"a": 2}), vec![]),
            (
                "a default",
                json!({"spec": {"a": 1, "b": {"c": 1}}}),
                json!({"spec": {"a": 1}}),
                vec!["/spec/b"],
            ),
            (
                "a container in a list by name",
                json!({"containers": [{"name": "side"}, {"name": "web", "tty": false}]}),
                json!({"containers": [{"name": "web"}]}),
                vec!["/containers/0", "/containers/1/tty"],
            ),
            (
                "lists by position",
                json!({"args": [{"a": 1, "b": 2}]}),
                json!({"args": [{"a": 1}]}),
                vec!["/args/0/b"],
            ),
            ("lists nobody can pair", json!({"args": [1, 2]}), json!({"args": [1]}), vec![]),
        ] {
            let found = kept(&predicted, &target);
            assert_eq!(found.iter().map(Pointer::as_str).collect::<Vec<_>>(), expected, "{why}");
        }
    }
}
