//! What public repositories tell Argo CD to ignore (480 patterns, `tests/corpus/ignore/patterns.jsonl`), against the rules
//! that are built in: how many of these patterns a team need not write any more.
//!
//! Each pattern becomes a synthetic change at its path, of its kind, by a plausible owner, with a plausible value. The owners
//! and values below are the test's own guess at the usual story behind a pattern.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers of a test fail the test, and the figure is to be read"
)]

use driftline::engine::explain::Case;
use driftline::verdict::Verdict;
use serde_json::{Map, Value, json};

/// Words in a pattern's owner → field manager and subresource. What is not here is written by nobody: defaults, allocations.
const OWNERS: &[(&str, &str, &str)] = &[
    ("HPA", "kube-controller-manager", "scale"),
    ("resource controller", "kube-controller-manager", "status"),
    ("cainjector", "cainjector", ""),
    ("istiod", "pilot-discovery", ""),
    ("clusterrole-aggregation", "clusterrole-aggregation-controller", ""),
    ("PV controller", "kube-controller-manager", ""),
    ("rollout restart", "kubectl-rollout", ""),
    ("vpa", "vpa-admission-controller", ""),
    ("VPA", "vpa-admission-controller", ""),
    ("AKS", "aks-admissions-enforcer", ""),
    ("OpenShift service-account", "openshift-controller-manager", ""),
    ("Argo Rollouts", "rollouts-controller", ""),
    ("rollouts-controller", "rollouts-controller", ""),
    ("image updater", "argocd-image-updater", ""),
    ("argocd-server", "argocd-server", ""),
    ("Argo CD", "argocd-controller", ""),
    ("kubectl / Argo CD", "argocd-controller", ""),
    ("cert rotation", "kubectl-edit", ""),
    ("deployment controller", "kube-controller-manager", ""),
    ("controllers that annotate", "some-operator", ""),
    ("people", "kubectl-edit", ""),
    ("person", "kubectl-client-side-apply", ""),
    ("RBAC tooling", "Terraform", ""),
    ("operator", "some-operator", ""),
    ("webhook controller", "some-operator", ""),
    ("webhook-owning", "some-operator", ""),
    ("refresh trigger", "kubectl-annotate", ""),
    ("keda-operator", "keda-operator", ""),
    ("image rotation", "some-bot", ""),
    ("helm render", "argocd-controller", ""),
    ("deploy tooling", "some-bot", ""),
    ("render or policy", "some-operator", ""),
    ("queue controllers", "kubectl-edit", ""),
];

/// Last key of the path → the value that the API server or a CRD fills in, or a controller writes.
fn value_of(key: &str) -> Value {
    match key {
        "creationTimestamp" | "nullBytePolicy" => Value::Null,
        "imagePullPolicy" => json!("IfNotPresent"),
        "terminationMessagePath" => json!("/dev/termination-log"),
        "terminationMessagePolicy" => json!("File"),
        "dnsPolicy" => json!("ClusterFirst"),
        "restartPolicy" => json!("Always"),
        "schedulerName" => json!("default-scheduler"),
        "protocol" => json!("TCP"),
        "defaultMode" => json!(420),
        "divisor" => json!("0"),
        "apiVersion" => json!("v1"),
        "kind" => json!("PersistentVolumeClaim"),
        "volumeMode" => json!("Filesystem"),
        "revisionHistoryLimit" => json!(10),
        "timeoutSeconds" => json!(10),
        "completionMode" => json!("NonIndexed"),
        "podReplacementPolicy" => json!("TerminatingOrFailed"),
        "completions" | "parallelism" | "weight" => json!(1),
        "manualSelector" | "suspend" | "hostNetwork" | "paused" => json!(false),
        "whenScaled" | "whenDeleted" => json!("Retain"),
        "conversionStrategy" => json!("Default"),
        "decodingStrategy" | "metadataPolicy" => json!("None"),
        "deletionPolicy" => json!("Retain"),
        "engineVersion" => json!("v2"),
        "mergePolicy" => json!("Replace"),
        "action" => json!("replace"),
        "priority" => json!(0),
        "conversion" => json!({"strategy": "None"}),
        "persistentVolumeClaimRetentionPolicy" => json!({"whenDeleted": "Retain", "whenScaled": "Retain"}),
        "caBundle" | "destinationCACertificate" => json!("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t".repeat(20)),
        "failurePolicy" => json!("Fail"),
        "admission" | "background" | "emitWarning" | "skipBackgroundRequests" | "allowExistingViolations" => json!(true),
        "restartedAt" | "rollme" | "kubectl.kubernetes.io/restartedAt" => json!("2026-11-20T02:00:00Z"),
        "clusterIP" => json!("10.0.0.7"),
        "clusterIPs" => json!(["10.0.0.7"]),
        "volumeName" => json!("pvc-0123"),
        "status" => json!({"phase": "Pending"}),
        "metadata" => json!({"creationTimestamp": null, "labels": {"example.com/state": "x"}}),
        "annotations" | "labels" => json!({"example.com/state": "x"}),
        "data" => json!({"key": "eA=="}),
        "stringData" => json!({"key": "x"}),
        "finalizers" => json!(["example.com/keep"]),
        "imagePullSecrets" | "secrets" => json!([{"name": "it-dockercfg-abcde"}]),
        "rules" => json!([{"name": "autogen-x", "apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]),
        _ => json!("x"),
    }
}

/// A field that managers of these patterns are known to write.
const MANAGED: &[(&str, &str)] = &[
    ("keda-operator", "/spec/replicas"),
    ("kube-scheduler", "/spec/nodeName"),
    ("externalsecrets.external-secrets.io/", "/data/key"),
    ("pilot-discovery", "/webhooks/*/clientConfig/caBundle"),
    ("cert-manager", "/webhooks/*/clientConfig/caBundle"),
    ("webhook-cert-manager", "/webhooks/*/clientConfig/caBundle"),
    ("rollouts-controller", "/spec/http/*/route/*/weight"),
    (
        "vpa-admission-controller",
        "/spec/template/spec/containers/*/resources/requests/cpu",
    ),
];

/// The path's segments; what stands for a list position becomes 0, what stands for any depth one key.
fn segments_of(path: &str) -> Vec<String> {
    let path = path
        .rsplit_once(']')
        .filter(|_| path.starts_with('['))
        .map_or(path, |(_, rest)| rest);
    path.split('/')
        .skip(1)
        .map(|segment| match segment {
            "**" => "properties".to_owned(),
            s if s == "*" || s.starts_with('{') => "0".to_owned(),
            s => s.replace("~1", "/").replace("~0", "~"),
        })
        .collect()
}

/// A document with this value at this place, and its ownership.
fn grown(segments: &[String], value: Value) -> (Value, Value) {
    let Some((first, rest)) = segments.split_first() else {
        return (value, json!({}));
    };
    let (inner, owned) = grown(rest, value);
    if first == "0" {
        let is_container_list = rest
            .iter()
            .any(|s| s.starts_with("image") || s.starts_with("terminationMessage"));
        let mut item = inner.as_object().cloned().unwrap_or_default();
        item.entry("name").or_insert_with(|| json!("it"));
        let key = format!("k:{{\"name\":{}}}", item["name"]);
        if is_container_list {
            item.entry("image").or_insert_with(|| json!("registry.example.com/it:1.0"));
        }
        (Value::Array(vec![Value::Object(item)]), json!({key: owned}))
    } else {
        (json!({first.clone(): inner}), json!({format!("f:{first}"): owned}))
    }
}

fn judged(pattern: &Value) -> Verdict {
    let text = |key: &str| pattern[key].as_str().unwrap();
    let (owner, path) = (text("owner"), text("normalized_path"));
    let (kind, group) = match (text("kind"), text("group")) {
        ("*" | "all", _) if path.starts_with("/webhooks") || text("expression").contains("cert") => {
            ("ValidatingWebhookConfiguration", "admissionregistration.k8s.io")
        }
        ("*" | "all", _) if path.starts_with("/spec/volume") || path.starts_with("/spec/dataSource") => {
            ("PersistentVolumeClaim", "")
        }
        ("*" | "all", _) if text("expression") == "kube-scheduler" => ("Pod", ""),
        ("*" | "all", _) => ("Deployment", "apps"),
        (kind, "*") => (kind, ""),
        (kind, group) => (kind, group),
    };
    let by_manager = text("expression_kind") == "manager";
    let segments = if by_manager {
        let field = MANAGED
            .iter()
            .find(|(manager, _)| text("expression").starts_with(manager))
            .map_or("/spec/setting", |(_, field)| field);
        segments_of(field)
    } else {
        segments_of(path)
    };
    let last = segments.iter().rev().find(|s| *s != "0").unwrap().clone();
    let mut found = value_of(&last);
    if last == "replicas" {
        found = json!(4);
    }
    // A pattern for one item of a list: the value is that item.
    if segments.last().is_some_and(|segment| segment == "0") && found.is_array() {
        found = found[0].take();
    }
    let (live, owned) = grown(&segments, found);
    let api_version = if group.is_empty() {
        "v1".to_owned()
    } else {
        format!("{group}/v1")
    };
    let mut live_object = Map::from_iter([
        ("apiVersion".to_owned(), json!(api_version)),
        ("kind".to_owned(), json!(kind)),
        ("metadata".to_owned(), json!({"name": "it", "namespace": "shop"})),
    ]);
    merge(&mut live_object, live);
    let mut target = live_object.clone();
    if last == "replicas" {
        merge(&mut target, grown(&segments, json!(2)).0);
    } else {
        remove(&mut target, &segments);
    }
    let manager = if by_manager {
        Some((text("expression"), ""))
    } else {
        OWNERS
            .iter()
            .find(|(word, ..)| owner.contains(word))
            .map(|(_, manager, subresource)| (*manager, *subresource))
    };
    // The sync owns what Git has.
    let mut entries = vec![
        json!({"manager": "argocd-controller", "operation": "Update", "time": "2026-11-19T09:00:00Z",
        "fieldsType": "FieldsV1", "fieldsV1": owned_by_sync(&Value::Object(target.clone()))}),
    ];
    if let Some((manager, subresource)) = manager {
        entries.push(json!({"manager": manager, "operation": "Update", "subresource": subresource,
            "time": "2026-11-20T02:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": owned}));
    }
    live_object["metadata"]["managedFields"] = Value::Array(entries);
    if path.contains("aggregationRule") || owner.contains("aggregation") {
        live_object.insert(
            "aggregationRule".to_owned(),
            json!({"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}),
        );
    }
    if owner.contains("cainjector") {
        let marker = json!({"annotations": {"cert-manager.io/inject-ca-from": "shop/webhook"}});
        for side in [&mut target, &mut live_object] {
            merge(side, json!({"metadata": marker}));
        }
    }
    if let Some(rule) = live_object.get("aggregationRule") {
        target.insert("aggregationRule".to_owned(), rule.clone());
    }
    let hpa = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "it", "namespace": "shop"},
        "spec": {"minReplicas": 2, "maxReplicas": 10, "scaleTargetRef": {"apiVersion": api_version, "kind": kind, "name": "it"}}});
    let case = json!({"id": "p", "app": {"name": "shop"},
        "resource": {"group": group, "kind": kind, "namespace": "shop", "name": "it"},
        "target": target, "live": live_object, "siblings": [hpa]});
    Case::parse(&case.to_string()).unwrap().answer().verdict
}

/// Takes the field away: Git says nothing there.
fn remove(from: &mut Map<String, Value>, segments: &[String]) {
    let Some((last, above)) = segments.split_last() else { return };
    let Some((first, rest)) = above.split_first() else {
        from.remove(last);
        return;
    };
    let parent = rest.iter().fold(from.get_mut(first), |at, segment| match at? {
        Value::Object(map) => map.get_mut(segment),
        Value::Array(items) => items.first_mut(),
        _ => None,
    });
    match parent {
        Some(Value::Object(map)) => {
            map.remove(last);
        }
        Some(Value::Array(items)) => items.clear(),
        _ => {}
    }
}

/// fieldsV1 of everything in a manifest, list items by name.
fn owned_by_sync(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| !["apiVersion", "kind", "metadata"].contains(&key.as_str()))
            .map(|(key, value)| (format!("f:{key}"), owned_by_sync(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items
            .iter()
            .map(|item| (format!("k:{}", json!({"name": item["name"]})), owned_by_sync(item)))
            .collect::<Map<_, _>>()
            .into(),
        _ => json!({}),
    }
}

fn merge(into: &mut Map<String, Value>, from: Value) {
    let Value::Object(from) = from else { return };
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(known)), Value::Object(more)) => merge(known, Value::Object(more)),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[test]
fn most_of_what_public_repositories_ignore_as_noise_is_harmless_without_a_rule_and_the_rest_is_not_silenced() {
    let mut noise = (0, 0);
    let mut kept = (0, 0);
    let (mut missed, mut silenced) = (Vec::new(), Vec::new());
    for line in include_str!("corpus/ignore/patterns.jsonl").lines() {
        let pattern: Value = serde_json::from_str(line).unwrap();
        let verdict = judged(&pattern);
        let told = format!("{} {} — {}", pattern["kind"], pattern["normalized_path"], pattern["owner"]);
        if pattern["verdict_hint"] == "HARMLESS" {
            noise.1 += 1;
            if verdict == Verdict::Harmless {
                noise.0 += 1;
            } else {
                missed.push(format!("{verdict}: {told}"));
            }
        } else {
            kept.1 += 1;
            if verdict > Verdict::Harmless {
                kept.0 += 1;
            } else {
                silenced.push(told);
            }
        }
    }
    println!("noise that needs no rule: {} of {}", noise.0, noise.1);
    println!("what deserves a look and gets it: {} of {}", kept.0, kept.1);
    println!("\nnot harmless by themselves:\n{}", missed.join("\n"));
    println!("\nharmless although worth a look:\n{}", silenced.join("\n"));
    assert_eq!(noise.1 + kept.1, 480);
    assert!(noise.0 >= 248, "{missed:#?}");
    assert!(kept.0 >= 161, "{silenced:#?}");
}
