//! Raw manifests, as the cluster and Argo CD gave them: the one place where secret values may still be.
//!
//! Only the pure rooms, `engine` and `argocd` may name this module; everyone else gets the redacted view.

mod pair;
pub(in crate::drift) mod tree;

use serde_json::Value;

use super::resource::ResourceKey;
pub use pair::Pair;
pub use tree::Tree;

/// One item of Argo CD's managed-resources answer, parsed.
#[derive(Debug, Clone, PartialEq)]
pub struct ManagedResource {
    /// Which resource.
    pub key: ResourceKey,
    /// `targetState`: the rendered object from Git; `None` when Git has it not (or could not be loaded).
    pub target: Option<Value>,
    /// `liveState`: the object in the cluster, with managed fields and last-applied.
    pub live: Option<Value>,
    /// `predictedLiveState` and `normalizedLiveState`, compared.
    pub pair: Pair,
    /// Argo CD's own word: the pair differs. Absent (false) for extra objects.
    pub modified: bool,
    /// A sync hook.
    pub hook: bool,
    /// Why its states could not be read; then all of them are `None`. Quotes nothing of them.
    pub unreadable: Option<String>,
}
