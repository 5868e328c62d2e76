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
use crate::drift::compare::DifferenceKind;
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
        let is_allocated =
            field.kind() == "Service" && field.difference.kind == DifferenceKind::LiveOnly && field.field.matches_any(ALLOCATED);
        (is_allocated && field.manager().is_none_or(|m| is_sync(m) || m.starts_with("kube-"))).then(|| {
            Finding::harmless("server-allocated", 0.95, "Allocated by the API server; Git leaves it open.")
                .by(Origin::Default)
                .from(Actor::ServerDefault)
        })
    }
}
