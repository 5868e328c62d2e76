//! Defaults: values that the API server fills where Git says nothing.
//!
//! Source: the defaulting functions of the built-in APIs (`pkg/apis/*/v1/defaults.go`) of Kubernetes 1.36.

use serde_json::{Value, json};

use super::field::Field;

/// One row: kinds (empty = any), pattern, the default as JSON text.
struct Row {
    kinds: &'static [&'static str],
    pattern: &'static str,
    default: &'static str,
}

const fn row(kinds: &'static [&'static str], pattern: &'static str, default: &'static str) -> Row {
    Row { kinds, pattern, default }
}

const WORKLOADS: &[&str] = &[
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
    "Rollout",
];
const WEBHOOKS: &[&str] = &["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"];
const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];

const ROWS: &[Row] = &[
    // Pod specs, wherever they are.
    row(&[], "pod:dnsPolicy", r#""ClusterFirst""#),
    row(&[], "pod:schedulerName", r#""default-scheduler""#),
    row(&[], "pod:terminationGracePeriodSeconds", "30"),
    row(&[], "pod:securityContext", "{}"),
    row(&[], "pod:enableServiceLinks", "true"),
    row(&[], "pod:hostNetwork", "false"),
    row(&[], "pod:hostPID", "false"),
    row(&[], "pod:hostIPC", "false"),
    row(WORKLOADS, "pod:restartPolicy", r#""Always""#),
    row(&["Pod"], "pod:preemptionPolicy", r#""PreemptLowerPriority""#),
    row(&["Pod"], "pod:priority", "0"),
    row(&["Pod"], "pod:serviceAccount", r#""default""#),
    row(&["Pod"], "pod:serviceAccountName", r#""default""#),
    row(
        &["Pod"],
        "pod:tolerations",
        r#"[{"effect":"NoExecute","key":"node.kubernetes.io/not-ready","operator":"Exists","tolerationSeconds":300},
            {"effect":"NoExecute","key":"node.kubernetes.io/unreachable","operator":"Exists","tolerationSeconds":300}]"#,
    ),
    row(&[], "container:terminationMessagePath", r#""/dev/termination-log""#),
    row(&[], "container:terminationMessagePolicy", r#""File""#),
    row(&[], "container:resources", "{}"),
    row(&[], "container:ports/*/protocol", r#""TCP""#),
    row(&[], "container:env/*/valueFrom/fieldRef/apiVersion", r#""v1""#),
    row(&[], "container:env/*/valueFrom/resourceFieldRef/divisor", r#""0""#),
    row(&[], "container:volumeMounts/*/recursiveReadOnly", r#""Disabled""#),
    row(&[], "container:lifecycle/postStart/httpGet/scheme", r#""HTTP""#),
    row(&[], "container:lifecycle/preStop/httpGet/scheme", r#""HTTP""#),
    // Volumes.
    row(&[], "pod:volumes/*/configMap/defaultMode", "420"),
    row(&[], "pod:volumes/*/secret/defaultMode", "420"),
    row(&[], "pod:volumes/*/projected/defaultMode", "420"),
    row(&[], "pod:volumes/*/downwardAPI/defaultMode", "420"),
    row(&[], "pod:volumes/*/downwardAPI/items/*/fieldRef/apiVersion", r#""v1""#),
    row(
        &[],
        "pod:volumes/*/projected/sources/*/downwardAPI/items/*/fieldRef/apiVersion",
        r#""v1""#,
    ),
    row(
        &[],
        "pod:volumes/*/projected/sources/*/serviceAccountToken/expirationSeconds",
        "3600",
    ),
    row(&[], "pod:volumes/*/hostPath/type", r#""""#),
    row(&[], "pod:volumes/*/emptyDir", "{}"),
    row(
        &[],
        "pod:volumes/*/ephemeral/volumeClaimTemplate/spec/volumeMode",
        r#""Filesystem""#,
    ),
    row(&[], "pod:volumes/*/iscsi/iscsiInterface", r#""default""#),
    // Workloads.
    row(
        &["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"],
        "spec/replicas",
        "1",
    ),
    row(&["Deployment", "StatefulSet", "DaemonSet"], "spec/revisionHistoryLimit", "10"),
    row(&["Deployment"], "spec/progressDeadlineSeconds", "600"),
    row(&["Deployment"], "spec/strategy/type", r#""RollingUpdate""#),
    row(&["Deployment"], "spec/strategy/rollingUpdate/maxSurge", r#""25%""#),
    row(&["Deployment"], "spec/strategy/rollingUpdate/maxUnavailable", r#""25%""#),
    row(&["StatefulSet"], "spec/podManagementPolicy", r#""OrderedReady""#),
    row(&["StatefulSet"], "spec/updateStrategy/type", r#""RollingUpdate""#),
    row(&["StatefulSet"], "spec/updateStrategy/rollingUpdate/partition", "0"),
    row(
        &["StatefulSet"],
        "spec/persistentVolumeClaimRetentionPolicy/whenDeleted",
        r#""Retain""#,
    ),
    row(
        &["StatefulSet"],
        "spec/persistentVolumeClaimRetentionPolicy/whenScaled",
        r#""Retain""#,
    ),
    row(&["StatefulSet"], "spec/volumeClaimTemplates/*/apiVersion", r#""v1""#),
    row(
        &["StatefulSet"],
        "spec/volumeClaimTemplates/*/kind",
        r#""PersistentVolumeClaim""#,
    ),
    row(
        &["StatefulSet"],
        "spec/volumeClaimTemplates/*/status",
        r#"{"phase":"Pending"}"#,
    ),
    row(
        &["StatefulSet"],
        "spec/volumeClaimTemplates/*/spec/volumeMode",
        r#""Filesystem""#,
    ),
    row(&["DaemonSet"], "spec/updateStrategy/type", r#""RollingUpdate""#),
    row(&["DaemonSet"], "spec/updateStrategy/rollingUpdate/maxSurge", "0"),
    row(&["DaemonSet"], "spec/updateStrategy/rollingUpdate/maxUnavailable", "1"),
    row(&["Job"], "spec/backoffLimit", "6"),
    row(&["Job"], "spec/completionMode", r#""NonIndexed""#),
    row(&["Job"], "spec/completions", "1"),
    row(&["Job"], "spec/parallelism", "1"),
    row(&["Job"], "spec/suspend", "false"),
    row(&["Job"], "spec/manualSelector", "false"),
    row(&["Job"], "spec/podReplacementPolicy", r#""TerminatingOrFailed""#),
    row(&["CronJob"], "spec/concurrencyPolicy", r#""Allow""#),
    row(&["CronJob"], "spec/suspend", "false"),
    row(&["CronJob"], "spec/successfulJobsHistoryLimit", "3"),
    row(&["CronJob"], "spec/failedJobsHistoryLimit", "1"),
    row(&["HorizontalPodAutoscaler"], "spec/minReplicas", "1"),
    row(
        &["HorizontalPodAutoscaler"],
        "spec/metrics",
        r#"[{"resource":{"name":"cpu","target":{"averageUtilization":80,"type":"Utilization"}},"type":"Resource"}]"#,
    ),
    // Network.
    row(&["Service"], "spec/type", r#""ClusterIP""#),
    row(&["Service"], "spec/sessionAffinity", r#""None""#),
    row(&["Service"], "spec/sessionAffinityConfig/clientIP/timeoutSeconds", "10800"),
    row(&["Service"], "spec/internalTrafficPolicy", r#""Cluster""#),
    row(&["Service"], "spec/externalTrafficPolicy", r#""Cluster""#),
    row(&["Service"], "spec/allocateLoadBalancerNodePorts", "true"),
    row(&["Service"], "spec/ipFamilies", r#"["IPv4"]"#),
    row(&["Service"], "spec/ipFamilyPolicy", r#""SingleStack""#),
    row(&["Service"], "spec/ports/*/protocol", r#""TCP""#),
    row(&["NetworkPolicy"], "spec/policyTypes", r#"["Ingress"]"#),
    row(&["NetworkPolicy"], "spec/ingress/*/ports/*/protocol", r#""TCP""#),
    row(&["NetworkPolicy"], "spec/egress/*/ports/*/protocol", r#""TCP""#),
    row(&["Endpoints"], "subsets/*/ports/*/protocol", r#""TCP""#),
    // Gateway API (defaults of its own CRDs).
    row(
        &["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"],
        "spec/parentRefs/*/group",
        r#""gateway.networking.k8s.io""#,
    ),
    row(
        &["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"],
        "spec/parentRefs/*/kind",
        r#""Gateway""#,
    ),
    row(
        &["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"],
        "spec/rules/*/backendRefs/*/group",
        r#""""#,
    ),
    row(
        &["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"],
        "spec/rules/*/backendRefs/*/kind",
        r#""Service""#,
    ),
    row(
        &["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"],
        "spec/rules/*/backendRefs/*/weight",
        "1",
    ),
    row(
        &["HTTPRoute"],
        "spec/rules/*/matches",
        r#"[{"path":{"type":"PathPrefix","value":"/"}}]"#,
    ),
    row(&["HTTPRoute"], "spec/rules/*/matches/*/path/type", r#""PathPrefix""#),
    row(
        &["Gateway"],
        "spec/listeners/*/allowedRoutes",
        r#"{"namespaces":{"from":"Same"}}"#,
    ),
    row(&["Gateway"], "spec/listeners/*/tls/mode", r#""Terminate""#),
    row(&["Gateway"], "spec/listeners/*/tls/certificateRefs/*/group", r#""""#),
    row(&["Gateway"], "spec/listeners/*/tls/certificateRefs/*/kind", r#""Secret""#),
    // Knative Serving (defaults of its webhook).
    row(&["Service"], "spec/template/spec/containerConcurrency", "0"),
    row(&["Service"], "spec/template/spec/timeoutSeconds", "300"),
    row(&["Service"], "spec/template/spec/enableServiceLinks", "false"),
    row(&["Service"], "spec/template/spec/containers/*/name", r#""user-container""#),
    row(
        &["Service"],
        "spec/template/spec/containers/*/readinessProbe",
        r#"{"successThreshold":1,"tcpSocket":{"port":0}}"#,
    ),
    row(&["Service"], "spec/traffic", r#"[{"latestRevision":true,"percent":100}]"#),
    // Storage.
    row(
        &["PersistentVolumeClaim", "PersistentVolume"],
        "spec/volumeMode",
        r#""Filesystem""#,
    ),
    row(&["PersistentVolume"], "spec/persistentVolumeReclaimPolicy", r#""Retain""#),
    row(&["StorageClass"], "reclaimPolicy", r#""Delete""#),
    row(&["StorageClass"], "volumeBindingMode", r#""Immediate""#),
    row(&["StorageClass"], "allowVolumeExpansion", "false"),
    // Admission, API extension, access.
    row(WEBHOOKS, "webhooks/*/failurePolicy", r#""Fail""#),
    row(WEBHOOKS, "webhooks/*/matchPolicy", r#""Equivalent""#),
    row(WEBHOOKS, "webhooks/*/namespaceSelector", "{}"),
    row(WEBHOOKS, "webhooks/*/objectSelector", "{}"),
    row(WEBHOOKS, "webhooks/*/timeoutSeconds", "10"),
    row(WEBHOOKS, "webhooks/*/rules/*/scope", r#""*""#),
    row(WEBHOOKS, "webhooks/*/clientConfig/service/port", "443"),
    row(
        &["MutatingWebhookConfiguration"],
        "webhooks/*/reinvocationPolicy",
        r#""Never""#,
    ),
    row(&["CustomResourceDefinition"], "spec/conversion", r#"{"strategy":"None"}"#),
    row(&["CustomResourceDefinition"], "spec/preserveUnknownFields", "false"),
    row(&["APIService"], "spec/service/port", "443"),
    row(
        &["RoleBinding", "ClusterRoleBinding"],
        "roleRef/apiGroup",
        r#""rbac.authorization.k8s.io""#,
    ),
    row(&["PriorityClass"], "preemptionPolicy", r#""PreemptLowerPriority""#),
    row(&["PriorityClass"], "globalDefault", "false"),
    row(&["Namespace"], "spec/finalizers", r#"["kubernetes"]"#),
];

/// Fields in which an empty map says something that an absent one does not: "on", "everything", "this kind of volume".
const EMPTY_SAYS_SOMETHING: &[&str] = &[
    "automated",
    "emptyDir",
    "podSelector",
    "namespaceSelector",
    "objectSelector",
    "selector",
    "matchLabels",
    "allowedRoutes",
];

/// Whether nothing and an empty value mean the same at this field.
pub fn empty_means_absent(field: &Field<'_>) -> bool {
    !EMPTY_SAYS_SOMETHING.contains(&field.name())
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
        let tag = image.strip_prefix(super::injectors::repository(image)).unwrap_or_default();
        let floats = tag.is_empty() || tag == ":latest";
        return value == if floats { "Always" } else { "IfNotPresent" };
    }
    match kind {
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
            let has_egress = object.pointer("/spec/egress").is_some();
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

/// Fields of the built-in APIs that keep a zero, because zero and absent differ there (pointers in the Go types).
const KEEPS_ZERO: &[&str] = &[
    "activeDeadlineSeconds",
    "allowPrivilegeEscalation",
    "allowVolumeExpansion",
    "attachRequired",
    "automountServiceAccountToken",
    "averageUtilization",
    "backoffLimit",
    "backoffLimitPerIndex",
    "completions",
    "defaultMode",
    "deletionGracePeriodSeconds",
    "enableServiceLinks",
    "expirationSeconds",
    "failedJobsHistoryLimit",
    "fsGroup",
    "hostUsers",
    "immutable",
    "maxSurge",
    "maxUnavailable",
    "minAvailable",
    "minReplicas",
    "mode",
    "optional",
    "parallelism",
    "partition",
    "pods",
    "port",
    "priority",
    "privileged",
    "progressDeadlineSeconds",
    "readOnlyRootFilesystem",
    "replicas",
    "revisionHistoryLimit",
    "runAsGroup",
    "runAsNonRoot",
    "runAsUser",
    "setHostnameAsFQDN",
    "shareProcessNamespace",
    "stabilizationWindowSeconds",
    "startingDeadlineSeconds",
    "storageClassName",
    "successfulJobsHistoryLimit",
    "suspend",
    "targetPort",
    "terminationGracePeriodSeconds",
    "timeoutSeconds",
    "tolerationSeconds",
    "ttlSecondsAfterFinished",
    "value",
    "weight",
];

/// Whether the API server drops this zero (`false`, `0`, `""`) of a built-in object when it stores it: in Git and absent in the
/// cluster, it means the same.
pub fn zero_is_dropped(kind: &str, field: &Field<'_>, value: &Value) -> bool {
    let is_zero = match value {
        Value::Bool(set) => !set,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    let first = field.segments().first().map_or("", AsRef::as_ref);
    let is_free =
        matches!(first, "data" | "stringData" | "binaryData") || field.annotation().is_some() || field.label().is_some();
    // The priority of a printer column is a plain number, unlike that of a pod.
    let is_column = kind == "CustomResourceDefinition" && field.matches("spec/versions/*/additionalPrinterColumns/*/priority");
    let is_variable = field.matches("container:env/*/value");
    is_zero && !is_free && (is_column || is_variable || !KEEPS_ZERO.contains(&field.name()))
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
