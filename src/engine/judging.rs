//! From what was collected to verdicts: an Application's, and those of its drifts.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use super::cannot_tell::{not_compared, targets_lost, without_drifts};
use super::collect::Look;
use super::invisible::additions;
use super::overwriting::hidden_in_synced;
use super::redacting::{Manifests, redacted};
use super::scaling::scaler_views;
use super::shelf::Shelved;
use super::urgency::most_urgent_first;
use super::view::FailedSyncView;
use super::view::{ApplicationVerdict, ApplicationView, DriftView, Seal};
use crate::drift::managed_fields::ManagedFields;
use crate::drift::origin::LastApplied;
use crate::drift::raw::ManagedResource;
use crate::drift::{Application, DriftState, OperationPhase, OperationState, Pointer, ResourceKey, SyncStatus};
use crate::ignore::rule::day_of;
use crate::ignore::{Documents, Place, RuleSet};
use crate::redact::text;
use crate::verdict::declared::Declared;
use crate::verdict::evidence::{Evidence, Sibling};
use crate::verdict::next::{Next, also_overwriting, next, next_of_changed, next_of_extra};
use crate::verdict::policy::Policy;
use crate::verdict::scalers::scalers;
use crate::verdict::{Judgement, Verdict, judge, judge_differences};

/// What a judgement needs beside the look itself.
pub(super) struct Setting<'a> {
    /// The server's identity, as it leaves the machine.
    pub server: &'a str,
    /// Name of the cluster for people.
    pub cluster: String,
    /// Environment by configuration or label.
    pub environment: String,
    /// What the team's policy makes of verdicts there.
    pub policy: Policy<'a>,
    /// Ignore rules.
    pub ignore: Arc<RuleSet>,
    /// When it was fetched.
    pub now: Timestamp,
    /// What the Application tells Argo CD to ignore: compiled for the first object that is judged.
    pub declared: OnceLock<Declared>,
}

impl Setting<'_> {
    /// What the Application tells Argo CD to ignore, compiled once for all of its objects.
    pub(super) fn declared(&self, application: &Application) -> &Declared {
        self.declared.get_or_init(|| Declared::of(application))
    }

    /// The judgement after the ignore rules have spoken.
    pub(super) fn ignoring<'j>(
        &self,
        judgement: Judgement<'j>,
        application: &Application,
        resource: &ResourceKey,
        documents: Documents<'_>,
    ) -> Judgement<'j> {
        if self.ignore.is_empty() {
            return judgement;
        }
        let place = Place {
            server: self.server,
            application: &application.key,
            project: &application.project,
            cluster: &self.cluster,
            environment: &self.environment,
        };
        let today = day_of(self.now);
        judgement.under(&self.ignore.on(place, resource, documents, today), resource)
    }
}

/// When a drift of this fingerprint was first seen by this run; now, if never before. The journal knows better, if it works.
pub(super) type FirstSeen<'a> = &'a (dyn Fn(&str) -> Timestamp + Sync);

/// A judged Application, and its drifts with both sides for the shelf.
pub(super) struct Judged {
    pub view: ApplicationView,
    /// The view's drifts in its order, then its additions to resources that do not drift.
    pub drifts: Vec<Shelved>,
    /// Resources that could not be judged: what was remembered of them stays.
    pub unjudged: Vec<ResourceKey>,
}

/// The view of an Application of which only the list spoke.
pub(super) fn listed(application: &Application, setting: &Setting<'_>) -> ApplicationView {
    let (verdict, reason) = match without_drifts(application) {
        Some((verdict, reason)) => (verdict, reason),
        None => (ApplicationVerdict::Pending, None),
    };
    view(application, setting, verdict, reason, Vec::new())
}

/// Judges everything that a look brought.
pub(super) fn judged(look: &Look, setting: &Setting<'_>, first_seen: FirstSeen<'_>) -> Judged {
    let application = &look.application;
    let without_drifts = without_drifts(application);
    if let Some((verdict, reason)) = &without_drifts
        && *verdict != ApplicationVerdict::Clean
    {
        return Judged {
            view: view(application, setting, *verdict, reason.clone(), Vec::new()),
            drifts: Vec::new(),
            unjudged: Vec::new(),
        };
    }
    if let (None, Some(reason)) = (&without_drifts, targets_lost(look)) {
        return Judged {
            view: view(application, setting, ApplicationVerdict::CannotTell, Some(reason), Vec::new()),
            drifts: Vec::new(),
            unjudged: Vec::new(),
        };
    }
    let siblings: Vec<Sibling<'_>> = look
        .resources
        .iter()
        .filter_map(|r| {
            Some(Sibling {
                key: &r.key,
                object: r.live.as_ref().or(r.target.as_ref())?,
            })
        })
        .collect();
    let mut drifts: Vec<Shelved> = look
        .resources
        .iter()
        .filter_map(|r| drift(look, r, &siblings, setting, first_seen))
        .collect();
    let mut invisible: Vec<Shelved> = look
        .resources
        .iter()
        .filter_map(|r| {
            let drift = drifts.iter().find(|s| s.drift.key.resource == r.key);
            let visible: Vec<Pointer> = drift
                .map(|s| s.drift.changes.iter().map(|c| c.path.clone()).collect())
                .unwrap_or_default();
            additions(application, r, &siblings, &visible, setting, first_seen)
        })
        .collect();
    let to_come = next(application).kind;
    most_urgent_first(&mut drifts, to_come, |shelved| &shelved.drift);
    most_urgent_first(&mut invisible, to_come, |shelved| &shelved.drift);

    let (mut verdict, reason) = match (drifts.first(), without_drifts) {
        (Some(worst), _) => (worst.drift.verdict.into(), None),
        (None, Some(clean)) => clean,
        (None, None) => (
            ApplicationVerdict::NeedsReview,
            Some(
                "OutOfSync, but no resource differs: labels or annotations that Argo CD manages on the namespace do \
                 (managedNamespaceMetadata), or the comparison has just changed."
                    .to_owned(),
            ),
        ),
    };
    // What nobody could compare is not clean, and does not lower what was judged beside it.
    let mut reason = reason;
    let not_compared = not_compared(look, &drifts);
    if !not_compared.is_empty() {
        if drifts.is_empty() {
            verdict = ApplicationVerdict::CannotTell;
        }
        let names: Vec<String> = not_compared
            .iter()
            .map(|(key, why)| format!("{} ({why})", key.short()))
            .collect();
        reason = Some(format!("Could not be judged: {}.", names.join(", ")));
    }
    // Of what cannot be read nobody knows whether something was added to it, either.
    let unreadable = look.resources.iter().filter(|resource| resource.unreadable.is_some());
    let unjudged = not_compared
        .into_iter()
        .map(|(key, _)| key.clone())
        .chain(unreadable.map(|resource| resource.key.clone()))
        .collect();
    // Argo CD's "Synced" must not hide a danger; what is only worth a look stays beside the verdict.
    if invisible.first().is_some_and(|worst| worst.drift.verdict == Verdict::Risky) {
        verdict = ApplicationVerdict::Risky;
    }
    let views = drifts.iter().map(|s| Arc::clone(&s.drift)).collect();
    let mut view = view(application, setting, verdict, reason, views);
    let hidden = hidden_in_synced(look, setting.declared(application), |resource| {
        drifts.iter().any(|s| s.drift.key.resource == resource.key)
    });
    view.next = redacted_next(also_overwriting(application, next(application), &hidden));
    view.invisible = invisible.iter().map(|s| Arc::clone(&s.drift)).collect();
    drifts.append(&mut invisible);
    Judged { view, drifts, unjudged }
}

/// The last operation, if it synced anything: what failed or still runs has synced nothing yet.
fn succeeded(application: &Application) -> Option<&OperationState> {
    let last = application.operation.as_ref()?;
    (last.phase == Some(OperationPhase::Succeeded) && !last.revisions.is_empty()).then_some(last)
}

/// Revision(s) synced last; empty when not known.
pub(super) fn synced_revisions(application: &Application) -> &[String] {
    let deployed = application.last_deployed();
    succeeded(application)
        .map(|operation| &operation.revisions)
        .or(deployed.map(|deployed| &deployed.revisions))
        .map_or(&[], Vec::as_slice)
}

fn view(
    application: &Application,
    setting: &Setting<'_>,
    verdict: ApplicationVerdict,
    reason: Option<String>,
    drifts: Vec<Arc<DriftView>>,
) -> ApplicationView {
    let last = succeeded(application);
    let deployed = application.last_deployed();
    ApplicationView {
        key: application.key.clone(),
        project: application.project.clone(),
        cluster: setting.cluster.clone(),
        environment: setting.environment.clone(),
        sync_status: application.sync_status,
        health: application.health,
        verdict,
        reason,
        next: redacted_next(next(application)),
        drifts,
        invisible: Vec::new(),
        revisions: application.revisions.clone(),
        synced_revisions: synced_revisions(application).to_vec(),
        synced_at: last.and_then(|o| o.finished_at).or(deployed.and_then(|d| d.deployed_at)),
        reconciled_at: application.reconciled_at,
        fetched_at: setting.now,
        target_revisions: application
            .sources
            .iter()
            .map(|source| text::redact(&source.target_revision).into_owned())
            .collect(),
        failed_sync: failed_sync(application),
        stale: None,
        seal: Seal,
    }
}

/// The last operation, if it was a sync that did not go through.
fn failed_sync(application: &Application) -> Option<Box<FailedSyncView>> {
    let last = application.operation.as_ref()?;
    matches!(last.phase, Some(OperationPhase::Failed | OperationPhase::Error)).then(|| {
        Box::new(FailedSyncView {
            revisions: last.revisions.clone(),
            at: last.finished_at,
            message: text::redact(&last.message).into_owned(),
            seal: Seal,
        })
    })
}

/// Argo CD's words in it are a cluster's words.
fn redacted_next(next: Next) -> Next {
    match next.sentence {
        Cow::Borrowed(_) => next,
        Cow::Owned(sentence) => Next {
            kind: next.kind,
            sentence: text::redact(&sentence).into_owned().into(),
        },
    }
}

fn drift(
    look: &Look,
    resource: &ManagedResource,
    siblings: &[Sibling<'_>],
    setting: &Setting<'_>,
    first_seen: FirstSeen<'_>,
) -> Option<Shelved> {
    let application = &look.application;
    let state = state(application, resource)?;
    let (desired, live) = match state {
        // Without a pair the two sides are equal: Argo CD compared again between our two calls. With half of one, the other
        // half is read where Argo CD took it from.
        DriftState::Changed if resource.pair.is_absent() => return None,
        DriftState::Changed => (
            Some(resource.pair.desired().or(resource.target.as_ref())?),
            Some(resource.pair.live().or(resource.live.as_ref())?),
        ),
        DriftState::Missing => (resource.pair.desired().or(resource.target.as_ref()), None),
        DriftState::Extra => (None, resource.pair.live().or(resource.live.as_ref())),
    };
    let managed = resource.live.as_ref().map(ManagedFields::of).unwrap_or_default();
    let last_applied = resource.live.as_ref().and_then(|live| LastApplied::of(live, &managed));
    let evidence = Evidence {
        application,
        resource: &resource.key,
        state,
        desired,
        live,
        target: resource.target.as_ref(),
        raw_live: resource.live.as_ref(),
        managed: &managed,
        last_applied: last_applied.as_ref(),
        synced: look.synced.as_ref().and_then(|rendered| rendered.object(&resource.key)),
        siblings,
        declared: setting.declared(application),
        policy: setting.policy,
    };
    let judgement = match resource.pair.differences() {
        Some(differences) if state == DriftState::Changed => judge_differences(&evidence, differences),
        _ => judge(&evidence),
    };
    let judgement = setting.ignoring(judgement?, application, &resource.key, Documents { desired, live });
    let mut shelved = redacted(
        application,
        &resource.key,
        state,
        &judgement,
        Manifests {
            desired,
            live,
            raw: Some([resource.target.as_ref(), resource.live.as_ref()]),
        },
        setting,
        first_seen,
    );
    let next = match state {
        DriftState::Extra => {
            let option = |key| evidence.annotation(key).unwrap_or_default();
            next_of_extra(
                application,
                option("argocd.argoproj.io/sync-options"),
                option("argocd.argoproj.io/compare-options"),
            )
        }
        DriftState::Changed => next_of_changed(&evidence, &judgement),
        DriftState::Missing => None,
    };
    let drift = Arc::make_mut(&mut shelved.drift);
    drift.next = next.map(redacted_next);
    drift.scalers = scaler_views(&scalers(&resource.key, siblings));
    Some(shelved)
}

/// How the resource drifted; `None` when it did not. Argo CD's status of the resource decides where it is known: a hook,
/// an ignored object or one that names another Application has none.
fn state(application: &Application, resource: &ManagedResource) -> Option<DriftState> {
    if resource.hook || resource.unreadable.is_some() {
        return None;
    }
    let status = application.resources.iter().find(|r| r.key == resource.key);
    let differs = match status {
        Some(status) => status.status == Some(SyncStatus::OutOfSync) && !status.hook,
        None => application.resources.is_empty() && (resource.modified || resource.target.is_none() || resource.live.is_none()),
    };
    differs.then_some(match (&resource.target, &resource.live) {
        (Some(_), None) => DriftState::Missing,
        (None, Some(_)) => DriftState::Extra,
        _ => DriftState::Changed,
    })
}

#[cfg(test)]
#[path = "judging_tests.rs"]
mod tests;
