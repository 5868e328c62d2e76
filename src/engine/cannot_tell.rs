//! Where there is nothing to judge: Applications that Argo CD does not compare, resources that it could not compare, and answers
//! that are not to be believed. Each with why, as a sentence.

use super::collect::Look;
use super::shelf::Shelved;
use super::view::ApplicationVerdict;
use crate::drift::raw::ManagedResource;
use crate::drift::{Application, ResourceKey, SyncStatus};
use crate::redact::text;

/// Why nothing can be told when every resource has lost its target at once. One resource alone is simply in Git no more;
/// all of them are what a damaged cache of Argo CD looks like (argo-cd issue 24408), and to list each as due to be pruned would
/// send people after the wrong thing.
pub(super) fn targets_lost(look: &Look) -> Option<String> {
    let managed: Vec<&ManagedResource> = look.resources.iter().filter(|resource| !resource.hook).collect();
    let lost = managed.len() > 1 && managed.iter().all(|r| r.target.is_none() && r.live.is_some());
    lost.then(|| {
        format!(
            "Suspicious: all {} resources have lost their target at once, so Argo CD would prune every one. After a failure of \
             its cache it looks like this, too. Refresh it hard first: argocd app get {} --hard-refresh. If it stays, \
             nothing of it is in Git any more.",
            managed.len(),
            look.application.key
        )
    })
}

/// Resources that Argo CD calls different and of which nothing could be compared: which, and why.
pub(super) fn not_compared<'a>(look: &'a Look, drifts: &[Shelved]) -> Vec<(&'a ResourceKey, &'a str)> {
    let said = |resource: &'a ManagedResource| {
        let statuses = &look.application.resources;
        let differs = statuses
            .iter()
            .find(|r| r.key == resource.key)
            .map_or(statuses.is_empty(), |r| r.status == Some(SyncStatus::OutOfSync) && !r.hook);
        if !differs || resource.hook || drifts.iter().any(|s| s.drift.key.resource == resource.key) {
            return None;
        }
        match &resource.unreadable {
            Some(why) => Some((&resource.key, why.as_str())),
            None if resource.modified && (resource.pair.desired().is_none() || resource.pair.live().is_none()) => {
                Some((&resource.key, "Argo CD gives nothing to compare"))
            }
            None => None,
        }
    };
    let absent = look
        .application
        .resources
        .iter()
        .filter(|status| status.status == Some(SyncStatus::OutOfSync) && !status.hook)
        .filter(|status| look.resources.iter().all(|resource| resource.key != status.key))
        .map(|status| (&status.key, "Argo CD did not send it"));
    look.resources.iter().filter_map(said).chain(absent).collect()
}

/// States of an Application that need no look at resources: the verdict, and why.
pub(super) fn without_drifts(application: &Application) -> Option<(ApplicationVerdict, Option<String>)> {
    let cannot_tell = |reason: String| Some((ApplicationVerdict::CannotTell, Some(reason)));
    if application.deletion_requested_at.is_some() {
        return cannot_tell("It is being deleted; what is left of it says nothing about drift.".to_owned());
    }
    if application.skip_reconcile {
        return cannot_tell("skip-reconcile is set: Argo CD does not compare it, and what it says may be old.".to_owned());
    }
    match application.sync_status {
        SyncStatus::Synced => Some((ApplicationVerdict::Clean, None)),
        SyncStatus::OutOfSync => None,
        SyncStatus::NeverCompared => cannot_tell("Argo CD has not compared it yet.".to_owned()),
        SyncStatus::Unknown => {
            const WHY: &[&str] = &["InvalidSpecError", "ComparisonError", "UnknownError", "DeletionError"];
            let condition = WHY.iter().find_map(|kind| application.condition(kind));
            match (condition, application.detail) {
                (Some(condition), _) => cannot_tell(format!("{}: {}", condition.kind, text::redact(&condition.message))),
                (None, crate::drift::Detail::Listed) => None,
                (None, crate::drift::Detail::Full) => {
                    cannot_tell("Argo CD could not compare it and does not say why.".to_owned())
                }
            }
        }
    }
}
