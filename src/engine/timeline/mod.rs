//! One drift's or Application's story in order of time: edits, syncs, commits, events, what people decided.
//!
//! Nobody keeps this story in one place: it is put together from managed fields, Argo CD's history, Git, Kubernetes events
//! and our own journal, and each of them forgets at its own pace. What was not told is said.

mod assemble;

use jiff::Timestamp;

use assemble::{Parts, assemble};

use super::commits::{MOST_ASKED, commits_of};
use super::core::Engine;
use super::guarded::guarded;
use super::ports::{ArgoCdError, ErrorView};
use super::view::{ApplicationView, DriftKey, Seal};
use crate::drift::{Application, LiveObject, ObjectEvent, RevisionOfSource, SyncStatus};

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimelineKind {
    /// A field manager wrote to the resource.
    Edit,
    /// A sync went through.
    Sync,
    /// A sync failed, or runs.
    SyncTrouble,
    /// A commit in Git.
    Commit,
    /// A Kubernetes event.
    Event,
    /// A Kubernetes event or condition that warns.
    Warning,
    /// This machine saw the drift.
    Seen,
    /// A person decided something about it.
    Decision,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    /// When; `None` when nobody recorded it.
    pub at: Option<Timestamp>,
    /// What kind of thing.
    pub kind: TimelineKind,
    /// Who: field manager, user of Argo CD, author, component (redacted; hostile text). A name is a claim.
    pub who: Option<String>,
    /// What, one line (redacted; hostile text inside).
    pub text: String,
    pub(super) seal: Seal,
}

/// The story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// What happened, in order of time; what has no known time comes first. Of one time as recorded.
    pub entries: Vec<TimelineEntry>,
    /// "Now": when it was read.
    pub read_at: Timestamp,
    /// The revision that waits for a sync (redacted); `None` when none does.
    pub pending: Option<String>,
    /// What happens next (redacted).
    pub next: String,
    /// What was not told, and why (redacted; hostile text inside).
    pub not_told: Vec<String>,
    pub(super) seal: Seal,
}

impl Engine {
    /// The story of one drift of an Application, or of the Application itself. A few calls; what fails beside the Application
    /// itself is left out and said.
    ///
    /// # Errors
    /// When the Application cannot be read.
    pub async fn timeline(&self, view: &ApplicationView, drift: Option<&DriftKey>) -> Result<Timeline, ErrorView> {
        let Some(argocd) = self.argocd().iter().find(|a| a.context() == view.key.context) else {
            return Err(ErrorView {
                title: "No such context".to_owned(),
                detail: format!("{} is not configured.", view.key.context),
                hint: "See `driftline config show`.".to_owned(),
            });
        };
        let (key, project, address) = (&view.key, view.project.as_str(), argocd.address());
        let shelved = drift.and_then(|drift| self.shelved(drift));
        let object = shelved
            .as_ref()
            .filter(|shelved| !shelved.uid.is_empty())
            .map(|shelved| LiveObject {
                namespace: shelved.drift.key.resource.namespace.clone(),
                name: shelved.drift.key.resource.name.clone(),
                uid: shelved.uid.clone(),
            });
        let events = async {
            match &object {
                Some(object) => Some(guarded(argocd.events(key, project, Some(object)), &address).await),
                None => None,
            }
        };
        let (application, of_application, of_object) = futures_util::join!(
            guarded(argocd.application(key, project), &address),
            guarded(argocd.events(key, project, None), &address),
            events
        );
        let application = application.map_err(|error| error.view())?;
        let mut not_told = Vec::new();
        let mut commits = Vec::new();
        for told in self.commits(key, project, known_revisions(&application)).await {
            match told {
                Ok(commit) => commits.push(commit),
                Err(why) => said(&mut not_told, "A commit", &why),
            }
        }
        let mut events = told_or_said(of_application, "Events of the Application", &mut not_told);
        events.extend(of_object.map_or_else(Vec::new, |of_object| {
            told_or_said(of_object, "Events of the resource", &mut not_told)
        }));
        let finding = drift.and_then(|drift| view.finding(drift));
        if finding.is_some() && shelved.is_none() {
            not_told.push("Who else wrote to the resource: its manifest is not held any more; open its diff first.".to_owned());
        }
        let parts = Parts {
            application: &application,
            view,
            drift: finding.map(|finding| &**finding),
            writes: shelved.as_ref().map_or(&[], |shelved| shelved.writes.as_slice()),
            commits: &commits,
            events: &events,
        };
        Ok(Timeline {
            entries: assemble(&parts),
            read_at: self.now(),
            pending: pending(&application, view),
            next: finding
                .and_then(|finding| finding.next.as_ref())
                .unwrap_or(&view.next)
                .sentence
                .clone()
                .into_owned(),
            not_told,
            seal: Seal,
        })
    }
}

fn told_or_said(told: Result<Vec<ObjectEvent>, ArgoCdError>, what: &str, not_told: &mut Vec<String>) -> Vec<ObjectEvent> {
    told.unwrap_or_else(|error| {
        said(not_told, what, &error.view().detail);
        Vec::new()
    })
}

/// The same refusal of several things is said once.
fn said(not_told: &mut Vec<String>, what: &str, why: &str) {
    let said = format!("{what}: {why}");
    if !not_told.contains(&said) {
        not_told.push(said);
    }
}

/// The commits an Application names: compared with, tried last, synced; the newest first, no more than are asked for.
fn known_revisions(application: &Application) -> Vec<RevisionOfSource> {
    let tried = application.operation.iter().map(|operation| &operation.revisions);
    let synced = application.history.iter().rev().map(|entry| &entry.revisions);
    let mut wanted: Vec<RevisionOfSource> = Vec::new();
    for of in [&application.revisions]
        .into_iter()
        .chain(tried)
        .chain(synced)
        .flat_map(|revisions| commits_of(revisions))
    {
        if wanted.len() < MOST_ASKED && !wanted.contains(&of) {
            wanted.push(of);
        }
    }
    wanted
}

/// The revision that waits for a sync: what is compared with and was not synced last.
fn pending(application: &Application, view: &ApplicationView) -> Option<String> {
    let (compared, synced) = (&application.revisions, &view.synced_revisions);
    // A commit that changes nothing of it needs no sync.
    let waits = application.sync_status != SyncStatus::Synced;
    (waits && !compared.is_empty() && !synced.is_empty() && compared != synced)
        .then(|| format!("{} is not synced yet", assemble::short(compared)))
}
