//! # security-critical
//!
//! ## What
//! A field that guards something differs from Git: security contexts, host namespaces, RBAC, network and mesh policies,
//! admission, pod-security labels, quotas, disruption budgets, exposure, secrets.
//!
//! ## Why
//! While it differs, a guarantee that Git makes does not hold. It does not matter who wrote it or how well it was meant.
//!
//! ## Example
//! `privileged: true` set for debugging; `secrets` added to a read-only ClusterRole.
//!
//! ## When it is wrong
//! When a controller is entitled to write it and the delegation is not visible in this Application.

use crate::kubernetes::images::repository;
use crate::kubernetes::managers::is_person;
use crate::kubernetes::objects::is_built_in;
use crate::kubernetes::powers::powers_of;
use crate::kubernetes::security;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct SecurityCritical;

impl Rule for SecurityCritical {
    fn id(&self) -> &'static str {
        "security-critical"
    }

    fn source(&self) -> &'static str {
        include_str!("security_critical.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let other_repository = field.field.matches("container:image")
            && field
                .both_text()
                .is_some_and(|(git, live)| repository(git) != repository(live));
        let what = if other_repository {
            "where the image comes from"
        } else if let Some(what) = security::guards(&field.of.resource.group, field.kind(), &field.field) {
            what
        } else {
            power(field)?
        };
        let confidence = if field.manager().is_some_and(is_person) { 0.96 } else { 0.88 };
        Some(
            Finding::risky(
                "security-critical",
                confidence,
                format!("{} changed {what}, so what Git guarantees there does not hold.", field.who()),
            )
            .piercing(),
        )
    }
}

/// Power over the host or over the pod's own bounds that a differing part of a pod brings along: a whole volume, a whole container.
/// The spec of a custom resource counts as a part of the pods that its operator makes of it.
fn power(field: &FieldEvidence<'_>) -> Option<&'static str> {
    let is_custom_spec = !is_built_in(&field.of.resource.group) && field.field.matches("spec/**");
    if !field.field.is_in_pod_spec() && !is_custom_spec {
        return None;
    }
    let powers = |value| powers_of(field.field.name(), value);
    let before = field.difference.desired.map(powers).unwrap_or_default();
    let after = field.difference.live.map(powers).unwrap_or_default();
    after.into_iter().find(|power| !before.contains(power))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    #[test]
    fn guards_are_risky_whoever_wrote_them() {
        for manager in ["kubectl-edit", "Terraform", "shop-operator"] {
            let judged = Fixture::of("Service")
                .target(json!({"spec": {"type": "ClusterIP"}}))
                .live(json!({"spec": {"type": "NodePort"}}))
                .by(manager)
                .judge();
            assert_eq!(judged, [("/spec/type", "risky", "security-critical")], "{manager}");
        }
    }

    #[test]
    fn power_that_comes_along_with_a_volume_or_a_container_counts() {
        let pod = |spec: serde_json::Value| json!({"spec": spec});
        let judged = |spec: serde_json::Value| {
            Fixture::of("Pod")
                .target(pod(json!({})))
                .live(pod(spec))
                .by("Terraform")
                .judge()
        };
        assert_eq!(
            judged(json!({"volumes": [{"name": "etc", "hostPath": {"path": "/etc"}}]})),
            [("/spec/volumes", "risky", "security-critical")]
        );
        assert_eq!(
            judged(json!({"volumes": [{"name": "tmp", "emptyDir": {}}]})),
            [("/spec/volumes", "needs-review", "other-tool")]
        );
        let container = |context: serde_json::Value| json!({"containers": [{"name": "tool", "securityContext": context}]});
        assert_eq!(
            judged(container(json!({"privileged": true}))),
            [("/spec/containers", "risky", "security-critical")]
        );
        assert_eq!(
            judged(container(json!({"runAsNonRoot": true}))),
            [("/spec/containers", "needs-review", "other-tool")]
        );
    }

    #[test]
    fn power_in_a_custom_resource_is_risky_even_where_defaults_would_be_harmless() {
        let written = |desired: serde_json::Value, live: serde_json::Value, manager: &str| {
            Fixture::of("Widget")
                .group("acme.io")
                .target(json!({"spec": desired}))
                .live(json!({"spec": live}))
                .by(manager)
                .judge()
        };
        for (desired, live, path) in [
            (json!({}), json!({"hostNetwork": true}), "/spec/hostNetwork"),
            (
                json!({}),
                json!({"securityContext": {"privileged": true}}),
                "/spec/securityContext",
            ),
            (
                json!({"securityContext": {"runAsNonRoot": true}}),
                json!({"securityContext": {"runAsNonRoot": false}}),
                "/spec/securityContext/runAsNonRoot",
            ),
        ] {
            assert_eq!(
                written(desired, live, "widget-operator"),
                [(path, "risky", "security-critical")]
            );
        }
        let paused = Fixture::of("Widget")
            .group("acme.io")
            .target(json!({"metadata": {"annotations": {}}}))
            .live(json!({"metadata": {"annotations": {"example.org/paused": "true"}}}))
            .by("widget-operator")
            .judge();
        assert_eq!(
            paused,
            [("/metadata/annotations/example.org~1paused", "risky", "security-critical")]
        );
        assert_eq!(
            written(json!({}), json!({"hostNetwork": false}), "widget-operator"),
            [("/spec/hostNetwork", "harmless", "operator-default")]
        );
    }

    #[test]
    fn a_field_of_the_same_name_elsewhere_guards_nothing() {
        let judged = Fixture::of("Widget")
            .target(json!({"spec": {"type": "a"}}))
            .live(json!({"spec": {"type": "b"}}))
            .by("Terraform")
            .judge();
        assert_eq!(judged, [("/spec/type", "needs-review", "other-tool")]);
    }
}
