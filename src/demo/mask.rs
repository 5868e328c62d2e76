//! The `fields` parameter: the hard-coded table of the Application list, and the generic mask of everything else.
//!
//! Source of the facts: docs/argocd-api.md §1.4 and §2.2, `recordings/list/*`.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::server::Version;

/// A `fields` parameter: named paths, or all but the named ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mask {
    fields: HashSet<String>,
    exclude: bool,
}

impl Mask {
    /// The mask that `fields` asks for; `None` when it is absent or empty, which masks nothing.
    pub(super) fn parse(fields: Option<&str>) -> Option<Self> {
        let fields = fields.filter(|fields| !fields.is_empty())?;
        let (fields, exclude) = fields.strip_prefix('-').map_or((fields, false), |rest| (rest, true));
        Some(Self {
            fields: fields.split(',').map(str::to_owned).collect(),
            exclude,
        })
    }

    /// The generic mask: prunes `value` in place. Array items add no step to a path. Parents are kept by *string prefix*,
    /// so `a.namespace` keeps `a.name` too.
    pub(super) fn prune(&self, value: &mut Value) {
        self.prune_below("", value);
    }

    fn prune_below(&self, path: &str, value: &mut Value) {
        match value {
            Value::Object(map) => map.retain(|key, child| {
                let here = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                let named = self.fields.contains(&here);
                let keep = if self.exclude {
                    !named
                } else {
                    named || self.fields.iter().any(|field| field.starts_with(&here))
                };
                if keep && !named {
                    self.prune_below(&here, child);
                }
                keep
            }),
            Value::Array(items) => items.iter_mut().for_each(|item| self.prune_below(path, item)),
            _ => {}
        }
    }

    /// One item of the masked Application list.
    ///
    /// # Errors
    /// [`Collision`] on 3.5, when a parent and one of its children are both selected.
    pub(super) fn list_item(&self, application: &Value, version: Version) -> Result<Value, Collision> {
        let selected: Vec<_> = LIST_TABLE
            .iter()
            .filter(|entry| entry.since <= version)
            .filter(|entry| self.fields.contains(&format!("items.{}", entry.path)) != self.exclude)
            .collect();
        let has_spec = selected.iter().any(|entry| entry.path == "spec");
        if has_spec && selected.iter().any(|entry| entry.path.starts_with("spec.")) {
            return Err(Collision);
        }
        let mut masked = Map::new();
        for entry in selected {
            if let Some(value) = entry.value(application) {
                insert(&mut masked, entry.path, value);
            }
        }
        Ok(Value::Object(masked))
    }
}

/// Argo CD 3.5 fails with HTTP 500 when the list mask selects `spec` together with a part of it: it walks the table in
/// random order, and nearly always one Application of many gets the parent first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Collision;

/// What stands in the masked list where the Application has nothing.
enum Empty {
    Null,
    Text,
    Object,
    Nothing,
}

struct Selectable {
    path: &'static str,
    since: Version,
    empty: Empty,
}

impl Selectable {
    fn value(&self, application: &Value) -> Option<Value> {
        // An upstream quirk: this path returns the sync result.
        let source = match self.path {
            "status.operationState.operation.sync" => "status.operationState.syncResult",
            path => path,
        };
        let parent = match self.path {
            path if path.starts_with("status.operationState.") => Some("status.operationState"),
            "operation.sync" => Some("operation"),
            _ => None,
        };
        if parent.is_some_and(|parent| find(application, parent).is_none()) {
            return None;
        }
        match find(application, source) {
            Some(value) => Some(value.clone()),
            None => match self.empty {
                Empty::Null => Some(Value::Null),
                Empty::Text => Some(Value::String(String::new())),
                Empty::Object => Some(Value::Object(Map::new())),
                Empty::Nothing => None,
            },
        }
    }
}

const fn selectable(path: &'static str, since: Version, empty: Empty) -> Selectable {
    Selectable { path, since, empty }
}

const LIST_TABLE: [Selectable; 24] = [
    selectable("metadata.name", Version::V2_14, Empty::Text),
    selectable("metadata.namespace", Version::V2_14, Empty::Text),
    selectable("metadata.annotations", Version::V2_14, Empty::Null),
    selectable("metadata.labels", Version::V2_14, Empty::Null),
    selectable("metadata.creationTimestamp", Version::V2_14, Empty::Null),
    selectable("metadata.deletionTimestamp", Version::V2_14, Empty::Null),
    selectable("spec", Version::V2_14, Empty::Object),
    selectable("spec.destination", Version::V3_5, Empty::Object),
    selectable("spec.project", Version::V3_5, Empty::Text),
    selectable("spec.source", Version::V3_5, Empty::Null),
    selectable("spec.sources", Version::V3_5, Empty::Null),
    selectable("spec.sourceHydrator", Version::V3_5, Empty::Null),
    selectable("spec.syncPolicy", Version::V3_5, Empty::Null),
    selectable("status.sync.status", Version::V2_14, Empty::Text),
    selectable("status.sync.revision", Version::V3_5, Empty::Text),
    selectable("status.health", Version::V2_14, Empty::Object),
    selectable("status.summary", Version::V2_14, Empty::Object),
    selectable("status.sourceHydrator", Version::V3_4, Empty::Object),
    selectable("status.resources", Version::V2_14, Empty::Nothing),
    selectable("status.operationState.phase", Version::V2_14, Empty::Text),
    selectable("status.operationState.startedAt", Version::V2_14, Empty::Null),
    selectable("status.operationState.finishedAt", Version::V2_14, Empty::Null),
    selectable("status.operationState.operation.sync", Version::V2_14, Empty::Null),
    selectable("operation.sync", Version::V2_14, Empty::Null),
];

fn find<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, step| value.get(step))
}

fn insert(target: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            target.insert(path.to_owned(), value);
        }
        Some((step, rest)) => {
            let child = target.entry(step).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(child) = child {
                insert(child, rest, value);
            }
        }
    }
}

/// JSON as Go's `encoding/json` writes it: keys of maps sorted, `<`, `>`, `&` and the two line separators escaped.
pub(super) fn go_json(value: &impl Serialize) -> Vec<u8> {
    let plain = serde_json::to_string(value).unwrap_or_default();
    let mut text = String::with_capacity(plain.len());
    // These characters stand in strings only, so a replacement anywhere is one inside a string.
    for character in plain.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => text.push_str(&format!("\\u{:04x}", u32::from(character))),
            other => text.push(other),
        }
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pruned(fields: &str, mut value: Value) -> Value {
        Mask::parse(Some(fields)).unwrap().prune(&mut value);
        value
    }

    #[test]
    fn an_empty_parameter_masks_nothing() {
        assert_eq!(Mask::parse(Some("")), None);
        assert_eq!(Mask::parse(None), None);
    }

    #[test]
    fn the_generic_mask_keeps_parents_by_string_prefix() {
        let value = json!({"a": {"name": 1, "namespace": 2, "other": 3}, "b": 4});
        assert_eq!(pruned("a.namespace", value), json!({"a": {"name": 1, "namespace": 2}}));
    }

    #[test]
    fn the_generic_mask_looks_through_arrays_and_excludes() {
        let value = json!({"items": [{"x": 1, "y": 2}, {"y": 3}]});
        assert_eq!(pruned("items.y", value.clone()), json!({"items": [{"y": 2}, {"y": 3}]}));
        assert_eq!(pruned("-items.y", value.clone()), json!({"items": [{"x": 1}, {}]}));
        assert_eq!(pruned("items.nope", value), json!({"items": [{}, {}]}));
    }

    #[test]
    fn the_list_shows_nulls_where_an_application_has_nothing() {
        let mask = Mask::parse(Some(
            "items.metadata.labels,items.spec.source,items.operation.sync,items.nope",
        ))
        .unwrap();
        let item = mask.list_item(&json!({"metadata": {"name": "a"}}), Version::V3_5).unwrap();
        assert_eq!(item, json!({"metadata": {"labels": null}, "spec": {"source": null}}));
    }

    #[test]
    fn parts_of_spec_are_selectable_from_3_5_on_and_collide_with_the_whole() {
        let mask = Mask::parse(Some("items.spec,items.spec.project")).unwrap();
        let application = json!({"spec": {"project": "p"}});
        assert_eq!(mask.list_item(&application, Version::V3_5), Err(Collision));
        assert_eq!(
            mask.list_item(&application, Version::V3_4),
            Ok(json!({"spec": {"project": "p"}}))
        );
    }

    #[test]
    fn json_escapes_what_go_escapes() {
        assert_eq!(go_json(&json!({"b": "<&>", "a": 1})), br#"{"a":1,"b":"\u003c\u0026\u003e"}"#);
    }
}
