//! # list-order
//!
//! ## What
//! The same items in another order, in a list where order means nothing: sets, and lists that Kubernetes merges by key.
//!
//! ## Why
//! Servers and controllers store sets in an order of their own.
//!
//! ## Example
//! `users` of a SecurityContextConstraints, `env` of a container without references among its variables.
//!
//! ## When it is wrong
//! Where order decides: init containers, commands and arguments, routes of a mesh or an ingress, variables that use each other.
//! Those are never called equal; if last-applied proves that Git's order was applied, somebody changed it in the cluster.

use serde_json::Value;

use crate::drift::attribution::Actor;
use crate::drift::compare::{DifferenceKind, same};
use crate::drift::origin::Origin;
use crate::kubernetes::list_order::is_set;
use crate::kubernetes::managers::{is_person, is_sync};
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct ListOrder;

impl Rule for ListOrder {
    fn id(&self) -> &'static str {
        "list-order"
    }

    fn source(&self) -> &'static str {
        include_str!("list_order.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        if field.difference.kind != DifferenceKind::Reordered {
            return None;
        }
        let items = field.difference.live.and_then(Value::as_array)?;
        if is_set(field.kind(), &field.field, items) {
            let finding = Finding::harmless(
                "list-reorder",
                0.93,
                "The same items in another order, and order means nothing here.",
            )
            .by(Origin::Equivalent);
            // The API server stores metrics in the order of an older version of the API.
            let by_server = field.kind() == "HorizontalPodAutoscaler" && field.manager().is_none_or(is_sync);
            return Some(if by_server {
                finding.from(Actor::ServerDefault)
            } else {
                finding
            });
        }
        // The order of a keyed list has no owner: the sync owns the items, whoever moved them.
        let moved_in_cluster = field
            .last_applied()
            .zip(field.in_git())
            .is_some_and(|(applied, git)| same(applied, git));
        (moved_in_cluster && field.manager().is_none_or(|m| is_sync(m) || is_person(m))).then(|| {
            Finding::risky(
                "manual-order-change",
                0.85,
                "The order of a list in which order counts was changed in the cluster.",
            )
            .by(Origin::Cluster)
            .from(
                field
                    .manager()
                    .filter(|m| is_person(m))
                    .map_or(Actor::Unknown, |m| Actor::Manager(m.to_owned())),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::fixture::Fixture;

    fn reordered(list: &str, git: &Value, live: &Value) -> Vec<(&'static str, &'static str, &'static str)> {
        let pod = |items: &Value| json!({"spec": {"template": {"spec": {list: items}}}});
        Fixture::of("Deployment")
            .target(pod(git))
            .live(pod(live))
            .last_applied(pod(git))
            .judge()
    }

    #[test]
    fn order_counts_in_some_lists_only() {
        let (a, b) = (json!({"name": "a"}), json!({"name": "b"}));
        let path = "/spec/template/spec/volumes";
        assert_eq!(
            reordered("volumes", &json!([a, b]), &json!([b, a])),
            [(path, "harmless", "list-reorder")]
        );
        let path = "/spec/template/spec/initContainers";
        assert_eq!(
            reordered("initContainers", &json!([a, b]), &json!([b, a])),
            [(path, "risky", "manual-order-change")]
        );
    }
}
