//! # ca-bundle
//!
//! ## What
//! A `caBundle` that a CA injector or the webhook's own software filled where Git has none or a placeholder.
//!
//! ## Why
//! The certificate authority of a webhook is made in the cluster; Git cannot know it.
//!
//! ## Example
//! cert-manager's cainjector replaces the placeholder bundle of a webhook marked `cert-manager.io/inject-ca-from`.
//!
//! ## When it is wrong
//! When a person wrote the bundle: whoever holds that CA can answer for the webhook. That stays risky.

use serde_json::Value;

use super::webhook_software::is_own_software;
use crate::drift::origin::Origin;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct CaBundle;

impl Rule for CaBundle {
    fn id(&self) -> &'static str {
        "ca-bundle"
    }

    fn source(&self) -> &'static str {
        include_str!("ca_bundle.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        if field.field.name() != "caBundle" || !field.difference.desired.is_none_or(is_placeholder) {
            return None;
        }
        let filled = |by: &str| {
            let reason = format!("{by} fills in the CA bundle; Git has none or a placeholder.");
            Finding::harmless("cabundle-injection", 0.95, reason).by(Origin::Controller)
        };
        match field.manager() {
            Some(manager) => is_own_software(manager, &field.of).then(|| filled(manager)),
            // Nobody on record: Git's own marker delegates the field.
            None => asks_for_injection(field).then(|| filled("The injector that Git asks for")),
        }
    }
}

fn asks_for_injection(field: &FieldEvidence<'_>) -> bool {
    const MARKERS: &[&str] = &[
        "cert-manager.io/inject-ca-from",
        "cert-manager.io/inject-ca-from-secret",
        "cert-manager.io/inject-apiserver-ca",
        "service.beta.openshift.io/inject-cabundle",
    ];
    let annotations = field.of.target.and_then(|target| target.pointer("/metadata/annotations"));
    annotations
        .and_then(Value::as_object)
        .is_some_and(|map| map.keys().any(|key| MARKERS.contains(&key.as_str())))
}

/// Git says nothing: absent, empty, a line break in base64, or a text too short to be a certificate.
fn is_placeholder(value: &Value) -> bool {
    const SHORTEST_CERTIFICATE: usize = 300;
    value.as_str().is_none_or(|text| text.len() < SHORTEST_CERTIFICATE)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn bundle(git: &str, manager: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        let service = json!({"name": "shop-guard-webhook", "namespace": "platform"});
        Fixture::of("ValidatingWebhookConfiguration")
            .target(json!({"webhooks": [{"name": "a", "clientConfig": {"caBundle": git, "service": service}}]}))
            .live(json!({"webhooks": [{"name": "a", "clientConfig": {"caBundle": "L".repeat(900), "service": service}}]}))
            .by(manager)
            .judge()
    }

    #[test]
    fn the_injector_and_the_software_itself_fill_a_placeholder() {
        let path = "/webhooks/0/clientConfig/caBundle";
        assert_eq!(bundle("Cg==", "cainjector"), [(path, "harmless", "cabundle-injection")]);
        assert_eq!(
            bundle("Cg==", "shop-guard-controller"),
            [(path, "harmless", "cabundle-injection")]
        );
        assert_eq!(bundle("Cg==", "other-controller"), [(path, "risky", "security-critical")]);
        assert_eq!(bundle("Cg==", "kubectl-patch"), [(path, "risky", "security-critical")]);
        assert_eq!(bundle(&"M".repeat(900), "cainjector"), [(path, "risky", "security-critical")]);
    }

    #[test]
    fn the_operator_of_a_crd_fills_the_bundle_of_its_conversion_webhook() {
        let converted = |manager: &str| {
            let service = json!({"name": "gizmo-webhook", "namespace": "platform"});
            let crd = |client: serde_json::Value| json!({"spec": {"conversion": {"webhook": {"clientConfig": client}}}});
            Fixture::of("CustomResourceDefinition")
                .group("apiextensions.k8s.io")
                .target(crd(json!({"service": service})))
                .live(crd(json!({"service": service, "caBundle": "L".repeat(900)})))
                .by(manager)
                .judge()
        };
        let path = "/spec/conversion/webhook/clientConfig/caBundle";
        assert_eq!(converted("gizmo-operator"), [(path, "harmless", "cabundle-injection")]);
        assert_eq!(converted("other-operator"), [(path, "risky", "security-critical")]);
    }
}
