//! # delegated-resize
//!
//! ## What
//! A volume claim that a resizer grew, within the limit that Git puts on the claim itself.
//!
//! ## Why
//! Git delegated the growth up to that limit.
//!
//! ## Example
//! `resize.topolvm.io/storage_limit: 100Gi` on a claim of 20Gi that was grown to 40Gi.
//!
//! ## When it is wrong
//! Beyond the limit, or when a person grew it: then this rule stays silent.

use crate::drift::origin::Origin;
use crate::kubernetes::managers::{is_person, is_sync};
use crate::kubernetes::quantity::{parse_quantity, quantity_of};
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct DelegatedResize;

impl Rule for DelegatedResize {
    fn id(&self) -> &'static str {
        "delegated-resize"
    }

    fn source(&self) -> &'static str {
        include_str!("delegated_resize.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        if field.kind() != "PersistentVolumeClaim" || !field.field.matches("spec/resources/requests/storage") {
            return None;
        }
        let manager = field.manager().filter(|m| !is_person(m) && !is_sync(m))?;
        let (git, live) = (quantity_of(field.difference.desired?)?, quantity_of(field.difference.live?)?);
        let annotations = field.of.target?.pointer("/metadata/annotations")?.as_object()?;
        let limit = annotations
            .iter()
            .filter(|(key, _)| key.ends_with("storage_limit") || key.ends_with("storage-limit"))
            .find_map(|(_, limit)| parse_quantity(limit.as_str()?))?;
        (git < live && live <= limit).then(|| {
            Finding::harmless(
                "delegated-resize",
                0.92,
                format!("{manager} grew it, within the limit that Git puts on the claim."),
            )
            .by(Origin::Controller)
        })
    }
}
