//! # extended-crd
//!
//! ## What
//! The schema of a CRD was extended by its own operator, or by the chart that brings it.
//!
//! ## Why
//! Operators upgrade their CRDs when they start. Git holds an older copy, which a sync would put back.
//!
//! ## Example
//! `courier-operator` added a property to the schema of `couriers.example.org`.
//!
//! ## When it is wrong
//! When a property or a version was taken away: that can lose stored data, and stays risky.

use crate::drift::compare::DifferenceKind;
use crate::drift::origin::Origin;
use crate::kubernetes::managers::{ManagerClass, classify};
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct ExtendedCrd;

impl Rule for ExtendedCrd {
    fn id(&self) -> &'static str {
        "extended-crd"
    }

    fn source(&self) -> &'static str {
        include_str!("extended_crd.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let extends = field.difference.kind == DifferenceKind::LiveOnly && field.field.matches("spec/versions/**");
        if field.kind() != "CustomResourceDefinition" || !extends {
            return None;
        }
        let manager = field.manager()?;
        let is_software = match classify(manager) {
            ManagerClass::DeclarativeTool | ManagerClass::Controller(_) | ManagerClass::Unknown => true,
            ManagerClass::Person | ManagerClass::Sync | ManagerClass::Generic => false,
        };
        is_software.then(|| {
            let reason = format!("{manager} extended the CRD; Git holds an older copy that a sync would put back.");
            Finding::needs_review("crd-upgraded", 0.85, reason).by(Origin::Controller)
        })
    }
}
