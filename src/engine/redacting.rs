//! From a judgement to the redacted view: the only place where raw drift becomes a view.

use std::sync::Arc;

use serde_json::Value;

use super::ignoring::facts::Facts;
use super::judging::{FirstSeen, Setting};
use super::kept::kept;
use super::packed::PackedManifests;
use super::shelf::{Shelved, Write};
use super::view::{ChangeView, DriftKey, DriftView, IgnoredByView, OriginView, PolicyView, RedactedValue, Seal};
use crate::drift::fingerprint::Fingerprint;
use crate::drift::grouping::group_key;
use crate::drift::managed_fields::ManagedFields;
use crate::drift::origin::{LAST_APPLIED, Origin};
use crate::drift::{Application, DriftState, Pointer, ResourceKey};
use crate::redact::manifest::ManifestRedactor;
use crate::redact::text;
use crate::verdict::Judgement;
use crate::verdict::judge::FieldJudgement;
use crate::verdict::policy::ByPolicy;

/// The manifests of one drift.
#[derive(Clone, Copy)]
pub(super) struct Manifests<'a> {
    /// Desired side of what was compared.
    pub desired: Option<&'a Value>,
    /// Live side of what was compared.
    pub live: Option<&'a Value>,
    /// What Git and the cluster say, where that is not what was compared.
    pub raw: Option<[Option<&'a Value>; 2]>,
}

/// The view of one judged drift, and both of its sides for the shelf.
pub(super) fn redacted(
    application: &Application,
    resource: &ResourceKey,
    state: DriftState,
    judgement: &Judgement<'_>,
    manifests: Manifests<'_>,
    setting: &Setting<'_>,
    first_seen: FirstSeen<'_>,
) -> Shelved {
    let mut redactor = ManifestRedactor::new(resource);
    let desired = manifests.desired.map(|side| redactor.redact(side));
    let live = manifests.live.map(|side| redactor.redact(side));
    let raw = manifests
        .raw
        .map(|sides| sides.map(|side| side.map(|side| redactor.redact(&without_noise(side.clone())))));
    let kept = match (desired.as_ref(), manifests.raw) {
        (Some(predicted), Some([Some(target), _])) => kept(predicted, target),
        _ => Vec::new(),
    };
    let changes: Vec<ChangeView> = judgement
        .fields
        .iter()
        .map(|field| change(field, desired.as_ref(), live.as_ref()))
        .collect();

    let mut fingerprint = Fingerprint::of(setting.server, &application.key, resource, state);
    let mut differences: Vec<_> = judgement.fields.iter().map(|field| &field.difference).collect();
    differences.sort_by(|a, b| a.path.cmp(&b.path));
    for difference in differences {
        fingerprint.add(difference.path.as_str());
        // The whole value, not what a line of the screen has room for: a change at its end is a change.
        for (path, side) in [(&difference.desired_path, &desired), (&difference.path, &live)] {
            let value = side.as_ref().and_then(|side| path.get(side));
            fingerprint.add(&value.map(Value::to_string).unwrap_or_default());
        }
    }
    let fingerprint = fingerprint.finish();
    let deciding = judgement
        .fields
        .iter()
        .find(|f| f.verdict == judgement.verdict && f.rule == judgement.rule);
    let group = match deciding {
        Some(field) => group_key(
            &resource.kind,
            &field.difference.path,
            field.attribution.actor.name(),
            field.difference.live,
        ),
        None => format!("{} {} {}", resource.kind, state.as_str(), judgement.cause),
    };
    let first_seen = first_seen(&fingerprint);
    let since = judgement
        .fields
        .iter()
        .filter(|f| f.verdict == judgement.verdict && f.origin != Origin::Git)
        .filter_map(|f| f.attribution.time)
        .max();
    let drift = Arc::new(DriftView {
        key: DriftKey {
            application: application.key.clone(),
            resource: resource.clone(),
            invisible: false,
        },
        state,
        verdict: judgement.verdict,
        confidence: judgement.confidence,
        cause: judgement.cause,
        reason: text::redact(&judgement.reason).into_owned(),
        rule: judgement.rule,
        policy: judgement.by_policy.as_ref().map(policy),
        security_critical: judgement.pierces,
        fingerprint,
        group: text::redact(&group).into_owned(),
        since,
        first_seen,
        times_seen: 1,
        flaps: 0,
        dispositions: Vec::new(),
        argocd_ignores: argocd_ignores(application, resource),
        next: None,
        scalers: Vec::new(),
        changes,
        seal: Seal,
    });
    let facts = judgement
        .fields
        .iter()
        .map(|field| {
            let raw = [manifests.desired, manifests.live];
            Facts::of(field, resource, raw, [desired.as_ref(), live.as_ref()])
        })
        .collect();
    let of_raw_live = match manifests.raw {
        Some([_, live]) => live,
        None => manifests.live,
    };
    let (desired, live) = (desired.map(without_noise), live.map(without_noise));
    let raw = raw.as_ref().map(|sides| sides.each_ref().map(Option::as_ref));
    Shelved {
        drift,
        manifests: PackedManifests::new([desired.as_ref(), live.as_ref()], raw),
        kept,
        ignored_by_argocd: ignored_by_argocd(application, resource),
        writes: of_raw_live.map(writes).unwrap_or_default(),
        uid: of_raw_live.and_then(uid).unwrap_or_default(),
        facts,
    }
}

/// Who wrote to a live object, the last ones at the end.
fn writes(live: &Value) -> Vec<Write> {
    const MOST: usize = 50;
    let managed = ManagedFields::of(live);
    let mut writes: Vec<Write> = managed
        .entries()
        .iter()
        .map(|entry| Write {
            manager: text::redact(&entry.manager).into_owned(),
            operation: entry.operation.as_str(),
            subresource: entry.subresource.clone(),
            time: entry.time,
            fields: entry.field_count(),
        })
        .collect();
    writes.sort_by_key(|write| write.time);
    let older = writes.len().saturating_sub(MOST);
    writes.drain(..older);
    writes
}

fn uid(live: &Value) -> Option<String> {
    live.get("metadata")?.get("uid")?.as_str().map(str::to_owned)
}

/// What Argo CD is told to ignore in this resource, as written.
fn argocd_ignores(application: &Application, resource: &ResourceKey) -> Vec<String> {
    let rules = application.ignore_differences.iter().filter(|rule| rule.is_about(resource));
    rules
        .flat_map(|rule| {
            let managers = rule
                .managed_fields_managers
                .iter()
                .map(|manager| format!("manager {manager}"));
            let written = rule.json_pointers.iter().chain(&rule.jq_path_expressions).cloned();
            written.chain(managers)
        })
        .filter(|what| what != "/status")
        .map(|what| text::redact(&what).into_owned())
        .collect()
}

/// The fields of this resource that Argo CD is told to ignore. Of jq expressions and managers only a comparison would tell.
fn ignored_by_argocd(application: &Application, resource: &ResourceKey) -> Vec<Pointer> {
    let rules = application.ignore_differences.iter();
    rules
        .filter(|rule| rule.is_about(resource))
        .flat_map(|rule| rule.json_pointers.iter().filter_map(|pointer| Pointer::parse(pointer)))
        .collect()
}

fn change(field: &FieldJudgement<'_>, desired: Option<&Value>, live: Option<&Value>) -> ChangeView {
    let difference = &field.difference;
    let side = |raw: Option<&Value>, document: Option<&Value>, path: &Pointer| {
        let raw = raw?;
        let redacted = path.get(document?)?;
        Some(RedactedValue::new(one_line(redacted), redacted != raw))
    };
    ChangeView {
        path: difference.path.clone(),
        verdict: field.verdict,
        cause: field.cause,
        rule: field.rule,
        reason: text::redact(&field.reason).into_owned(),
        origin: origin(field.origin),
        manager: field.attribution.actor.name().map(|name| text::redact(name).into_owned()),
        operation: field
            .attribution
            .operation
            .map(crate::drift::managed_fields::Operation::as_str),
        subresource: field.attribution.subresource.clone(),
        time: field.attribution.time,
        desired: side(difference.desired, desired, &difference.desired_path),
        live: side(difference.live, live, &difference.path),
        ignored_by: field.ignored_by.as_ref().map(|by| IgnoredByView {
            rule: text::redact(&by.rule).into_owned(),
            reason: text::redact(&by.reason).into_owned(),
            verdict: by.verdict,
        }),
        desired_path: difference.desired_path.clone(),
        policy: field.by_policy.as_ref().map(policy),
        seal: Seal,
    }
}

fn policy(by: &ByPolicy) -> PolicyView {
    PolicyView {
        change: by.change,
        environment: by.environment.clone(),
        verdict: by.before,
    }
}

fn origin(origin: Origin) -> OriginView {
    match origin {
        Origin::Cluster => OriginView::Cluster,
        Origin::Git => OriginView::Git,
        Origin::Both => OriginView::Both,
        Origin::Controller => OriginView::Controller,
        Origin::Default => OriginView::Default,
        Origin::Equivalent => OriginView::Equivalent,
        Origin::Unknown => OriginView::Unknown,
    }
}

/// A redacted value as one line, cut where nobody reads on.
fn one_line(value: &Value) -> String {
    const LONGEST: usize = 2_000;
    let mut text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.len() > LONGEST {
        let cut = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(cut);
        text.push('…');
    }
    text
}

/// A document as a person compares it: without the server's bookkeeping.
fn without_noise(mut document: Value) -> Value {
    if let Some(metadata) = document.get_mut("metadata").and_then(Value::as_object_mut) {
        for key in [
            "managedFields",
            "resourceVersion",
            "uid",
            "generation",
            "creationTimestamp",
            "selfLink",
        ] {
            metadata.remove(key);
        }
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove(LAST_APPLIED);
        }
    }
    document
}
