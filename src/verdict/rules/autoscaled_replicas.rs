//! # autoscaled-replicas
//!
//! ## What
//! `spec.replicas` of a workload that an autoscaler of the same Application targets.
//!
//! ## Why
//! Git delegated the number. Inside the autoscaler's bounds it is nobody's concern; outside, the delegation does not explain
//! it. Without a visible autoscaler somebody scales who is not in Git.
//!
//! ## Example
//! The HPA of `web` allows 2 to 10 and scaled to 7 through `/scale`; Git also renders `replicas: 3`.
//!
//! ## When it is wrong
//! When the autoscaler lives outside the Application: it is then not visible here, and the drift asks for review.

use serde_json::Value;

use crate::drift::origin::Origin;
use crate::kubernetes::managers::{ManagerClass, Writes, classify, is_person, is_sync};
use crate::kubernetes::names::share_a_word;
use crate::kubernetes::objects::is_built_in;
use crate::verdict::evidence::Evidence;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct AutoscaledReplicas;

impl Rule for AutoscaledReplicas {
    fn id(&self) -> &'static str {
        "autoscaled-replicas"
    }

    fn source(&self) -> &'static str {
        include_str!("autoscaled_replicas.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        if field.field.name() != "replicas" {
            return None;
        }
        let live = field.difference.live.and_then(Value::as_i64)?;
        let manager = field.manager();
        if manager.is_some_and(is_sync) {
            return None;
        }
        let through_scale = field.attribution.subresource == "scale";
        if let Some(autoscaler) = autoscaler_of(&field.of)
            .filter(|_| field.field.matches("spec/replicas"))
            .or_else(|| declared_bounds(field))
        {
            let Bounds { kind, min, max } = autoscaler;
            if live < min || max.is_some_and(|max| live > max) {
                let max = max.map_or_else(|| "any number".to_owned(), |max| max.to_string());
                return Some(Finding::risky(
                    "replicas-out-of-range",
                    0.9,
                    format!("{live} replicas; the {kind} allows {min} to {max}."),
                ));
            }
            let rivals = autoscalers(&field.of);
            if rivals > 1 && field.field.matches("spec/replicas") && !manager.is_some_and(is_person) {
                let reason = format!("{rivals} autoscalers of this Application target it: they undo each other.");
                return Some(Finding::needs_review("rival-autoscalers", 0.85, reason).by(Origin::Controller));
            }
            let by_person = manager.is_some_and(is_person);
            let by_hand_of_controller = manager == Some("kube-controller-manager") && !through_scale;
            let by_scaler = manager.is_none_or(|manager| {
                matches!(classify(manager), ManagerClass::Controller(controller) if controller.writes.contains(&Writes::Replicas))
                    // The operator of a custom resource scales its own (`ray-autoscaler` a RayCluster).
                    || (!is_built_in(&field.of.resource.group) && share_a_word(manager, field.kind()))
            });
            if by_person || by_hand_of_controller || !by_scaler {
                let who = field.who();
                let reason = format!("Inside the bounds of the {kind}, but last written by {who}, not by the autoscaler.");
                return Some(Finding::needs_review("manual-scale-with-hpa", 0.8, reason));
            }
            let max = max.map_or_else(|| "any number".to_owned(), |max| max.to_string());
            let reason = format!("{live} replicas, inside what the {kind} allows ({min} to {max}).");
            return Some(Finding::harmless("hpa-replicas", 0.96, reason).by(Origin::Controller));
        }
        match manager.map(classify) {
            Some(ManagerClass::Controller(controller)) if controller.writes.contains(&Writes::Replicas) => {
                let attempts = field.of.application.operation.as_ref().map_or(0, |o| o.self_heal_attempts);
                let who = field.who();
                if attempts > 0 {
                    let reason =
                        format!("{who} and self-heal undo each other ({attempts} attempts): Git does not know this scaler.");
                    return Some(Finding::needs_review("scaler-fight", 0.85, reason).by(Origin::Controller));
                }
                let reason = format!("Scaled by {who}; no autoscaler in this Application explains it.");
                Some(Finding::needs_review("autoscaler-not-visible", 0.8, reason).by(Origin::Controller))
            }
            _ => None,
        }
    }
}

/// How many replicas an autoscaler allows.
struct Bounds {
    kind: &'static str,
    min: i64,
    max: Option<i64>,
}

/// Bounds that the object itself declares for an autoscaler: beside the field (`minReplicas`, `maxReplicas`), or as annotations of
/// the Cluster API.
fn declared_bounds(field: &FieldEvidence<'_>) -> Option<Bounds> {
    const NODE_GROUP: &str = "cluster.x-k8s.io/cluster-api-autoscaler-node-group-";
    let git = field.of.target?;
    let beside = |key: &str| field.field.sibling(git, key).and_then(Value::as_i64);
    let noted = |which: &str| {
        let key = format!("{NODE_GROUP}{which}-size");
        git.get("metadata")?
            .get("annotations")?
            .get(&key)?
            .as_str()?
            .parse::<i64>()
            .ok()
    };
    if let (Some(min), Some(max)) = (beside("minReplicas"), beside("maxReplicas")) {
        return Some(Bounds {
            kind: "object's own autoscaling",
            min,
            max: Some(max),
        });
    }
    Some(Bounds {
        kind: "cluster autoscaler",
        min: noted("min")?,
        max: Some(noted("max")?),
    })
}

/// How many autoscalers of this Application target this very object. The one that KEDA makes for its own use is none of them.
fn autoscalers(of: &Evidence<'_>) -> usize {
    of.siblings
        .iter()
        .filter(|sibling| match sibling.key.kind.as_str() {
            "HorizontalPodAutoscaler" => !sibling.key.name.starts_with("keda-hpa-") && is_wanted(sibling.object),
            "ScaledObject" => true,
            _ => false,
        })
        .filter(|sibling| {
            let reference = sibling.object.pointer("/spec/scaleTargetRef");
            let text = |key: &str| reference.and_then(|r| r.get(key)).and_then(Value::as_str);
            text("kind").unwrap_or("Deployment") == of.resource.kind
                && text("name") == Some(&of.resource.name)
                && (sibling.key.namespace.is_empty() || sibling.key.namespace == of.resource.namespace)
        })
        .count()
}

/// Whether nobody else made it for himself.
fn is_wanted(object: &Value) -> bool {
    object
        .pointer("/metadata/ownerReferences")
        .and_then(Value::as_array)
        .is_none_or(Vec::is_empty)
}

/// The autoscaler of this Application that targets this very object.
fn autoscaler_of(of: &Evidence<'_>) -> Option<Bounds> {
    let targets = |reference: Option<&Value>| {
        reference.is_some_and(|r| {
            let text = |key: &str| r.get(key).and_then(Value::as_str);
            text("kind").unwrap_or("Deployment") == of.resource.kind && text("name") == Some(&of.resource.name)
        })
    };
    let here = |namespace: &str| namespace.is_empty() || of.resource.namespace.is_empty() || namespace == of.resource.namespace;
    let number = |spec: &Value, key: &str| spec.get(key).and_then(Value::as_i64);
    for sibling in of.siblings {
        let Some(spec) = sibling.object.get("spec").filter(|_| here(&sibling.key.namespace)) else {
            continue;
        };
        // A Rollout takes over the Deployment that it references, and scales it down to nothing.
        let reference = match sibling.key.kind.as_str() {
            "Canary" => spec.get("targetRef"),
            "Rollout" => spec.get("workloadRef"),
            _ => spec.get("scaleTargetRef").or_else(|| spec.get("targetRef")),
        };
        if !targets(reference) {
            continue;
        }
        match sibling.key.kind.as_str() {
            "HorizontalPodAutoscaler" => {
                return Some(Bounds {
                    kind: "HorizontalPodAutoscaler",
                    min: number(spec, "minReplicas").unwrap_or(1),
                    max: number(spec, "maxReplicas"),
                });
            }
            "Canary" => {
                return Some(Bounds {
                    kind: "Canary",
                    min: 0,
                    max: None,
                });
            }
            "Rollout" => {
                return Some(Bounds {
                    kind: "Rollout",
                    min: 0,
                    max: None,
                });
            }
            // Autoscalers of other projects speak the same words (`WatermarkPodAutoscaler`, `AdvancedHorizontalPodAutoscaler`).
            kind if kind.ends_with("PodAutoscaler") && kind != "VerticalPodAutoscaler" => {
                return Some(Bounds {
                    kind: "autoscaler",
                    min: number(spec, "minReplicas").unwrap_or(1),
                    max: number(spec, "maxReplicas"),
                });
            }
            "ScaledObject" => {
                let idle = number(spec, "idleReplicaCount");
                let min = number(spec, "minReplicaCount").unwrap_or(0);
                // KEDA's default ceiling (keda.sh, ScaledObject spec).
                let max = number(spec, "maxReplicaCount").unwrap_or(100);
                return Some(Bounds {
                    kind: "ScaledObject",
                    min: idle.map_or(min, |idle| idle.min(min)),
                    max: Some(max),
                });
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn scaled(to: i64, manager: &str) -> Fixture {
        Fixture::of("Deployment")
            .target(json!({"spec": {"replicas": 3}}))
            .live(json!({"spec": {"replicas": to}}))
            .by(manager)
            .subresource("scale")
    }

    fn hpa(target: &str) -> serde_json::Value {
        json!({"spec": {"scaleTargetRef": {"kind": "Deployment", "name": target}, "minReplicas": 2, "maxReplicas": 10}})
    }

    #[test]
    fn inside_the_bounds_the_autoscaler_decides() {
        let judged = scaled(7, "kube-controller-manager")
            .sibling("HorizontalPodAutoscaler", hpa("it"))
            .judge();
        assert_eq!(judged, [("/spec/replicas", "harmless", "hpa-replicas")]);
    }

    #[test]
    fn a_program_that_is_no_scaler_does_not_become_one_by_using_the_scale_subresource() {
        let judged = scaled(7, "shop-reporter")
            .sibling("HorizontalPodAutoscaler", hpa("it"))
            .judge();
        assert_eq!(judged, [("/spec/replicas", "needs-review", "manual-scale-with-hpa")]);
    }

    #[test]
    fn outside_the_bounds_the_delegation_explains_nothing() {
        let judged = scaled(12, "kube-controller-manager")
            .sibling("HorizontalPodAutoscaler", hpa("it"))
            .judge();
        assert_eq!(judged, [("/spec/replicas", "risky", "replicas-out-of-range")]);
    }

    #[test]
    fn a_canary_and_a_rollout_scale_the_workload_that_they_name() {
        let named = json!({"kind": "Deployment", "name": "it"});
        let canary = json!({"spec": {"targetRef": named}});
        let rollout = json!({"spec": {"workloadRef": named}});
        let harmless = [("/spec/replicas", "harmless", "hpa-replicas")];
        assert_eq!(scaled(0, "flagger").sibling("Canary", canary.clone()).judge(), harmless);
        assert_eq!(scaled(0, "rollouts-controller").sibling("Rollout", rollout).judge(), harmless);
        assert_eq!(
            scaled(0, "k9s").sibling("Canary", canary).judge(),
            [("/spec/replicas", "needs-review", "manual-scale-with-hpa")]
        );
    }

    #[test]
    fn two_autoscalers_of_one_workload_undo_each_other_and_kedas_own_is_no_second() {
        let two = scaled(7, "kube-controller-manager")
            .sibling("HorizontalPodAutoscaler", hpa("it"))
            .sibling("HorizontalPodAutoscaler", hpa("it"));
        assert_eq!(two.judge(), [("/spec/replicas", "needs-review", "rival-autoscalers")]);
        let mut own = hpa("it");
        own["metadata"] = json!({"ownerReferences": [{"kind": "ScaledObject", "name": "it", "uid": "1"}]});
        let keda = json!({"spec": {"scaleTargetRef": {"name": "it"}, "maxReplicaCount": 10}});
        let pair = scaled(7, "kube-controller-manager")
            .sibling("ScaledObject", keda)
            .sibling("HorizontalPodAutoscaler", own);
        assert_eq!(pair.judge(), [("/spec/replicas", "harmless", "hpa-replicas")]);
    }

    #[test]
    fn another_objects_autoscaler_is_none() {
        let judged = scaled(7, "kube-controller-manager")
            .sibling("HorizontalPodAutoscaler", hpa("other"))
            .judge();
        assert_eq!(judged, [("/spec/replicas", "needs-review", "autoscaler-not-visible")]);
    }

    #[test]
    fn a_person_inside_the_bounds_is_worth_a_look_and_without_an_autoscaler_risky() {
        let judged = scaled(7, "kubectl").sibling("HorizontalPodAutoscaler", hpa("it")).judge();
        assert_eq!(judged, [("/spec/replicas", "needs-review", "manual-scale-with-hpa")]);
        assert_eq!(scaled(7, "kubectl").judge(), [("/spec/replicas", "risky", "manual-replicas")]);
    }
}
