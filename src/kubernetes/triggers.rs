//! Annotations on pod templates whose only purpose is to start a rollout.

/// Keys whose value is a time stamp; another kind of value is odd and worth a look.
pub const RESTARTED_AT: &[&str] = &[
    "kubectl.kubernetes.io/restartedAt",
    "workloads.argoproj.io/restartedAt",
    "rollout.argoproj.io/restartedAt",
    "cattle.io/timestamp",
    "kubectl.kubernetes.io/restarted-at",
    "openshift.io/restartedAt",
];

/// Prefixes of keys in which reloaders keep a hash.
pub const RELOADER_PREFIXES: &[&str] = &[
    "reloader.stakater.com/last-reloaded-from",
    "configmap.reloader.stakater.com/",
    "wave.pusher.com/config-hash",
];

/// Keys that charts fill anew at each rendering (`randAlphaNum`, `now`), so that pods roll with each sync.
pub fn is_rendered_trigger(key: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or(key).to_ascii_lowercase();
    name == "rollme" || name == "timestamp" || name.starts_with("checksum") || key.to_ascii_lowercase().starts_with("checksum/")
}
