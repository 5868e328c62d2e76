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
        let scaled = field.field.matches("spec/replicas");
        let (cause, what) = if scaled {
            ("manual-replicas", "scaled it by hand")
        } else if field.field.matches("container:image") {
            ("manual-image", "set the image by hand")
        } else if field.field.matches("container:env/**") {
            ("manual-env", "changed the environment by hand")
        } else if field.field.matches("container:resources/**") {
            ("manual-resources", "changed resources by hand")
        } else if field.kind() == "ConfigMap" && field.field.matches_any(&["data/**", "binaryData/**"]) {
            ("configmap-hotfix", "edited configuration outside Git")
        } else if manager == "argocd-server" {
            ("manual-edit", "edited it in the Argo CD UI")
        } else {
            ("manual-edit", "edited it outside Git")
        };
        Some(Finding::risky(cause, 0.95, format!("{who} {what}{conflict}.")).by(origin))
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
