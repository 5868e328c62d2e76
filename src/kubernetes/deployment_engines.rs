//! Markers that deployment engines other than Argo CD put on what they deploy. Such a mark says that a second engine believes the
//! object to be its own; it is never a controller's bookkeeping.
//!
//! Sources: the documentation of Helm (`meta.helm.sh`), Flux (`*.toolkit.fluxcd.io`), Carvel kapp, Rancher Fleet, Config Sync, the
//! kubectl ApplySet (KEP-3659), the addon manager, Spinnaker, Tanka, werf, Operator Lifecycle Manager.

/// Beginnings of annotations and labels.
const MARKERS: &[&str] = &[
    "meta.helm.sh/",
    "helm.toolkit.fluxcd.io/",
    "kustomize.toolkit.fluxcd.io/",
    "kapp.k14s.io/",
    "objectset.rio.cattle.io/",
    "fleet.cattle.io/",
    "configmanagement.gke.io/",
    "configsync.gke.io/",
    "config.k8s.io/owning-inventory",
    "applyset.kubernetes.io/",
    "addonmanager.kubernetes.io/",
    "moniker.spinnaker.io/",
    "artifact.spinnaker.io/",
    "tanka.dev/",
    "werf.io/",
    "pulumi.com/",
    "olm.owner",
    "operators.coreos.com/",
    "app.kubernetes.io/managed-by",
];

/// Whether this annotation or label is the mark of another deployment engine.
pub fn is_engine_marker(key: &str) -> bool {
    MARKERS.iter().any(|marker| key.starts_with(marker))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_engines_are_told_from_notes_of_controllers() {
        for key in [
            "meta.helm.sh/release-name",
            "kapp.k14s.io/identity",
            "app.kubernetes.io/managed-by",
        ] {
            assert!(is_engine_marker(key), "{key}");
        }
        for key in ["keel.sh/update-time", "app.kubernetes.io/name", "helm.sh/chart"] {
            assert!(!is_engine_marker(key), "{key}");
        }
    }
}
