//! # adopted-owner
//!
//! ## What
//! An operator put an owner reference on the object that points at an object of the same Application.
//!
//! ## Why
//! The object now goes when its owner goes; the operator that serves the owner arranged it.
//!
//! ## Example
//! A database operator adopts the Service that its custom resource names.
//!
//! ## When it is wrong
//! When the owner lives elsewhere, or a person wrote the reference: deleting that owner would delete this object too.

use serde_json::Value;

use crate::drift::origin::Origin;
use crate::kubernetes::managers::{ManagerClass, classify};
use crate::kubernetes::names::share_a_word;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct AdoptedOwner;

impl Rule for AdoptedOwner {
    fn id(&self) -> &'static str {
        "adopted-owner"
    }

    fn source(&self) -> &'static str {
        include_str!("adopted_owner.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        if !field.field.matches("metadata/ownerReferences/**") {
            return None;
        }
        let manager = field.manager()?;
        match classify(manager) {
            ManagerClass::Person => {
                return Some(Finding::risky(
                    "manual-owner",
                    0.9,
                    format!("{manager} changed who owns it: it goes when that object goes."),
                ));
            }
            ManagerClass::Sync | ManagerClass::DeclarativeTool => return None,
            ManagerClass::Controller(_) | ManagerClass::Generic | ManagerClass::Unknown => {}
        }
        let owners: Vec<&Value> = match field.difference.live? {
            Value::Array(owners) => owners.iter().collect(),
            owner => vec![owner],
        };
        let is_served = |owner: &&Value| {
            let text = |key: &str| owner.get(key).and_then(Value::as_str).unwrap_or_default();
            let is_here = field
                .of
                .siblings
                .iter()
                .any(|s| s.key.kind == text("kind") && s.key.name == text("name"));
            // The operator of an owner that lives elsewhere may be recognised by its name.
            is_here || share_a_word(manager, &format!("{} {} {}", text("kind"), text("name"), text("apiVersion")))
        };
        (!owners.is_empty() && owners.iter().all(is_served)).then(|| {
            let reason = format!("{manager} adopted it for an object of this Application.");
            Finding::harmless("controller-adoption", 0.9, reason).by(Origin::Controller)
        })
    }
}
