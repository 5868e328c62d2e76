//! # person-edit
//!
//! ## What
//! A person's client wrote a field that changes behaviour: spec, data, rules, selectors, pod templates, or metadata that a
//! controller reads.
//!
//! ## Why
//! It is unreviewed, and the next sync silently takes it away: the incident it fixed comes back.
//!
//! ## Example
//! `kubectl edit configmap api-config` at 2 a.m. raised `MAX_CONNECTIONS`.
//!
//! ## When it is wrong
//! When automation uses a person's client name (`kubectl` in a pipeline). Give the pipeline a field manager of its own.

use crate::drift::origin::Origin;
use crate::kubernetes::managers::is_person;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct PersonEdit;

impl Rule for PersonEdit {
    fn id(&self) -> &'static str {
        "person-edit"
    }

    fn source(&self) -> &'static str {
        include_str!("person_edit.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let manager = field.manager().filter(|manager| is_person(manager))?;
        let who = field.who();
        let origin = if field.origin == Origin::Both {
            Origin::Both
        } else {
            Origin::Cluster
        };
        let conflict = if origin == Origin::Both {
            ", and Git moved there too"
        } else {
            ""
        };
        let cause = cause_of(field).unwrap_or("manual-edit");
        let what = match cause {
            "manual-replicas" => "scaled it by hand",
            "manual-image" => "set the image by hand",
            "manual-env" => "changed the environment by hand",
            "manual-resources" => "changed resources by hand",
            "configmap-hotfix" => "edited configuration outside Git",
            _ if manager == "argocd-server" => "edited it in the Argo CD UI",
            _ => "edited it outside Git",
        };
        Some(Finding::risky(cause, 0.95, format!("{who} {what}{conflict}.")).by(origin))
    }
}

/// The cause of a change by hand at this place, where the place has a name of its own: policies speak of causes.
pub(super) fn cause_of(field: &FieldEvidence<'_>) -> Option<&'static str> {
    let place = &field.field;
    if place.matches("spec/replicas") {
        Some("manual-replicas")
    } else if place.matches("container:image") {
        Some("manual-image")
    } else if place.matches("container:env/**") {
        Some("manual-env")
    } else if place.matches("container:resources/**") {
        Some("manual-resources")
    } else if field.kind() == "ConfigMap" && place.matches_any(&["data/**", "binaryData/**"]) {
        Some("configmap-hotfix")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    #[test]
    fn a_persons_edit_of_behaviour_is_risky() {
        let judged = Fixture::of("ConfigMap")
            .target(json!({"data": {"a": "1"}}))
            .live(json!({"data": {"a": "2"}}))
            .by("k9s")
            .judge();
        assert_eq!(judged, [("/data/a", "risky", "configmap-hotfix")]);
    }

    #[test]
    fn a_programs_edit_is_not_a_persons() {
        let judged = Fixture::of("ConfigMap")
            .target(json!({"data": {"a": "1"}}))
            .live(json!({"data": {"a": "2"}}))
            .by("shop-sync")
            .judge();
        assert_eq!(judged, [("/data/a", "needs-review", "unknown-automation")]);
    }
}
