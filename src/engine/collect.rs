//! Looking at one Application: which calls its state needs, and what they bring.

use std::sync::Arc;

use super::ports::{ArgoCd, ArgoCdError};
use crate::drift::raw::{ManagedResource, Rendered};
use crate::drift::{Application, SyncStatus};

/// One Application with everything a judgement needs.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub application: Application,
    pub resources: Vec<ManagedResource>,
    /// What Git said at the revision synced last, where that was asked for before.
    pub synced: Option<Arc<Rendered>>,
}

/// Whether the list alone cannot say what there is to say.
pub(super) fn needs_a_look(application: &Application) -> bool {
    application.deletion_requested_at.is_none() && !application.skip_reconcile && application.sync_status != SyncStatus::Synced
}

/// Whether a Synced Application may be looked into for additions that Argo CD does not show: one that Argo CD compares and
/// that is not on its way out.
pub(super) fn may_be_swept(application: &Application) -> bool {
    application.deletion_requested_at.is_none() && !application.skip_reconcile && application.sync_status == SyncStatus::Synced
}

/// Reads the Application in full and, when it differs (or `sweep` asks for it), its managed resources.
///
/// Never asks for resources of an Application that Argo CD does not reconcile or cannot compare: on a cold cache such a
/// call makes the server refresh the Application and wait (docs: Argo CD, `managed-resources`).
pub(super) async fn look(argocd: &dyn ArgoCd, listed: &Application, sweep: bool) -> Result<Look, ArgoCdError> {
    if listed.sync_status == SyncStatus::OutOfSync || (sweep && may_be_swept(listed)) {
        let (application, resources) = futures_util::future::try_join(
            argocd.application(&listed.key, &listed.project),
            argocd.managed_resources(&listed.key, &listed.project),
        )
        .await?;
        return Ok(Look {
            application,
            resources,
            synced: None,
        });
    }
    let application = argocd.application(&listed.key, &listed.project).await?;
    Ok(Look {
        application,
        resources: Vec::new(),
        synced: None,
    })
}
