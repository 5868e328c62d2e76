//! # unexplained-admission
//!
//! ## What
//! Something was added that Git does not have, that nobody owns and that is no default: only an admission webhook does that.
//!
//! ## Why
//! No marker explains which one and why, so somebody should look once. An ignore rule or a line in the table of injectors then
//! explains it for good.
//!
//! ## Example
//! A label that a cost-allocation webhook puts on every Deployment.
//!
//! ## When it is wrong
//! When the managed fields were rewritten by hand.

use crate::drift::attribution::Actor;
use crate::drift::compare::DifferenceKind;
use crate::drift::origin::Origin;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct UnexplainedAdmission;

impl Rule for UnexplainedAdmission {
    fn id(&self) -> &'static str {
        "unexplained-admission"
    }

    fn source(&self) -> &'static str {
        include_str!("unexplained_admission.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        // Scaling through `/scale` leaves no owner where the apply never set replicas: it need not have been a webhook.
        if field.field.matches("spec/replicas") {
            return None;
        }
        let is_addition = field.difference.kind == DifferenceKind::LiveOnly && field.last_applied().is_none();
        (is_addition && field.attribution.actor == Actor::Unknown && !field.of.managed.is_empty()).then(|| {
            Finding::needs_review(
                "admission-unexplained",
                0.7,
                "Added at admission; nothing on the object says by which webhook, or why.",
            )
            .by(Origin::Controller)
            .from(Actor::Admission)
        })
    }
}
