//! # own-prefix
//!
//! ## What
//! A controller noted something under its own prefix: an annotation, label or finalizer whose domain shares a word with the
//! controller's name, or an annotation that only the servers keep.
//!
//! ## Why
//! Controllers keep their books on the objects they serve. It says what they did and asks nothing of anybody.
//!
//! ## Example
//! keel writes `keel.sh/update-time`; a gateway controller adds `gateway.finalizer.networking.gke.io`.
//!
//! ## When it is wrong
//! When a program is named after a domain that is not its own. Keys that guard something are never taken for notes, nor are the
//! marks of a second deployment engine: these say that it believes the object to be its own.

use serde_json::Value;

use crate::drift::compare::DifferenceKind;
use crate::drift::origin::Origin;
use crate::kubernetes::deployment_engines::is_engine_marker;
use crate::kubernetes::managers::{ManagerClass, classify, is_sync};
use crate::kubernetes::names::share_a_word;
use crate::kubernetes::objects::is_built_in;
use crate::kubernetes::security;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct OwnPrefix;

impl Rule for OwnPrefix {
    fn id(&self) -> &'static str {
        "own-prefix"
    }

    fn source(&self) -> &'static str {
        include_str!("own_prefix.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let manager = field.manager()?;
        if is_sync(manager)
            && field.kind() == "Application"
            && field.field.matches("metadata/finalizers/**")
            && is_argo_cds(field)
        {
            let reason = "Argo CD added its own finalizer: it has work to do when the Application goes.";
            return Some(Finding::harmless("controller-finalizer", 0.9, reason).by(Origin::Controller));
        }
        // An engine is the controller of its own kinds: kustomize-controller of `kustomize.toolkit.fluxcd.io`.
        let group = field.of.resource.group.as_str();
        let serves = !is_built_in(group) && share_a_word(manager, group) && classify(manager) == ManagerClass::DeclarativeTool;
        if serves && field.field.matches("metadata/finalizers/**") && field.difference.kind != DifferenceKind::DesiredOnly {
            let reason = format!("{manager} added its finalizer to an object of its own kind.");
            return Some(Finding::harmless("controller-finalizer", 0.88, reason).by(Origin::Controller));
        }
        if !matches!(
            classify(manager),
            ManagerClass::Controller(_) | ManagerClass::Unknown | ManagerClass::Generic
        ) {
            return None;
        }
        if field.field.matches("metadata/finalizers/**") && field.difference.kind != DifferenceKind::DesiredOnly {
            // Whoever will have to do something before the object goes adds its finalizer; taking one away is another matter.
            let reason = format!("{manager} added its finalizer: it wants to clean up before the object goes.");
            return Some(Finding::harmless("controller-finalizer", 0.88, reason).by(Origin::Controller));
        }
        let key = field.field.annotation().or_else(|| field.field.label())?;
        if security::guards(&field.of.resource.group, field.kind(), &field.field).is_some()
            || field.difference.kind == DifferenceKind::DesiredOnly
        {
            return None;
        }
        if is_engine_marker(key) {
            return None;
        }
        // Crossplane's providers keep the name of the outer resource under the prefix of Crossplane itself.
        let known = key.starts_with("crossplane.io/") && manager.starts_with("managed/");
        // Without a domain a key belongs to nobody, whatever it is called.
        (known || (key.contains('/') && share_a_word(manager, key))).then(|| {
            let reason = format!("{manager} keeps its books under its own prefix.");
            Finding::harmless("controller-bookkeeping", 0.9, reason).by(Origin::Controller)
        })
    }
}

/// Whether all that was added are finalizers of Argo CD.
fn is_argo_cds(field: &FieldEvidence<'_>) -> bool {
    let argo_cds = |value: &Value| value.as_str().is_some_and(|text| text.contains("argocd.argoproj.io"));
    let added = field.difference.desired.is_none() || field.difference.kind == DifferenceKind::LiveOnly;
    added
        && match field.difference.live {
            Some(Value::Array(items)) => !items.is_empty() && items.iter().all(argo_cds),
            Some(item) => argo_cds(item),
            None => false,
        }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn note(key: &str, manager: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        Fixture::of("Deployment")
            .target(json!({"metadata": {"annotations": {}}}))
            .live(json!({"metadata": {"annotations": {key: "x"}}}))
            .by(manager)
            .judge()
    }

    #[test]
    fn notes_under_the_own_prefix_are_bookkeeping() {
        assert_eq!(
            note("fleet.example.org/hash", "fleet-operator"),
            [(
                "/metadata/annotations/fleet.example.org~1hash",
                "harmless",
                "controller-bookkeeping"
            )]
        );
        assert_eq!(
            note("other.example.org/hash", "fleet-operator"),
            [(
                "/metadata/annotations/other.example.org~1hash",
                "needs-review",
                "unknown-automation"
            )]
        );
        assert_eq!(
            note("kapp.k14s.io/identity", "kapp-controller"),
            [("/metadata/annotations/kapp.k14s.io~1identity", "needs-review", "other-tool")]
        );
        assert_eq!(
            note("fleet.example.org/paused", "fleet-operator"),
            [(
                "/metadata/annotations/fleet.example.org~1paused",
                "risky",
                "security-critical"
            )]
        );
        assert_eq!(
            note("fleet-size", "fleet-operator"),
            [("/metadata/annotations/fleet-size", "needs-review", "unknown-automation")]
        );
        assert_eq!(
            note("fleet.example.org/hash", "kubectl-annotate"),
            [("/metadata/annotations/fleet.example.org~1hash", "risky", "manual-edit")]
        );
    }
}
