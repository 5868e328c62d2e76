//! # aggregated-cluster-role
//!
//! ## What
//! The rules of a ClusterRole that has an `aggregationRule`, filled in by the aggregation controller.
//!
//! ## Why
//! Kubernetes computes these rules from other ClusterRoles; Git cannot say them.
//!
//! ## Example
//! `monitoring-admin` with `rules: []` in Git and the sum of its parts in the cluster.
//!
//! ## When it is wrong
//! When a person added rules by hand: then a person owns them, and this rule stays silent.

use crate::drift::origin::Origin;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct AggregatedClusterRole;

impl Rule for AggregatedClusterRole {
    fn id(&self) -> &'static str {
        "aggregated-cluster-role"
    }

    fn source(&self) -> &'static str {
        include_str!("aggregated_cluster_role.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let aggregates = field
            .of
            .live
            .and_then(|live| live.get("aggregationRule"))
            .is_some_and(|rule| !rule.is_null());
        let by_controller = field.manager() == Some("clusterrole-aggregation-controller");
        (field.kind() == "ClusterRole" && field.field.matches("rules/**") && aggregates && by_controller).then(|| {
            Finding::harmless(
                "aggregated-cluster-role",
                0.97,
                "Rules of an aggregated ClusterRole, filled in by the aggregation controller.",
            )
            .by(Origin::Controller)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn role(manager: &str, aggregates: bool) -> Vec<(&'static str, &'static str, &'static str)> {
        let aggregation = if aggregates {
            json!({"clusterRoleSelectors": []})
        } else {
            json!(null)
        };
        Fixture::of("ClusterRole")
            .target(json!({"aggregationRule": aggregation, "rules": []}))
            .live(json!({"aggregationRule": aggregation, "rules": ["get"]}))
            .by(manager)
            .judge()
    }

    #[test]
    fn the_controller_may_and_nobody_else() {
        assert_eq!(
            role("clusterrole-aggregation-controller", true),
            [("/rules", "harmless", "aggregated-cluster-role")]
        );
        assert_eq!(role("kubectl-edit", true), [("/rules", "risky", "security-critical")]);
        assert_eq!(
            role("clusterrole-aggregation-controller", false),
            [("/rules", "risky", "security-critical")]
        );
    }
}
