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
//! When the last sync failed half-way: what it did apply is then last-applied, and only the rest shows as pending. A value that
//! somebody else wrote after the last sync is never called a pending change, even if it is what the sync applied too.

use jiff::Timestamp;

use crate::drift::OperationPhase;
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
        let other = field.manager().filter(|manager| !is_sync(manager));
        if field.origin != Origin::Git || (other.is_some() && (!is_applied || is_newer_than_the_sync(field))) {
            return None;
        }
        if field.field.annotation().is_some_and(is_rendered_trigger) {
            let reason = "Rendered anew by the chart at each revision; the cluster holds what the last sync applied.";
            return Some(Finding::needs_review("rendered-anew", 0.85, reason));
        }
        let reason = match other {
            None => "Git is ahead: the cluster holds what the last sync applied; nobody touched it.".to_owned(),
            Some(_) => format!(
                "Git is ahead: the cluster holds what the last sync applied, under the name of its first writer, {}.",
                field.who()
            ),
        };
        Some(Finding::needs_review("git-ahead", 0.92, reason))
    }
}

/// Whether the owner wrote after the last sync, where both times are known. The time of a manager is that of its last change of
/// anything, so this errs towards calling it an edit.
fn is_newer_than_the_sync(field: &FieldEvidence<'_>) -> bool {
    let operation = field.of.application.operation.as_ref();
    let ended: Option<Timestamp> = operation
        .filter(|operation| operation.phase == Some(OperationPhase::Succeeded))
        .and_then(|operation| operation.finished_at);
    let entries = field.of.managed.entries().iter();
    let wrote = entries
        .filter(|entry| is_sync(&entry.manager))
        .filter_map(|entry| entry.time)
        .max();
    let synced = ended.max(wrote);
    field
        .attribution
        .time
        .zip(synced)
        .is_some_and(|(written, synced)| written > synced)
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

    #[test]
    fn what_somebody_else_wrote_after_the_last_sync_is_no_move_of_git() {
        let (before, after) = ("2026-11-20T08:00:00Z", "2026-11-20T10:00:00Z");
        let judged = |manager: &str, written: &str, applied_at: &str, finished: Option<&str>| {
            let fixture = Fixture::of("ConfigMap")
                .target(json!({"data": {"a": "1"}}))
                .live(json!({"data": {"a": "2"}}))
                .last_applied(json!({"data": {"a": "2"}}))
                .by(manager)
                .written_at(written)
                .applied_at(applied_at);
            match finished {
                Some(finished) => fixture.synced_at(finished).judge(),
                None => fixture.judge(),
            }
        };
        let person = "kubectl-client-side-apply";
        for (why, manager, written, applied_at, finished, verdict, cause) in [
            (
                "the sync itself",
                "argocd-controller",
                after,
                before,
                None,
                "needs-review",
                "git-ahead",
            ),
            (
                "adopted by the sync",
                person,
                before,
                after,
                None,
                "needs-review",
                "git-ahead",
            ),
            (
                "a sync since then",
                person,
                after,
                before,
                Some("2026-11-20T11:00:00Z"),
                "needs-review",
                "git-ahead",
            ),
            (
                "a person since then",
                person,
                after,
                before,
                None,
                "risky",
                "configmap-hotfix",
            ),
            (
                "a person since the sync ended",
                person,
                after,
                before,
                Some("2026-11-20T09:00:00Z"),
                "risky",
                "configmap-hotfix",
            ),
            (
                "a program since then",
                "shop-sync",
                after,
                before,
                None,
                "needs-review",
                "unknown-automation",
            ),
        ] {
            assert_eq!(
                judged(manager, written, applied_at, finished),
                [("/data/a", verdict, cause)],
                "{why}"
            );
        }
    }
}
