//! One managed resource of an Application.

use std::fmt;

use super::application::{HealthStatus, SyncStatus};

/// Identity of a managed resource inside its Application, as `status.resources` and managed-resources spell it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ResourceKey {
    /// API group; `""` for core.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace; `""` for cluster-scoped.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl ResourceKey {
    /// Makes a key from its four parts.
    pub fn new(group: impl Into<String>, kind: impl Into<String>, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            group: group.into(),
            kind: kind.into(),
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    /// `Kind/name`, as people say it.
    pub fn short(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }

    /// Whether this is the core `Secret`, whose values Argo CD masks.
    pub fn is_secret(&self) -> bool {
        self.group.is_empty() && self.kind == "Secret"
    }
}

impl fmt::Display for ResourceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.group, self.kind, self.namespace, self.name)
    }
}

/// One entry of `status.resources`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceStatus {
    /// Which resource.
    pub key: ResourceKey,
    /// Absent for hooks, ignored objects and objects that name another Application: absent is not Synced.
    pub status: Option<SyncStatus>,
    /// A sync hook.
    pub hook: bool,
    /// Live exists and Git has it not (or Git could not be loaded: see the status).
    pub requires_pruning: bool,
    /// Health, where Argo CD gives it.
    pub health: Option<HealthStatus>,
}

/// How a drifted resource stands to Git.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DriftState {
    /// In both, and different.
    Changed,
    /// In Git, not in the cluster.
    Missing,
    /// In the cluster, not in Git: it needs pruning.
    Extra,
}

impl DriftState {
    /// The word used in JSON and on screens.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Extra => "extra",
        }
    }
}
