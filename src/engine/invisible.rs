//! Invisible additions: live fields that Git never set and that Argo CD therefore calls Synced.
//!
//! Argo CD's comparison is like `kubectl diff`: a label, a variable or a whole container added by hand to an object is no
//! drift to it (argo-cd issues 4661, 15116, 16092). The raw pair and the managed fields tell. They are judged by the same
//! rules and never counted as drift.

use std::sync::Arc;

use super::judging::{FirstSeen, Setting};
use super::redacting::{Manifests, redacted};
use super::shelf::Shelved;
use crate::drift::attribution::Actor;
use crate::drift::compare::DifferenceKind;
use crate::drift::managed_fields::ManagedFields;
use crate::drift::origin::LastApplied;
use crate::drift::raw::ManagedResource;
use crate::drift::{Application, DriftState, Pointer};
use crate::ignore::Documents;
use crate::kubernetes::managers::{is_person, is_sync};
use crate::verdict::evidence::{Evidence, Sibling};
use crate::verdict::judge::FieldJudgement;
use crate::verdict::{Judgement, Verdict, judge};

/// The additions to one resource, or `None`. `visible` are the paths that Argo CD itself calls drift.
pub(super) fn additions(
    application: &Application,
    resource: &ManagedResource,
    siblings: &[Sibling<'_>],
    visible: &[Pointer],
    setting: &Setting<'_>,
    first_seen: FirstSeen<'_>,
) -> Option<Shelved> {
    let (target, live) = (resource.target.as_ref()?, resource.live.as_ref()?);
    if resource.hook {
        return None;
    }
    let managed = ManagedFields::of(live);
    if managed.entries().iter().all(|entry| is_sync(&entry.manager)) {
        return None;
    }
    let last_applied = LastApplied::of(live, &managed);
    let evidence = Evidence {
        application,
        resource: &resource.key,
        state: DriftState::Changed,
        desired: Some(target),
        live: Some(live),
        target: Some(target),
        raw_live: Some(live),
        managed: &managed,
        last_applied: last_applied.as_ref(),
        synced: None,
        siblings,
        declared: setting.declared(application),
        policy: setting.policy,
    };
    let judgement = judge(&evidence)?;
    let fields: Vec<FieldJudgement<'_>> = judgement
        .fields
        .into_iter()
        .filter(|field| is_addition(field) && !is_visible(field, visible))
        .collect();
    let documents = Documents {
        desired: Some(target),
        live: Some(live),
    };
    let judgement = setting.ignoring(Judgement::of(fields)?, application, &resource.key, documents);
    let mut shelved = redacted(
        application,
        &resource.key,
        DriftState::Changed,
        &judgement,
        Manifests {
            desired: Some(target),
            live: Some(live),
            raw: None,
        },
        setting,
        first_seen,
    );
    Arc::make_mut(&mut shelved.drift).key.invisible = true;
    Some(shelved)
}

/// Only what somebody wrote is worth telling: of a person everything, of programs what is not their office.
fn is_addition(field: &FieldJudgement<'_>) -> bool {
    let Actor::Manager(manager) = &field.attribution.actor else {
        return false;
    };
    field.difference.kind == DifferenceKind::LiveOnly
        && !is_sync(manager)
        && field.rule != "bookkeeping"
        && (is_person(manager) || field.verdict > Verdict::Harmless)
}

fn is_visible(field: &FieldJudgement<'_>, visible: &[Pointer]) -> bool {
    visible
        .iter()
        .any(|path| field.difference.path.is_at_or_below(path) || path.is_at_or_below(&field.difference.path))
}
