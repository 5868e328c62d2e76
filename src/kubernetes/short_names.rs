//! Short names of kinds, as `kubectl api-resources` lists them (`SHORTNAMES`; Kubernetes 1.34 and Argo CD's own).

/// Group, kind, short name.
const SHORT_NAMES: &[(&str, &str, &str)] = &[
    ("", "ConfigMap", "cm"),
    ("", "Endpoints", "ep"),
    ("", "LimitRange", "limits"),
    ("", "Namespace", "ns"),
    ("", "Node", "no"),
    ("", "PersistentVolume", "pv"),
    ("", "PersistentVolumeClaim", "pvc"),
    ("", "Pod", "po"),
    ("", "ReplicationController", "rc"),
    ("", "ResourceQuota", "quota"),
    ("", "Service", "svc"),
    ("", "ServiceAccount", "sa"),
    ("apiextensions.k8s.io", "CustomResourceDefinition", "crd"),
    ("apps", "DaemonSet", "ds"),
    ("apps", "Deployment", "deploy"),
    ("apps", "ReplicaSet", "rs"),
    ("apps", "StatefulSet", "sts"),
    ("argoproj.io", "AppProject", "appproj"),
    ("argoproj.io", "Application", "app"),
    ("argoproj.io", "ApplicationSet", "appset"),
    ("autoscaling", "HorizontalPodAutoscaler", "hpa"),
    ("batch", "CronJob", "cj"),
    ("networking.k8s.io", "Ingress", "ing"),
    ("networking.k8s.io", "NetworkPolicy", "netpol"),
    ("policy", "PodDisruptionBudget", "pdb"),
    ("scheduling.k8s.io", "PriorityClass", "pc"),
    ("storage.k8s.io", "StorageClass", "sc"),
];

/// The short name of a kind, when it has one.
pub fn short_name(group: &str, kind: &str) -> Option<&'static str> {
    let known = SHORT_NAMES.iter().find(|(g, k, _)| *g == group && *k == kind);
    known.map(|(_, _, short)| *short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_another_group_has_no_short_name() {
        assert_eq!(short_name("apps", "Deployment"), Some("deploy"));
        assert_eq!(short_name("serving.knative.dev", "Service"), None);
        assert_eq!(short_name("", "Secret"), None);
    }
}
