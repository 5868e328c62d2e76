//! Platform components and the fields of built-in objects that are theirs to write, whatever Git leaves open there.
//!
//! Only fields that Git does not set: the same manager overwriting a value of Git is a second source of truth.

use super::field::Field;

/// One row: beginnings of manager names, kinds (empty = any), patterns, what it writes there.
struct Row {
    managers: &'static [&'static str],
    kinds: &'static [&'static str],
    patterns: &'static [&'static str],
    what: &'static str,
}

const ROWS: &[Row] = &[
    Row {
        managers: &[
            "kubelet",
            "kube-controller-manager",
            "cloud-controller-manager",
            "cloud-node-manager",
        ],
        kinds: &["Node"],
        patterns: &[
            "metadata/labels/*",
            "metadata/annotations/*",
            "spec/providerID",
            "spec/podCIDR",
            "spec/podCIDRs/**",
            "spec/taints/**",
        ],
        what: "what the node says of itself",
    },
    Row {
        managers: &[
            "kube-controller-manager",
            "kube-scheduler",
            "csi-provisioner",
            "external-provisioner",
        ],
        kinds: &["PersistentVolumeClaim", "PersistentVolume"],
        patterns: &[
            "spec/claimRef/**",
            "spec/volumeName",
            "metadata/annotations/*",
            "metadata/finalizers/**",
        ],
        what: "the binding of a volume",
    },
    Row {
        managers: &["openshift-controller-manager", "openshift.io/image-registry-pull-secrets"],
        kinds: &["ServiceAccount"],
        patterns: &["imagePullSecrets/**", "secrets/**", "metadata/annotations/*"],
        what: "the pull secret of the internal registry",
    },
    Row {
        managers: &["kube-controller-manager"],
        kinds: &["ServiceAccount"],
        patterns: &["secrets/**"],
        what: "the token of a service account",
    },
    Row {
        managers: &["pod-security-admission-label-synchronization-controller"],
        kinds: &["Namespace"],
        patterns: &[
            "metadata/labels/pod-security.kubernetes.io/audit",
            "metadata/labels/pod-security.kubernetes.io/audit-version",
            "metadata/labels/pod-security.kubernetes.io/warn",
            "metadata/labels/pod-security.kubernetes.io/warn-version",
        ],
        what: "the pod security level that is only reported",
    },
    Row {
        managers: &[
            "cluster-policy-controller",
            "openshift-controller-manager",
            "openshift-apiserver",
        ],
        kinds: &["Namespace"],
        patterns: &["metadata/annotations/*"],
        what: "the ranges of users and labels of a project",
    },
    Row {
        managers: &["admissionsenforcer"],
        kinds: &["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
        patterns: &["webhooks/*/namespaceSelector/matchExpressions/**"],
        what: "the exemption of the platform's own namespaces",
    },
    Row {
        managers: &[
            "glbc",
            "ingress-gce",
            "cloud-controller-manager",
            "service-controller",
            "aws-load-balancer-controller",
        ],
        kinds: &["Service", "Ingress"],
        patterns: &["metadata/annotations/*", "metadata/finalizers/**", "spec/loadBalancerClass"],
        what: "what the cloud's load balancer noted",
    },
];

/// What this manager writes at this field by its office; `None` when the field is not its.
pub fn office(manager: &str, kind: &str, field: &Field<'_>) -> Option<&'static str> {
    let path = || field.segments().join("/");
    ROWS.iter()
        .find(|row| {
            row.managers.iter().any(|name| manager.starts_with(name))
                && (row.kinds.is_empty() || row.kinds.contains(&kind))
                && row
                    .patterns
                    .iter()
                    .any(|pattern| field.matches(pattern) || (pattern.contains("labels/pod-security") && *pattern == path()))
        })
        .map(|row| row.what)
}
