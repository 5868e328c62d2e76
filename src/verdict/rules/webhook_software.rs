//! # webhook-software
//!
//! ## What
//! The software behind a webhook hardens its own registration: `failurePolicy` goes from `Ignore` to `Fail` once it is up.
//!
//! ## Why
//! Charts install webhooks that fail open, so that the installation does not block itself; the software closes the door behind
//! itself. The way back opens it, and is risky.
//!
//! ## Example
//! Istio's `pilot-discovery` sets `failurePolicy: Fail` on its validating webhook.
//!
//! ## When it is wrong
//! When Git wants the webhook to fail open for good. The software and Git then undo each other.

use crate::drift::origin::Origin;
use crate::kubernetes::managers::{ManagerClass, Writes, classify, is_person, is_sync};
use crate::kubernetes::names::share_a_word;
use crate::verdict::evidence::Evidence;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct WebhookSoftware;

impl Rule for WebhookSoftware {
    fn id(&self) -> &'static str {
        "webhook-software"
    }

    fn source(&self) -> &'static str {
        include_str!("webhook_software.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let manager = field.manager()?;
        let hardens = field.field.matches("webhooks/*/failurePolicy") && field.both_text() == Some(("Ignore", "Fail"));
        (hardens && is_own_software(manager, &field.of)).then(|| {
            let reason = format!("{manager} closed its own webhook behind itself: Ignore became Fail.");
            Finding::harmless("webhook-self-managed", 0.92, reason).by(Origin::Controller)
        })
    }
}

/// Whether this manager is the software that serves a webhook of this object, or one known to fill in its bundle.
pub(super) fn is_own_software(manager: &str, of: &Evidence<'_>) -> bool {
    match classify(manager) {
        ManagerClass::Controller(controller) if controller.writes.contains(&Writes::CaBundle) => return true,
        ManagerClass::Sync | ManagerClass::Person | ManagerClass::DeclarativeTool => return false,
        _ => {}
    }
    debug_assert!(!is_person(manager) && !is_sync(manager));
    let webhooks = of
        .live
        .and_then(|live| live.get("webhooks"))
        .and_then(|w| w.as_array())
        .into_iter()
        .flatten()
        .filter_map(|webhook| Some((webhook.pointer("/clientConfig/service")?, webhook.get("name"))));
    // The conversion webhook of a CRD, and the server behind an aggregated API.
    let others = ["/spec/conversion/webhook/clientConfig/service", "/spec/service"]
        .iter()
        .filter_map(|at| Some((of.live?.pointer(at)?, None)));
    share_a_word(manager, &of.resource.name)
        || webhooks.chain(others).any(|(service, name)| {
            let text = |value: Option<&serde_json::Value>| value.and_then(|v| v.as_str()).unwrap_or_default().to_owned();
            let names = [text(service.get("name")), text(service.get("namespace")), text(name)];
            share_a_word(manager, &names.join(" "))
        })
}
