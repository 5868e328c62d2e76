//! Who moved a field: a manager's name from the managed fields, or who else wrote it, or "unknown". Never a guess.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::Value;

use super::managed_fields::{ManagedFields, ManagedFieldsEntry, Operation, Ownership};
use super::pointer::Pointer;
use crate::kubernetes::managers::is_sync;

/// Who wrote a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A field manager, by the name it gave itself (hostile text, a claim).
    Manager(String),
    /// The API server or a CRD filled a default or allocated a value.
    ServerDefault,
    /// An admission webhook added it; nobody owns it.
    Admission,
    /// Nothing is recorded.
    Unknown,
}

impl Actor {
    /// The word used in JSON: the manager's name, `server-default`, `admission`; `None` when unknown.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Manager(name) => Some(name),
            Self::ServerDefault => Some("server-default"),
            Self::Admission => Some("admission"),
            Self::Unknown => None,
        }
    }

    /// The manager's name, if it is one.
    pub fn manager(&self) -> Option<&str> {
        match self {
            Self::Manager(name) => Some(name),
            _ => None,
        }
    }
}

/// Who, how, through what, when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    /// Who.
    pub actor: Actor,
    /// How; only for a manager.
    pub operation: Option<Operation>,
    /// Through which subresource; empty for the main resource.
    pub subresource: String,
    /// When that manager last changed something of its set: an upper bound for this field.
    pub time: Option<Timestamp>,
    /// How the named manager owns the path; `None` without a manager.
    pub ownership: Option<Ownership>,
    /// Every manager that owns the path, the named one included, newest first.
    pub candidates: Vec<String>,
}

impl Attribution {
    /// Nothing is recorded.
    pub fn unknown() -> Self {
        Self {
            actor: Actor::Unknown,
            operation: None,
            subresource: String::new(),
            time: None,
            ownership: None,
            candidates: Vec::new(),
        }
    }

    /// Somebody without a name in the managed fields.
    pub fn unowned(actor: Actor) -> Self {
        Self {
            actor,
            ..Self::unknown()
        }
    }

    /// The manager's name, if it is one.
    pub fn manager(&self) -> Option<&str> {
        self.actor.manager()
    }
}

/// Attributes `path` of `document`, the live object (raw or normalised).
///
/// Several owners of one path: an update outranks an apply and anybody outranks the sync, since the sync's ownership
/// is older than an edit that made a difference; then the newest counts. A path that the document does not have has no
/// owner, unless a list or map above it is owned as a whole.
pub fn attribute(path: &Pointer, document: &Value, managed: &ManagedFields) -> Attribution {
    let value = path.get(document);
    let mut owners = managed.owners(path, document);
    let nearest = owners.iter().map(|(_, how)| *how).max();
    match nearest {
        Some(Ownership::Exact) if !value.is_some_and(is_container) => owners.retain(|(_, how)| *how == Ownership::Exact),
        Some(Ownership::Exact | Ownership::Descendant) => owners.retain(|(_, how)| *how != Ownership::Ancestor),
        // Below a map that somebody owns as a node only, keys may belong to nobody; a list there is atomic.
        Some(Ownership::Ancestor) | None => {}
    }
    owners.sort_by_key(|(entry, _)| std::cmp::Reverse(rank(entry)));
    let Some((entry, how)) = owners.first() else {
        return Attribution::unknown();
    };
    let mut candidates: Vec<String> = Vec::new();
    for (owner, _) in &owners {
        if !candidates.contains(&owner.manager) {
            candidates.push(owner.manager.clone());
        }
    }
    Attribution {
        actor: Actor::Manager(entry.manager.clone()),
        operation: Some(entry.operation),
        subresource: entry.subresource.clone(),
        time: entry.time,
        ownership: Some(*how),
        candidates,
    }
}

/// Attributes a difference at `path` of `document` from `desired`. Of a list that is one difference, only the items that
/// `desired` does not have count: who wrote another item of the list did not make it.
pub fn attribute_change(path: &Pointer, document: &Value, desired: Option<&Value>, managed: &ManagedFields) -> Attribution {
    if let (Some(Value::Array(live)), Some(Value::Array(desired))) = (path.get(document), desired) {
        let known: HashSet<String> = desired.iter().map(Value::to_string).collect();
        let newest = live
            .iter()
            .enumerate()
            .filter(|(_, item)| !known.contains(&item.to_string()))
            .map(|(at, _)| attribute(&path.child(&at.to_string()), document, managed))
            .filter(|found| found.manager().is_some_and(|manager| !is_sync(manager)))
            .max_by_key(|found| (found.operation == Some(Operation::Update), found.time));
        if let Some(newest) = newest {
            return newest;
        }
    }
    attribute(path, document, managed)
}

fn rank(entry: &ManagedFieldsEntry) -> (bool, bool, Option<Timestamp>) {
    (!is_sync(&entry.manager), entry.operation == Operation::Update, entry.time)
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::Object(map) if !map.is_empty())
        || matches!(value, Value::Array(items) if items.iter().any(Value::is_object))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn who(live: &Value, path: &str) -> Attribution {
        attribute(&Pointer::parse(path).unwrap(), live, &ManagedFields::of(live))
    }

    #[test]
    fn an_edit_outranks_the_sync_that_shares_the_path() {
        let live = json!({"data": {"a": "1"}, "metadata": {"managedFields": [
            {"manager": "argocd-controller", "operation": "Update", "time": "2026-11-20T09:00:00Z", "fieldsV1": {"f:data": {"f:a": {}}}},
            {"manager": "kubectl-edit", "operation": "Update", "time": "2026-11-20T02:00:00Z", "fieldsV1": {"f:data": {"f:a": {}}}}]}});
        let found = who(&live, "/data/a");
        assert_eq!(found.manager(), Some("kubectl-edit"));
        assert_eq!(found.time, Some("2026-11-20T02:00:00Z".parse().unwrap()));
        assert_eq!(found.candidates, ["kubectl-edit", "argocd-controller"]);
    }

    #[test]
    fn of_a_list_only_the_changed_items_count() {
        let live = json!({"env": [{"name": "A", "value": "1"}, {"name": "NEW", "value": "1"}], "metadata": {"managedFields": [
            {"manager": "kubectl-edit", "operation": "Update", "time": "2026-11-20T02:00:00Z",
             "fieldsV1": {"f:env": {"k:{\"name\":\"NEW\"}": {".": {}, "f:name": {}, "f:value": {}}}}},
            {"manager": "config-bot", "operation": "Update", "time": "2026-11-20T03:00:00Z",
             "fieldsV1": {"f:env": {"k:{\"name\":\"A\"}": {"f:value": {}}}}}]}});
        let desired = json!([{"name": "A", "value": "1"}, {"name": "OLD", "value": "1"}]);
        let path = Pointer::parse("/env").unwrap();
        let found = attribute_change(&path, &live, Some(&desired), &ManagedFields::of(&live));
        assert_eq!(found.manager(), Some("kubectl-edit"));
    }

    #[test]
    fn a_removed_field_is_unknown() {
        let live = json!({"data": {}, "metadata": {"managedFields": [
            {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:data": {".": {}, "f:other": {}}}}]}});
        assert_eq!(who(&live, "/data/a"), Attribution::unknown());
    }

    #[test]
    fn subresource_and_operation_are_kept() {
        let live = json!({"spec": {"replicas": 7}, "metadata": {"managedFields": [
            {"manager": "kube-controller-manager", "operation": "Update", "subresource": "scale", "fieldsV1": {"f:spec": {"f:replicas": {}}}}]}});
        let found = who(&live, "/spec/replicas");
        assert_eq!(
            (found.subresource.as_str(), found.operation),
            ("scale", Some(Operation::Update))
        );
    }
}
