//! The same field in another version of the object: list items are found by natural key, not by position.

use serde_json::Value;

use super::pointer::Pointer;
use crate::kubernetes::list_keys::NaturalKey;

/// The value in `to` of the field that `path` names in `from`.
///
/// Keyed list items are looked up by their key; items of other lists by position. `None` when `to` does not have it.
pub fn corresponding<'a>(path: &Pointer, from: &Value, to: &'a Value) -> Option<&'a Value> {
    let mut from = Some(from);
    let mut to = to;
    let mut name = String::new();
    for segment in path.segments() {
        let next = match to {
            Value::Object(map) => map.get(segment.as_ref())?,
            Value::Array(items) => {
                let position: usize = segment.parse().ok()?;
                let source = from.and_then(Value::as_array);
                let item = source.and_then(|source| source.get(position));
                // Most items stand where they stood: no need to look at the whole list.
                let in_place = match (item, items.get(position)) {
                    (Some(a), Some(b)) => NaturalKey::same_in_place(&name, a, b),
                    _ => false,
                };
                let key = source
                    .filter(|_| !in_place)
                    .and_then(|source| NaturalKey::of(&name, items, source));
                match (key, item) {
                    (Some(key), Some(item)) => {
                        let wanted = key.item(item);
                        items.iter().find(|candidate| key.item(*candidate) == wanted)?
                    }
                    _ => items.get(position)?,
                }
            }
            _ => return None,
        };
        from = from.and_then(|value| match value {
            Value::Object(map) => map.get(segment.as_ref()),
            Value::Array(items) => segment.parse::<usize>().ok().and_then(|position| items.get(position)),
            _ => None,
        });
        if !matches!(to, Value::Array(_)) {
            name.clear();
            name.push_str(&segment);
        }
        to = next;
    }
    Some(to)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_container_is_found_by_name_wherever_it_stands() {
        let from = json!({"containers": [{"name": "side"}, {"name": "web", "image": "b"}]});
        let to = json!({"containers": [{"name": "web", "image": "a"}]});
        let path = Pointer::parse("/containers/1/image").unwrap();
        assert_eq!(corresponding(&path, &from, &to), Some(&json!("a")));
        assert_eq!(
            corresponding(&Pointer::parse("/containers/0/image").unwrap(), &from, &to),
            None
        );
    }
}
