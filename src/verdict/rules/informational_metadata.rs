//! # informational-metadata
//!
//! ## What
//! A person added or changed an annotation or label that no controller reads: a note, an owner, a description.
//!
//! ## Why
//! It changes no behaviour. The next sync may take it away, so the writer may want it in Git.
//!
//! ## Example
//! `note: do not touch before Friday` on a Service.
//!
//! ## When it is wrong
//! When a controller of yours reads that key after all. An override makes it risky for you.

use serde_json::Value;

use crate::drift::compare::DifferenceKind;
use crate::kubernetes::managers::is_person;
use crate::kubernetes::triggers::is_rendered_trigger;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct InformationalMetadata;

impl Rule for InformationalMetadata {
    fn id(&self) -> &'static str {
        "informational-metadata"
    }

    fn source(&self) -> &'static str {
        include_str!("informational_metadata.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let manager = field.manager().filter(|manager| is_person(manager))?;
        if field.field.matches("metadata/finalizers/**")
            && field.difference.kind != DifferenceKind::DesiredOnly
            && adds_only(field)
        {
            let reason = format!("{manager} added a finalizer: the object cannot go before somebody takes it off.");
            return Some(Finding::needs_review("manual-finalizer", 0.85, reason));
        }
        if field.field.matches("description") || field.field.matches("spec/description") {
            return Some(Finding::needs_review(
                "informational",
                0.85,
                format!("{manager} changed the description; nothing reads it."),
            ));
        }
        let key = field.field.annotation().or_else(|| field.field.label())?;
        let is_label = field.field.label().is_some();
        if !is_label && is_rendered_trigger(key) {
            let reason = format!("{manager} changed a checksum that only starts a rollout.");
            return Some(Finding::needs_review("manual-checksum", 0.8, reason));
        }
        // Pods are selected by labels, and a changed template starts a rollout: neither is only a note.
        if field.field.is_in_template_metadata() || !is_note(key, is_label, field.kind()) {
            return None;
        }
        let reason = format!(
            "{manager} left a note here ({}); nothing reads it.",
            if is_label { "a label" } else { "an annotation" }
        );
        Some(Finding::needs_review("informational", 0.85, reason))
    }
}

/// Whether every finalizer of Git is still there.
fn adds_only(field: &FieldEvidence<'_>) -> bool {
    let items = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let live = items(field.difference.live);
    items(field.difference.desired)
        .iter()
        .all(|finalizer| live.contains(finalizer))
}

/// Whether a key is a note to people: by its words, or because no controller can claim it.
fn is_note(key: &str, is_label: bool, kind: &str) -> bool {
    const NOTES: &[&str] = &[
        "note",
        "notes",
        "owner",
        "owners",
        "description",
        "contact",
        "comment",
        "comments",
        "ticket",
        "issue",
        "incident",
        "reason",
        "todo",
        "reviewed",
        "documentation",
        "docs",
        "runbook",
        "slack",
        "oncall",
        "maintainer",
        "maintainers",
        "author",
        "responsible",
        "team",
    ];
    // Objects of these kinds are selected by their own labels.
    const SELECTED: &[&str] = &[
        "Pod",
        "Namespace",
        "Node",
        "Service",
        "PersistentVolume",
        "Secret",
        "ConfigMap",
        "Application",
    ];
    const SELECTING: &[&str] = &[
        "app",
        "name",
        "version",
        "tier",
        "env",
        "environment",
        "component",
        "release",
        "role",
        "track",
        "part-of",
    ];
    let name = key.rsplit('/').next().unwrap_or(key).to_ascii_lowercase();
    let says_note = name.split(|c: char| !c.is_alphanumeric()).any(|word| NOTES.contains(&word));
    // Under the domain of a platform, a program reads the key whatever it is called.
    const PLATFORMS: &[&str] = &[
        "kubernetes.io",
        "k8s.io",
        "cert-manager.io",
        "istio.io",
        "argoproj.io",
        "amazonaws.com",
        "google.com",
    ];
    let domain = key.split_once('/').map_or("", |(domain, _)| domain);
    let is_platform = PLATFORMS
        .iter()
        .any(|platform| domain == *platform || domain.strip_suffix(platform).is_some_and(|sub| sub.ends_with('.')));
    if says_note && !is_platform {
        return true;
    }
    // Without a domain no controller claims the key.
    let has_domain = key.contains('/');
    let selects = SELECTED.contains(&kind) || SELECTING.contains(&name.as_str());
    if is_label && selects {
        return false;
    }
    !has_domain
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    #[test]
    fn notes_can_wait_and_what_controllers_read_cannot() {
        let judged = Fixture::of("Service")
            .live(
                json!({"metadata": {"annotations": {"note": "x", "prometheus.io/scrape": "false"}, "labels": {"app": "other"}}}),
            )
            .by("kubectl-annotate")
            .judge();
        assert_eq!(
            judged,
            [
                ("/metadata/annotations/prometheus.io~1scrape", "risky", "manual-edit"),
                ("/metadata/labels/app", "risky", "manual-edit"),
                ("/metadata/annotations/note", "needs-review", "informational"),
            ]
        );
    }
}
