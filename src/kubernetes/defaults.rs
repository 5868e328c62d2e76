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

const ROWS: &[Row] = &[
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
    row(&["StatefulSet"], "spec/podManagementPolicy", r#""OrderedReady""#),
    row(&["StatefulSet", "Deployment", "DaemonSet"], "spec/revisionHistoryLimit", "10"),
    row(&["Deployment"], "spec/progressDeadlineSeconds", "600"),
    row(&["Deployment", "StatefulSet", "ReplicaSet"], "spec/replicas", "1"),
    row(&[], "pod:dnsPolicy", r#""ClusterFirst""#),
    row(&[], "pod:schedulerName", r#""default-scheduler""#),
    row(&[], "pod:terminationGracePeriodSeconds", "30"),
    row(
        &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod"],
        "pod:restartPolicy",
        r#""Always""#,
    ),
    row(&[], "container:terminationMessagePath", r#""/dev/termination-log""#),
    row(&[], "container:terminationMessagePolicy", r#""File""#),
    row(&[], "container:ports/*/protocol", r#""TCP""#),
    row(&["Service"], "spec/ports/*/protocol", r#""TCP""#),
    row(&["Service"], "spec/sessionAffinity", r#""None""#),
    row(&["Service"], "spec/type", r#""ClusterIP""#),
    row(&["Service"], "spec/internalTrafficPolicy", r#""Cluster""#),
    row(&["CronJob"], "spec/concurrencyPolicy", r#""Allow""#),
    row(&["CronJob"], "spec/suspend", "false"),
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

/// Whether `value` is what the API server would fill at this field when Git says nothing.
pub fn is_default(kind: &str, field: &Field<'_>, value: &Value) -> bool {
    if kind == "Namespace" && field.matches("spec/finalizers") {
        return value == &json!(["kubernetes"]);
    }
    ROWS.iter()
        .filter(|row| (row.kinds.is_empty() || row.kinds.contains(&kind)) && field.matches(row.pattern))
        .any(|row| serde_json::from_str::<Value>(row.default).is_ok_and(|default| default == *value))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn every_default_parses() {
        for row in ROWS {
            assert!(serde_json::from_str::<Value>(row.default).is_ok(), "{}", row.pattern);
        }
    }

    #[test]
    fn only_the_default_value_is_the_default() {
        let field = Field::new(
            "StatefulSet",
            "spec/volumeClaimTemplates/0/kind".split('/').map(Cow::Borrowed),
        );
        assert!(is_default("StatefulSet", &field, &json!("PersistentVolumeClaim")));
        assert!(!is_default("StatefulSet", &field, &json!("Secret")));
    }
}
