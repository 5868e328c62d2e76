//! The autoscalers of an Application that bear on one of its workloads, with their bounds. Only what is among the Application's
//! own objects is seen: one that lives elsewhere is not.

use serde_json::Value;

use super::evidence::Sibling;
use crate::drift::ResourceKey;

/// One autoscaler that targets a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scaler {
    /// Short name of its kind, as `kubectl get` takes it.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// What it may do: `2–10 replicas, cpu 80%`.
    pub bounds: String,
}

/// The autoscalers among `siblings` that target this resource, in their order.
pub fn scalers(resource: &ResourceKey, siblings: &[Sibling<'_>]) -> Vec<Scaler> {
    siblings.iter().filter_map(|sibling| scaler(resource, sibling)).collect()
}

fn scaler(resource: &ResourceKey, sibling: &Sibling<'_>) -> Option<Scaler> {
    let spec = sibling.object.get("spec")?;
    let (kind, bounds, target): (_, fn(&Value) -> String, _) = match sibling.key.kind.as_str() {
        "HorizontalPodAutoscaler" => ("hpa", horizontal, spec.get("scaleTargetRef")?),
        "ScaledObject" => ("scaledobject", event_driven, spec.get("scaleTargetRef")?),
        "VerticalPodAutoscaler" => ("vpa", vertical, spec.get("targetRef")?),
        _ => return None,
    };
    let text = |key: &str| target.get(key).and_then(Value::as_str);
    // KEDA leaves the kind out for a Deployment.
    let is_target = text("kind").unwrap_or("Deployment") == resource.kind && text("name") == Some(resource.name.as_str());
    let is_here = sibling.key.namespace.is_empty() || sibling.key.namespace == resource.namespace;
    (is_target && is_here).then(|| Scaler {
        kind,
        name: sibling.key.name.clone(),
        bounds: bounds(spec),
    })
}

fn replicas(spec: &Value, least: (&str, i64), most: (&str, Option<i64>)) -> String {
    let number = |key: &str| spec.get(key).and_then(Value::as_i64);
    let least = number(least.0).unwrap_or(least.1);
    match number(most.0).or(most.1) {
        Some(most) => format!("{least}–{most} replicas"),
        None => format!("{least} replicas and more"),
    }
}

/// Without `minReplicas` it is one.
fn horizontal(spec: &Value) -> String {
    let mut parts = vec![replicas(spec, ("minReplicas", 1), ("maxReplicas", None))];
    let metrics = spec.get("metrics").and_then(Value::as_array).into_iter().flatten();
    parts.extend(metrics.filter_map(metric));
    // The form of `autoscaling/v1`.
    let usage = spec.get("targetCPUUtilizationPercentage").and_then(Value::as_i64);
    parts.extend(usage.map(|usage| format!("cpu {usage}%")));
    parts.join(", ")
}

/// `cpu 80%`, `memory 500Mi`, `requests-per-second 100`.
fn metric(metric: &Value) -> Option<String> {
    let of = ["resource", "containerResource", "pods", "object", "external"]
        .iter()
        .find_map(|kind| metric.get(kind))?;
    let name = of
        .get("name")
        .or_else(|| of.get("metric")?.get("name"))
        .and_then(Value::as_str)?;
    let target = of.get("target")?;
    if let Some(usage) = target.get("averageUtilization").and_then(Value::as_i64) {
        return Some(format!("{name} {usage}%"));
    }
    let amount = target.get("averageValue").or_else(|| target.get("value"))?;
    let amount = amount.as_str().map_or_else(|| amount.to_string(), str::to_owned);
    Some(format!("{name} {amount}"))
}

/// KEDA: none at least and a hundred at most, unless said.
fn event_driven(spec: &Value) -> String {
    replicas(spec, ("minReplicaCount", 0), ("maxReplicaCount", Some(100)))
}

/// The bounds of its container policies; what it does with its advice.
fn vertical(spec: &Value) -> String {
    let policies = spec.pointer("/resourcePolicy/containerPolicies").and_then(Value::as_array);
    let mut parts = Vec::new();
    for policy in policies.into_iter().flatten() {
        let container = policy.get("containerName").and_then(Value::as_str).unwrap_or("*");
        for resource in ["cpu", "memory"] {
            let bound = |which: &str| {
                let amount = policy.get(which)?.get(resource)?;
                Some(amount.as_str().map_or_else(|| amount.to_string(), str::to_owned))
            };
            match (bound("minAllowed"), bound("maxAllowed")) {
                (None, None) => {}
                (least, most) => parts.push(format!(
                    "{container} {resource} {}–{}",
                    least.unwrap_or_default(),
                    most.unwrap_or_default()
                )),
            }
        }
    }
    if parts.is_empty() {
        parts.push("no bounds".to_owned());
    }
    let mode = spec.pointer("/updatePolicy/updateMode").and_then(Value::as_str);
    parts.push(format!("mode {}", mode.unwrap_or("Auto")));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_scales_a_workload_and_within_which_bounds() {
        let web = ResourceKey::new("apps", "Deployment", "shop", "web");
        let target = json!({"kind": "Deployment", "name": "web"});
        for (why, kind, namespace, spec, expected) in [
            (
                "an HPA with its targets",
                "HorizontalPodAutoscaler",
                "shop",
                json!({"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 10, "metrics": [
                    {"type": "Resource", "resource": {"name": "cpu", "target": {"averageUtilization": 80}}},
                    {"type": "Pods", "pods": {"metric": {"name": "rps"}, "target": {"averageValue": "100"}}}]}),
                Some("hpa/scaler 2–10 replicas, cpu 80%, rps 100"),
            ),
            (
                "an HPA of the first form, without a least number",
                "HorizontalPodAutoscaler",
                "shop",
                json!({"scaleTargetRef": target, "maxReplicas": 4, "targetCPUUtilizationPercentage": 70}),
                Some("hpa/scaler 1–4 replicas, cpu 70%"),
            ),
            (
                "KEDA leaves kind and bounds to their defaults",
                "ScaledObject",
                "shop",
                json!({"scaleTargetRef": {"name": "web"}}),
                Some("scaledobject/scaler 0–100 replicas"),
            ),
            (
                "a VPA",
                "VerticalPodAutoscaler",
                "shop",
                json!({"targetRef": target, "updatePolicy": {"updateMode": "Initial"}, "resourcePolicy": {"containerPolicies": [
                    {"containerName": "app", "minAllowed": {"cpu": "100m"}, "maxAllowed": {"cpu": 2, "memory": "1Gi"}}]}}),
                Some("vpa/scaler app cpu 100m–2, app memory –1Gi, mode Initial"),
            ),
            (
                "a VPA without bounds",
                "VerticalPodAutoscaler",
                "shop",
                json!({"targetRef": target}),
                Some("vpa/scaler no bounds, mode Auto"),
            ),
            (
                "of another workload",
                "HorizontalPodAutoscaler",
                "shop",
                json!({"scaleTargetRef": {"kind": "StatefulSet", "name": "web"}, "maxReplicas": 4}),
                None,
            ),
            (
                "of another namespace",
                "HorizontalPodAutoscaler",
                "elsewhere",
                json!({"scaleTargetRef": target, "maxReplicas": 4}),
                None,
            ),
            ("not a scaler", "Service", "shop", json!({"scaleTargetRef": target}), None),
        ] {
            let key = ResourceKey::new("x", kind, namespace, "scaler");
            let object = json!({"spec": spec});
            let found = scalers(
                &web,
                &[Sibling {
                    key: &key,
                    object: &object,
                }],
            );
            let said: Vec<String> = found.iter().map(|s| format!("{}/{} {}", s.kind, s.name, s.bounds)).collect();
            assert_eq!(said, expected.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{why}");
        }
    }
}
