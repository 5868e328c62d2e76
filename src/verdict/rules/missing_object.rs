//! # missing-object
//!
//! ## What
//! Git has the object, the cluster has not.
//!
//! ## Why
//! A missing guardrail (network policy, disruption budget, quota, admission policy) is a guarantee that does not hold. A
//! finished Job with a time to live is meant to go. Everything else was deleted, or not created yet, and can wait.
//!
//! ## Example
//! The PodDisruptionBudget of a broker was deleted to drain a node.
//!
//! ## When it is wrong
//! Before the first sync, everything is missing and nothing is wrong: the reason says so then.

use crate::drift::{Detail, DriftState};
use crate::kubernetes::objects;
use crate::verdict::evidence::Evidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct MissingObject;

impl Rule for MissingObject {
    fn id(&self) -> &'static str {
        "missing-object"
    }

    fn source(&self) -> &'static str {
        include_str!("missing_object.rs")
    }

    fn object(&self, object: &Evidence<'_>) -> Option<Finding> {
        if object.state != DriftState::Missing {
            return None;
        }
        let resource = object.resource;
        let never_synced = object.application.detail == Detail::Full && object.application.operation.is_none();
        let spec = object.target.and_then(|target| target.get("spec"));
        let has_ttl =
            resource.kind == "Job" && spec.is_some_and(|s| s.get("ttlSecondsAfterFinished").is_some_and(|t| !t.is_null()));
        // Argo CD runs Helm's hooks as its own.
        let is_hook = ["argocd.argoproj.io", "helm.sh"].iter().any(|domain| {
            object.annotation(&format!("{domain}/hook")).is_some()
                && object.annotation(&format!("{domain}/hook-delete-policy")).is_some()
        });
        Some(if has_ttl {
            Finding::harmless("job-finished", 0.9, "A Job with a time to live: it finished and was removed.")
        } else if is_hook {
            Finding::harmless("hook-deleted", 0.9, "A hook with a delete policy: it ran and was removed.")
        } else if never_synced {
            Finding::needs_review(
                "never-synced",
                0.9,
                "Not created yet: this Application has never been synced.",
            )
        } else if objects::is_guardrail(&resource.group, &resource.kind) {
            Finding::risky(
                "guardrail-missing",
                0.93,
                format!("A {} that Git promises is not in the cluster.", resource.kind),
            )
        } else {
            Finding::needs_review(
                "missing",
                0.82,
                "In Git and not in the cluster: deleted there, or not created yet.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    #[test]
    fn guardrails_are_risky_and_the_rest_can_wait() {
        let missing = |group: &str, kind: &'static str| {
            Fixture::of(kind)
                .group(group)
                .target(json!({}))
                .synced_before()
                .judge_object()
        };
        assert_eq!(missing("policy", "PodDisruptionBudget"), ("risky", "guardrail-missing"));
        assert_eq!(missing("", "ConfigMap"), ("needs-review", "missing"));
        let job = Fixture::of("Job")
            .group("batch")
            .target(json!({"spec": {"ttlSecondsAfterFinished": 60}}))
            .synced_before()
            .judge_object();
        assert_eq!(job, ("harmless", "job-finished"));
    }

    #[test]
    fn hooks_with_a_delete_policy_are_meant_to_go() {
        let hook = |annotations: serde_json::Value| {
            Fixture::of("Job")
                .group("batch")
                .target(json!({"metadata": {"annotations": annotations}}))
                .synced_before()
                .judge_object()
        };
        assert_eq!(
            hook(json!({"helm.sh/hook": "pre-upgrade", "helm.sh/hook-delete-policy": "hook-succeeded"})),
            ("harmless", "hook-deleted")
        );
        assert_eq!(hook(json!({"helm.sh/hook": "pre-upgrade"})), ("needs-review", "missing"));
    }

    #[test]
    fn before_the_first_sync_nothing_is_wrong() {
        assert_eq!(
            Fixture::of("NetworkPolicy")
                .group("networking.k8s.io")
                .target(json!({}))
                .judge_object(),
            ("needs-review", "never-synced")
        );
    }
}
