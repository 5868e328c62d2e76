//! # borrowed-name
//!
//! ## What
//! The sync's own name stands on a value that the sync did not send: last-applied equals Git, the cluster holds something else, and
//! no sync ended since that value was written.
//!
//! ## Why
//! A client chooses its name. What the sync sent is in last-applied; another value under its name came from somebody who calls
//! himself so.
//!
//! ## Example
//! `argocd-controller` owns `data.mode: b`, and both Git and last-applied say `a`.
//!
//! ## When it is wrong
//! A mutating webhook that changes values on their way in. Where the last sync operation is known and the value is not newer than it,
//! this rule stays silent.

use crate::drift::compare::DifferenceKind;
use crate::drift::origin::Origin;
use crate::kubernetes::managers::is_sync;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct BorrowedName;

impl Rule for BorrowedName {
    fn id(&self) -> &'static str {
        "borrowed-name"
    }

    fn source(&self) -> &'static str {
        include_str!("borrowed_name.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let manager = field.manager().filter(|manager| is_sync(manager))?;
        let git_stood = field.last_applied()? == field.in_git()?;
        if field.difference.kind != DifferenceKind::Changed || field.origin != Origin::Unknown || !git_stood {
            return None;
        }
        let operation = field.of.application.operation.as_ref();
        let synced = operation.and_then(|operation| operation.finished_at.or(operation.started_at));
        // Managed fields keep whole seconds, and the operation ends after its last write.
        let on_its_way_in = synced
            .zip(field.attribution.time)
            .is_some_and(|(synced, written)| written <= synced);
        (!on_its_way_in).then(|| {
            Finding::risky(
                "borrowed-name",
                0.8,
                format!("It stands under the name {manager}, but the sync sent something else: look who uses its name."),
            )
            .by(Origin::Cluster)
            .piercing()
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn under_the_name_of_the_sync(applied: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        Fixture::of("ConfigMap")
            .target(json!({"data": {"mode": "a"}}))
            .live(json!({"data": {"mode": "b"}}))
            .last_applied(json!({"data": {"mode": applied}}))
            .by("argocd-controller")
            .judge()
    }

    #[test]
    fn what_the_sync_did_not_send_is_not_the_syncs() {
        assert_eq!(under_the_name_of_the_sync("a"), [("/data/mode", "risky", "borrowed-name")]);
        assert_eq!(under_the_name_of_the_sync("b"), [("/data/mode", "needs-review", "git-ahead")]);
    }
}
