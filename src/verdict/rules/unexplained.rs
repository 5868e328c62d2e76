//! # unexplained
//!
//! ## What
//! No other rule knows this difference: nobody is on record, or the sync itself owns a value that Git does not want.
//!
//! ## Why
//! "Unknown" is said, never guessed. Something real differs, so somebody should look; a model may add its opinion.
//!
//! ## Example
//! The managed fields of the object were stripped.
//!
//! ## When it is wrong
//! Often it is a mutating webhook or a field that never converges. A rule or an ignore entry then explains it for good.

use crate::kubernetes::managers::is_sync;
use crate::verdict::evidence::{Evidence, FieldEvidence};
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct Unexplained;

impl Rule for Unexplained {
    fn id(&self) -> &'static str {
        "unexplained"
    }

    fn source(&self) -> &'static str {
        include_str!("unexplained.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        Some(if field.manager().is_some_and(is_sync) {
            let reason = "The sync wrote it, yet it is not what Git says: a webhook or the API server altered it on its way in.";
            Finding::needs_review("altered-on-apply", 0.55, reason)
        } else {
            Finding::needs_review(
                "unattributed",
                0.5,
                "Nobody is on record for it, and nothing proves whose move it was.",
            )
        })
    }

    fn object(&self, _object: &Evidence<'_>) -> Option<Finding> {
        Some(Finding::needs_review("unexplained", 0.4, "No rule explains this object."))
    }
}
