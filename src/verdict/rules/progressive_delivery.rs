//! # progressive-delivery
//!
//! ## What
//! Traffic weights and pod-hash selectors that a Rollout or Canary of the same Application moves.
//!
//! ## Why
//! While a new version is rolled out step by step, its controller moves traffic. Git only says how it starts and ends.
//!
//! ## Example
//! Flagger moves `spec.http[0].route[0].weight` of the VirtualService that its Canary names.
//!
//! ## When it is wrong
//! When the rollout was abandoned half-way. Without a visible Rollout or Canary the drift asks for review.

use serde_json::Value;

use crate::drift::origin::Origin;
use crate::kubernetes::managers::{is_person, is_sync};
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct ProgressiveDelivery;

/// The label by which Argo Rollouts tells the pods of two versions apart.
const POD_HASH: &str = "rollouts-pod-template-hash";

/// Annotations in which ingress controllers take weights.
const CANARY_ANNOTATIONS: &[&str] = &["nginx.ingress.kubernetes.io/canary", "alb.ingress.kubernetes.io/actions."];

impl Rule for ProgressiveDelivery {
    fn id(&self) -> &'static str {
        "progressive-delivery"
    }

    fn source(&self) -> &'static str {
        include_str!("progressive_delivery.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let is_weight = field.field.name() == "weight"
            && matches!(
                field.kind(),
                "VirtualService"
                    | "HTTPRoute"
                    | "GRPCRoute"
                    | "TCPRoute"
                    | "TLSRoute"
                    | "TrafficSplit"
                    | "IngressRoute"
                    | "TraefikService"
                    | "Mapping"
                    | "ApisixRoute"
                    | "Route"
            );
        // Istio's subsets of one Service are told apart by the hash too.
        let is_hash = field.kind() == "DestinationRule" && field.field.name() == POD_HASH;
        let is_selector = field.kind() == "Service"
            && field
                .field
                .matches_any(&["spec/selector/rollouts-pod-template-hash", "spec/selector/*"]);
        let is_canary_weight = field
            .field
            .annotation()
            .is_some_and(|key| CANARY_ANNOTATIONS.iter().any(|start| key.starts_with(start)));
        let manager = field.manager().filter(|m| !is_person(m) && !is_sync(m))?;
        let delivers = ["rollout", "flagger", "gatewayapi", "argo-rollouts", "canary"]
            .iter()
            .any(|word| manager.to_ascii_lowercase().contains(word));
        if !(is_weight || is_selector || is_canary_weight || is_hash) || !delivers {
            return None;
        }
        let hash_only = !is_selector || field.field.name() == POD_HASH || manager.contains("flagger");
        Some(if hash_only && is_named_by_a_rollout(field) {
            let reason = format!("{manager} moves traffic; a rollout of this Application names this object.");
            Finding::harmless("progressive-delivery", 0.93, reason).by(Origin::Controller)
        } else {
            let reason = format!("{manager} moves traffic, but no Rollout or Canary in this Application names this object.");
            Finding::needs_review("progressive-delivery-unseen", 0.8, reason).by(Origin::Controller)
        })
    }
}

/// Whether a Rollout or Canary beside it speaks of an object of this name.
fn is_named_by_a_rollout(field: &FieldEvidence<'_>) -> bool {
    let name = field.of.resource.name.as_str();
    field
        .of
        .siblings
        .iter()
        .filter(|s| matches!(s.key.kind.as_str(), "Rollout" | "Canary"))
        .any(|s| s.key.name == name || s.object.get("spec").is_some_and(|spec| names(spec, name, 0)))
}

fn names(value: &Value, name: &str, depth: usize) -> bool {
    const DEEPEST: usize = 12;
    match value {
        Value::String(text) => text == name,
        Value::Array(items) => depth < DEEPEST && items.iter().any(|item| names(item, name, depth + 1)),
        Value::Object(map) => depth < DEEPEST && map.values().any(|value| names(value, name, depth + 1)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn moved(manager: &str, canary: Option<&str>) -> Vec<(&'static str, &'static str, &'static str)> {
        let fixture = Fixture::of("VirtualService")
            .group("networking.istio.io")
            .target(json!({"spec": {"http": [{"route": [{"weight": 100}]}]}}))
            .live(json!({"spec": {"http": [{"route": [{"weight": 70}]}]}}))
            .by(manager);
        match canary {
            Some(route) => fixture
                .sibling("Canary", json!({"spec": {"routeRef": {"name": route}}}))
                .judge(),
            None => fixture.judge(),
        }
    }

    #[test]
    fn a_rollout_must_name_the_object() {
        let path = "/spec/http/0/route/0/weight";
        assert_eq!(moved("flagger", Some("it")), [(path, "harmless", "progressive-delivery")]);
        assert_eq!(
            moved("flagger", Some("other")),
            [(path, "needs-review", "progressive-delivery-unseen")]
        );
        assert_eq!(moved("kubectl-edit", Some("it")), [(path, "risky", "manual-edit")]);
    }

    #[test]
    fn hashes_of_subsets_are_weights_of_another_kind() {
        let rule = |labels: serde_json::Value| json!({"spec": {"subsets": [{"name": "stable", "labels": labels}]}});
        let judged = Fixture::of("DestinationRule")
            .group("networking.istio.io")
            .target(rule(json!({"app": "it"})))
            .live(rule(json!({"app": "it", "rollouts-pod-template-hash": "77f"})))
            .by("rollouts-controller")
            .sibling(
                "Rollout",
                json!({"spec": {"strategy": {"canary": {"trafficRouting": {"istio": {"destinationRule": {"name": "it"}}}}}}}),
            )
            .judge();
        let path = "/spec/subsets/0/labels/rollouts-pod-template-hash";
        assert_eq!(judged, [(path, "harmless", "progressive-delivery")]);
    }
}
