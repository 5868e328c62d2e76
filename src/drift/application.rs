//! An Argo CD Application as the triage needs it: what it is, what Argo CD says of it, what Argo CD will do by itself.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::glob::Glob;
use super::resource::{ResourceKey, ResourceStatus};
use super::sync_window::SyncWindowState;

/// Identity of an Application on this machine: the configured context, the namespace of the Application object, its name.
///
/// Two Applications of one server may share a name in different namespaces (Applications in any namespace).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApplicationKey {
    /// Nickname of the Argo CD server on this machine, as in `argocd context`.
    pub context: Arc<str>,
    /// Namespace that the Application object lives in (not its destination).
    pub namespace: Arc<str>,
    /// `metadata.name` of the Application.
    pub name: Arc<str>,
}

impl ApplicationKey {
    /// Makes a key from its three parts.
    pub fn new(context: impl Into<Arc<str>>, namespace: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self {
            context: context.into(),
            namespace: namespace.into(),
            name: name.into(),
        }
    }
}

impl fmt::Display for ApplicationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// `status.sync.status`, of an Application or of one managed resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum SyncStatus {
    /// Live equals what the next sync would make of it.
    Synced,
    /// Something differs.
    OutOfSync,
    /// Argo CD could not compare (or says something this version does not know).
    Unknown,
    /// Argo CD has not compared yet: the field is empty or absent.
    #[default]
    NeverCompared,
}

impl SyncStatus {
    /// Reads Argo CD's word; an unknown word is [`SyncStatus::Unknown`], an empty one [`SyncStatus::NeverCompared`].
    pub fn parse(word: &str) -> Self {
        match word {
            "Synced" => Self::Synced,
            "OutOfSync" => Self::OutOfSync,
            "" => Self::NeverCompared,
            _ => Self::Unknown,
        }
    }

    /// Argo CD's word; `""` when it never compared.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Synced => "Synced",
            Self::OutOfSync => "OutOfSync",
            Self::Unknown => "Unknown",
            Self::NeverCompared => "",
        }
    }
}

/// `status.health.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum HealthStatus {
    /// All well.
    Healthy,
    /// Paused by intent.
    Suspended,
    /// On its way.
    Progressing,
    /// Not in the cluster.
    Missing,
    /// Broken.
    Degraded,
    /// Not known, or a word that this version does not know.
    #[default]
    Unknown,
}

impl HealthStatus {
    /// Reads Argo CD's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "Healthy" => Self::Healthy,
            "Suspended" => Self::Suspended,
            "Progressing" => Self::Progressing,
            "Missing" => Self::Missing,
            "Degraded" => Self::Degraded,
            _ => Self::Unknown,
        }
    }

    /// Argo CD's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "Healthy",
            Self::Suspended => "Suspended",
            Self::Progressing => "Progressing",
            Self::Missing => "Missing",
            Self::Degraded => "Degraded",
            Self::Unknown => "Unknown",
        }
    }
}

/// `spec.destination`: exactly one of server and name is normally set.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Destination {
    /// API server URL of the target cluster; empty when the cluster is given by name.
    pub server: String,
    /// Cluster name as Argo CD knows it; empty when given by URL.
    pub name: String,
    /// Default namespace of the resources.
    pub namespace: String,
}

impl Destination {
    /// What to call the cluster on a screen: its name, else `in-cluster` for Argo CD's own, else the host of its URL.
    pub fn cluster(&self) -> &str {
        if !self.name.is_empty() {
            return &self.name;
        }
        if self.server == "https://kubernetes.default.svc" {
            return "in-cluster";
        }
        let host = self.server.split_once("://").map_or(self.server.as_str(), |(_, rest)| rest);
        host.split(['/', ':']).next().unwrap_or(host)
    }
}

/// One entry of `spec.source` / `spec.sources`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Source {
    /// Repository URL (Git, Helm or OCI).
    pub repo_url: String,
    /// Folder inside the repository; empty for charts and ref-only sources.
    pub path: String,
    /// Chart name, for Helm registry sources.
    pub chart: String,
    /// Branch, tag, commit or version range; empty means `HEAD`.
    pub target_revision: String,
    /// Name under which other sources use this one's files (`$ref/…`).
    pub reference: String,
}

/// `spec.syncPolicy.automated`, present and enabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Automated {
    /// Deletes what Git no longer has.
    pub prune: bool,
    /// Re-syncs when the cluster is edited.
    pub self_heal: bool,
}

/// `spec.syncPolicy`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct SyncPolicy {
    /// `None` when nothing syncs by itself (absent, or `enabled: false` since Argo CD 3.1).
    pub automated: Option<Automated>,
    /// `syncOptions`, such as `ServerSideApply=true`.
    pub options: Vec<String>,
}

impl SyncPolicy {
    /// Whether `syncOptions` holds exactly this `Name=value`.
    pub fn has_option(&self, option: &str) -> bool {
        self.options.iter().any(|o| o == option)
    }
}

/// One entry of `spec.ignoreDifferences`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct IgnoreDifference {
    /// API group glob; empty matches the core group only.
    pub group: String,
    /// Kind glob.
    pub kind: String,
    /// Exact name; empty matches any.
    pub name: String,
    /// Exact namespace; empty matches any.
    pub namespace: String,
    /// RFC 6901 pointers.
    pub json_pointers: Vec<String>,
    /// jq paths, compiled by Argo CD as `del(<expr>)`.
    pub jq_path_expressions: Vec<String>,
    /// Field manager names whose changes are ignored.
    pub managed_fields_managers: Vec<String>,
}

impl IgnoreDifference {
    /// Whether it is about this resource (Argo CD, `util/argo/normalizers`).
    pub fn is_about(&self, resource: &ResourceKey) -> bool {
        let group = match self.group.is_empty() {
            true => resource.group.is_empty(),
            false => Glob::new(&self.group).matches(&resource.group),
        };
        group
            && Glob::new(&self.kind).matches(&resource.kind)
            && (self.name.is_empty() || self.name == resource.name)
            && (self.namespace.is_empty() || self.namespace == resource.namespace)
    }
}

/// One entry of `status.conditions`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Condition {
    /// For example `ComparisonError`, `SyncError`, `SharedResourceWarning`.
    pub kind: String,
    /// Argo CD's text (hostile: may quote a repository or a cluster).
    pub message: String,
    /// When it last changed.
    pub at: Option<Timestamp>,
}

/// `status.operationState.phase`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationPhase {
    /// Under way.
    Running,
    /// Being stopped.
    Terminating,
    /// Ended with failed tasks.
    Failed,
    /// Could not run.
    Error,
    /// Ended well.
    Succeeded,
}

impl OperationPhase {
    /// Reads Argo CD's word; `None` for an unknown one.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "Running" => Self::Running,
            "Terminating" => Self::Terminating,
            "Failed" => Self::Failed,
            "Error" => Self::Error,
            "Succeeded" => Self::Succeeded,
            _ => return None,
        })
    }
}

/// The last (or running) sync operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct OperationState {
    /// How it stands; `None` when Argo CD's word is unknown or masked.
    pub phase: Option<OperationPhase>,
    /// Argo CD's text (hostile).
    pub message: String,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Revision(s) it synced, index-aligned with the sources; empty when not known.
    pub revisions: Vec<String>,
    /// `operation.sync.autoHealAttemptsCount`: grows while self-heal and somebody else undo each other.
    pub self_heal_attempts: u32,
    /// `operation.retry.limit` reached or `retryCount`, as Argo CD counts.
    pub retry_count: u32,
    /// Who asked for it; only with [`Detail::Full`].
    pub initiated_by: Initiator,
}

/// Who asked for a sync.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Initiator {
    /// Argo CD itself: auto-sync or self-heal.
    Automated,
    /// This user of Argo CD (hostile text).
    User(String),
    /// Not told.
    #[default]
    Unknown,
}

/// One entry of `status.history`: a sync that went through.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct HistoryEntry {
    /// Revision(s) that were deployed.
    pub revisions: Vec<String>,
    /// Who asked for it.
    pub initiated_by: Initiator,
    /// When the sync ended.
    pub deployed_at: Option<Timestamp>,
}

/// How much of an Application is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Detail {
    /// From the masked list or the watch: conditions, history, resources and last operation may be missing.
    #[default]
    Listed,
    /// From the single GET: everything.
    Full,
}

/// An Application: identity, settings, and what Argo CD says of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Application {
    /// Identity.
    pub key: ApplicationKey,
    /// How much below is known.
    pub detail: Detail,
    /// `spec.project`; `default` when empty.
    pub project: String,
    /// `metadata.labels`.
    pub labels: BTreeMap<String, String>,
    /// `argocd.argoproj.io/skip-reconcile: "true"`: status is frozen.
    pub skip_reconcile: bool,
    /// `argocd.argoproj.io/refresh` is set: a comparison is pending.
    pub refresh_pending: bool,
    /// `metadata.deletionTimestamp`.
    pub deletion_requested_at: Option<Timestamp>,
    /// Where it deploys to.
    pub destination: Destination,
    /// Effective sources (hydrator's sync source, else `sources`, else `source`).
    pub sources: Vec<Source>,
    /// `spec.sourceHydrator` is set.
    pub hydrated: bool,
    /// What syncs by itself.
    pub sync_policy: SyncPolicy,
    /// What sync windows do to what syncs by itself.
    pub sync_windows: SyncWindowState,
    /// `spec.ignoreDifferences`; only with [`Detail::Full`].
    pub ignore_differences: Vec<IgnoreDifference>,
    /// `status.sync.status`.
    pub sync_status: SyncStatus,
    /// Revision(s) that Argo CD compares with, index-aligned with the sources.
    pub revisions: Vec<String>,
    /// `status.health.status`.
    pub health: HealthStatus,
    /// `status.health.message` (hostile).
    pub health_message: String,
    /// The last operation.
    pub operation: Option<OperationState>,
    /// Top-level `operation`: a sync was requested or runs.
    pub operation_requested: bool,
    /// `status.conditions`; only with [`Detail::Full`].
    pub conditions: Vec<Condition>,
    /// Completed syncs that Argo CD still knows of, oldest first; only with [`Detail::Full`].
    pub history: Vec<HistoryEntry>,
    /// Last comparison against freshly resolved Git; only with [`Detail::Full`].
    pub reconciled_at: Option<Timestamp>,
    /// `status.resources`; only with [`Detail::Full`].
    pub resources: Vec<ResourceStatus>,
    /// `metadata.resourceVersion`, when known.
    pub resource_version: String,
}

impl Application {
    /// An Application of which only the identity is known.
    pub fn new(key: ApplicationKey) -> Self {
        Self {
            key,
            detail: Detail::Listed,
            project: "default".to_owned(),
            labels: BTreeMap::new(),
            skip_reconcile: false,
            refresh_pending: false,
            deletion_requested_at: None,
            destination: Destination::default(),
            sources: Vec::new(),
            hydrated: false,
            sync_policy: SyncPolicy::default(),
            sync_windows: SyncWindowState::NotAsked,
            ignore_differences: Vec::new(),
            sync_status: SyncStatus::NeverCompared,
            revisions: Vec::new(),
            health: HealthStatus::Unknown,
            health_message: String::new(),
            operation: None,
            operation_requested: false,
            conditions: Vec::new(),
            history: Vec::new(),
            reconciled_at: None,
            resources: Vec::new(),
            resource_version: String::new(),
        }
    }

    /// The first condition of this type, if any.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|c| c.kind == kind)
    }

    /// The newest completed sync, as far as it is known.
    pub fn last_deployed(&self) -> Option<&HistoryEntry> {
        self.history.last()
    }

    /// Whether a sync operation runs or is requested.
    pub fn is_syncing(&self) -> bool {
        self.operation_requested
            || self
                .operation
                .as_ref()
                .is_some_and(|o| matches!(o.phase, Some(OperationPhase::Running | OperationPhase::Terminating)))
    }
}
