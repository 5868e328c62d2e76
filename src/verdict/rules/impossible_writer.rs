//! # impossible-writer
//!
//! ## What
//! A known controller owns a field that it never writes.
//!
//! ## Why
//! A controller is known by its name *and* by what it writes. kube-controller-manager does not touch pod templates, data or
//! RBAC; cainjector writes CA bundles only.
//!
//! ## Example
//! `kube-controller-manager` owning `spec.template.spec.containers[0].image`.
//!
//! ## When it is wrong
//! A new version of a controller that writes more than it used to; the table in `kubernetes/managers.rs` then needs a line.

use crate::kubernetes::managers::{Controller, ManagerClass, Writes, classify};
use crate::kubernetes::objects::is_built_in;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct ImpossibleWriter;

impl Rule for ImpossibleWriter {
    fn id(&self) -> &'static str {
        "impossible-writer"
    }

    fn source(&self) -> &'static str {
        include_str!("impossible_writer.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let manager = field.manager()?;
        let ManagerClass::Controller(controller) = classify(manager) else {
            return None;
        };
        let place = place(field)?;
        (!allows(controller, place, field)).then(|| {
            Finding::risky(
                "impossible-writer",
                0.88,
                format!("{manager} never writes {}; somebody else used its name.", describe(place)),
            )
            .piercing()
            .piercing()
        })
    }
}

/// What kind of field this is, for built-in kinds; `None` for metadata and status, which many write, and for custom resources.
fn place(field: &FieldEvidence<'_>) -> Option<Writes> {
    let place = &field.field;
    let first = place.segments().first().map_or("", AsRef::as_ref);
    if !is_built_in(&field.of.resource.group) || matches!(first, "metadata" | "status") || place.is_in_template_metadata() {
        return None;
    }
    Some(if place.matches("container:image") {
        Writes::Images
    } else if place.matches("container:resources/**") {
        Writes::Resources
    } else if place.matches("container:env/**") {
        Writes::Environment
    } else if matches!(field.kind(), "ConfigMap" | "Secret") {
        Writes::Data
    } else if place.matches_any(&["rules/**", "subjects/**", "roleRef/**", "aggregationRule/**"]) {
        Writes::AggregatedRules
    } else if place.name() == "caBundle" {
        Writes::CaBundle
    } else if first == "webhooks" {
        Writes::WebhookPolicy
    } else if place.matches_any(&["spec/replicas", "spec/minReplicas", "spec/maxReplicas"]) {
        Writes::Replicas
    } else if place.matches_any(&[
        "pod:nodeName",
        "spec/volumeName",
        "spec/claimRef/**",
        "spec/providerID",
        "spec/podCIDR",
        "spec/podCIDRs/**",
        "spec/taints/**",
        "spec/finalizers/**",
    ]) {
        Writes::Binding
    } else if place.is_in_pod_spec() {
        Writes::Template
    } else if field.kind() == "Service" {
        Writes::Service
    } else if matches!(field.kind(), "PersistentVolumeClaim" | "PersistentVolume") {
        Writes::Storage
    } else if matches!(field.kind(), "Endpoints" | "EndpointSlice" | "Lease" | "Event") {
        return None;
    } else {
        Writes::Spec
    })
}

fn allows(controller: &Controller, place: Writes, field: &FieldEvidence<'_>) -> bool {
    // The token controller fills the secrets of service accounts, and the publisher of the root CA its ConfigMap.
    let fills_tokens = place == Writes::Data
        && controller.name == "kube-controller-manager"
        && (field
            .of
            .live
            .and_then(|live| live.get("type"))
            .is_some_and(|kind| kind == "kubernetes.io/service-account-token")
            || field.of.resource.name == "kube-root-ca.crt");
    fills_tokens || controller.writes.contains(&place)
}

fn describe(place: Writes) -> &'static str {
    match place {
        Writes::Images => "images",
        Writes::Resources => "container resources",
        Writes::Data => "data",
        Writes::Environment => "environment variables",
        Writes::Service => "what a Service selects and exposes",
        Writes::AggregatedRules => "RBAC rules and subjects",
        Writes::CaBundle => "CA bundles",
        Writes::WebhookPolicy => "webhooks",
        Writes::Replicas => "replicas",
        Writes::Template => "pod templates",
        Writes::Binding => "bindings",
        Writes::Storage => "volumes",
        _ => "this part of the spec",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    #[test]
    fn a_controller_outside_its_fields_is_an_impostor() {
        let judged = Fixture::of("ConfigMap")
            .target(json!({"data": {"a": "1"}}))
            .live(json!({"data": {"a": "2"}}))
            .by("kube-controller-manager")
            .judge();
        assert_eq!(judged, [("/data/a", "risky", "impossible-writer")]);
    }
}
