//! # service-allocation
//!
//! ## What
//! Cluster addresses, node ports and health-check ports that the API server allocates to a Service, and that Git leaves open.
//!
//! ## Why
//! They are chosen by the server from a pool; nobody decided them.
//!
//! ## Example
//! `spec.clusterIP` and `spec.ports[0].nodePort` of a Service.
//!
//! ## When it is wrong
//! When the type of the Service was changed by hand and the port came with it. The type itself is then judged, and is risky.

use crate::drift::attribution::Actor;
use crate::drift::origin::Origin;
use crate::kubernetes::managers::is_sync;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct ServiceAllocation;

impl Rule for ServiceAllocation {
    fn id(&self) -> &'static str {
        "service-allocation"
    }

    fn source(&self) -> &'static str {
        include_str!("service_allocation.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        const ALLOCATED: &[&str] = &[
            "spec/clusterIP",
            "spec/clusterIPs",
            "spec/ports/*/nodePort",
            "spec/healthCheckNodePort",
            "spec/ipFamilies",
            "spec/ipFamilyPolicy",
        ];
        // Empty and zero ask for an allocation as well as nothing does.
        let is_open = field
            .difference
            .desired
            .is_none_or(|git| git.is_null() || git == "" || *git == serde_json::json!(0));
        let is_allocated =
            field.kind() == "Service" && is_open && field.difference.live.is_some() && field.field.matches_any(ALLOCATED);
        (is_allocated && field.manager().is_none_or(|m| is_sync(m) || m.starts_with("kube-"))).then(|| {
            Finding::harmless("server-allocated", 0.95, "Allocated by the API server; Git leaves it open.")
                .by(Origin::Default)
                .from(Actor::ServerDefault)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn service(git: serde_json::Value, manager: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        Fixture::of("Service")
            .target(json!({"spec": {"clusterIP": git}}))
            .live(json!({"spec": {"clusterIP": "10.7.7.7"}}))
            .by(manager)
            .judge()
    }

    #[test]
    fn an_empty_address_asks_for_one_and_another_address_is_a_wish() {
        let path = "/spec/clusterIP";
        assert_eq!(
            service(json!(""), "argocd-controller"),
            [(path, "harmless", "server-allocated")]
        );
        assert_eq!(service(json!(""), "kubectl-edit"), [(path, "risky", "manual-edit")]);
        assert_eq!(
            service(json!("10.0.0.1"), "argocd-controller"),
            [(path, "needs-review", "git-ahead")]
        );
    }
}
