//! # same-meaning
//!
//! ## What
//! The two sides are spelled differently and mean the same: an equal quantity (`1000m` and `1`) or duration (`60s` and
//! `1m`), or nothing on both sides (`null`, `[]`, `{}`, absent).
//!
//! ## Why
//! Argo CD compares spellings where it has no schema, so a custom resource that its operator normalised differs for ever.
//!
//! ## Example
//! `spec.cpu: 1000m` in Git, `1` in the cluster.
//!
//! ## When it is wrong
//! Where the text itself matters: data of ConfigMaps and Secrets, annotations, labels, arguments. These are never
//! compared by meaning.

use serde_json::Value;

use crate::drift::attribution::Actor;
use crate::drift::origin::Origin;
use crate::kubernetes::defaults::empty_means_absent;
use crate::kubernetes::managers::is_sync;
use crate::kubernetes::objects::is_built_in;
use crate::kubernetes::security::guards;
use crate::kubernetes::spelling::{Amount, same_amount};
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct SameMeaning;

impl Rule for SameMeaning {
    fn id(&self) -> &'static str {
        "same-meaning"
    }

    fn source(&self) -> &'static str {
        include_str!("same_meaning.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let empty = |value: Option<&Value>| value.is_none_or(is_empty);
        let (cause, confidence, reason) = if empty(field.difference.desired) && empty(field.difference.live) {
            // An empty rule or selector of a policy can mean all, or nothing.
            let group = &field.of.resource.group;
            let guarded =
                guards(group, field.kind(), &field.field).is_some() && (!is_built_in(group) || field.kind() == "NetworkPolicy");
            let matters = guarded || !empty_means_absent(&field.field);
            if matters {
                return None;
            }
            (
                "semantic-noop",
                0.95,
                "Empty on both sides: null, [], {} and absent mean the same here.",
            )
        } else {
            let (desired, live) = (field.difference.desired?, field.difference.live?);
            let place = field.field.segments().iter().map(AsRef::as_ref);
            match same_amount(place, desired, live)? {
                Amount::Quantity => ("quantity-equal", 0.97, "The same quantity in another spelling."),
                Amount::Duration => ("duration-equal", 0.95, "The same duration in another spelling."),
            }
        };
        let finding = Finding::harmless(cause, confidence, reason).by(Origin::Equivalent);
        // The API server spells amounts of its own kinds its own way; whoever else owns the field spelled it so.
        let respelled = field.manager().is_none() || is_built_in(&field.of.resource.group);
        Some(if respelled && field.manager().is_none_or(is_sync) {
            finding.from(Actor::ServerDefault)
        } else {
            finding
        })
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    #[test]
    fn other_spellings_of_one_amount_are_harmless() {
        let judged = Fixture::of("RateLimit")
            .target(json!({"spec": {"cpu": "1000m"}}))
            .live(json!({"spec": {"cpu": "1"}}))
            .judge();
        assert_eq!(judged, [("/spec/cpu", "harmless", "quantity-equal")]);
    }

    #[test]
    fn another_unit_is_another_amount() {
        let judged = Fixture::of("RateLimit")
            .target(json!({"spec": {"mem": "1Gi"}}))
            .live(json!({"spec": {"mem": "1G"}}))
            .by("kubectl-edit")
            .judge();
        assert_eq!(judged, [("/spec/mem", "risky", "manual-edit")]);
    }

    #[test]
    fn data_are_bytes() {
        let judged = Fixture::of("ConfigMap")
            .target(json!({"data": {"n": "1.0"}}))
            .live(json!({"data": {"n": "1"}}))
            .by("kubectl-edit")
            .judge();
        assert_eq!(judged, [("/data/n", "risky", "configmap-hotfix")]);
    }
}
