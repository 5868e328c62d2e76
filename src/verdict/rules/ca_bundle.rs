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

use crate::drift::origin::Origin;
use crate::kubernetes::managers::{ManagerClass, Writes, classify};
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
        let manager = field.manager()?;
        let fills = match classify(manager) {
            ManagerClass::Controller(controller) => controller.writes.contains(&Writes::CaBundle),
            _ => false,
        };
        fills.then(|| {
            Finding::harmless(
                "ca-bundle-injected",
                0.95,
                format!("{manager} fills in the CA bundle; Git has none or a placeholder."),
            )
            .by(Origin::Controller)
        })
    }
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
        Fixture::of("ValidatingWebhookConfiguration")
            .target(json!({"webhooks": [{"name": "a", "clientConfig": {"caBundle": git}}]}))
            .live(json!({"webhooks": [{"name": "a", "clientConfig": {"caBundle": "L".repeat(900)}}]}))
            .by(manager)
            .judge()
    }

    #[test]
    fn the_injector_fills_a_placeholder() {
        let path = "/webhooks/0/clientConfig/caBundle";
        assert_eq!(bundle("Cg==", "cainjector"), [(path, "harmless", "ca-bundle-injected")]);
        assert_eq!(bundle("Cg==", "kubectl-patch"), [(path, "risky", "security-critical")]);
        assert_eq!(bundle(&"M".repeat(900), "cainjector"), [(path, "risky", "security-critical")]);
    }
}
