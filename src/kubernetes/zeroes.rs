//! Zeroes that the API server does not store: in Git and absent in the cluster, they mean the same.

use serde_json::Value;

use super::field::Field;

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
