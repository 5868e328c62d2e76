//! What happens next, if nobody acts.
//!
//! Argo CD's own behaviour (`controller/appcontroller.go: autoSync`; recordings of a running 3.5.1): with auto-sync and
//! without self-heal a live edit stays only while the last sync operation was at the revision that Argo CD compares with
//! now; any later commit to the branch, whatever it touches, brings a sync that reverts it.
//!
//! [`next`] answers for an Application; [`next_of_changed`] and [`next_of_extra`] for a resource to which something else
//! happens than to the rest.

mod extra;
mod resource;
mod windows;

pub use extra::next_of_extra;
pub use resource::next_of_changed;

use std::borrow::Cow;

use super::evidence::git_stood_still;
use crate::drift::{Application, OperationPhase, SyncStatus};

/// Machine value of what happens next; ordered by urgency, the most urgent last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NextKind {
    /// Nothing differs, or nothing will change by itself.
    Nothing,
    /// Not known.
    Unknown,
    /// It stays until a person syncs.
    StaysUntilSynced,
    /// A failed sync, a sync window, a deletion or skip-reconcile holds it.
    Held,
    /// The next commit to the tracked branch reverts it (or applies Git).
    NextCommitReverts,
    /// The next automatic sync applies Git's newer state.
    NextSyncApplies,
    /// A sync is running.
    Syncing,
    /// Self-heal undoes it in seconds.
    SelfHealReverts,
    /// Self-heal and somebody else undo each other again and again.
    Fight,
}

impl NextKind {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Unknown => "unknown",
            Self::StaysUntilSynced => "stays-until-synced",
            Self::Held => "held",
            Self::NextCommitReverts => "next-commit-reverts",
            Self::NextSyncApplies => "next-sync-applies",
            Self::Syncing => "syncing",
            Self::SelfHealReverts => "self-heal-reverts",
            Self::Fight => "fight",
        }
    }
}

/// What happens next: a machine value and one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// Machine value.
    pub kind: NextKind,
    /// One sentence for a person.
    pub sentence: Cow<'static, str>,
}

impl Next {
    fn new(kind: NextKind, sentence: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            sentence: sentence.into(),
        }
    }
}

/// From this many attempts on, self-heal and somebody else are fighting.
pub const FIGHT_ATTEMPTS: u32 = 3;

/// Whether all that is out of sync is in the cluster and not in Git (`appcontroller.go`, autoSync: "need to prune extra
/// resources only but automated prune is disabled"). False when the resources are not known.
fn needs_pruning_only(application: &Application) -> bool {
    let mut out_of_sync = application
        .resources
        .iter()
        .filter(|resource| resource.status == Some(SyncStatus::OutOfSync) && !resource.hook)
        .peekable();
    out_of_sync.peek().is_some() && out_of_sync.all(|resource| resource.requires_pruning)
}

/// What Argo CD will do by itself with what differs in this Application.
pub fn next(application: &Application) -> Next {
    windows::under(application, without_windows(application))
}

/// The same, when a sync also overwrites what `ignoreDifferences` hide in resources that Argo CD calls Synced; `hidden` is
/// one text for each. Self-heal and `ApplyOutOfSyncOnly` leave Synced resources alone, `RespectIgnoreDifferences` their
/// hidden fields.
pub fn also_overwriting(application: &Application, next: Next, hidden: &[String]) -> Next {
    let a_sync_may_come = match next.kind {
        NextKind::StaysUntilSynced
        | NextKind::NextCommitReverts
        | NextKind::NextSyncApplies
        | NextKind::Syncing
        | NextKind::Held => application.sync_status == SyncStatus::OutOfSync,
        NextKind::Nothing | NextKind::Unknown | NextKind::SelfHealReverts | NextKind::Fight => false,
    };
    let leaves = ["RespectIgnoreDifferences=true", "ApplyOutOfSyncOnly=true"];
    let (Some((first, others)), true) = (hidden.split_first(), a_sync_may_come) else {
        return next;
    };
    if leaves.iter().any(|option| application.sync_policy.has_option(option)) {
        return next;
    }
    let others = match others.len() {
        0 => String::new(),
        count => format!(", and in {count} more"),
    };
    Next::new(
        next.kind,
        format!(
            "{}; a sync also overwrites what ignoreDifferences hides in {first}{others}",
            next.sentence
        ),
    )
}

/// Whether a sync would come by itself, unless a sync window holds it.
pub fn acts_by_itself(kind: NextKind) -> bool {
    match kind {
        NextKind::NextCommitReverts | NextKind::NextSyncApplies | NextKind::SelfHealReverts | NextKind::Fight => true,
        NextKind::Nothing | NextKind::Unknown | NextKind::StaysUntilSynced | NextKind::Held | NextKind::Syncing => false,
    }
}

/// The same, as if there were no sync windows.
fn without_windows(application: &Application) -> Next {
    if application.deletion_requested_at.is_some() {
        return Next::new(
            NextKind::Held,
            "the Application is being deleted: nothing is compared or synced any more",
        );
    }
    if application.skip_reconcile {
        return Next::new(
            NextKind::Held,
            "skip-reconcile is set: Argo CD neither compares nor syncs until it is removed",
        );
    }
    if application.is_syncing() {
        return Next::new(
            NextKind::Syncing,
            format!("a sync is running: it applies what Git says{}", said(application)),
        );
    }
    match application.sync_status {
        SyncStatus::Synced => return Next::new(NextKind::Nothing, "nothing to sync"),
        SyncStatus::Unknown | SyncStatus::NeverCompared => {
            return Next::new(NextKind::Unknown, "Argo CD cannot compare: nothing is synced until it can");
        }
        SyncStatus::OutOfSync => {}
    }
    let Some(automated) = application.sync_policy.automated else {
        return Next::new(
            NextKind::StaysUntilSynced,
            "auto-sync off: it stays until somebody syncs, and that sync applies what Git says",
        );
    };
    if !automated.prune && needs_pruning_only(application) {
        return Next::new(
            NextKind::StaysUntilSynced,
            "auto-sync runs without prune, and only pruning is due: it stays until somebody syncs with prune",
        );
    }
    let attempts = application.operation.as_ref().map_or(0, |o| o.self_heal_attempts);
    if automated.self_heal && attempts >= FIGHT_ATTEMPTS {
        return Next::new(
            NextKind::Fight,
            format!("self-heal and somebody else undo each other: {attempts} attempts so far, waiting longer each time"),
        );
    }
    let failed = application
        .operation
        .as_ref()
        .is_some_and(|o| matches!(o.phase, Some(OperationPhase::Failed | OperationPhase::Error)));
    let stood_still = git_stood_still(application);
    if failed && stood_still != Some(false) {
        return Next::new(
            NextKind::Held,
            format!(
                "the last sync of this revision failed, and auto-sync does not try this revision again{}",
                said(application)
            ),
        );
    }
    if automated.self_heal {
        return Next::new(NextKind::SelfHealReverts, "self-heal on: Argo CD undoes it within seconds");
    }
    let branch = branches(application);
    match stood_still {
        Some(true) => Next::new(
            NextKind::NextCommitReverts,
            format!("auto-sync on, self-heal off: the next commit to {branch} reverts it, whatever that commit touches"),
        ),
        Some(false) => Next::new(
            NextKind::NextSyncApplies,
            format!("auto-sync on and {branch} has moved since the last sync: the next automatic sync applies Git"),
        ),
        None => Next::new(
            NextKind::NextSyncApplies,
            "auto-sync on: the next automatic sync applies what Git says",
        ),
    }
}

/// Whether a comma-separated list of options, as annotations hold them, names this one.
fn has(options: &str, option: &str) -> bool {
    options.split(',').any(|part| part.trim() == option)
}

/// What Argo CD says about its operation, after a sentence (hostile text).
fn said(application: &Application) -> String {
    let message = application
        .operation
        .as_ref()
        .map_or("", |operation| operation.message.trim());
    if message.is_empty() {
        String::new()
    } else {
        format!(" (Argo CD: {message})")
    }
}

fn branches(application: &Application) -> String {
    let mut names: Vec<&str> = application
        .sources
        .iter()
        .map(|s| {
            if s.target_revision.is_empty() {
                "HEAD"
            } else {
                s.target_revision.as_str()
            }
        })
        .collect();
    names.dedup();
    if names.is_empty() {
        "its branch".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod fixture {
    use super::*;
    use crate::drift::{ApplicationKey, OperationState, Source};

    /// An Application that differs, at the revision that was synced last.
    pub(super) fn application(change: impl FnOnce(&mut Application)) -> Application {
        let mut application = Application::new(ApplicationKey::new("c", "argocd", "web"));
        application.sync_status = SyncStatus::OutOfSync;
        application.revisions = vec!["b".to_owned()];
        application.sources = vec![Source {
            target_revision: "main".to_owned(),
            ..Source::default()
        }];
        application.operation = Some(OperationState {
            phase: Some(OperationPhase::Succeeded),
            revisions: vec!["b".to_owned()],
            ..OperationState::default()
        });
        change(&mut application);
        application
    }
}

#[cfg(test)]
mod tests {
    use super::fixture::application;
    use super::*;
    use crate::drift::{Automated, ResourceKey, ResourceStatus};

    #[test]
    fn without_prune_what_only_needs_pruning_stays() {
        let extra = |requires_pruning| ResourceStatus {
            key: ResourceKey::new("", "ConfigMap", "a", "b"),
            status: Some(SyncStatus::OutOfSync),
            hook: false,
            requires_pruning,
            health: None,
        };
        let with = |resources: Vec<ResourceStatus>| {
            next(&application(|a| {
                a.sync_policy.automated = Some(Automated {
                    prune: false,
                    self_heal: true,
                });
                a.resources = resources;
            }))
            .kind
        };
        assert_eq!(with(vec![extra(true)]), NextKind::StaysUntilSynced);
        assert_eq!(with(vec![extra(true), extra(false)]), NextKind::SelfHealReverts);
    }

    #[test]
    fn what_happens_next_follows_the_sync_policy() {
        let auto = |self_heal| Some(Automated { prune: false, self_heal });
        for (kind, application) in [
            (NextKind::StaysUntilSynced, application(|_| {})),
            (
                NextKind::NextCommitReverts,
                application(|a| a.sync_policy.automated = auto(false)),
            ),
            (
                NextKind::NextSyncApplies,
                application(|a| {
                    a.sync_policy.automated = auto(false);
                    a.revisions = vec!["c".to_owned()];
                }),
            ),
            (
                NextKind::SelfHealReverts,
                application(|a| a.sync_policy.automated = auto(true)),
            ),
            (
                NextKind::Fight,
                application(|a| {
                    a.sync_policy.automated = auto(true);
                    a.operation.as_mut().unwrap().self_heal_attempts = 4;
                }),
            ),
            (
                NextKind::Held,
                application(|a| {
                    a.sync_policy.automated = auto(true);
                    a.operation.as_mut().unwrap().phase = Some(OperationPhase::Failed);
                }),
            ),
            (NextKind::Syncing, application(|a| a.operation_requested = true)),
            (NextKind::Held, application(|a| a.skip_reconcile = true)),
            (NextKind::Nothing, application(|a| a.sync_status = SyncStatus::Synced)),
            (NextKind::Unknown, application(|a| a.sync_status = SyncStatus::Unknown)),
        ] {
            assert_eq!(next(&application).kind, kind, "{application:?}");
        }
    }

    #[test]
    fn the_sentence_names_the_branch() {
        let application = application(|a| a.sync_policy.automated = Some(Automated::default()));
        assert!(next(&application).sentence.contains("next commit to main"));
    }

    #[test]
    fn a_sync_overwrites_what_is_hidden_in_synced_resources_unless_it_leaves_them_alone() {
        let hidden = ["ConfigMap/a /data/b".to_owned(), "Deployment/c /spec/replicas".to_owned()];
        let manual = |option: &str| application(|a| a.sync_policy.options = vec![option.to_owned()]);
        let self_heal = application(|a| {
            a.sync_policy.automated = Some(Automated {
                prune: false,
                self_heal: true,
            });
        });
        for (why, application, hidden, warns) in [
            ("a person's sync", manual("CreateNamespace=true"), &hidden[..], true),
            ("nothing is hidden", manual("CreateNamespace=true"), &[], false),
            ("kept", manual("RespectIgnoreDifferences=true"), &hidden, false),
            ("not applied", manual("ApplyOutOfSyncOnly=true"), &hidden, false),
            ("self-heal syncs what differs only", self_heal, &hidden, false),
        ] {
            let (before, after) = (next(&application), also_overwriting(&application, next(&application), hidden));
            assert_eq!(after.kind, before.kind, "{why}");
            assert_eq!(after.sentence != before.sentence, warns, "{why}: {}", after.sentence);
        }
        let said = also_overwriting(&manual(""), next(&manual("")), &hidden).sentence;
        assert!(said.ends_with("hides in ConfigMap/a /data/b, and in 1 more"), "{said}");
    }
}
