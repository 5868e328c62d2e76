//! What happens next to an object that Git does not have, where that is not what happens to its Application.

use super::{Next, NextKind, branches, has, without_windows};
use crate::drift::{Application, SyncWindowState};

/// What happens next to an object that Git does not have, where that is not what happens to its Application; `None` where
/// it is. Only a sync that prunes removes such an object, and pruning deletes it.
pub fn next_of_extra(application: &Application, sync_options: &str, compare_options: &str) -> Option<Next> {
    if has(compare_options, "IgnoreExtraneous") {
        return Some(Next::new(
            NextKind::Nothing,
            "marked IgnoreExtraneous: Argo CD leaves it alone",
        ));
    }
    if has(sync_options, "Prune=false") {
        return Some(Next::new(
            NextKind::StaysUntilSynced,
            "marked Prune=false: no sync removes it; it stays until somebody deletes it",
        ));
    }
    if has(sync_options, "Prune=confirm") {
        return Some(Next::new(
            NextKind::StaysUntilSynced,
            "marked Prune=confirm: a sync that would delete it waits until somebody confirms",
        ));
    }
    let kind = without_windows(application).kind;
    match kind {
        NextKind::Nothing | NextKind::Unknown | NextKind::Held | NextKind::Syncing | NextKind::Fight => None,
        NextKind::StaysUntilSynced => Some(Next::new(
            NextKind::StaysUntilSynced,
            "it stays until somebody syncs with prune, which deletes it",
        )),
        _ if !application.sync_policy.automated.is_some_and(|automated| automated.prune) => Some(Next::new(
            NextKind::StaysUntilSynced,
            "auto-sync runs without prune: it stays until somebody syncs with prune, which deletes it",
        )),
        // Told of the whole Application.
        _ if matches!(application.sync_windows, SyncWindowState::Held(_)) => None,
        kind @ NextKind::SelfHealReverts => Some(Next::new(kind, "self-heal and prune on: Argo CD deletes it within seconds")),
        kind @ NextKind::NextCommitReverts => Some(Next::new(
            kind,
            format!(
                "auto-sync and prune on: the sync of the next commit to {} deletes it",
                branches(application)
            ),
        )),
        kind @ NextKind::NextSyncApplies => Some(Next::new(kind, "auto-sync and prune on: the next automatic sync deletes it")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::application;
    use super::*;
    use crate::drift::Automated;

    #[test]
    fn only_a_sync_that_prunes_removes_what_git_does_not_have() {
        let automated = |prune| application(|a| a.sync_policy.automated = Some(Automated { prune, self_heal: false }));
        for (why, application, sync_options, compare_options, expected) in [
            (
                "nothing syncs by itself",
                application(|_| {}),
                "",
                "",
                NextKind::StaysUntilSynced,
            ),
            ("without prune", automated(false), "", "", NextKind::StaysUntilSynced),
            ("with prune", automated(true), "", "", NextKind::NextCommitReverts),
            (
                "Prune=false",
                automated(true),
                "Validate=false, Prune=false",
                "",
                NextKind::StaysUntilSynced,
            ),
            (
                "Prune=confirm",
                automated(true),
                "Prune=confirm",
                "",
                NextKind::StaysUntilSynced,
            ),
            (
                "another option",
                automated(true),
                "PruneLast=true",
                "",
                NextKind::NextCommitReverts,
            ),
            ("left alone", automated(true), "", "IgnoreExtraneous", NextKind::Nothing),
        ] {
            let next = next_of_extra(&application, sync_options, compare_options);
            assert_eq!(next.map(|next| next.kind), Some(expected), "{why}");
        }
        assert!(next_of_extra(&automated(true), "", "").unwrap().sentence.contains("deletes"));
    }
}
