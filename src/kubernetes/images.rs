//! References of container images: registry host, path, tag, digest.

/// The image without tag and digest: registry host and path.
pub fn repository(image: &str) -> &str {
    let without_digest = image.split_once('@').map_or(image, |(name, _)| name);
    match without_digest.rfind(':') {
        // A colon before the last slash belongs to the port of the registry.
        Some(colon) if !without_digest[colon..].contains('/') => &without_digest[..colon],
        _ => without_digest,
    }
}

/// The part of a repository that one owner has to himself: the host, and on hosts that anybody may push to the first name after it.
pub fn owner_of(image: &str) -> String {
    const SHARED: &[&str] = &[
        "docker.io",
        "ghcr.io",
        "quay.io",
        "gcr.io",
        "public.ecr.aws",
        "registry.gitlab.com",
        "registry.hub.docker.com",
    ];
    let repository = full_repository(image);
    let mut parts = repository.split('/');
    let host = parts.next().unwrap_or_default();
    match parts.next() {
        Some(first) if SHARED.contains(&host) => format!("{host}/{first}/"),
        _ => format!("{host}/"),
    }
}

/// The repository with its registry host, as the container runtime completes it.
pub(super) fn full_repository(image: &str) -> String {
    let repository = repository(image);
    match repository.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => repository.to_owned(),
        Some(_) => format!("docker.io/{repository}"),
        None => format!("docker.io/library/{repository}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_the_image_without_tag_and_digest() {
        assert_eq!(repository("host:5000/a/b:1.2@sha256:00"), "host:5000/a/b");
        assert_eq!(repository("host:5000/a/b"), "host:5000/a/b");
        assert_eq!(repository("nginx"), "nginx");
    }

    #[test]
    fn a_shared_registry_has_many_owners() {
        assert_eq!(owner_of("nginx:1"), "docker.io/library/");
        assert_eq!(owner_of("ghcr.io/shop/web:1"), "ghcr.io/shop/");
        assert_eq!(owner_of("registry.example.com:5000/a/b:1"), "registry.example.com:5000/");
    }
}
