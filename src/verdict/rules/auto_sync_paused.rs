//! # auto-sync-paused
//!
//! ## What
//! A child Application's auto-sync, or a part of it (self-heal, pruning), was turned off by hand: the field is gone, or `false`.
//!
//! ## Why
//! People pause auto-sync to work in peace. It is meant to be temporary and deploys nothing by itself, but somebody has to
//! remember it.
//!
//! ## Example
//! `spec.syncPolicy.automated` of `quotas` is gone in the cluster and present in Git.
//!
//! ## When it is wrong
//! When the pause was made to keep a dangerous edit alive. The edit itself shows as drift of that Application.

use crate::drift::compare::DifferenceKind;
use crate::drift::origin::Origin;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct AutoSyncPaused;

impl Rule for AutoSyncPaused {
    fn id(&self) -> &'static str {
        "auto-sync-paused"
    }

    fn source(&self) -> &'static str {
        include_str!("auto_sync_paused.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let is_application = field.kind() == "Application" && field.of.resource.group == "argoproj.io";
        let is_policy = field.field.matches_any(&["spec/syncPolicy", "spec/syncPolicy/automated/**"]);
        let turned_off = field.difference.kind == DifferenceKind::DesiredOnly
            || (field.field.matches_any(&[
                "spec/syncPolicy/automated/enabled",
                "spec/syncPolicy/automated/prune",
                "spec/syncPolicy/automated/selfHeal",
            ]) && field.difference.live == Some(&serde_json::Value::Bool(false)));
        (is_application && is_policy && turned_off && field.origin != Origin::Git).then(|| {
            match field.field.segments().get(3).map(AsRef::as_ref) {
                Some("selfHeal") => Finding::needs_review("self-heal-off", 0.85, "Self-heal of this Application was turned off."),
                Some("prune") => {
                    Finding::needs_review("prune-off", 0.85, "Pruning by auto-sync of this Application was turned off.")
                }
                _ => Finding::needs_review("auto-sync-paused", 0.85, "Auto-sync of this Application was paused by hand."),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    #[test]
    fn pausing_is_worth_a_look_and_repointing_is_risky() {
        let git = json!({"spec": {"source": {"path": "a"}, "syncPolicy": {"automated": {}}}});
        let paused = json!({"spec": {"source": {"path": "a"}, "syncPolicy": {}}});
        let repointed = json!({"spec": {"source": {"path": "b"}, "syncPolicy": {"automated": {}}}});
        let application = || {
            Fixture::of("Application")
                .group("argoproj.io")
                .target(git.clone())
                .last_applied(git.clone())
        };
        // An empty `automated` and none are not the same thing, although both are empty.
        assert_eq!(
            application().live(paused).judge(),
            [("/spec/syncPolicy/automated", "needs-review", "auto-sync-paused")]
        );
        let half = json!({"spec": {"source": {"path": "a"}, "syncPolicy": {"automated": {"selfHeal": false}}}});
        assert_eq!(
            application().live(half).by("argocd-server").judge(),
            [("/spec/syncPolicy/automated/selfHeal", "needs-review", "self-heal-off")]
        );
        let more = json!({"spec": {"source": {"path": "a"}, "syncPolicy": {"automated": {"prune": true}}}});
        assert_eq!(
            application().live(more).by("argocd-server").judge(),
            [("/spec/syncPolicy/automated/prune", "risky", "manual-edit")]
        );
        assert_eq!(
            application().live(repointed).by("kubectl-edit").judge(),
            [("/spec/source/path", "risky", "manual-edit")]
        );
    }
}
