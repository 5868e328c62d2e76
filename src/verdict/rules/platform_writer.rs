//! # platform-writer
//!
//! ## What
//! A platform component wrote a field of a built-in object that is its to write, and that Git leaves open: node labels, volume
//! bindings, pull secrets of the internal registry, notes of load balancers.
//!
//! ## Why
//! These are allocations and observations of the platform, not decisions.
//!
//! ## Example
//! kubelet writes `topology.kubernetes.io/zone` on its Node.
//!
//! ## When it is wrong
//! When somebody uses such a component's name. What it never writes stays risky; what it does write cannot be told apart.

use crate::drift::compare::DifferenceKind;
use crate::drift::origin::Origin;
use crate::kubernetes::delegates::office;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct PlatformWriter;

impl Rule for PlatformWriter {
    fn id(&self) -> &'static str {
        "platform-writer"
    }

    fn source(&self) -> &'static str {
        include_str!("platform_writer.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        if field.difference.kind != DifferenceKind::LiveOnly {
            return None;
        }
        let manager = field.manager()?;
        let what = office(manager, field.kind(), &field.field)?;
        Some(
            Finding::harmless(
                "cloud-addition",
                0.93,
                format!("{manager} writes {what}; Git leaves it open."),
            )
            .by(Origin::Controller),
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    #[test]
    fn only_its_own_fields_and_only_what_git_leaves_open() {
        let node = |manager: &str, target: serde_json::Value| {
            Fixture::of("Node")
                .target(json!({"metadata": {"labels": target}}))
                .live(json!({"metadata": {"labels": {"topology.kubernetes.io/zone": "b"}}}))
                .by(manager)
                .judge()
        };
        let path = "/metadata/labels/topology.kubernetes.io~1zone";
        assert_eq!(node("kubelet", json!({})), [(path, "harmless", "cloud-addition")]);
        assert_eq!(
            node("kubelet", json!({"topology.kubernetes.io/zone": "a"})),
            [(path, "needs-review", "automation-undeclared")]
        );
        assert_eq!(node("kubectl-label", json!({})), [(path, "risky", "manual-edit")]);
    }
}
