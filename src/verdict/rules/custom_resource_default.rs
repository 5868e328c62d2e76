//! # custom-resource-default
//!
//! ## What
//! A custom resource has a value that Git does not set and that nobody but the apply itself can have brought: a default of its CRD
//! or of its admission webhook.
//!
//! ## Why
//! Client-side apply makes the creator own defaults, server-side apply makes nobody own them, and inside a list without keys they
//! belong to whoever owns the list. In none of these cases did anybody decide anything.
//!
//! ## Example
//! `spec.queueingStrategy: BestEffortFIFO` of a ClusterQueue.
//!
//! ## When it is wrong
//! A switch of enforcement of a policy (`validationFailureAction`) counts as a default only in its default position.
//! Power over the host, and what a network or mesh policy lets through, is never taken for a default.
//! When Git has just removed the field under server-side apply: it then still belongs to the sync, and this rule stays silent.

use crate::drift::attribution::Actor;
use crate::drift::compare::DifferenceKind;
use crate::drift::managed_fields::{Operation, Ownership};
use crate::drift::origin::Origin;
use crate::kubernetes::managers::is_sync;
use crate::kubernetes::objects::is_built_in;
use crate::kubernetes::security;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct CustomResourceDefault;

impl Rule for CustomResourceDefault {
    fn id(&self) -> &'static str {
        "custom-resource-default"
    }

    fn source(&self) -> &'static str {
        include_str!("custom_resource_default.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let is_addition =
            field.difference.kind == DifferenceKind::LiveOnly && field.last_applied().is_none() && field.in_git().is_none();
        let is_spec = field.field.annotation().is_none() && field.field.label().is_none() && field.field.name() != "finalizers";
        if !is_addition || !is_spec || is_built_in(&field.of.resource.group) || field.of.managed.is_empty() {
            return None;
        }
        // A switch of enforcement is a default only in its default position: anybody may have set another.
        if security::is_switched(&field.of.resource.group, field.kind(), &field.field, field.difference.live?) {
            return None;
        }
        if security::is_beyond_defaults(&field.of.resource.group, field.kind(), &field.field, field.difference.live?) {
            return None;
        }
        let filled_on_apply = match field.manager() {
            None => true,
            Some(manager) if is_sync(manager) => {
                field.attribution.operation == Some(Operation::Update) || field.attribution.ownership == Some(Ownership::Ancestor)
            }
            Some(_) => false,
        };
        filled_on_apply.then(|| {
            Finding::harmless(
                "server-default",
                0.88,
                "A default of the custom resource: Git leaves it open and nobody else wrote it.",
            )
            .by(Origin::Default)
            .from(Actor::ServerDefault)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn policy(action: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        Fixture::of("ClusterPolicy")
            .group("kyverno.io")
            .target(json!({"spec": {}}))
            .live(json!({"metadata": {"labels": {"a": "b"}}, "spec": {"validationFailureAction": action}}))
            .owned_elsewhere()
            .judge()
    }

    #[test]
    fn a_switch_of_enforcement_is_a_default_only_where_the_default_stands() {
        let path = "/spec/validationFailureAction";
        assert!(policy("Audit").contains(&(path, "harmless", "server-default")));
        assert!(policy("Enforce").contains(&(path, "risky", "security-critical")));
    }

    #[test]
    fn what_a_mesh_policy_lets_through_is_no_default() {
        let judged = |spec: serde_json::Value| {
            Fixture::of("AuthorizationPolicy")
                .group("security.istio.io")
                .target(json!({"spec": {}}))
                .live(json!({"spec": spec}))
                .owned_elsewhere()
                .judge()
        };
        for (spec, path) in [
            (json!({"rules": [{}]}), "/spec/rules"),
            (json!({"action": "DENY"}), "/spec/action"),
        ] {
            assert_eq!(judged(spec), [(path, "risky", "security-critical")]);
        }
    }

    #[test]
    fn other_fields_that_git_leaves_open_are_defaults() {
        let judged = Fixture::of("ClusterQueue")
            .group("kueue.x-k8s.io")
            .target(json!({"spec": {}}))
            .live(json!({"spec": {"queueingStrategy": "BestEffortFIFO"}}))
            .owned_elsewhere()
            .judge();
        assert_eq!(judged, [("/spec/queueingStrategy", "harmless", "server-default")]);
    }
}
