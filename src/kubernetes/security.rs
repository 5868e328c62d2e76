//! Security-critical fields: a difference from Git there is risky whoever wrote it, unless a delegated writer or only Git
//! moved it.

use serde_json::Value;

use super::field::Field;
use super::objects::is_built_in;
use super::powers::powers_of;

/// What policies of the network and of meshes guard.
const NETWORK_POLICY: &str = "a network or mesh policy";

/// One row: kinds (empty = any), patterns, and what they are in words.
struct Row {
    kinds: &'static [&'static str],
    patterns: &'static [&'static str],
    what: &'static str,
}

const fn row(kinds: &'static [&'static str], patterns: &'static [&'static str], what: &'static str) -> Row {
    Row { kinds, patterns, what }
}

const ROWS: &[Row] = &[
    row(
        &[],
        &["pod:securityContext/**", "container:securityContext/**"],
        "a security context",
    ),
    row(
        &[],
        &[
            "pod:hostNetwork",
            "pod:hostPID",
            "pod:hostIPC",
            "pod:hostUsers",
            "pod:shareProcessNamespace",
        ],
        "a host namespace",
    ),
    row(
        &[],
        &["pod:volumes/*/hostPath/**", "container:ports/*/hostPort"],
        "access to the host",
    ),
    row(
        &[],
        &["pod:volumes/*/projected/sources/*/serviceAccountToken/**"],
        "a token of the pod",
    ),
    row(
        &["PersistentVolume"],
        &["spec/hostPath/**", "spec/local/**"],
        "access to the host",
    ),
    row(
        &[],
        &[
            "pod:serviceAccountName",
            "pod:serviceAccount",
            "pod:automountServiceAccountToken",
            "pod:runtimeClassName",
        ],
        "the identity of the pod",
    ),
    row(&[], &["pod:imagePullSecrets/**"], "pull secrets"),
    row(
        &["ServiceAccount"],
        &["automountServiceAccountToken", "imagePullSecrets/**", "secrets/**"],
        "tokens and pull secrets of a service account",
    ),
    row(&["Role", "ClusterRole"], &["rules/**", "aggregationRule/**"], "RBAC rules"),
    row(
        &["RoleBinding", "ClusterRoleBinding"],
        &["subjects/**", "roleRef/**"],
        "who has a role",
    ),
    row(
        &[
            "NetworkPolicy",
            "AuthorizationPolicy",
            "PeerAuthentication",
            "RequestAuthentication",
            "CiliumNetworkPolicy",
            "CiliumClusterwideNetworkPolicy",
            "GlobalNetworkPolicy",
            "AdminNetworkPolicy",
            "BaselineAdminNetworkPolicy",
            "ServerAuthorization",
            "ClusterNetworkPolicy",
            "EnvoyFilter",
            "Sidecar",
            "MeshTrafficPermission",
            "TrafficPermission",
            "ServiceIntentions",
            "SecurityPolicy",
            "BackendTLSPolicy",
            "ReferenceGrant",
        ],
        &["spec/**"],
        NETWORK_POLICY,
    ),
    row(
        &["DestinationRule"],
        &[
            "spec/trafficPolicy/tls/**",
            "spec/trafficPolicy/portLevelSettings/*/tls/**",
            "spec/subsets/*/trafficPolicy/tls/**",
        ],
        NETWORK_POLICY,
    ),
    row(
        &["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
        &["webhooks/**"],
        "an admission webhook",
    ),
    row(
        &[
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "ClusterPolicy",
            "PolicyException",
            "ConstraintTemplate",
        ],
        &["spec/**"],
        "an admission policy",
    ),
    row(
        &["CustomResourceDefinition"],
        &[
            "spec/versions/**",
            "spec/conversion/**",
            "spec/scope",
            "spec/preserveUnknownFields",
        ],
        "schema or served versions of a CRD",
    ),
    row(&["ResourceQuota", "LimitRange"], &["spec/**"], "a quota"),
    row(&["PodDisruptionBudget"], &["spec/**"], "a disruption budget"),
    row(
        &["Service"],
        &[
            "spec/type",
            "spec/loadBalancerSourceRanges/**",
            "spec/externalIPs/**",
            "spec/externalName",
            "spec/loadBalancerIP",
            "spec/allocateLoadBalancerNodePorts",
        ],
        "who can reach a Service",
    ),
    row(
        &["Ingress"],
        &["spec/ingressClassName", "spec/tls/**"],
        "how an Ingress is exposed",
    ),
    row(
        &["Gateway"],
        &[
            "spec/listeners/*/tls/**",
            "spec/listeners/*/allowedRoutes/**",
            "spec/listeners/*/protocol",
            "spec/listeners/*",
            "spec/gatewayClassName",
            "spec/servers/**",
        ],
        "how a Gateway is exposed",
    ),
    row(
        &["IngressRoute", "IngressRouteTCP"],
        &["spec/tls/**", "spec/routes/*/middlewares/**"],
        "TLS and authentication of a route",
    ),
    row(
        &["Middleware", "MiddlewareTCP"],
        &["spec/**"],
        "authentication and limits of routes",
    ),
    row(&["Route"], &["spec/tls/**"], "TLS of a Route"),
    row(&["Secret"], &["data/**", "stringData/**", "type"], "a secret"),
    row(
        &["PersistentVolume"],
        &["spec/persistentVolumeReclaimPolicy"],
        "what happens to data",
    ),
    row(&["StorageClass"], &["reclaimPolicy"], "what happens to data"),
    row(
        &["StatefulSet"],
        &["spec/persistentVolumeClaimRetentionPolicy/**"],
        "what happens to data",
    ),
    row(&["AppProject"], &["spec/**"], "what an Argo CD project allows"),
    row(
        &["APIService"],
        &["spec/caBundle", "spec/insecureSkipTLSVerify", "spec/service/**"],
        "who serves an API",
    ),
];

/// Beginnings of annotations and labels that guard something.
const KEYS: &[(&str, &str)] = &[
    ("pod-security.kubernetes.io/", "the pod security level"),
    ("eks.amazonaws.com/role-arn", "a cloud identity"),
    ("iam.gke.io/", "a cloud identity"),
    ("azure.workload.identity/", "a cloud identity"),
    ("iam.amazonaws.com/", "a cloud identity"),
    ("pod-identity.alibabacloud.com/", "a cloud identity"),
    ("rbac.authorization.k8s.io/aggregate-to-", "which roles take over its rules"),
    ("admission.gatekeeper.sh/ignore", "an exemption from admission policies"),
    ("container.apparmor.security.beta.kubernetes.io/", "an AppArmor profile"),
    ("seccomp.security.alpha.kubernetes.io/", "a seccomp profile"),
    ("nginx.ingress.kubernetes.io/auth-", "authentication of an Ingress"),
    (
        "nginx.ingress.kubernetes.io/whitelist-source-range",
        "who may reach an Ingress",
    ),
    (
        "nginx.ingress.kubernetes.io/denylist-source-range",
        "who may reach an Ingress",
    ),
    (
        "nginx.ingress.kubernetes.io/configuration-snippet",
        "configuration of the ingress controller",
    ),
    (
        "nginx.ingress.kubernetes.io/server-snippet",
        "configuration of the ingress controller",
    ),
    ("nginx.ingress.kubernetes.io/ssl-redirect", "TLS of an Ingress"),
    ("nginx.ingress.kubernetes.io/force-ssl-redirect", "TLS of an Ingress"),
    (
        "service.beta.kubernetes.io/aws-load-balancer-internal",
        "who can reach a Service",
    ),
    (
        "service.beta.kubernetes.io/aws-load-balancer-scheme",
        "who can reach a Service",
    ),
    (
        "service.beta.kubernetes.io/azure-load-balancer-internal",
        "who can reach a Service",
    ),
    (
        "service.beta.kubernetes.io/load-balancer-source-ranges",
        "who can reach a Service",
    ),
    ("networking.gke.io/load-balancer-type", "who can reach a Service"),
    ("cloud.google.com/load-balancer-type", "who can reach a Service"),
    (
        "traefik.ingress.kubernetes.io/router.middlewares",
        "authentication of an Ingress",
    ),
    ("traefik.ingress.kubernetes.io/router.tls", "TLS of an Ingress"),
    ("haproxy.org/auth-", "authentication of an Ingress"),
    ("haproxy.org/allow-list", "who may reach an Ingress"),
    ("haproxy.org/whitelist", "who may reach an Ingress"),
    ("konghq.com/plugins", "authentication of an Ingress"),
    (
        "nginx.ingress.kubernetes.io/allowlist-source-range",
        "who may reach an Ingress",
    ),
    ("argocd.argoproj.io/skip-reconcile", "whether Argo CD compares at all"),
    ("crossplane.io/paused", "whether a controller reconciles"),
    ("cluster.x-k8s.io/paused", "whether a controller reconciles"),
    ("strimzi.io/pause-reconciliation", "whether a controller reconciles"),
    ("cnpg.io/reconciliationLoop", "whether a controller reconciles"),
    ("autoscaling.keda.sh/paused", "whether an autoscaler works"),
    ("kustomize.toolkit.fluxcd.io/reconcile", "whether a controller reconciles"),
    ("eck.k8s.elastic.co/managed", "whether a controller reconciles"),
    ("kubernetes.io/ingress.class", "how an Ingress is exposed"),
    ("alb.ingress.kubernetes.io/scheme", "who can reach an Ingress"),
    ("alb.ingress.kubernetes.io/inbound-cidrs", "who can reach an Ingress"),
    ("alb.ingress.kubernetes.io/auth-", "authentication of an Ingress"),
    ("alb.ingress.kubernetes.io/certificate-arn", "TLS of an Ingress"),
];

/// Groups whose every kind is an admission or network policy.
const POLICY_GROUPS: &[(&str, &str)] = &[
    ("constraints.gatekeeper.sh", "an admission policy"),
    ("config.gatekeeper.sh", "an admission policy"),
    ("kyverno.io", "an admission policy"),
    ("policies.kyverno.io", "an admission policy"),
    ("templates.gatekeeper.sh", "an admission policy"),
    ("mutations.gatekeeper.sh", "an admission policy"),
    ("policies.kubewarden.io", "an admission policy"),
    ("policy.sigstore.dev", "an admission policy"),
    ("security.istio.io", NETWORK_POLICY),
    ("policy.linkerd.io", NETWORK_POLICY),
    ("policy.networking.k8s.io", NETWORK_POLICY),
    ("crd.projectcalico.org", NETWORK_POLICY),
    ("projectcalico.org", NETWORK_POLICY),
    ("crd.antrea.io", NETWORK_POLICY),
    ("security.kubearmor.com", NETWORK_POLICY),
];

/// Kinds that keep copies of data: pausing them loses what happens meanwhile.
const BACKUPS: &[&str] = &[
    "Schedule",
    "BackupSchedule",
    "ScheduledBackup",
    "RecurringJob",
    "CronBackup",
    "ReplicationSource",
];

/// Names of fields that decide what happens to data, in any kind.
const FATE_OF_DATA: &[&str] = &[
    "deletionPolicy",
    "reclaimPolicy",
    "persistentVolumeReclaimPolicy",
    "deletionProtection",
    "retainPolicy",
    "retentionPolicy",
];

/// Switches of enforcement in custom resources, and the position that their CRDs or webhooks give them by default, as text
/// (kyverno.io, open-policy-agent.github.io/gatekeeper). None of them has an empty default.
const SWITCHES: &[(&str, &str)] = &[
    ("validationFailureAction", "Audit"),
    ("failureAction", "Audit"),
    ("validationFailureActionOverrides", ""),
    ("enforcementAction", "deny"),
    ("failurePolicy", "Fail"),
    ("admission", "true"),
];

/// Whether this is a switch of enforcement of a policy in another position than its default.
pub fn is_switched(group: &str, kind: &str, field: &Field<'_>, value: &Value) -> bool {
    let position = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let switch = SWITCHES.iter().find(|(name, _)| *name == field.name());
    switch.is_some_and(|(_, default)| *default != position) && guards(group, kind, field).is_some()
}

/// Whether annotations by which controllers are told to leave an object alone are called so, under whatever domain.
fn is_halt(name: &str) -> bool {
    matches!(
        name,
        "pause" | "paused" | "pause-reconcile" | "pause-reconciliation" | "reconcile-paused" | "skip-reconcile" | "suspend"
    )
}

/// Whether an addition to a custom resource is more than its operator, its CRD or the apply may fill in by itself: power over the
/// host, what a network or mesh policy lets through (their CRDs have defaults for single values only), or a key of metadata that
/// guards something.
pub fn is_beyond_defaults(group: &str, kind: &str, field: &Field<'_>, value: &Value) -> bool {
    let holds_rules = match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(items) => items.iter().any(|item| item.is_object() || item.is_array()),
        _ => matches!(field.name(), "action" | "mode"),
    };
    let is_key = field.annotation().or_else(|| field.label()).is_some();
    !powers_of(field.name(), value).is_empty()
        || match guards(group, kind, field) {
            Some(NETWORK_POLICY) => holds_rules,
            Some(_) => is_key,
            None => false,
        }
}

/// What this field guards, in words; `None` when it guards nothing.
pub fn guards(group: &str, kind: &str, field: &Field<'_>) -> Option<&'static str> {
    if let Some(key) = field.annotation().or_else(|| field.label()) {
        let known = KEYS.iter().find(|(start, _)| key.starts_with(start)).map(|(_, what)| *what);
        let halts = key.split_once('/').is_some_and(|(_, name)| is_halt(name));
        return known.or(halts.then_some("whether a controller reconciles"));
    }
    // A custom resource hands its security contexts on to the pods that its operator makes of it.
    if !is_built_in(group) && field.segments().iter().any(|name| name.ends_with("ecurityContext")) {
        return Some("a security context");
    }
    let is_spec = field.segments().first().is_some_and(|first| first == "spec");
    if let Some((_, what)) = POLICY_GROUPS.iter().find(|(policies, _)| is_spec && *policies == group) {
        return Some(what);
    }
    let is_metadata = field.segments().first().is_some_and(|first| first == "metadata");
    if kind == "SecurityContextConstraints" && !is_metadata {
        return Some("an admission policy");
    }
    if FATE_OF_DATA.contains(&field.name()) || (is_spec && field.name().to_ascii_lowercase().contains("retention")) {
        return Some("what happens to data");
    }
    if is_spec && BACKUPS.contains(&kind) && matches!(field.name(), "paused" | "suspend" | "suspended") {
        return Some("whether data are backed up");
    }
    // Flux stops applying what Git says (`spec.suspend` of its kinds); the Cluster API likewise (`spec.paused` of a Cluster).
    let is_engine = group.ends_with("toolkit.fluxcd.io") || group.ends_with("cluster.x-k8s.io");
    if is_engine && field.matches_any(&["spec/suspend", "spec/paused"]) {
        return Some("whether a controller reconciles");
    }
    ROWS.iter()
        .find(|row| (row.kinds.is_empty() || row.kinds.contains(&kind)) && field.matches_any(row.patterns))
        .map(|row| row.what)
}
