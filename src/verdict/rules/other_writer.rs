//! # other-writer
//!
//! ## What
//! Another declarative tool, an automation that Git does not know, or a client with a name that many programs use wrote the
//! field.
//!
//! ## Why
//! It looks intended, but two sources of truth fight over it, or nobody in Git knows the writer.
//!
//! ## Example
//! Terraform manages the same ConfigMap and put its own value.
//!
//! ## When it is wrong
//! When the writer is a known part of your platform: an ignore rule with its name, kind and path says so.

use crate::drift::origin::Origin;
use crate::kubernetes::managers::{ManagerClass, classify};
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct OtherWriter;

impl Rule for OtherWriter {
    fn id(&self) -> &'static str {
        "other-writer"
    }

    fn source(&self) -> &'static str {
        include_str!("other_writer.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let manager = field.manager()?;
        let who = field.who();
        let origin = if field.origin == Origin::Both {
            Origin::Both
        } else {
            Origin::Cluster
        };
        if field.field.matches("container:image") && classify(manager) != ManagerClass::DeclarativeTool {
            let reason = format!("{who} moved the image; Git does not declare it as an updater.");
            return Some(Finding::needs_review("image-automation-undeclared", 0.8, reason).by(origin));
        }
        let finding = match classify(manager) {
            ManagerClass::DeclarativeTool => Finding::needs_review(
                "other-tool",
                0.88,
                format!("{who} manages this field too: two sources of truth."),
            ),
            ManagerClass::Controller(_) => Finding::needs_review(
                "automation-undeclared",
                0.8,
                format!("{who} wrote it; nothing in Git delegates it."),
            ),
            ManagerClass::Generic => Finding::needs_review(
                "unknown-client",
                0.65,
                format!("{who} is a name that many programs use: look who it is."),
            ),
            ManagerClass::Unknown => Finding::needs_review(
                "unknown-automation",
                0.72,
                format!("{who} wrote it; it is not a known client or controller."),
            ),
            ManagerClass::Sync | ManagerClass::Person => return None,
        };
        Some(finding.by(origin))
    }
}
