//! Kinds whose absence or presence matters by itself.

/// Kinds that guard something: when one is missing, a guarantee of Git does not hold.
const GUARDRAILS: &[(&str, &str)] = &[
    ("networking.k8s.io", "NetworkPolicy"),
    ("policy", "PodDisruptionBudget"),
    ("", "ResourceQuota"),
    ("", "LimitRange"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    ("security.istio.io", "AuthorizationPolicy"),
    ("security.istio.io", "PeerAuthentication"),
    ("security.istio.io", "RequestAuthentication"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("crd.projectcalico.org", "GlobalNetworkPolicy"),
    ("projectcalico.org", "NetworkPolicy"),
    ("projectcalico.org", "GlobalNetworkPolicy"),
    ("policy.linkerd.io", "AuthorizationPolicy"),
    ("policy.linkerd.io", "ServerAuthorization"),
    ("kyverno.io", "ClusterPolicy"),
    ("kyverno.io", "Policy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
];

/// Kinds whose deletion destroys data (or everything in them).
const HOLD_DATA: &[(&str, &str)] = &[
    ("", "PersistentVolumeClaim"),
    ("", "PersistentVolume"),
    ("", "Namespace"),
    ("apps", "StatefulSet"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("snapshot.storage.k8s.io", "VolumeSnapshot"),
];

/// Kinds that run containers.
const RUN: &[(&str, &str)] = &[
    ("", "Pod"),
    ("", "ReplicationController"),
    ("apps", "Deployment"),
    ("apps", "DaemonSet"),
    ("apps", "StatefulSet"),
    ("apps", "ReplicaSet"),
    ("batch", "Job"),
    ("batch", "CronJob"),
    ("argoproj.io", "Rollout"),
    ("argoproj.io", "Application"),
    ("argoproj.io", "ApplicationSet"),
    ("argoproj.io", "Workflow"),
    ("argoproj.io", "CronWorkflow"),
    ("keda.sh", "ScaledJob"),
    ("serving.knative.dev", "Service"),
    ("kubevirt.io", "VirtualMachine"),
    ("ray.io", "RayCluster"),
    ("ray.io", "RayJob"),
    ("tekton.dev", "PipelineRun"),
    ("tekton.dev", "TaskRun"),
    ("apps.openshift.io", "DeploymentConfig"),
];

/// Kinds that open the network to the outside.
const EXPOSE: &[(&str, &str)] = &[
    ("", "Service"),
    ("networking.k8s.io", "Ingress"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("gateway.networking.k8s.io", "HTTPRoute"),
    ("gateway.networking.k8s.io", "GRPCRoute"),
    ("gateway.networking.k8s.io", "TCPRoute"),
    ("gateway.networking.k8s.io", "TLSRoute"),
    ("route.openshift.io", "Route"),
    ("networking.istio.io", "Gateway"),
    ("networking.istio.io", "VirtualService"),
    ("networking.istio.io", "ServiceEntry"),
    ("traefik.io", "IngressRoute"),
    ("traefik.io", "IngressRouteTCP"),
    ("projectcontour.io", "HTTPProxy"),
];

/// Whether a group belongs to the built-in APIs: core, `apps`, `batch`, … and the `*.k8s.io` groups that the API server serves
/// itself. Everything else is defined by CRDs or aggregated servers.
pub fn is_built_in(group: &str) -> bool {
    const GROUPS: &[&str] = &[
        "",
        "apps",
        "batch",
        "autoscaling",
        "policy",
        "extensions",
        "events.k8s.io",
        "rbac.authorization.k8s.io",
        "networking.k8s.io",
        "storage.k8s.io",
        "scheduling.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "node.k8s.io",
        "certificates.k8s.io",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "resource.k8s.io",
    ];
    GROUPS.contains(&group)
}

/// Whether this kind guards something (every constraint of the Gatekeeper group does).
pub fn is_guardrail(group: &str, kind: &str) -> bool {
    GUARDRAILS.contains(&(group, kind)) || group == "constraints.gatekeeper.sh"
}

/// Whether deleting an object of this kind destroys data.
pub fn holds_data(group: &str, kind: &str) -> bool {
    HOLD_DATA.contains(&(group, kind))
}

/// Whether an object of this kind runs containers.
pub fn runs(group: &str, kind: &str) -> bool {
    RUN.contains(&(group, kind))
}

/// Whether an object of this kind can open the network.
pub fn exposes(group: &str, kind: &str) -> bool {
    EXPOSE.contains(&(group, kind)) || is_guardrail(group, kind) && kind.ends_with("Policy")
}

/// Whether an object of this kind grants access.
pub fn grants_access(group: &str, kind: &str) -> bool {
    // An exemption from a policy, and a permission across namespaces, are access too.
    const GRANTS: &[(&str, &str)] = &[
        ("", "ServiceAccount"),
        ("kyverno.io", "PolicyException"),
        ("policies.kyverno.io", "PolicyException"),
        ("gateway.networking.k8s.io", "ReferenceGrant"),
        ("argoproj.io", "AppProject"),
    ];
    group == "rbac.authorization.k8s.io" || GRANTS.contains(&(group, kind))
}
