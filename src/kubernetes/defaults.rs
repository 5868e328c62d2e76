//! Defaults: values that the API server fills where Git says nothing.
//!
//! Source: the defaulting functions of the built-in APIs (`pkg/apis/*/v1/defaults.go`) of Kubernetes 1.36.

use serde_json::{Value, json};

use super::default_values::ROWS;
use super::field::Field;

const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];

/// Fields in which an empty map says something that an absent one does not: "on", "everything", "this kind of volume".
const EMPTY_SAYS_SOMETHING: &[&str] = &["automated", "emptyDir", "matchLabels", "allowedRoutes"];

/// Whether nothing and an empty value mean the same at this field.
pub fn empty_means_absent(field: &Field<'_>) -> bool {
    // An absent selector selects nothing and an empty one everything (metav1.LabelSelector).
    let name = field.name();
    // A node selector is a plain map of labels: without an entry it asks for nothing.
    let is_plain_map = field.matches("pod:nodeSelector");
    is_plain_map || (!EMPTY_SAYS_SOMETHING.contains(&name) && !name.to_ascii_lowercase().ends_with("selector"))
}

/// Whether `value` is what the API server would fill at this field of `object` when Git says nothing. A map is default when
/// all that is in it is.
pub fn is_default(kind: &str, field: &Field<'_>, value: &Value, object: &Value) -> bool {
    is_default_leaf(kind, field, value, object)
        || value.as_object().is_some_and(|map| {
            !map.is_empty()
                && map
                    .iter()
                    .all(|(key, value)| is_default(kind, &field.child(kind, key), value, object))
        })
}

fn is_default_leaf(kind: &str, field: &Field<'_>, value: &Value, object: &Value) -> bool {
    let same = |default: &str| serde_json::from_str::<Value>(default).is_ok_and(|default| default == *value);
    ROWS.iter()
        .any(|row| (row.kinds.is_empty() || row.kinds.contains(&kind)) && field.matches(row.pattern) && same(row.default))
        || is_probe_default(field, value)
        || is_computed_default(kind, field, value, object)
}

fn is_probe_default(field: &Field<'_>, value: &Value) -> bool {
    const DEFAULTS: &[(&str, &str)] = &[
        ("failureThreshold", "3"),
        ("periodSeconds", "10"),
        ("successThreshold", "1"),
        ("timeoutSeconds", "1"),
        ("httpGet/scheme", r#""HTTP""#),
        ("httpGet/path", r#""/""#),
        ("grpc/service", r#""""#),
    ];
    PROBES.iter().any(|probe| {
        DEFAULTS.iter().any(|(name, default)| {
            field.matches(&format!("container:{probe}/{name}"))
                && serde_json::from_str::<Value>(default).is_ok_and(|default| default == *value)
        })
    })
}

/// Defaults that depend on another field of the object.
fn is_computed_default(kind: &str, field: &Field<'_>, value: &Value, object: &Value) -> bool {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    if field.matches("container:imagePullPolicy") {
        // A tag may be pinned; `latest` and none are pulled anew (`SetDefaults_Container`).
        let image = field.sibling(object, "image").and_then(Value::as_str).unwrap_or_default();
        return value == pull_policy(image);
    }
    // The older name of `serviceAccountName`, kept in step.
    if field.matches("pod:serviceAccount") {
        return field.sibling(object, "serviceAccountName") == Some(value);
    }
    if field.matches("pod:volumes/*/image/pullPolicy") {
        let reference = field.sibling(object, "reference").and_then(Value::as_str).unwrap_or_default();
        return value == pull_policy(reference);
    }
    match kind {
        // A Pod, and no template, asks for what it is limited to (`SetDefaults_Pod`).
        "Pod" if field.matches("container:resources/requests/*") => {
            let limit = field
                .above(object, 2)
                .and_then(|resources| resources.get("limits")?.get(field.name()));
            limit == Some(value)
        }
        // A Pod in the host's network has its ports there (`defaultHostNetworkPorts`).
        "Pod" if field.matches("container:ports/*/hostPort") => {
            object.pointer("/spec/hostNetwork") == Some(&Value::Bool(true))
                && field.sibling(object, "containerPort") == Some(value)
        }
        // What a container may use defaults from what it may use at most (`SetDefaults_LimitRangeItem`).
        "LimitRange" if field.matches_any(&["spec/limits/*/default", "spec/limits/*/defaultRequest"]) => {
            value.as_object().is_some_and(|amounts| {
                !amounts.is_empty()
                    && amounts
                        .iter()
                        .all(|(name, amount)| is_limit_default(field, 1, name, amount, object))
            })
        }
        "LimitRange" if field.matches_any(&["spec/limits/*/default/*", "spec/limits/*/defaultRequest/*"]) => {
            is_limit_default(field, 2, field.name(), value, object)
        }
        // The older version of the API has one value for both kinds of target.
        "HorizontalPodAutoscaler" if field.matches("spec/metrics/*/*/target/value") => {
            *value == "0" && field.sibling(object, "type").is_some_and(|kind| kind == "AverageValue")
        }
        // A claim that names its source in the old way gets the new way too (`NormalizeDataSources`).
        "PersistentVolumeClaim" if field.matches("spec/dataSourceRef") => field.sibling(object, "dataSource") == Some(value),
        "Job" if field.matches("spec/backoffLimit") => {
            *value == json!(i32::MAX) && field.sibling(object, "backoffLimitPerIndex").is_some()
        }
        "Job" if field.matches("spec/podReplacementPolicy") => {
            value == "Failed" && field.sibling(object, "podFailurePolicy").is_some()
        }
        "Job" if field.matches("spec/podFailurePolicy/rules/*/onPodConditions/*/status") => value == "True",
        // The TaintNodesByCondition admission plugin and the node lifecycle.
        "Node" if field.matches("spec/taints/*") => value
            .get("key")
            .and_then(Value::as_str)
            .is_some_and(|key| key.starts_with("node.kubernetes.io/") || key.starts_with("node.cloudprovider.kubernetes.io/")),
        // The DefaultStorageClass and DefaultIngressClass admission plugins: any class, where Git names none.
        "PersistentVolumeClaim" if field.matches("spec/storageClassName") => value.is_string(),
        // The StorageObjectInUseProtection admission plugin.
        "PersistentVolumeClaim" if field.matches("metadata/finalizers") => *value == json!(["kubernetes.io/pvc-protection"]),
        "PersistentVolume" if field.matches("metadata/finalizers") => *value == json!(["kubernetes.io/pv-protection"]),
        // A Job selects its pods by labels that the API server makes up (`generateSelector`).
        "Job" if field.matches("spec/selector") => value.get("matchLabels").is_some_and(is_job_labels),
        "Job" if field.matches("metadata/labels/*") => {
            // A Job without labels takes those of its template (`SetDefaults_Job`).
            JOB_LABELS.contains(&field.name())
                || text(&format!("/spec/template/metadata/labels/{}", escaped(field.name()))).is_some_and(|label| *value == label)
        }
        "Job" if field.matches("spec/selector/matchLabels/*") || field.matches("template:labels/*") => {
            JOB_LABELS.contains(&field.name())
        }
        "Job" if field.matches("template:**") || field.matches("spec/template/metadata") => {
            value.get("labels").is_some_and(is_job_labels)
        }
        "CustomResourceDefinition" if field.matches("spec/names/listKind") => {
            text("/spec/names/kind").is_some_and(|kind| *value == format!("{kind}List"))
        }
        "CustomResourceDefinition" if field.matches("spec/names/singular") => {
            text("/spec/names/kind").is_some_and(|kind| *value == kind.to_lowercase())
        }
        "NetworkPolicy" if field.matches("spec/policyTypes") => {
            let egress = object.pointer("/spec/egress").and_then(Value::as_array);
            let has_egress = egress.is_some_and(|rules| !rules.is_empty());
            has_egress && *value == json!(["Ingress", "Egress"])
        }
        "Service" if field.matches("spec/ports/*/targetPort") => field.sibling(object, "port") == Some(value),
        "RoleBinding" | "ClusterRoleBinding" if field.matches("subjects/*/apiGroup") => {
            let kind = field.sibling(object, "kind").and_then(Value::as_str).unwrap_or_default();
            value
                == if kind == "ServiceAccount" {
                    ""
                } else {
                    "rbac.authorization.k8s.io"
                }
        }
        // The service account admission mounts a token into each pod under a generated name.
        "Pod" if field.matches("pod:volumes/*") => is_token_volume(value),
        "Pod" if field.matches("pod:volumes") || field.matches("container:volumeMounts") => value
            .as_array()
            .is_some_and(|items| !items.is_empty() && items.iter().all(|i| is_token_volume(i) || is_token_mount(i))),
        "Pod" if field.matches("container:volumeMounts/*") => is_token_mount(value),
        _ => false,
    }
}

fn pull_policy(image: &str) -> &'static str {
    let tag = image.strip_prefix(super::images::repository(image)).unwrap_or_default();
    if tag.is_empty() || tag == ":latest" {
        "Always"
    } else {
        "IfNotPresent"
    }
}

/// Whether a default of a LimitRange item, `levels` below that item, follows from the item's other amounts.
fn is_limit_default(field: &Field<'_>, levels: usize, name: &str, amount: &Value, object: &Value) -> bool {
    let Some(item) = field.above(object, levels) else {
        return false;
    };
    let from = |map: &str| item.get(map).and_then(|amounts| amounts.get(name)) == Some(amount);
    let is_request = field.segments().iter().any(|segment| segment == "defaultRequest");
    item.get("type").is_some_and(|kind| kind == "Container") && (from("max") || (is_request && (from("default") || from("min"))))
}

/// A segment as JSON Pointers spell it (RFC 6901).
fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

const JOB_LABELS: &[&str] = &[
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
    "controller-uid",
    "job-name",
];

fn is_job_labels(labels: &Value) -> bool {
    labels
        .as_object()
        .is_some_and(|labels| !labels.is_empty() && labels.keys().all(|key| JOB_LABELS.contains(&key.as_str())))
}

fn is_token_volume(value: &Value) -> bool {
    let named = value
        .get("name")
        .and_then(Value::as_str)
        .is_some_and(|name| name.starts_with("kube-api-access-"));
    named && value.get("projected").is_some()
}

fn is_token_mount(value: &Value) -> bool {
    value.get("mountPath").and_then(Value::as_str) == Some("/var/run/secrets/kubernetes.io/serviceaccount")
        && value
            .get("name")
            .and_then(Value::as_str)
            .is_some_and(|name| name.starts_with("kube-api-access-"))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn at(kind: &str, path: &str, value: &Value, object: &Value) -> bool {
        is_default(kind, &Field::new(kind, path.split('/').map(Cow::Borrowed)), value, object)
    }

    #[test]
    fn every_default_parses() {
        for row in ROWS {
            assert!(serde_json::from_str::<Value>(row.default).is_ok(), "{}", row.pattern);
        }
    }

    #[test]
    fn only_the_default_value_is_the_default() {
        let none = json!({});
        assert!(at(
            "StatefulSet",
            "spec/volumeClaimTemplates/0/kind",
            &json!("PersistentVolumeClaim"),
            &none
        ));
        assert!(!at(
            "StatefulSet",
            "spec/volumeClaimTemplates/0/kind",
            &json!("Secret"),
            &none
        ));
        assert!(at(
            "Deployment",
            "spec/strategy",
            &json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%"}}),
            &none
        ));
        assert!(!at(
            "Deployment",
            "spec/strategy",
            &json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "50%"}}),
            &none
        ));
    }

    #[test]
    fn the_pull_policy_follows_the_tag() {
        let pod = |image: &str| json!({"spec": {"containers": [{"image": image}]}});
        let policy = |policy: &str, image: &str| at("Pod", "spec/containers/0/imagePullPolicy", &json!(policy), &pod(image));
        assert!(policy("IfNotPresent", "a/b:1"));
        assert!(policy("Always", "a/b:latest"));
        assert!(policy("Always", "host:5000/a/b"));
        assert!(!policy("Always", "a/b:1"));
        assert!(policy("IfNotPresent", "a/b@sha256:00"));
    }
}
