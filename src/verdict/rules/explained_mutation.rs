//! # explained-mutation
//!
//! ## What
//! An admission policy added something and left a marker on the object that explains it: Kyverno's list of applied patches names
//! this very field, or GKE Autopilot's adjustment note stands beside resources, tolerations and hardening.
//!
//! ## Why
//! The mutation is the platform's, made when the object was applied; nobody edited anything.
//!
//! ## Example
//! `policies.kyverno.io/last-applied-patches: harden…: added /spec/template/spec/automountServiceAccountToken`.
//!
//! ## When it is wrong
//! When a person wrote the marker. A person then owns it, and this rule stays silent.

use serde_json::Value;

use crate::drift::Pointer;
use crate::drift::attribution::{Actor, attribute};
use crate::drift::compare::DifferenceKind;
use crate::drift::origin::Origin;
use crate::kubernetes::managers::{is_person, is_sync};
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct ExplainedMutation;

impl Rule for ExplainedMutation {
    fn id(&self) -> &'static str {
        "explained-mutation"
    }

    fn source(&self) -> &'static str {
        include_str!("explained_mutation.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        // Added by nobody, or by the sync on whose way in the mutation happened.
        if field.difference.kind != DifferenceKind::LiveOnly || !field.manager().is_none_or(is_sync) {
            return None;
        }
        let finding = if is_marker(field) {
            Finding::harmless(
                "controller-bookkeeping",
                0.9,
                "A note of the admission policy that changed this object.",
            )
        } else if is_patched(field) {
            Finding::harmless(
                "policy-mutation",
                0.92,
                "An admission policy added it, and its list of patches on the object says so.",
            )
        } else if is_adjusted(field) {
            Finding::harmless(
                "platform-adjustment",
                0.9,
                "The platform adjusts pods to what it runs; its note stands on the object.",
            )
        } else {
            return None;
        };
        let finding = finding.by(Origin::Controller);
        Some(if field.manager().is_none() {
            finding.from(Actor::Admission)
        } else {
            finding
        })
    }
}

const PATCHES: &str = "policies.kyverno.io/last-applied-patches";
const MARKERS: &[&str] = &[
    "policies.kyverno.io/",
    "kyverno.io/",
    "autopilot.gke.io/",
    "cloud.google.com/",
];

/// The marker itself.
fn is_marker(field: &FieldEvidence<'_>) -> bool {
    field
        .field
        .annotation()
        .is_some_and(|key| MARKERS.iter().any(|marker| key.starts_with(marker)))
}

/// Kyverno lists what it patched, one pointer a line.
fn is_patched(field: &FieldEvidence<'_>) -> bool {
    let path = field.difference.path.as_str();
    trusted_annotation(field, PATCHES).is_some_and(|patches| {
        patches.split_whitespace().any(|word| {
            word == path
                || path
                    .strip_prefix(word)
                    .is_some_and(|rest| rest.starts_with('/') && word.len() > 1)
        })
    })
}

fn is_adjusted(field: &FieldEvidence<'_>) -> bool {
    if trusted_annotation(field, "autopilot.gke.io/resource-adjustment").is_none() {
        return false;
    }
    let hardens = |value: &Value| {
        value.as_object().is_some_and(|map| {
            map.keys()
                .all(|key| matches!(key.as_str(), "capabilities" | "seccompProfile"))
        }) && value.pointer("/capabilities/add").is_none()
    };
    field
        .field
        .matches_any(&["container:resources/**", "pod:tolerations/**", "pod:nodeSelector/**"])
        || (field.field.matches_any(&["pod:securityContext", "container:securityContext"])
            && field.difference.live.is_some_and(hardens))
}

/// An annotation of the live object that no person wrote.
fn trusted_annotation<'a>(field: &FieldEvidence<'a>, key: &str) -> Option<&'a str> {
    let live = field.of.raw_live?;
    let path = Pointer::from_segments(["metadata", "annotations", key]);
    let text = path.get(live)?.as_str()?;
    let writer = attribute(&path, live, field.of.managed);
    (!writer.manager().is_some_and(is_person)).then_some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn patched(patches: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        let annotations = json!({"policies.kyverno.io/last-applied-patches": patches});
        Fixture::of("Deployment")
            .target(json!({"metadata": {"annotations": annotations}, "spec": {"template": {"spec": {}}}}))
            .live(json!({"metadata": {"annotations": annotations}, "spec": {"template": {"spec": {"automountServiceAccountToken": false}}}}))
            .judge()
    }

    #[test]
    fn the_list_of_patches_must_name_the_field() {
        let path = "/spec/template/spec/automountServiceAccountToken";
        assert_eq!(
            patched(&format!("harden.x: added {path}\n")),
            [(path, "harmless", "policy-mutation")]
        );
        assert_eq!(
            patched("harden.x: added /spec/replicas\n"),
            [(path, "risky", "security-critical")]
        );
    }
}
