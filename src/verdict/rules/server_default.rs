//! # server-default
//!
//! ## What
//! The cluster has a value that Git does not set, and it is the one that the API server fills by itself.
//!
//! ## Why
//! Defaults appear on every object; they carry no decision of anybody.
//!
//! ## Example
//! `apiVersion` and `kind` inside `volumeClaimTemplates` of a StatefulSet that is applied server-side: they come back with
//! each read and never converge.
//!
//! ## When it is wrong
//! When a person set exactly the default on purpose. It behaves the same then.

use crate::drift::attribution::Actor;
use crate::drift::origin::Origin;
use crate::kubernetes::defaults::is_default;
use crate::kubernetes::managers::is_sync;
use crate::kubernetes::objects::is_built_in;
use crate::kubernetes::zeroes::zero_is_dropped;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct ServerDefault;

impl Rule for ServerDefault {
    fn id(&self) -> &'static str {
        "server-default"
    }

    fn source(&self) -> &'static str {
        include_str!("server_default.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let unset = field.difference.desired.is_none_or(serde_json::Value::is_null);
        if let (true, Some(live), Some(object)) = (unset, field.difference.live, field.of.live) {
            // A default was computed when the object was made: from what Git says, if the live object was edited since.
            // An identity that the live object took from an edit is no default.
            let follows_git = field.field.matches("pod:serviceAccount") && field.kind() != "Pod";
            let objects = [Some(object).filter(|_| !follows_git), field.of.desired];
            let chosen = field.field.name() == "storageClassName" && !field.manager().is_none_or(is_sync);
            let is_default = !chosen
                && objects
                    .into_iter()
                    .flatten()
                    .any(|object| is_default(field.kind(), &field.field, live, object));
            return is_default.then(|| {
                let finding = Finding::harmless("server-default", 0.97, "A default of the API server: Git leaves it open.")
                    .by(Origin::Default);
                // What an apply sent is the applier's, although it is the default too.
                if field.last_applied().is_some() {
                    finding
                } else {
                    finding.from(Actor::ServerDefault)
                }
            });
        }
        let dropped = field.difference.desired.filter(|_| field.difference.live.is_none())?;
        (is_built_in(&field.of.resource.group) && zero_is_dropped(field.kind(), &field.field, dropped)).then(|| {
            Finding::harmless("semantic-noop", 0.93, "Git says zero; the API server does not store it.")
                .by(Origin::Equivalent)
                .from(Actor::ServerDefault)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn stateful_set(kind: &str) -> Fixture {
        Fixture::of("StatefulSet")
            .target(json!({"spec": {"volumeClaimTemplates": [{"metadata": {"name": "data"}}]}}))
            .live(json!({"spec": {"volumeClaimTemplates": [{"kind": kind, "metadata": {"name": "data"}}]}}))
    }

    #[test]
    fn the_default_is_nobodys_decision() {
        assert_eq!(
            stateful_set("PersistentVolumeClaim").judge(),
            [("/spec/volumeClaimTemplates/0/kind", "harmless", "server-default")]
        );
    }

    #[test]
    fn another_value_is() {
        assert_eq!(
            stateful_set("Other").by("kubectl-edit").judge(),
            [("/spec/volumeClaimTemplates/0/kind", "risky", "manual-edit")]
        );
    }
}
