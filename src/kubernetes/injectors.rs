//! Admission webhooks that add containers: known by marker *and* image *and* shape. One of the three alone is an impostor's
//! work as easily as the injector's.

use super::images::{full_repository, repository};

/// A known injector.
#[derive(Debug)]
pub struct Injector {
    /// What to call it.
    pub name: &'static str,
    /// Names of containers it adds; a trailing `*` matches any ending.
    pub containers: &'static [&'static str],
    /// Ends of the repository part of the images it uses (without registry host, tag and digest).
    pub images: &'static [&'static str],
    /// Where its vendor publishes: beginnings of repositories with their registry host; a leading `*` stands for the first label of
    /// the host. A mirror is for the evidence to name.
    pub published: &'static [&'static str],
    /// Beginnings of annotations or labels that mark an injected pod (template or namespace asked for it).
    pub markers: &'static [&'static str],
    /// Annotations and labels that it adds beside its own prefixes, by their beginnings.
    pub notes: &'static [&'static str],
    /// Beginnings of names of volumes it adds.
    pub volumes: &'static [&'static str],
    /// Beginnings of names of environment variables it adds to the other containers.
    pub environment: &'static [&'static str],
    /// One of these words stands in the command or arguments of each of its containers; empty: they have no command.
    pub speaks: &'static [&'static str],
}

/// Known injectors.
pub static INJECTORS: &[Injector] = &[
    Injector {
        name: "Istio",
        published: &[
            "docker.io/istio/",
            "gcr.io/istio-release/",
            "gcr.io/gke-release/asm/",
            "gke.gcr.io/asm/",
            "registry.istio.io/",
            "mcr.microsoft.com/oss/istio/",
            "registry.redhat.io/openshift-service-mesh/",
        ],
        containers: &["istio-proxy", "istio-init", "istio-validation"],
        images: &["istio/proxyv2", "proxyv2", "istio/install-cni"],
        markers: &[
            "sidecar.istio.io/",
            "istio.io/",
            "istio-injection",
            "proxy.istio.io/",
            "traffic.sidecar.istio.io/",
        ],
        notes: &[
            "prometheus.io/",
            "kubectl.kubernetes.io/default-container",
            "kubectl.kubernetes.io/default-logs-container",
            "service.istio.io/",
            "security.istio.io/tlsMode",
        ],
        volumes: &["istio-", "istiod-", "workload-socket", "workload-certs", "credential-socket"],
        environment: &[],
        speaks: &["proxy", "istio-iptables", "istio-clean-iptables"],
    },
    Injector {
        name: "Linkerd",
        published: &[
            "cr.l5d.io/linkerd/",
            "ghcr.io/linkerd/",
            "ghcr.io/buoyantio/",
            "docker.io/buoyantio/",
            "gcr.io/linkerd-io/",
        ],
        containers: &["linkerd-proxy", "linkerd-init", "linkerd-network-validator"],
        images: &[
            "linkerd/proxy",
            "linkerd/proxy-init",
            "linkerd2/proxy",
            "linkerd-io/proxy",
            "linkerd-io/proxy-init",
        ],
        markers: &["linkerd.io/", "config.linkerd.io/"],
        notes: &["viz.linkerd.io/"],
        volumes: &["linkerd-"],
        environment: &[],
        speaks: &["--incoming-proxy-port", "--identity-disabled", "linkerd"],
    },
    Injector {
        name: "Vault agent",
        published: &[
            "docker.io/hashicorp/",
            "public.ecr.aws/hashicorp/",
            "registry.connect.redhat.com/hashicorp/",
        ],
        containers: &["vault-agent", "vault-agent-init"],
        images: &["hashicorp/vault", "hashicorp/vault-enterprise"],
        markers: &["vault.hashicorp.com/"],
        notes: &[],
        volumes: &["vault-", "home-init", "home-sidecar"],
        environment: &[],
        speaks: &["vault agent"],
    },
    Injector {
        name: "OpenTelemetry operator",
        published: &[
            "ghcr.io/open-telemetry/",
            "docker.io/otel/",
            "public.ecr.aws/aws-observability/",
        ],
        containers: &["opentelemetry-auto-instrumentation*", "otc-container"],
        images: &[
            "autoinstrumentation-java",
            "autoinstrumentation-python",
            "autoinstrumentation-nodejs",
            "autoinstrumentation-dotnet",
            "autoinstrumentation-go",
            "opentelemetry-collector",
            "opentelemetry-collector-contrib",
        ],
        markers: &["instrumentation.opentelemetry.io/", "sidecar.opentelemetry.io/"],
        notes: &[],
        volumes: &["opentelemetry-auto-instrumentation"],
        environment: &[
            "OTEL_",
            "JAVA_TOOL_OPTIONS",
            "NODE_OPTIONS",
            "PYTHONPATH",
            "DOTNET_",
            "CORECLR_",
        ],
        speaks: &["javaagent", "autoinstrumentation", "--config"],
    },
    Injector {
        name: "Datadog",
        published: &[
            "gcr.io/datadoghq/",
            "eu.gcr.io/datadoghq/",
            "asia.gcr.io/datadoghq/",
            "docker.io/datadog/",
            "public.ecr.aws/datadog/",
            "datadoghq.azurecr.io/",
            "registry.datadoghq.com/",
        ],
        containers: &["datadog-lib-*", "datadog-init-*", "datadog-agent-injected"],
        images: &[
            "datadog/agent",
            "dd-lib-java-init",
            "dd-lib-python-init",
            "dd-lib-js-init",
            "dd-lib-dotnet-init",
            "dd-lib-ruby-init",
            "apm-inject",
        ],
        markers: &["admission.datadoghq.com/"],
        notes: &["internal.apm.datadoghq.com/", "tags.datadoghq.com/"],
        volumes: &["datadog"],
        environment: &["DD_"],
        speaks: &["copy-lib.sh", "/datadog"],
    },
    Injector {
        name: "Dapr",
        published: &["docker.io/daprio/", "ghcr.io/dapr/", "mcr.microsoft.com/daprio/"],
        containers: &["daprd"],
        images: &["daprio/daprd", "dapr/daprd", "daprd"],
        markers: &["dapr.io/"],
        notes: &[],
        volumes: &["dapr-"],
        environment: &["DAPR_"],
        speaks: &["daprd", "--app-id"],
    },
    Injector {
        name: "Consul",
        published: &[
            "docker.io/hashicorp/",
            "public.ecr.aws/hashicorp/",
            "registry.connect.redhat.com/hashicorp/",
        ],
        containers: &[
            "consul-dataplane",
            "consul-dataplane-*",
            "consul-connect-inject-init",
            "consul-connect-inject-init-*",
        ],
        images: &[
            "hashicorp/consul-dataplane",
            "hashicorp/consul-k8s-control-plane",
            "consul-dataplane",
            "consul-k8s-control-plane",
        ],
        markers: &["consul.hashicorp.com/"],
        notes: &[],
        volumes: &["consul-connect-inject-data", "consul-"],
        environment: &["CONSUL_", "DP_"],
        speaks: &["consul", "-addresses", "connect-init"],
    },
    Injector {
        name: "Kuma",
        published: &["docker.io/kumahq/", "docker.io/kong/"],
        containers: &["kuma-sidecar", "kuma-init", "kuma-validation"],
        images: &[
            "kumahq/kuma-dp",
            "kumahq/kuma-init",
            "kong/kuma-dp",
            "kong/kuma-init",
            "kuma-dp",
            "kuma-init",
            "kumahq/kuma-cni",
        ],
        markers: &["kuma.io/"],
        notes: &[],
        volumes: &["kuma-"],
        environment: &["KUMA_"],
        speaks: &["run", "kuma-dp", "kumactl", "transparent-proxy", "--redirect-"],
    },
    Injector {
        name: "Dynatrace",
        published: &[
            "docker.io/dynatrace/",
            "quay.io/dynatrace/",
            "public.ecr.aws/dynatrace/",
            "gcr.io/dynatrace-marketplace-prod/",
            "registry.connect.redhat.com/dynatrace/",
            "*.live.dynatrace.com/",
        ],
        containers: &["dynatrace-operator", "install-oneagent"],
        images: &[
            "dynatrace/dynatrace-operator",
            "linux/oneagent",
            "linux/codemodule",
            "dynatrace-operator",
        ],
        markers: &[
            "oneagent.dynatrace.com/",
            "metadata-enrichment.dynatrace.com/",
            "dynatrace.com/inject",
        ],
        notes: &["dynakube.dynatrace.com/", "metadata.dynatrace.com"],
        volumes: &["oneagent-", "injection-config", "dynatrace-"],
        environment: &["LD_PRELOAD", "DT_"],
        speaks: &["bootstrap", "init.sh", "/mnt/"],
    },
    Injector {
        name: "Jaeger",
        published: &["docker.io/jaegertracing/", "quay.io/jaegertracing/"],
        containers: &["jaeger-agent"],
        images: &["jaegertracing/jaeger-agent"],
        markers: &["sidecar.jaegertracing.io/"],
        notes: &[],
        volumes: &["jaeger-"],
        environment: &["JAEGER_"],
        speaks: &["--reporter.", "--agent.tags"],
    },
    Injector {
        name: "Bank-Vaults",
        published: &["ghcr.io/bank-vaults/", "docker.io/banzaicloud/", "ghcr.io/banzaicloud/"],
        containers: &["copy-vault-env"],
        images: &["bank-vaults/vault-env", "banzaicloud/vault-env"],
        markers: &["vault.security.banzaicloud.io/", "secrets-webhook.security.bank-vaults.io/"],
        notes: &[],
        volumes: &["vault-env", "vault-agent-config"],
        environment: &["VAULT_"],
        speaks: &["vault-env"],
    },
    Injector {
        name: "Cloud Storage FUSE",
        published: &["gke.gcr.io/"],
        containers: &["gke-gcsfuse-sidecar", "gke-gcsfuse-metadata-prefetch"],
        images: &["gcs-fuse-csi-driver-sidecar-mounter", "gcs-fuse-csi-driver-metadata-prefetch"],
        markers: &["gke-gcsfuse/"],
        notes: &[],
        volumes: &["gke-gcsfuse-"],
        environment: &[],
        speaks: &["--v="],
    },
    Injector {
        name: "AWS pod identity",
        published: &[],
        containers: &[],
        images: &[],
        markers: &["eks.amazonaws.com/"],
        notes: &[],
        volumes: &["aws-iam-token", "eks-pod-identity-token"],
        environment: &[
            "AWS_ROLE_ARN",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
            "AWS_STS_REGIONAL_ENDPOINTS",
            "AWS_CONTAINER_",
        ],
        speaks: &[],
    },
    Injector {
        name: "Azure workload identity",
        published: &["mcr.microsoft.com/", "ghcr.io/azure/"],
        containers: &["azwi-proxy", "azwi-proxy-init"],
        images: &["azure-workload-identity/proxy", "azure-workload-identity/proxy-init"],
        markers: &["azure.workload.identity/"],
        notes: &[],
        volumes: &["azure-identity-token"],
        environment: &[
            "AZURE_CLIENT_ID",
            "AZURE_TENANT_ID",
            "AZURE_FEDERATED_TOKEN_FILE",
            "AZURE_AUTHORITY_HOST",
        ],
        speaks: &["proxy", "--proxy-port"],
    },
];

/// The injector that adds a container of this name from this image, both known; `None` when either is not.
pub fn injector_of(container: &str, image: &str) -> Option<&'static Injector> {
    let repository = repository(image);
    INJECTORS.iter().find(|injector| {
        injector.containers.iter().any(|name| matches_start(name, container))
            && injector
                .images
                .iter()
                .any(|known| repository == *known || repository.ends_with(&format!("/{known}")))
    })
}

/// The injector that a container of this name claims to come from, whatever its image.
pub fn claimed_by_name(container: &str) -> Option<&'static Injector> {
    INJECTORS
        .iter()
        .find(|injector| injector.containers.iter().any(|name| matches_start(name, container)))
}

fn matches_start(pattern: &str, name: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(pattern == name, |start| name.starts_with(start))
}

/// Whether an admission webhook of a managed cluster points pods at its own API server: these variables, and a host of
/// the platform (Azure Kubernetes Service).
pub fn is_platform_environment(name: &str, value: &str) -> bool {
    const NAMES: &[&str] = &[
        "KUBERNETES_SERVICE_HOST",
        "KUBERNETES_PORT",
        "KUBERNETES_PORT_443_TCP",
        "KUBERNETES_PORT_443_TCP_ADDR",
    ];
    NAMES.contains(&name) && value.contains(".azmk8s.")
}

/// Whether the injector's vendor publishes this image.
pub fn is_published(injector: &Injector, image: &str) -> bool {
    let repository = full_repository(image);
    injector.published.iter().any(|start| match start.strip_prefix('*') {
        Some(rest) => repository
            .split_once('.')
            .is_some_and(|(label, _)| !label.contains('/') && repository[label.len()..].starts_with(rest)),
        None => repository.starts_with(start),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_publishes_under_its_own_name_only() {
        for (container, image, published) in [
            ("istio-proxy", "istio/proxyv2:1.22", true),
            ("istio-proxy", "docker.io/istio/proxyv2:1.22", true),
            ("istio-proxy", "evil.io/istio/proxyv2:1.22", false),
            ("istio-proxy", "docker.io/evil/proxyv2:1.22", false),
            ("istio-proxy", "docker.io.evil.io/istio/proxyv2:1.22", false),
            ("install-oneagent", "abc1.live.dynatrace.com/linux/oneagent:1", true),
            ("install-oneagent", "evil.io/live.dynatrace.com/linux/oneagent:1", false),
        ] {
            let injector = injector_of(container, image).unwrap();
            assert_eq!(is_published(injector, image), published, "{image}");
        }
    }

    #[test]
    fn name_and_image_must_both_fit() {
        assert_eq!(
            injector_of("istio-proxy", "docker.io/istio/proxyv2:1.22.1").map(|i| i.name),
            Some("Istio")
        );
        assert!(injector_of("istio-proxy", "registry.example.net/evil/proxyv3:1").is_none());
        assert!(injector_of("web", "docker.io/istio/proxyv2:1.22.1").is_none());
    }
}
