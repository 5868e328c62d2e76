//! # operator-default
//!
//! ## What
//! The operator of a custom resource filled in what Git leaves open: defaults, or values that it read from the outer resource (late
//! initialisation).
//!
//! ## Why
//! An operator is known by what it writes: it also owns the status of this very object, or the kind or its group stands in its
//! name, or it bears a name that operators share (`manager`) and owns nothing that Git sets.
//!
//! ## Example
//! A Crossplane provider fills `spec.forProvider.availabilityZone` from the cloud.
//!
//! ## When it is wrong
//! When Git sets the value and the operator changes it: then there are two sources of truth, and this rule stays silent.
//! Power over the host, and what a network or mesh policy lets through, is never taken for a default.

use crate::drift::compare::DifferenceKind;
use crate::drift::origin::Origin;
use crate::kubernetes::managers::{ManagerClass, classify};
use crate::kubernetes::names::share_a_word;
use crate::kubernetes::objects::is_built_in;
use crate::kubernetes::security;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct OperatorDefault;

impl Rule for OperatorDefault {
    fn id(&self) -> &'static str {
        "operator-default"
    }

    fn source(&self) -> &'static str {
        include_str!("operator_default.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let resource = field.of.resource;
        if field.difference.kind != DifferenceKind::LiveOnly || is_built_in(&resource.group) {
            return None;
        }
        if security::is_beyond_defaults(&resource.group, field.kind(), &field.field, field.difference.live?) {
            return None;
        }
        let manager = field.manager()?;
        if !matches!(
            classify(manager),
            ManagerClass::Controller(_) | ManagerClass::Unknown | ManagerClass::Generic
        ) {
            return None;
        }
        let owns_status = field
            .of
            .managed
            .entries()
            .iter()
            .any(|entry| entry.manager == manager && entry.subresource == "status");
        let is_named_after_group = manager.contains(resource.group.as_str()) || share_a_word(manager, &resource.group);
        let is_named_after_kind = share_a_word(manager, &resource.kind);
        let is_generic = classify(manager) == ManagerClass::Generic;
        let leaves_git_alone = is_generic
            && field.of.target.is_some_and(|git| {
                field
                    .of
                    .managed
                    .entries()
                    .iter()
                    .filter(|entry| entry.manager == manager)
                    .all(|entry| !entry.owns_any_of(git))
            });
        (owns_status || is_named_after_group || is_named_after_kind || leaves_git_alone).then(|| {
            let reason = format!("{manager} is the operator of this kind and filled in what Git leaves open.");
            Finding::harmless("operator-default", 0.88, reason).by(Origin::Controller)
        })
    }
}
