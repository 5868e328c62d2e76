//! # extra-object
//!
//! ## What
//! The cluster has the object, Git has not (any more): it needs pruning.
//!
//! ## Why
//! Pruning some kinds destroys data. An object that a person made and that grants access, opens the network or runs is not
//! under Git's control at all. An object marked to be left alone, or made by a controller for an object of Git, is fine.
//!
//! ## Example
//! A PersistentVolumeClaim removed from Git lives on because auto-sync runs without prune.
//!
//! ## When it is wrong
//! When the data of a claim are worthless. Nobody but a person can know that.

use serde_json::Value;

use crate::drift::DriftState;
use crate::drift::attribution::Actor;
use crate::kubernetes::managers::{is_person, is_sync};
use crate::kubernetes::objects;
use crate::verdict::evidence::Evidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct ExtraObject;

impl Rule for ExtraObject {
    fn id(&self) -> &'static str {
        "extra-object"
    }

    fn source(&self) -> &'static str {
        include_str!("extra_object.rs")
    }

    fn object(&self, object: &Evidence<'_>) -> Option<Finding> {
        judged(object).map(|finding| match maker(object) {
            Some(maker) => finding.from(Actor::Manager(maker)),
            None => finding,
        })
    }
}

fn judged(object: &Evidence<'_>) -> Option<Finding> {
    if object.state != DriftState::Extra {
        return None;
    }
    let (group, kind) = (object.resource.group.as_str(), object.resource.kind.as_str());
    let has = |annotation: &str, word: &str| {
        object
            .annotation(annotation)
            .is_some_and(|text| text.split(',').any(|part| part.trim() == word))
    };
    if has("argocd.argoproj.io/compare-options", "IgnoreExtraneous") {
        return Some(Finding::harmless(
            "ignore-extraneous",
            0.95,
            "Marked IgnoreExtraneous: it is meant to be there without Git.",
        ));
    }
    if is_owned(object) {
        return Some(Finding::harmless(
            "owned-by-controller",
            0.9,
            "A controller made it for an object that Git has.",
        ));
    }
    if objects::holds_data(group, kind) {
        return Some(Finding::risky(
            "prune-destroys-data",
            0.93,
            format!("Git has it no more; pruning this {kind} would destroy data."),
        ));
    }
    // What a sync ever wrote came from Git, whoever touched it since.
    let entries = object.managed.entries();
    let person = entries
        .iter()
        .map(|entry| entry.manager.as_str())
        .find(|manager| is_person(manager))
        .filter(|_| entries.iter().all(|entry| !is_sync(&entry.manager)));
    if let Some(person) =
        person.filter(|_| objects::grants_access(group, kind) || objects::runs(group, kind) || objects::exposes(group, kind))
    {
        return Some(Finding::risky(
            "manual-object",
            0.9,
            format!("{person} made it in the cluster: it is not under Git's control."),
        ));
    }
    let kept = if has("argocd.argoproj.io/sync-options", "Prune=false") {
        " Marked Prune=false: a sync leaves it."
    } else {
        ""
    };
    Some(Finding::needs_review(
        "needs-pruning",
        0.85,
        format!("In the cluster and not in Git: it needs pruning.{kept}"),
    ))
}

/// Who made it: a person, if one owns anything of it, else who wrote first.
fn maker(object: &Evidence<'_>) -> Option<String> {
    let entries = || object.managed.entries().iter().filter(|entry| entry.subresource.is_empty());
    let person = entries().find(|entry| is_person(&entry.manager));
    person
        .filter(|_| entries().all(|entry| !is_sync(&entry.manager)))
        .or_else(|| entries().min_by_key(|entry| entry.time))
        .map(|entry| entry.manager.clone())
}

/// Whether a controller made it for an object of this Application.
fn is_owned(object: &Evidence<'_>) -> bool {
    // An owner is easily invented: whom a person made stays a person's.
    if object.managed.entries().iter().any(|entry| is_person(&entry.manager)) {
        return false;
    }
    let owners = object
        .live
        .and_then(|live| live.pointer("/metadata/ownerReferences"))
        .and_then(Value::as_array);
    owners.is_some_and(|owners| {
        owners.iter().any(|owner| {
            let text = |key: &str| owner.get(key).and_then(Value::as_str).unwrap_or_default();
            object
                .siblings
                .iter()
                .any(|s| s.key.kind == text("kind") && s.key.name == text("name") && is_same_uid(s.object, owner))
        })
    })
}

/// Whether the reference names this very object and not an earlier one of the same name; so too when either has no uid here.
fn is_same_uid(object: &Value, owner: &Value) -> bool {
    let uid = object.pointer("/metadata/uid").and_then(Value::as_str);
    let named = owner.get("uid").and_then(Value::as_str);
    !matches!((uid, named), (Some(uid), Some(named)) if uid != named)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    #[test]
    fn what_pruning_would_destroy_decides() {
        let extra = |group: &str, kind: &'static str, manager: &str| {
            Fixture::of(kind)
                .group(group)
                .live(json!({"spec": {"a": 1}}))
                .by_whole(manager)
                .judge_object()
        };
        assert_eq!(
            extra("", "PersistentVolumeClaim", "argocd-controller"),
            ("risky", "prune-destroys-data")
        );
        assert_eq!(
            extra("rbac.authorization.k8s.io", "Role", "argocd-controller"),
            ("needs-review", "needs-pruning")
        );
        assert_eq!(
            extra("rbac.authorization.k8s.io", "RoleBinding", "kubectl-create"),
            ("risky", "manual-object")
        );
        assert_eq!(extra("", "ConfigMap", "kubectl-create"), ("needs-review", "needs-pruning"));
    }

    #[test]
    fn marked_objects_are_left_alone() {
        let live = json!({"metadata": {"annotations": {"argocd.argoproj.io/compare-options": "IgnoreExtraneous"}}});
        assert_eq!(
            Fixture::of("ConfigMap").live(live).judge_object(),
            ("harmless", "ignore-extraneous")
        );
    }
}
