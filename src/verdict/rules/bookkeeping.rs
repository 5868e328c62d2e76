//! # bookkeeping
//!
//! ## What
//! Server metadata, `status`, last-applied, tracking ids, revision counters, bindings: what servers, syncs and controllers
//! note on objects for themselves.
//!
//! ## Why
//! It changes all the time, nobody decided it, and no sync takes anything away that somebody wanted.
//!
//! ## Example
//! `argocd.argoproj.io/tracking-id` of a ConfigMap that two Applications manage (the SharedResourceWarning says so too).
//!
//! ## When it is wrong
//! When a second tool's own marker is taken for bookkeeping: markers of other deployment engines are not in the list.

use crate::drift::attribution::Actor;
use crate::drift::origin::Origin;
use crate::kubernetes::bookkeeping;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct Bookkeeping;

impl Rule for Bookkeeping {
    fn id(&self) -> &'static str {
        "bookkeeping"
    }

    fn source(&self) -> &'static str {
        include_str!("bookkeeping.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let what = bookkeeping::reason(field.kind(), &field.field)?;
        let finding = Finding::harmless("bookkeeping", 0.97, format!("Bookkeeping: {what}.")).by(Origin::Controller);
        let by_api_server = field.manager() == Some("kube-apiserver");
        Some(if by_api_server || bookkeeping::is_server_filled(&field.field) {
            finding.from(Actor::ServerDefault)
        } else {
            finding
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    #[test]
    fn a_tracking_id_is_bookkeeping_and_a_note_is_not() {
        let judged = Fixture::of("ConfigMap")
            .live(json!({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "a", "argocd.argoproj.io/sync-wave": "3"}}}))
            .by("kubectl-edit")
            .judge();
        assert_eq!(
            judged,
            [
                ("/metadata/annotations/argocd.argoproj.io~1sync-wave", "risky", "manual-edit"),
                (
                    "/metadata/annotations/argocd.argoproj.io~1tracking-id",
                    "harmless",
                    "bookkeeping"
                ),
            ]
        );
    }
}
