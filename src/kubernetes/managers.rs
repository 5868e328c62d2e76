//! Field managers by name: who is behind a name, if the name is true.
//!
//! A name is chosen by the client: a claim, not a proof. What a known controller may write is in
//! [`KNOWN_CONTROLLERS`]; a known name on a field it never writes is an impostor or a mistake.

/// What kind of writer a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ManagerClass {
    /// Argo CD's own sync.
    Sync,
    /// A person's client: kubectl, k9s, a console, a generic HTTP client, Argo CD's UI and CLI.
    Person,
    /// Another tool that declares desired state.
    DeclarativeTool,
    /// A controller known by name and by what it writes.
    Controller(&'static Controller),
    /// A name that many programs use (`manager`, `controller`, `main`).
    Generic,
    /// Not known.
    Unknown,
}

/// Where a known controller legitimately writes, as shapes of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Writes {
    /// `spec.replicas` (or the scale subresource).
    Replicas,
    /// `caBundle` fields.
    CaBundle,
    /// `status`.
    Status,
    /// Bindings and node names.
    Binding,
    /// Rules of an aggregated ClusterRole.
    AggregatedRules,
    /// Container resources.
    Resources,
    /// Container images.
    Images,
    /// Metadata: annotations, labels, finalizers, owner references.
    Metadata,
    /// Data of Secrets and ConfigMaps.
    Data,
    /// Service fields: selectors, addresses, node ports, load balancers.
    Service,
    /// Traffic weights and routes.
    Traffic,
    /// `spec.volumeName` and storage requests of claims.
    Storage,
    /// Webhook `failurePolicy` and selectors of its own configuration.
    WebhookPolicy,
    /// Any field of custom resources (late initialisation, operator defaults).
    CustomResource,
    /// Environment variables of containers.
    Environment,
    /// Pod templates, beyond images, resources and variables.
    Template,
    /// Any other field of `spec`.
    Spec,
}

/// A controller known by name.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Controller {
    /// Its field manager name; a trailing `*` matches any ending.
    pub name: &'static str,
    /// What it writes.
    pub writes: &'static [Writes],
}

const fn controller(name: &'static str, writes: &'static [Writes]) -> Controller {
    Controller { name, writes }
}

/// Controllers, by name and by what they write (Kubernetes and well-known add-ons).
pub static KNOWN_CONTROLLERS: &[Controller] = &[
    controller(
        "kube-controller-manager",
        &[
            Writes::Replicas,
            Writes::Status,
            Writes::Metadata,
            Writes::Binding,
            Writes::Storage,
        ],
    ),
    controller("kube-scheduler", &[Writes::Binding, Writes::Status]),
    controller("kubelet", &[Writes::Status, Writes::Metadata, Writes::Binding]),
    controller("kube-apiserver", &[Writes::Status, Writes::Service, Writes::Metadata]),
    controller(
        "cloud-controller-manager",
        &[Writes::Status, Writes::Metadata, Writes::Service, Writes::Binding],
    ),
    controller("clusterrole-aggregation-controller", &[Writes::AggregatedRules]),
    controller("cluster-autoscaler", &[Writes::Status, Writes::Metadata, Writes::Replicas]),
    controller("cainjector", &[Writes::CaBundle]),
    controller("cert-manager-cainjector", &[Writes::CaBundle]),
    controller(
        "cert-manager-*",
        &[Writes::Status, Writes::Metadata, Writes::Data, Writes::Spec],
    ),
    controller("keda", &[Writes::Replicas, Writes::Status, Writes::Metadata]),
    controller("keda-operator", &[Writes::Replicas, Writes::Status, Writes::Metadata]),
    controller("vpa-updater", &[Writes::Resources]),
    controller("vpa-admission-controller", &[Writes::Resources, Writes::Metadata]),
    controller("vpa-recommender", &[Writes::Status]),
    controller(
        "rollouts-controller",
        &[
            Writes::Replicas,
            Writes::Service,
            Writes::Traffic,
            Writes::Status,
            Writes::Metadata,
        ],
    ),
    controller(
        "argo-rollouts",
        &[
            Writes::Replicas,
            Writes::Service,
            Writes::Traffic,
            Writes::Status,
            Writes::Metadata,
        ],
    ),
    controller(
        "flagger",
        &[
            Writes::Replicas,
            Writes::Service,
            Writes::Traffic,
            Writes::Status,
            Writes::Metadata,
        ],
    ),
    controller("kube-downscaler", &[Writes::Replicas, Writes::Metadata, Writes::Spec]),
    controller("keel", &[Writes::Images, Writes::Metadata]),
    controller(
        "argocd-image-updater",
        &[Writes::Images, Writes::Metadata, Writes::CustomResource],
    ),
    controller("Reloader", &[Writes::Metadata, Writes::Environment]),
    controller("pilot-discovery", &[Writes::CaBundle, Writes::WebhookPolicy, Writes::Status]),
    controller("kube-webhook-certgen", &[Writes::CaBundle, Writes::WebhookPolicy]),
    controller(
        "kyverno",
        &[
            Writes::CaBundle,
            Writes::WebhookPolicy,
            Writes::Metadata,
            Writes::Status,
            Writes::Spec,
            Writes::Data,
        ],
    ),
    controller("gatekeeper", &[Writes::CaBundle, Writes::WebhookPolicy, Writes::Status]),
    controller("kube-proxy", &[Writes::Status]),
    controller("metrics-server", &[Writes::Status]),
    controller("node-problem-detector", &[Writes::Status]),
    controller(
        "csi-provisioner",
        &[Writes::Storage, Writes::Binding, Writes::Status, Writes::Metadata],
    ),
    controller("csi-resizer", &[Writes::Storage, Writes::Status, Writes::Metadata]),
    controller("pvc-autoresizer", &[Writes::Storage, Writes::Metadata]),
    controller("external-dns", &[Writes::Status, Writes::Metadata]),
    controller("nginx-ingress-controller", &[Writes::Status]),
    controller("service-ca-operator", &[Writes::CaBundle, Writes::Data, Writes::Metadata]),
    controller("vault-k8s", &[Writes::CaBundle]),
    controller("cert-controller", &[Writes::CaBundle, Writes::Data]),
    controller(
        "elastic-operator",
        &[Writes::CaBundle, Writes::Status, Writes::Metadata, Writes::Data],
    ),
    controller("external-secrets", &[Writes::Data, Writes::Metadata, Writes::Status]),
    controller("externalsecrets.external-secrets.io/*", &[Writes::Data, Writes::Metadata]),
];

pub(super) const SYNC: &[&str] = &["argocd-controller", "argocd-application-controller"];

/// Names of people's clients. `kubectl*` and its plugins are matched by their beginning.
pub(super) const PEOPLE: &[&str] = &[
    "k9s",
    "node-fetch",
    "mozilla",
    "rancher",
    "headlamp",
    "lens",
    "openlens",
    "octant",
    "dashboard",
    "openapi-generator",
    "curl",
    "wget",
    "postman",
    "postmanruntime",
    "insomnia",
    "httpie",
    "python-requests",
    "python-urllib",
    "go-http-client",
    "okhttp",
    "axios",
    "undici",
    "java",
    "ruby",
    "perl",
    "php",
    "aiohttp",
    "python-httpx",
    "apache-httpclient",
    "reqwest",
    "guzzlehttp",
    "rest-client",
    "powershell",
    "windowspowershell",
    "safari",
    "chrome",
    "oc",
    "argocd-server",
    "argocd",
];

pub(super) const DECLARATIVE_TOOLS: &[&str] = &[
    "helm",
    "terraform",
    "hashicorp",
    "kustomize-controller",
    "helm-controller",
    "pulumi",
    "ansible",
    "werf",
    "kapp",
    "kapp-controller",
    "opentofu",
    "fleetagent",
    "fleet-agent",
    "configsync",
    "reconciler-manager",
    "spinnaker",
    "helmfile",
    "kpt",
    "tanka",
];

const GENERIC: &[&str] = &[
    "manager",
    "controller",
    "main",
    "operator",
    "unknown",
    "client",
    "before-first-apply",
    "ancient-changes",
];

/// Whether this is the name under which Argo CD's own sync writes.
pub fn is_sync(manager: &str) -> bool {
    SYNC.contains(&manager)
}

/// What kind of writer this name stands for, if it is true.
pub fn classify(manager: &str) -> ManagerClass {
    if is_sync(manager) {
        return ManagerClass::Sync;
    }
    if let Some(known) = KNOWN_CONTROLLERS.iter().find(|c| matches_name(c.name, manager)) {
        return ManagerClass::Controller(known);
    }
    // Clients append versions and comments to their names (`Mozilla/5.0 (…)`, `curl/8.5.0`).
    let lower = manager.to_ascii_lowercase();
    let product = lower.split(['/', ' ']).next().unwrap_or_default();
    if product.starts_with("kubectl") || PEOPLE.contains(&product) {
        ManagerClass::Person
    } else if DECLARATIVE_TOOLS.contains(&product) || product.starts_with("pulumi-") {
        ManagerClass::DeclarativeTool
    } else if GENERIC.contains(&product) {
        ManagerClass::Generic
    } else {
        ManagerClass::Unknown
    }
}

/// Whether this name stands for a person's client.
pub fn is_person(manager: &str) -> bool {
    classify(manager) == ManagerClass::Person
}

fn matches_name(pattern: &str, name: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(pattern == name, |prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_known_by_their_clients() {
        for name in [
            "kubectl",
            "kubectl-edit",
            "kubectl-argo-rollouts",
            "k9s",
            "Mozilla/5.0 (X11)",
            "curl/8.5.0",
            "argocd-server",
        ] {
            assert_eq!(classify(name), ManagerClass::Person, "{name}");
        }
        assert_eq!(classify("argocd-controller"), ManagerClass::Sync);
        assert_eq!(classify("Terraform"), ManagerClass::DeclarativeTool);
        assert_eq!(classify("manager"), ManagerClass::Generic);
        assert!(matches!(
            classify("cert-manager-certificates-issuing"),
            ManagerClass::Controller(_)
        ));
        assert_eq!(classify("shop-operator"), ManagerClass::Unknown);
    }
}
