//! # vertical-autoscaler
//!
//! ## What
//! Resource requests (and limits) that a VerticalPodAutoscaler of the same Application sets, in a mode that applies them.
//!
//! ## Why
//! Git delegated the numbers. Inside the policy they are nobody's concern; outside, the delegation does not explain them.
//!
//! ## Example
//! `vpa-updater` set requests of 310m within `maxAllowed: 2`.
//!
//! ## When it is wrong
//! When the autoscaler lives outside the Application: it is then not visible here, and the drift asks for review.

use serde_json::Value;

use crate::drift::origin::Origin;
use crate::kubernetes::quantity::quantity_of;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct VerticalAutoscaler;

impl Rule for VerticalAutoscaler {
    fn id(&self) -> &'static str {
        "vertical-autoscaler"
    }

    fn source(&self) -> &'static str {
        include_str!("vertical_autoscaler.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let manager = field.manager().filter(|manager| manager.starts_with("vpa-"))?;
        if !field.field.matches("container:resources/**") {
            return None;
        }
        let live = field.difference.live?;
        let Some(policy) = policy_for(field) else {
            let reason =
                format!("{manager} set it; no VerticalPodAutoscaler in this Application that applies its advice explains it.");
            return Some(Finding::needs_review("vpa-not-visible", 0.8, reason).by(Origin::Controller));
        };
        let resource = field.field.name();
        let bound = |which: &str| {
            policy
                .get(which)
                .and_then(|bounds| bounds.get(resource))
                .and_then(quantity_of)
        };
        let amount = quantity_of(live);
        let is_inside = amount.is_none_or(|amount| {
            bound("minAllowed").is_none_or(|least| amount >= least) && bound("maxAllowed").is_none_or(|most| amount <= most)
        });
        Some(if is_inside {
            Finding::harmless(
                "vpa-requests",
                0.94,
                format!("{manager} set it, inside what the VerticalPodAutoscaler allows."),
            )
            .by(Origin::Controller)
        } else {
            Finding::needs_review(
                "vpa-out-of-policy",
                0.85,
                format!("{manager} set it beyond what the VerticalPodAutoscaler allows."),
            )
            .by(Origin::Controller)
        })
    }
}

/// The container policy of the autoscaler that targets this object and applies its advice; an empty one when it sets none.
fn policy_for(field: &FieldEvidence<'_>) -> Option<Value> {
    let resource = field.of.resource;
    let spec = field
        .of
        .siblings_of("VerticalPodAutoscaler")
        .filter_map(|s| s.object.get("spec"))
        .find(|spec| {
            let target = |key: &str| spec.get("targetRef").and_then(|r| r.get(key)).and_then(Value::as_str);
            target("kind") == Some(&resource.kind) && target("name") == Some(&resource.name)
        })?;
    // `Auto` is the default; `Off` only advises, and `Initial` does not touch the workload itself.
    let mode = spec
        .pointer("/updatePolicy/updateMode")
        .and_then(Value::as_str)
        .unwrap_or("Auto");
    if mode == "Off" {
        return None;
    }
    let policies = spec.pointer("/resourcePolicy/containerPolicies").and_then(Value::as_array);
    let container = container_name(field);
    let named = |policy: &&Value, name: &str| policy.get("containerName").and_then(Value::as_str) == Some(name);
    let policy = policies.and_then(|policies| {
        policies
            .iter()
            .find(|p| container.is_some_and(|name| named(p, name)))
            .or_else(|| policies.iter().find(|p| named(p, "*")))
    });
    let is_off = policy.is_some_and(|policy| policy.get("mode").is_some_and(|mode| mode == "Off"));
    (!is_off).then(|| policy.cloned().unwrap_or(Value::Null))
}

fn container_name<'a>(field: &FieldEvidence<'a>) -> Option<&'a str> {
    let mut path = field.difference.path.clone();
    while path.last().is_some_and(|last| last != "resources") {
        path = path.parent()?;
    }
    path.parent()?.get(field.of.live?)?.get("name")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::fixture::Fixture;

    fn requests(cpu: &str, mode: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        let pod = |cpu: &str| -> Value {
            json!({"spec": {"template": {"spec": {"containers": [{"name": "web", "resources": {"requests": {"cpu": cpu}}}]}}}})
        };
        let vpa = json!({"spec": {"targetRef": {"kind": "Deployment", "name": "it"}, "updatePolicy": {"updateMode": mode},
            "resourcePolicy": {"containerPolicies": [{"containerName": "*", "maxAllowed": {"cpu": "1"}}]}}});
        Fixture::of("Deployment")
            .target(pod("100m"))
            .live(pod(cpu))
            .by("vpa-updater")
            .sibling("VerticalPodAutoscaler", vpa)
            .judge()
    }

    #[test]
    fn mode_and_bounds_decide() {
        let path = "/spec/template/spec/containers/0/resources/requests/cpu";
        assert_eq!(requests("900m", "Auto"), [(path, "harmless", "vpa-requests")]);
        assert_eq!(requests("3", "Auto"), [(path, "needs-review", "vpa-out-of-policy")]);
        assert_eq!(requests("900m", "Off"), [(path, "needs-review", "vpa-not-visible")]);
    }

    #[test]
    fn a_container_that_the_policy_leaves_out_is_not_delegated() {
        let pod = |cpu: &str| -> Value {
            json!({"spec": {"template": {"spec": {"containers": [{"name": "web", "resources": {"requests": {"cpu": cpu}}}]}}}})
        };
        let vpa = json!({"spec": {"targetRef": {"kind": "Deployment", "name": "it"},
            "resourcePolicy": {"containerPolicies": [{"containerName": "web", "mode": "Off"}]}}});
        let judged = Fixture::of("Deployment")
            .target(pod("100m"))
            .live(pod("900m"))
            .by("vpa-updater")
            .sibling("VerticalPodAutoscaler", vpa)
            .judge();
        let path = "/spec/template/spec/containers/0/resources/requests/cpu";
        assert_eq!(judged, [(path, "needs-review", "vpa-not-visible")]);
    }
}
