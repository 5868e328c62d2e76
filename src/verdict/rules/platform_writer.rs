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

use serde_json::Value;

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
        // A pull secret under another name is a way to pull from elsewhere.
        if field.field.matches("imagePullSecrets/**") && !is_named_by_openshift(field) {
            return None;
        }
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

/// Whether all that was added are pull secrets as OpenShift names those it makes: `<serviceaccount>-dockercfg-<random>`.
fn is_named_by_openshift(field: &FieldEvidence<'_>) -> bool {
    let start = format!("{}-dockercfg-", field.of.resource.name);
    let fits = |item: &Value| {
        let name = item.get("name").unwrap_or(item).as_str();
        name.is_some_and(|name| name.len() > start.len() && name.starts_with(&start))
    };
    match field.difference.live {
        Some(Value::Array(items)) => !items.is_empty() && items.iter().all(fits),
        Some(item) => fits(item),
        None => false,
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

    #[test]
    fn a_pull_secret_of_openshift_has_the_name_that_openshift_gives() {
        let judged = |added: &[&str]| {
            let mut secrets = vec![json!({"name": "ours"})];
            secrets.extend(added.iter().map(|name| json!({"name": name})));
            let judged = Fixture::of("ServiceAccount")
                .target(json!({"imagePullSecrets": [{"name": "ours"}]}))
                .live(json!({"imagePullSecrets": secrets}))
                .by("openshift-controller-manager")
                .judge();
            (judged[0].1, judged[0].2)
        };
        for (added, expected) in [
            (&["it-dockercfg-2b79a"][..], ("harmless", "cloud-addition")),
            (&["it-dockercfg-"][..], ("risky", "security-critical")),
            (&["other-dockercfg-2b79a"][..], ("risky", "security-critical")),
            (&["registry-of-somebody"][..], ("risky", "security-critical")),
            (
                &["it-dockercfg-2b79a", "registry-of-somebody"][..],
                ("risky", "security-critical"),
            ),
        ] {
            assert_eq!(judged(added), expected, "{added:?}");
        }
    }
}
