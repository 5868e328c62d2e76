//! `metadata.managedFields`: which field manager owns which field.
//!
//! Format: FieldsV1 of structured-merge-diff (Kubernetes API concepts, "Server-Side Apply"): `f:<name>` a field,
//! `k:{…}` a list item by its keys, `v:<value>` an item of a set, `i:<n>` a position, `.` the node itself.
//! A manager's name is chosen by its client: it is a claim, not a proof.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::pointer::Pointer;

/// How a manager wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Server-side apply.
    Apply,
    /// Everything else: create, update, patch, client-side apply.
    Update,
}

impl Operation {
    /// Kubernetes' word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "Apply",
            Self::Update => "Update",
        }
    }
}

/// One entry: a manager and the fields it owns.
#[derive(Debug, Clone, PartialEq)]
pub struct ManagedFieldsEntry {
    /// Name the client gave itself.
    pub manager: String,
    /// How it wrote.
    pub operation: Operation,
    /// `status`, `scale`, …; empty for the main resource.
    pub subresource: String,
    /// When it last changed anything of its set: an upper bound for each field.
    pub time: Option<Timestamp>,
    fields: Map<String, Value>,
}

/// How an entry stands to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ownership {
    /// It owns a map, list or field above the path as a whole, and nothing nearer.
    Ancestor,
    /// It owns something below the path.
    Descendant,
    /// It owns the path itself.
    Exact,
}

/// All entries of one object.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ManagedFields {
    entries: Vec<ManagedFieldsEntry>,
}

impl ManagedFields {
    /// Reads `metadata.managedFields` of a live object; entries that do not parse own nothing.
    pub fn of(live: &Value) -> Self {
        let entries = live
            .pointer("/metadata/managedFields")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        Self {
            entries: entries.iter().filter_map(parse_entry).collect(),
        }
    }

    /// Whether nothing is recorded (stripped, or an object older than managed fields).
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All entries, as recorded.
    pub fn entries(&self) -> &[ManagedFieldsEntry] {
        &self.entries
    }

    /// The entries that own `path` of `document` (the live object, raw or normalised), with how.
    pub fn owners<'a>(&'a self, path: &Pointer, document: &Value) -> Vec<(&'a ManagedFieldsEntry, Ownership)> {
        self.entries
            .iter()
            .filter_map(|entry| entry.ownership(path, document).map(|how| (entry, how)))
            .collect()
    }
}

impl ManagedFieldsEntry {
    /// How this entry stands to `path` of `document`; `None` when it owns nothing there.
    pub fn ownership(&self, path: &Pointer, document: &Value) -> Option<Ownership> {
        let mut fields = &self.fields;
        let mut value = Some(document);
        for segment in path.segments() {
            let step = step_into(fields, value, &segment);
            value = value.and_then(|v| match v {
                Value::Object(map) => map.get(segment.as_ref()),
                Value::Array(items) => segment.parse::<usize>().ok().and_then(|at| items.get(at)),
                _ => None,
            });
            match step {
                Some(deeper) => fields = deeper,
                // A leaf above the path: the node is owned as a whole, if there is anything it could be a leaf of.
                None if fields.is_empty() => return Some(Ownership::Ancestor),
                None => return None,
            }
        }
        Some(if fields.is_empty() || fields.contains_key(".") {
            Ownership::Exact
        } else {
            Ownership::Descendant
        })
    }
}

impl ManagedFieldsEntry {
    /// How many fields it owns: those without owned fields below them.
    pub fn field_count(&self) -> usize {
        leaves(&self.fields)
    }

    /// Whether this entry owns any value that `manifest` sets. Items of lists count as soon as the manifest has the list.
    pub fn owns_any_of(&self, manifest: &Value) -> bool {
        owns_any(&self.fields, manifest)
    }
}

fn leaves(fields: &Map<String, Value>) -> usize {
    let below = |deeper: &Value| deeper.as_object().map_or(1, |deeper| leaves(deeper).max(1));
    let children = fields.iter().filter(|(element, _)| *element != ".");
    children.map(|(_, deeper)| below(deeper)).sum()
}

fn owns_any(fields: &Map<String, Value>, manifest: &Value) -> bool {
    fields.iter().any(|(element, deeper)| {
        let Some(name) = element.strip_prefix("f:") else {
            return element != ".";
        };
        let Some(value) = manifest.get(name) else { return false };
        match deeper.as_object() {
            Some(deeper) if !deeper.is_empty() => owns_any(deeper, value),
            _ => true,
        }
    })
}

/// The set below one path segment. `value` is what the document holds at this point.
fn step_into<'a>(fields: &'a Map<String, Value>, value: Option<&Value>, segment: &str) -> Option<&'a Map<String, Value>> {
    match value {
        Some(Value::Array(items)) => {
            let position: usize = segment.parse().ok()?;
            let item = items.get(position)?;
            let found = match key_names(fields) {
                // The keys of one list have the same names: the element can be spelled and looked up.
                Some(names) => fields.get(&key_element(&names, item)?),
                None => fields
                    .iter()
                    .find(|(element, _)| is_item(element, item, position))
                    .map(|(_, deeper)| deeper),
            };
            found?.as_object()
        }
        _ => {
            let mut element = String::with_capacity(segment.len() + 2);
            element.push_str("f:");
            element.push_str(segment);
            fields.get(&element)?.as_object()
        }
    }
}

/// Names of the keys by which the items of this list are recorded; `None` for a list without keys.
fn key_names(fields: &Map<String, Value>) -> Option<Vec<String>> {
    let keys = |element: &String| serde_json::from_str::<Map<String, Value>>(element.strip_prefix("k:")?).ok();
    fields
        .keys()
        .find_map(keys)
        .map(|keys| keys.into_iter().map(|(name, _)| name).collect())
}

/// The element under which an item is recorded: its keys as compact JSON, in the order of their names.
fn key_element(names: &[String], item: &Value) -> Option<String> {
    let mut element = String::from("k:{");
    for name in names {
        // The API server fills the default before it records the key.
        let value = match item.get(name) {
            Some(value) => value.to_string(),
            None if name == "protocol" => "\"TCP\"".to_owned(),
            None => return None,
        };
        if element.len() > 3 {
            element.push(',');
        }
        element.push_str(&Value::from(name.as_str()).to_string());
        element.push(':');
        element.push_str(&value);
    }
    element.push('}');
    Some(element)
}

fn is_item(element: &str, item: &Value, position: usize) -> bool {
    if let Some(value) = element.strip_prefix("v:") {
        return serde_json::from_str::<Value>(value).is_ok_and(|value| super::compare::same(&value, item));
    }
    element.strip_prefix("i:").is_some_and(|at| at.parse() == Ok(position))
}

fn parse_entry(entry: &Value) -> Option<ManagedFieldsEntry> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
    Some(ManagedFieldsEntry {
        manager: text("manager").to_owned(),
        operation: if text("operation") == "Apply" {
            Operation::Apply
        } else {
            Operation::Update
        },
        subresource: text("subresource").to_owned(),
        time: text("time").parse().ok(),
        fields: entry.get("fieldsV1")?.as_object()?.clone(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn owners(live: &Value, path: &str) -> Vec<(String, Ownership)> {
        ManagedFields::of(live)
            .owners(&Pointer::parse(path).unwrap(), live)
            .into_iter()
            .map(|(entry, how)| (entry.manager.clone(), how))
            .collect()
    }

    fn live(entries: Value) -> Value {
        json!({
            "metadata": {"managedFields": entries},
            "spec": {
                "replicas": 3,
                "args": ["a", "b"],
                "selector": {"app": "web"},
                "containers": [{"name": "side"}, {"name": "web", "image": "x", "ports": [{"containerPort": 80}]}],
            },
        })
    }

    #[test]
    fn a_field_counts_once_whatever_it_lies_in() {
        for (fields, expected) in [
            (json!({}), 0),
            (json!({"f:data": {}}), 1),
            (json!({"f:data": {".": {}, "f:a": {}, "f:b": {}}}), 2),
            (
                json!({"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {".": {}, "f:name": {}, "f:image": {}}}}}),
                2,
            ),
            (json!({"f:metadata": {"f:finalizers": {".": {}}}}), 1),
        ] {
            let live = live(json!([{"manager": "m", "operation": "Update", "fieldsV1": fields}]));
            assert_eq!(ManagedFields::of(&live).entries()[0].field_count(), expected, "{fields}");
        }
    }

    #[test]
    fn fields_and_keyed_items_lead_to_their_owner() {
        let live = live(json!([
            {"manager": "argocd-controller", "operation": "Update", "fieldsV1": {"f:spec": {"f:containers": {
                "k:{\"name\":\"web\"}": {".": {}, "f:name": {}, "f:ports": {"k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}}}}}}}},
            {"manager": "kubectl-set", "operation": "Update", "fieldsV1": {"f:spec": {"f:containers": {
                "k:{\"name\":\"web\"}": {"f:image": {}}}}}},
        ]));
        assert_eq!(
            owners(&live, "/spec/containers/1/image"),
            [("kubectl-set".to_owned(), Ownership::Exact)]
        );
        assert_eq!(owners(&live, "/spec/containers/0"), []);
        assert_eq!(
            owners(&live, "/spec/containers/1/ports/0"),
            [("argocd-controller".to_owned(), Ownership::Exact)]
        );
        assert_eq!(
            owners(&live, "/spec/containers/1"),
            [
                ("argocd-controller".to_owned(), Ownership::Exact),
                ("kubectl-set".to_owned(), Ownership::Descendant)
            ]
        );
    }

    #[test]
    fn an_atomic_list_is_owned_as_a_whole() {
        let live = live(
            json!([{"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:spec": {"f:args": {}, "f:selector": {}}}}]),
        );
        assert_eq!(owners(&live, "/spec/args"), [("kubectl-edit".to_owned(), Ownership::Exact)]);
        assert_eq!(
            owners(&live, "/spec/args/1"),
            [("kubectl-edit".to_owned(), Ownership::Ancestor)]
        );
        assert_eq!(
            owners(&live, "/spec/selector/app"),
            [("kubectl-edit".to_owned(), Ownership::Ancestor)]
        );
        assert_eq!(owners(&live, "/spec/replicas"), []);
    }

    #[test]
    fn set_items_are_found_by_value() {
        let live = json!({"metadata": {"finalizers": ["a/b"], "managedFields": [
            {"manager": "m", "operation": "Update", "time": "2026-11-20T02:13:24Z", "fieldsV1": {"f:metadata": {"f:finalizers": {".": {}, "v:\"a/b\"": {}}}}}]}});
        assert_eq!(owners(&live, "/metadata/finalizers/0"), [("m".to_owned(), Ownership::Exact)]);
        assert_eq!(owners(&live, "/metadata/finalizers"), [("m".to_owned(), Ownership::Exact)]);
    }

    #[test]
    fn what_does_not_parse_owns_nothing() {
        let live = live(json!([{"manager": "odd", "fieldsV1": 7}, {"manager": "k", "fieldsV1": {"f:spec": {"k:{broken": {}}}}]));
        assert_eq!(owners(&live, "/spec/containers/1"), []);
    }
}
