//! # restart-trigger
//!
//! ## What
//! An annotation whose only purpose is to start a rollout: `kubectl.kubernetes.io/restartedAt` with a time stamp, or a hash
//! that a reloader keeps. Likewise a request to a controller to reconcile at once (`force-sync`).
//!
//! ## Why
//! Pods were restarted; nothing about them changed.
//!
//! ## Example
//! `kubectl rollout restart deployment/web` leaves `restartedAt: 2026-11-20T02:15:02Z` on the pod template.
//!
//! ## When it is wrong
//! When the value is no time stamp: something else was written under a familiar name, and this rule stays silent.

use jiff::Timestamp;

use crate::kubernetes::triggers::{RECONCILE_NOW, RESTARTED_AT, is_reloader_hash};
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct RestartTrigger;

impl Rule for RestartTrigger {
    fn id(&self) -> &'static str {
        "restart-trigger"
    }

    fn source(&self) -> &'static str {
        include_str!("restart_trigger.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let is_time = |value: &serde_json::Value| value.as_str().is_some_and(|text| text.parse::<Timestamp>().is_ok());
        if field.kind() == "Rollout" && field.field.matches("spec/restartAt") && field.difference.live.is_some_and(is_time) {
            return Some(Finding::harmless(
                "restart-trigger",
                0.95,
                "A restart was asked for at this time; nothing else about it changed.",
            ));
        }
        if is_reloader_variable(field) {
            return Some(Finding::harmless(
                "restart-trigger",
                0.92,
                "A reloader's hash: it restarted pods because their configuration changed.",
            ));
        }
        let key = field.field.annotation()?;
        if RESTARTED_AT.contains(&key) {
            return match field.difference.live {
                // Git keeps an older restart, or none: both are the same to the pods of today.
                None => Some(Finding::harmless(
                    "restart-trigger",
                    0.9,
                    "A restart that the cluster does not remember.",
                )),
                Some(live) if is_time(live) => Some(Finding::harmless(
                    "restart-trigger",
                    0.97,
                    "A restart trigger: pods were restarted, nothing about them changed.",
                )),
                Some(_) => Some(Finding::needs_review(
                    "odd-trigger-value",
                    0.7,
                    "A restart trigger whose value is no time stamp: look what it is used for.",
                )),
            };
        }
        if RECONCILE_NOW.contains(&key) {
            let asks = field.difference.live.is_none_or(|live| is_time(live) || is_count(live));
            return Some(if asks {
                Finding::harmless(
                    "restart-trigger",
                    0.93,
                    "A controller was asked to reconcile at once; nothing else changed.",
                )
            } else {
                Finding::needs_review(
                    "odd-trigger-value",
                    0.7,
                    "A request to reconcile whose value is no time stamp: look what it is used for.",
                )
            });
        }
        is_reloader_hash(key).then(|| {
            Finding::harmless(
                "restart-trigger",
                0.9,
                "A reloader's hash: it restarted pods because their configuration changed.",
            )
        })
    }
}

/// Seconds since 1970, or a counter.
fn is_count(value: &serde_json::Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
}

/// Reloader can keep its hash in a variable instead of an annotation.
fn is_reloader_variable(field: &FieldEvidence<'_>) -> bool {
    let is_variable = field.field.matches("container:env/*") || field.field.matches("container:env/*/value");
    let variable = if field.field.name() == "value" {
        field.difference.path.parent()
    } else {
        Some(field.difference.path.clone())
    };
    let name = variable.and_then(|path| path.get(field.of.live?)?.get("name")?.as_str());
    is_variable && field.manager() == Some("Reloader") && name.is_some_and(|name| name.starts_with("STAKATER_"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn restarted(value: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        Fixture::of("Deployment")
            .live(json!({"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": value}}}}}))
            .target(json!({"spec": {"template": {"metadata": {"annotations": {}}}}}))
            .by("kubectl-rollout")
            .judge()
    }

    #[test]
    fn a_time_stamp_is_a_restart() {
        let path = "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt";
        assert_eq!(restarted("2026-11-20T02:15:02Z"), [(path, "harmless", "restart-trigger")]);
        assert_eq!(restarted("please"), [(path, "needs-review", "odd-trigger-value")]);
        assert_eq!(restarted("2026-11-20T02:15:02Z\u{202e}"), [(path, "risky", "hostile-text")]);
    }

    #[test]
    fn asking_a_controller_to_reconcile_changes_nothing() {
        let asked = |value: &str| {
            Fixture::of("ExternalSecret")
                .group("external-secrets.io")
                .target(json!({"metadata": {"annotations": {}}}))
                .live(json!({"metadata": {"annotations": {"force-sync": value}}}))
                .by("kubectl-annotate")
                .judge()
        };
        let path = "/metadata/annotations/force-sync";
        assert_eq!(asked("1760000000"), [(path, "harmless", "restart-trigger")]);
        assert_eq!(asked("off"), [(path, "needs-review", "odd-trigger-value")]);
    }
}
