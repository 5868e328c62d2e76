//! Fields that the API server does not let anybody change: a sync that tries fails.
//!
//! From the update validation of Kubernetes (`pkg/apis/*/validation`). Left out is what depends on versions or on more than
//! the object itself, so that a row here is always right.

use serde_json::Value;

use super::field::Field;

/// One row: group, kinds, patterns.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

const ROWS: &[Row] = &[
    ("apps", &["Deployment", "DaemonSet", "ReplicaSet"], &["spec/selector/**"]),
    (
        "apps",
        &["StatefulSet"],
        &[
            "spec/selector/**",
            "spec/serviceName",
            "spec/podManagementPolicy",
            "spec/volumeClaimTemplates/**",
        ],
    ),
    (
        "batch",
        &["Job"],
        &[
            "spec/selector/**",
            "spec/completionMode",
            "spec/podFailurePolicy/**",
            "spec/backoffLimitPerIndex",
            "spec/managedBy",
            "pod:containers/**",
            "pod:initContainers/**",
            "pod:volumes/**",
            "pod:restartPolicy",
            "pod:serviceAccountName",
        ],
    ),
    (
        "",
        &["PersistentVolumeClaim"],
        &[
            "spec/accessModes/**",
            "spec/dataSource/**",
            "spec/dataSourceRef/**",
            "spec/selector/**",
            "spec/storageClassName",
            "spec/volumeMode",
            "spec/volumeName",
        ],
    ),
    (
        "",
        &["PersistentVolume"],
        &[
            "spec/csi/**",
            "spec/hostPath/**",
            "spec/local/**",
            "spec/nfs/**",
            "spec/volumeMode",
        ],
    ),
    ("", &["Secret"], &["type"]),
    (
        "storage.k8s.io",
        &["StorageClass"],
        &["parameters/**", "provisioner", "reclaimPolicy", "volumeBindingMode"],
    ),
    (
        "rbac.authorization.k8s.io",
        &["RoleBinding", "ClusterRoleBinding"],
        &["roleRef/**"],
    ),
    ("scheduling.k8s.io", &["PriorityClass"], &["preemptionPolicy", "value"]),
    ("networking.k8s.io", &["IngressClass"], &["spec/controller"]),
    ("node.k8s.io", &["RuntimeClass"], &["handler"]),
    (
        "apiextensions.k8s.io",
        &["CustomResourceDefinition"],
        &["spec/group", "spec/scope"],
    ),
];

/// Whether this field of an object that exists as `live` can never be changed.
pub fn is_immutable(group: &str, kind: &str, field: &Field<'_>, live: &Value) -> bool {
    let fixed = ROWS
        .iter()
        .any(|(of, kinds, patterns)| *of == group && kinds.contains(&kind) && field.matches_any(patterns));
    fixed || is_fixed_by_its_own_words(group, kind, field, live)
}

/// Fields that are fixed only while the object itself says so.
fn is_fixed_by_its_own_words(group: &str, kind: &str, field: &Field<'_>, live: &Value) -> bool {
    match (group, kind) {
        ("", "ConfigMap" | "Secret") => {
            live.get("immutable") == Some(&Value::Bool(true)) && field.matches_any(&["data/**", "binaryData/**", "immutable"])
        }
        // A Service without an address of its own may get one, and one that becomes an ExternalName loses it.
        ("", "Service") => {
            let has_address = |key: &str| {
                live.pointer(key)
                    .and_then(Value::as_str)
                    .is_some_and(|address| !address.is_empty())
            };
            has_address("/spec/clusterIP")
                && live.pointer("/spec/type").and_then(Value::as_str) != Some("ExternalName")
                && field.matches_any(&["spec/clusterIP", "spec/clusterIPs/**"])
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use serde_json::json;

    use super::*;

    #[test]
    fn what_nobody_may_change_and_what_stands_beside_it() {
        let address = json!({"spec": {"type": "ClusterIP", "clusterIP": "10.0.0.7"}});
        for (group, kind, path, live, expected) in [
            ("apps", "Deployment", "/spec/selector/matchLabels/app", json!({}), true),
            ("apps", "Deployment", "/spec/template/metadata/labels/app", json!({}), false),
            ("apps", "Deployment", "/spec/replicas", json!({}), false),
            (
                "argoproj.io",
                "Deployment",
                "/spec/selector/matchLabels/app",
                json!({}),
                false,
            ),
            (
                "apps",
                "StatefulSet",
                "/spec/volumeClaimTemplates/0/spec/storageClassName",
                json!({}),
                true,
            ),
            ("apps", "StatefulSet", "/spec/serviceName", json!({}), true),
            (
                "apps",
                "StatefulSet",
                "/spec/template/spec/containers/0/image",
                json!({}),
                false,
            ),
            ("batch", "Job", "/spec/template/spec/containers/0/image", json!({}), true),
            ("batch", "Job", "/spec/backoffLimit", json!({}), false),
            (
                "batch",
                "CronJob",
                "/spec/jobTemplate/spec/template/spec/containers/0/image",
                json!({}),
                false,
            ),
            ("", "PersistentVolumeClaim", "/spec/storageClassName", json!({}), true),
            (
                "",
                "PersistentVolumeClaim",
                "/spec/resources/requests/storage",
                json!({}),
                false,
            ),
            ("", "Service", "/spec/clusterIP", address.clone(), true),
            (
                "",
                "Service",
                "/spec/clusterIP",
                json!({"spec": {"type": "ExternalName"}}),
                false,
            ),
            ("", "Service", "/spec/ports/0/port", address, false),
            ("", "ConfigMap", "/data/a", json!({"immutable": true}), true),
            ("", "ConfigMap", "/data/a", json!({"immutable": false}), false),
            ("", "ConfigMap", "/metadata/labels/a", json!({"immutable": true}), false),
            ("", "Secret", "/type", json!({}), true),
            ("", "Secret", "/data/a", json!({}), false),
            ("rbac.authorization.k8s.io", "RoleBinding", "/roleRef/name", json!({}), true),
            ("rbac.authorization.k8s.io", "RoleBinding", "/subjects", json!({}), false),
        ] {
            let field = Field::new(kind, path.split('/').skip(1).map(Cow::Borrowed));
            assert_eq!(
                is_immutable(group, kind, &field, &live),
                expected,
                "{group}/{kind} {path} {live}"
            );
        }
    }
}
