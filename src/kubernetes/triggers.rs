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

/// Keys by which people ask a controller to reconcile at once; the value is when they asked.
///
/// Sources: external-secrets.io (FAQ, "trigger a refresh"), fluxcd.io (`reconcile.fluxcd.io/requestedAt`).
pub const RECONCILE_NOW: &[&str] = &[
    "force-sync",
    "external-secrets.io/force-sync",
    "reconcile.fluxcd.io/requestedAt",
    "reconcile.fluxcd.io/forceAt",
    "reconcile.fluxcd.io/resetAt",
];

/// Beginnings of keys in which reloaders keep a hash.
const RELOADER_PREFIXES: &[&str] = &[
    "reloader.stakater.com/last-reloaded-from",
    "configmap.reloader.stakater.com/",
    "wave.pusher.com/config-hash",
];

/// Instructions to a reloader (what to watch), under the same beginnings as its hashes.
const RELOADER_INSTRUCTIONS: &[&str] = &["reload", "auto", "match", "search", "exclude"];

/// Whether a reloader keeps a hash under this key, by which it restarts pods.
pub fn is_reloader_hash(key: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or(key);
    RELOADER_PREFIXES.iter().any(|prefix| key.starts_with(prefix)) && !RELOADER_INSTRUCTIONS.contains(&name)
}

/// Keys that charts fill anew at each rendering (`randAlphaNum`, `now`), so that pods roll with each sync.
pub fn is_rendered_trigger(key: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or(key).to_ascii_lowercase();
    name == "rollme" || name == "timestamp" || name.starts_with("checksum") || key.to_ascii_lowercase().starts_with("checksum/")
}
