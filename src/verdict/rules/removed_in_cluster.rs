//! # removed-in-cluster
//!
//! ## What
//! Nobody owns the difference, but the base proves that it was made in the cluster: last-applied equals Git, or Git stood
//! still since the last sync, and live differs.
//!
//! ## Why
//! Removing a field leaves no owner, and scaling to zero takes the owner of `spec.replicas` away. The change came from
//! outside Git all the same, and the next sync reverts it.
//!
//! ## Example
//! `kubectl scale --replicas=0` leaves `spec.replicas: 0` that nobody owns.
//!
//! ## When it is wrong
//! When a controller removes what it does not support. Such a field never converges: it comes back after each sync.

use super::person_edit::cause_of;
use crate::drift::attribution::Actor;
use crate::drift::origin::Origin;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct RemovedInCluster;

impl Rule for RemovedInCluster {
    fn id(&self) -> &'static str {
        "removed-in-cluster"
    }

    fn source(&self) -> &'static str {
        include_str!("removed_in_cluster.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        if field.attribution.actor != Actor::Unknown || field.origin != Origin::Cluster {
            return None;
        }
        let proof = if field.last_applied().is_some() {
            "last-applied proves what the sync had set"
        } else {
            "Git stood still since the last sync"
        };
        let cause = cause_of(field).unwrap_or("removed-in-cluster");
        let confidence = if field.last_applied().is_some() { 0.88 } else { 0.7 };
        Some(Finding::risky(
            cause,
            confidence,
            format!("Changed in the cluster; nobody on record, but {proof}."),
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    #[test]
    fn scaling_to_zero_leaves_no_owner_and_last_applied_proves_it() {
        let git = json!({"spec": {"replicas": 2}});
        let fixture = || {
            Fixture::of("Deployment")
                .target(git.clone())
                .live(json!({"spec": {"replicas": 0}}))
        };
        assert_eq!(
            fixture().last_applied(git.clone()).judge(),
            [("/spec/replicas", "risky", "manual-replicas")]
        );
        assert_eq!(fixture().judge(), [("/spec/replicas", "needs-review", "unattributed")]);
    }
}
