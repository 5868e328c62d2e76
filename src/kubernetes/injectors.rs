//! Admission webhooks that add containers: known by marker *and* image *and* shape. One of the three alone is an impostor's
//! work as easily as the injector's.

/// A known injector.
#[derive(Debug)]
pub struct Injector {
    /// What to call it.
    pub name: &'static str,
    /// Names of containers it adds.
    pub containers: &'static [&'static str],
    /// Ends of the repository part of the images it uses (without registry host, tag and digest).
    pub images: &'static [&'static str],
    /// Beginnings of annotations or labels that mark an injected pod (template or namespace asked for it).
    pub markers: &'static [&'static str],
    /// Beginnings of names of volumes it adds.
    pub volumes: &'static [&'static str],
}

/// Known injectors.
pub static INJECTORS: &[Injector] = &[
    Injector {
        name: "Istio",
        containers: &["istio-proxy", "istio-init", "istio-validation"],
        images: &["istio/proxyv2", "proxyv2", "istio/install-cni"],
        markers: &[
            "sidecar.istio.io/",
            "istio.io/rev",
            "istio-injection",
            "proxy.istio.io/",
            "service.istio.io/",
            "security.istio.io/tlsMode",
        ],
        volumes: &["istio-", "workload-socket", "workload-certs", "credential-socket"],
    },
    Injector {
        name: "Linkerd",
        containers: &["linkerd-proxy", "linkerd-init", "linkerd-network-validator"],
        images: &[
            "linkerd/proxy",
            "linkerd/proxy-init",
            "linkerd2/proxy",
            "linkerd-io/proxy",
            "linkerd-io/proxy-init",
        ],
        markers: &["linkerd.io/", "config.linkerd.io/", "viz.linkerd.io/"],
        volumes: &["linkerd-"],
    },
    Injector {
        name: "Vault agent",
        containers: &["vault-agent", "vault-agent-init"],
        images: &["hashicorp/vault", "hashicorp/vault-enterprise", "vault"],
        markers: &["vault.hashicorp.com/"],
        volumes: &["vault-", "home-init", "home-sidecar"],
    },
    Injector {
        name: "OpenTelemetry operator",
        containers: &["opentelemetry-auto-instrumentation*", "otc-container"],
        images: &[
            "autoinstrumentation-java",
            "autoinstrumentation-python",
            "autoinstrumentation-nodejs",
            "autoinstrumentation-dotnet",
            "opentelemetry-collector",
            "opentelemetry-collector-contrib",
        ],
        markers: &["instrumentation.opentelemetry.io/", "sidecar.opentelemetry.io/"],
        volumes: &["opentelemetry-auto-instrumentation"],
    },
    Injector {
        name: "Dapr",
        containers: &["daprd"],
        images: &["daprio/daprd", "dapr/daprd", "daprd"],
        markers: &["dapr.io/"],
        volumes: &["dapr-"],
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

/// The image without tag and digest: registry host and path.
pub fn repository(image: &str) -> &str {
    let without_digest = image.split_once('@').map_or(image, |(name, _)| name);
    match without_digest.rfind(':') {
        // A colon before the last slash belongs to the port of the registry.
        Some(colon) if !without_digest[colon..].contains('/') => &without_digest[..colon],
        _ => without_digest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_image_must_both_fit() {
        assert_eq!(
            injector_of("istio-proxy", "docker.io/istio/proxyv2:1.22.1").map(|i| i.name),
            Some("Istio")
        );
        assert!(injector_of("istio-proxy", "registry.example.net/evil/proxyv3:1").is_none());
        assert!(injector_of("web", "docker.io/istio/proxyv2:1.22.1").is_none());
    }

    #[test]
    fn the_repository_is_the_image_without_tag_and_digest() {
        assert_eq!(repository("host:5000/a/b:1.2@sha256:00"), "host:5000/a/b");
        assert_eq!(repository("host:5000/a/b"), "host:5000/a/b");
        assert_eq!(repository("nginx"), "nginx");
    }
}
