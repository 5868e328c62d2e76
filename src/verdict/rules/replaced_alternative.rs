//! # replaced-alternative
//!
//! ## What
//! Of two fields that exclude each other, a person set one; the other is gone because both cannot stand.
//!
//! ## Why
//! A removed field has no owner. Here its counterpart has one: whoever set it took this one away in the same stroke.
//!
//! ## Example
//! `valueFrom` of a variable is gone, and `kubectl-edit` owns the `value` that replaced it.
//!
//! ## When it is wrong
//! When Git moved to the one alternative while a person set the other. Both moved then, and somebody should look all the same.

use super::person_edit::cause_of;
use crate::drift::attribution::{Actor, attribute};
use crate::drift::compare::DifferenceKind;
use crate::drift::origin::Origin;
use crate::kubernetes::managers::is_person;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct ReplacedAlternative;

/// Places of which an object has one at most (unions of the API reference): a pattern and the last segments that exclude each other;
/// none means any of them.
const ALTERNATIVES: &[(&str, &[&str])] = &[
    ("container:env/*/*", &["value", "valueFrom"]),
    ("container:livenessProbe/*", &["httpGet", "tcpSocket", "exec", "grpc"]),
    ("container:readinessProbe/*", &["httpGet", "tcpSocket", "exec", "grpc"]),
    ("container:startupProbe/*", &["httpGet", "tcpSocket", "exec", "grpc"]),
    ("container:lifecycle/preStop/*", &["httpGet", "exec", "sleep"]),
    ("container:lifecycle/postStart/*", &["httpGet", "exec", "sleep"]),
    ("pod:volumes/*/*", &[]),
    ("spec/minAvailable", &[]),
    ("spec/maxUnavailable", &[]),
];

impl Rule for ReplacedAlternative {
    fn id(&self) -> &'static str {
        "replaced-alternative"
    }

    fn source(&self) -> &'static str {
        include_str!("replaced_alternative.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        if field.difference.kind != DifferenceKind::DesiredOnly || field.attribution.actor != Actor::Unknown {
            return None;
        }
        let last = field.field.segments().last()?;
        let (_, keys) = ALTERNATIVES
            .iter()
            .find(|(pattern, keys)| field.field.matches(pattern) && (keys.is_empty() || keys.contains(&last.as_ref())))?;
        let (live, desired) = (field.of.live?, field.of.desired?);
        let parent = field.difference.path.parent()?;
        let before = field.difference.desired_path.parent()?.get(desired)?.as_object()?;
        let after: Vec<&String> = parent
            .get(live)?
            .as_object()?
            .keys()
            .filter(|key| !before.contains_key(*key) && (keys.is_empty() || keys.contains(&key.as_str())))
            .collect();
        let person = after.iter().find_map(|key| {
            let owner = attribute(&parent.child(key), live, field.of.managed);
            owner.manager().filter(|manager| is_person(manager)).map(str::to_owned)
        })?;
        let cause = cause_of(field).unwrap_or("manual-edit");
        let reason = format!("{person} replaced it by another field; both cannot stand.");
        Some(Finding::risky(cause, 0.88, reason).by(Origin::Cluster))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn literal(manager: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        let pod = |variable: serde_json::Value| json!({"spec": {"containers": [{"name": "web", "env": [variable]}]}});
        Fixture::of("Pod")
            .target(pod(
                json!({"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}),
            ))
            .live(pod(json!({"name": "A", "value": "plain"})))
            .by(manager)
            .judge()
    }

    #[test]
    fn who_set_the_one_took_the_other_away() {
        assert_eq!(
            literal("k9s"),
            [
                ("/spec/containers/0/env/0/value", "risky", "manual-env"),
                ("/spec/containers/0/env/0/valueFrom", "risky", "manual-env"),
            ]
        );
        let by_program = literal("shop-operator");
        assert!(by_program.contains(&("/spec/containers/0/env/0/valueFrom", "needs-review", "unattributed")));
    }
}
