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

use crate::kubernetes::managers::is_person;
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
        let key = field.field.annotation().or_else(|| field.field.label())?;
        let is_label = field.field.label().is_some();
        // Pods are selected by labels, and a changed template starts a rollout: neither is only a note.
        if field.field.is_in_template_metadata() || !field.manager().is_some_and(is_person) || !is_note(key, is_label) {
            return None;
        }
        let reason = format!(
            "{} left a note here ({}); nothing reads it.",
            field.who(),
            if is_label { "a label" } else { "an annotation" }
        );
        Some(Finding::needs_review("informational", 0.85, reason))
    }
}

/// Whether a key is a note to people, by its words.
fn is_note(key: &str, is_label: bool) -> bool {
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
    ];
    let name = key.rsplit('/').next().unwrap_or(key).to_ascii_lowercase();
    let says_note = name.split(|c: char| !c.is_alphanumeric()).any(|word| NOTES.contains(&word));
    // Without a domain no controller claims the key (labels without a domain select pods, though).
    says_note || (!is_label && !key.contains('/'))
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
