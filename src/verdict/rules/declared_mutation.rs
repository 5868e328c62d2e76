//! # declared-mutation
//!
//! ## What
//! A mutating policy of the same Application sets exactly this value at this place: a Kyverno rule that matches the kind, or an
//! assignment of Gatekeeper.
//!
//! ## Why
//! Git declares the mutation; only the workload's own manifest does not repeat it. A sync makes the same value again.
//!
//! ## Example
//! The ClusterPolicy `add-ndots` patches `dnsConfig` into every Deployment, and the Deployment has just that.
//!
//! ## When it is wrong
//! When the policy excludes this very object in a way that this rule does not read (selectors, preconditions). A value other than
//! the policy's, and one that a person owns, never passes.

use crate::drift::attribution::Actor;
use crate::drift::origin::Origin;
use crate::kubernetes::managers::is_sync;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::mutation_policy::{Mutated, explains};
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct DeclaredMutation;

impl Rule for DeclaredMutation {
    fn id(&self) -> &'static str {
        "declared-mutation"
    }

    fn source(&self) -> &'static str {
        include_str!("declared_mutation.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        // Added by nobody, by the sync on whose way in it happened, or later by the engine itself.
        let by_engine = |manager: &str| is_sync(manager) || manager.starts_with("kyverno") || manager.starts_with("gatekeeper");
        if !field.manager().is_none_or(by_engine) {
            return None;
        }
        let resource = field.of.resource;
        let mutated = Mutated {
            kind: &resource.kind,
            namespace: &resource.namespace,
            place: field.field.segments(),
            value: field.difference.live?,
            object: field.of.live?,
        };
        let policy = field.of.siblings.iter().find(|sibling| {
            let is_here = sibling.key.kind != "Policy" || sibling.key.namespace == resource.namespace;
            let is_engine = matches!(sibling.key.group.as_str(), "kyverno.io" | "mutations.gatekeeper.sh");
            is_here && is_engine && explains(&sibling.key.kind, sibling.object, &mutated)
        })?;
        let reason = format!(
            "{} {} of this Application sets exactly this.",
            policy.key.kind, policy.key.name
        );
        let finding = Finding::harmless("policy-mutation", 0.93, reason).by(Origin::Controller);
        Some(if field.manager().is_none() {
            finding.from(Actor::Admission)
        } else {
            finding
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn mutated(value: &str, manager: Option<&str>) -> Vec<(&'static str, &'static str, &'static str)> {
        let policy = json!({"apiVersion": "kyverno.io/v1", "spec": {"rules": [{"match": {"any": [{"resources": {"kinds": ["Deployment"]}}]},
            "mutate": {"patchStrategicMerge": {"spec": {"template": {"spec": {"dnsConfig": {"options": [{"name": "ndots", "value": "2"}]}}}}}}}]}});
        let fixture = Fixture::of("Deployment")
            .group("apps")
            .target(json!({"spec": {"template": {"spec": {}}}}))
            .live(json!({"spec": {"template": {"spec": {"dnsConfig": {"options": [{"name": "ndots", "value": value}]}}}}}))
            .sibling("ClusterPolicy", policy);
        match manager {
            Some(manager) => fixture.by(manager).judge(),
            None => fixture.judge(),
        }
    }

    #[test]
    fn only_the_policys_own_value_is_explained_and_never_a_persons() {
        let path = "/spec/template/spec/dnsConfig";
        assert_eq!(mutated("2", None), [(path, "harmless", "policy-mutation")]);
        assert_eq!(mutated("5", None), [(path, "needs-review", "unattributed")]);
        assert_eq!(mutated("2", Some("kubectl-edit")), [(path, "risky", "manual-edit")]);
    }
}
