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
        (!allows(controller, place)).then(|| {
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

/// Fields of which it is certain who may write them.
fn place(field: &FieldEvidence<'_>) -> Option<Writes> {
    let place = &field.field;
    if place.matches_any(&["container:image"]) {
        Some(Writes::Images)
    } else if place.matches("container:resources/**") {
        Some(Writes::Resources)
    } else if matches!(field.kind(), "ConfigMap" | "Secret") && place.matches_any(&["data/**", "binaryData/**", "stringData/**"])
    {
        Some(Writes::Data)
    } else if matches!(field.kind(), "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding")
        && place.matches_any(&["rules/**", "subjects/**", "roleRef/**"])
    {
        Some(Writes::AggregatedRules)
    } else if place.matches("container:env/**") {
        Some(Writes::Environment)
    } else if place.is_in_pod_spec() && !place.matches("pod:nodeName") {
        Some(Writes::Spec)
    } else if field.kind() == "Service"
        && place.matches_any(&["spec/selector/**", "spec/type", "spec/externalIPs/**", "spec/ports/**"])
    {
        Some(Writes::Service)
    } else {
        None
    }
}

fn allows(controller: &Controller, place: Writes) -> bool {
    controller.writes.contains(&place)
}

fn describe(place: Writes) -> &'static str {
    match place {
        Writes::Images => "images",
        Writes::Resources => "container resources",
        Writes::Data => "data",
        Writes::Environment => "environment variables",
        Writes::Service => "what a Service selects and exposes",
        Writes::AggregatedRules => "RBAC rules and subjects",
        _ => "pod templates",
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
