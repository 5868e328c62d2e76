//! Bookkeeping: what servers, syncs and controllers note on objects for themselves. Nobody has to look at it.

use super::field::Field;

/// Annotations and labels, by whole key, and why they mean nothing.
const KEYS: &[(&str, &str)] = &[
    (
        "kubectl.kubernetes.io/last-applied-configuration",
        "what the last client-side apply sent",
    ),
    (
        "deployment.kubernetes.io/revision",
        "the revision counter of the Deployment controller",
    ),
    (
        "deprecated.daemonset.template.generation",
        "the template counter of the DaemonSet controller",
    ),
    ("kubernetes.io/change-cause", "a note about the last rollout"),
    ("argocd.argoproj.io/tracking-id", "how Argo CD finds its objects"),
    ("argocd.argoproj.io/installation-id", "which Argo CD tracks the object"),
    ("argocd.argoproj.io/refresh", "a request to compare again"),
    ("argocd.argoproj.io/hydrate", "a request to hydrate again"),
    ("notified.notifications.argoproj.io", "which notifications were sent"),
    ("control-plane.alpha.kubernetes.io/leader", "who leads"),
    ("autoscaling.alpha.kubernetes.io/conditions", "conditions of the autoscaler"),
    (
        "autoscaling.alpha.kubernetes.io/current-metrics",
        "what the autoscaler measured",
    ),
    ("autoscaling.alpha.kubernetes.io/metrics", "metrics of an older API version"),
    ("pv.kubernetes.io/bind-completed", "a volume was bound"),
    ("pv.kubernetes.io/bound-by-controller", "a volume was bound"),
    ("volume.kubernetes.io/selected-node", "where the volume was placed"),
    ("volume.kubernetes.io/storage-provisioner", "who made the volume"),
    ("volume.beta.kubernetes.io/storage-provisioner", "who made the volume"),
    ("endpoints.kubernetes.io/last-change-trigger-time", "when endpoints changed"),
    ("kubernetes.io/service-account.uid", "which service account a token is for"),
    ("openshift.io/scc", "which security context constraints admitted the pod"),
    ("kubernetes.io/limit-ranger", "what the limit range filled in"),
    ("k8s.v1.cni.cncf.io/network-status", "the networks of the pod"),
    ("k8s.v1.cni.cncf.io/networks-status", "the networks of the pod"),
    ("k8s.ovn.org/pod-networks", "the networks of the pod"),
    ("cni.projectcalico.org/containerID", "the networks of the pod"),
    ("cni.projectcalico.org/podIP", "the networks of the pod"),
    ("cni.projectcalico.org/podIPs", "the networks of the pod"),
    (
        "metallb.io/ip-allocated-from-pool",
        "where the load balancer took its address from",
    ),
    (
        "metallb.universe.tf/ip-allocated-from-pool",
        "where the load balancer took its address from",
    ),
    ("cloud.google.com/neg-status", "the endpoint groups of the load balancer"),
    ("field.cattle.io/publicEndpoints", "the endpoints that Rancher found"),
    ("serving.knative.dev/creator", "who created the Knative service"),
    ("serving.knative.dev/lastModifier", "who last changed the Knative service"),
    ("csi.volume.kubernetes.io/nodeid", "the node's name in the storage system"),
    ("kubernetes.io/metadata.name", "the name of the namespace as a label"),
];

/// Keys that the API server itself fills, whoever seems to own them.
const SERVER_FILLED: &[&str] = &["deprecated.daemonset.template.generation", "kubernetes.io/metadata.name"];

/// Whether the API server itself fills this annotation or label.
pub fn is_server_filled(field: &Field<'_>) -> bool {
    field
        .annotation()
        .or_else(|| field.label())
        .is_some_and(|key| SERVER_FILLED.contains(&key))
}

/// Fields of the object that the API server or the scheduler fills for themselves.
const FIELDS: &[(&[&str], &str, &str)] = &[
    // (kinds; empty = any, pattern, why)
    (&[], "status/**", "what controllers observe"),
    (&[], "metadata/selfLink", "server bookkeeping"),
    (&["Pod"], "spec/nodeName", "where the scheduler put the pod"),
    (&["Namespace"], "spec/finalizers", "the namespace controller's own finalizer"),
    (
        &["Namespace"],
        "spec/finalizers/*",
        "the namespace controller's own finalizer",
    ),
    (&["PersistentVolumeClaim"], "spec/volumeName", "the volume that was bound"),
    (&["Application"], "operation/**", "a sync that was asked for"),
];

/// Why this field is bookkeeping; `None` when it is not.
pub fn reason(kind: &str, field: &Field<'_>) -> Option<&'static str> {
    if let Some(key) = field.annotation().or_else(|| field.label()) {
        return KEYS.iter().find(|(known, _)| *known == key).map(|(_, why)| *why);
    }
    FIELDS
        .iter()
        .find(|(kinds, pattern, _)| (kinds.is_empty() || kinds.contains(&kind)) && field.matches(pattern))
        .map(|(.., why)| *why)
}
