//! # git-ahead
//!
//! ## What
//! Only Git moved: the cluster still holds what the last sync applied, and Git wants something newer. Or a chart renders a
//! value anew each time (random values, checksums).
//!
//! ## Why
//! Nobody touched the cluster. It is a pending change, not an edit, and the next sync applies it.
//!
//! ## Example
//! A commit raised an image tag; the Application is synced by hand and nobody did yet.
//!
//! ## When it is wrong
//! When the last sync failed half-way: what it did apply is then last-applied, and only the rest shows as pending.

use crate::drift::origin::Origin;
use crate::kubernetes::managers::is_sync;
use crate::kubernetes::triggers::is_rendered_trigger;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct GitAhead;

impl Rule for GitAhead {
    fn id(&self) -> &'static str {
        "git-ahead"
    }

    fn source(&self) -> &'static str {
        include_str!("git_ahead.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        // What equals last-applied is no edit, whoever owns it: an adopted object keeps the name of its first writer.
        let is_applied = field.of.last_applied.is_some_and(|applied| applied.by_sync) || field.of.synced.is_some();
        if field.origin != Origin::Git || !(is_applied || field.manager().is_none_or(is_sync)) {
            return None;
        }
        if field.field.annotation().is_some_and(is_rendered_trigger) {
            let reason = "Rendered anew by the chart at each revision; the cluster holds what the last sync applied.";
            return Some(Finding::needs_review("rendered-anew", 0.85, reason));
        }
        Some(Finding::needs_review(
            "git-ahead",
            0.92,
            "Git is ahead: the cluster holds what the last sync applied; nobody touched it.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    #[test]
    fn what_the_last_sync_applied_is_no_edit() {
        let fixture = || {
            Fixture::of("Deployment")
                .target(json!({"spec": {"paused": true}}))
                .live(json!({"spec": {"paused": false}}))
        };
        let applied = json!({"spec": {"paused": false}});
        assert_eq!(
            fixture().last_applied(applied.clone()).by("argocd-controller").judge(),
            [("/spec/paused", "needs-review", "git-ahead")]
        );
        assert_eq!(
            fixture()
                .last_applied(json!({"spec": {"paused": true}}))
                .by("kubectl-edit")
                .judge(),
            [("/spec/paused", "risky", "manual-edit")]
        );
    }

    #[test]
    fn a_security_field_that_only_git_moved_can_wait() {
        let judged = Fixture::of("RoleBinding")
            .target(json!({"subjects": ["a"]}))
            .live(json!({"subjects": ["b"]}))
            .last_applied(json!({"subjects": ["b"]}))
            .by("argocd-controller")
            .judge();
        assert_eq!(judged, [("/subjects", "needs-review", "git-ahead")]);
    }
}
