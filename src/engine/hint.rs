//! What a stream's hint adds to what was listed, and what of it makes another look worth its calls.

use crate::drift::Application;

/// Everything that makes another look worth its calls.
pub(super) fn summary(application: &Application) -> impl PartialEq + '_ {
    let operation = application.operation.as_ref();
    (
        application.sync_status,
        application.health,
        &application.revisions,
        application.operation_requested,
        operation.map(|o| o.phase),
        application.deletion_requested_at,
        application.skip_reconcile,
        &application.sync_policy,
    )
}

/// The stream tells only what its mask names; the rest is what was known.
pub(super) fn merge(known: &Application, hint: Application) -> Application {
    let mut merged = known.clone();
    merged.sync_status = hint.sync_status;
    merged.health = hint.health;
    if !hint.revisions.is_empty() {
        merged.revisions = hint.revisions;
    }
    merged.operation_requested = hint.operation_requested;
    if let Some(phase) = hint.operation.as_ref().and_then(|o| o.phase) {
        merged.operation.get_or_insert_default().phase = Some(phase);
    }
    merged.deletion_requested_at = hint.deletion_requested_at;
    if !hint.conditions.is_empty() {
        merged.conditions = hint.conditions;
    }
    merged
}
