//! What differs, on which resource of which Application, and who moved it. Pure: values in, values out.
//!
//! Start with [`application`] and [`resource`] for the words, [`compare`] for the structural difference,
//! [`managed_fields`] and [`attribution`] for who, [`origin`] for whose move it was. Everything that holds raw
//! manifests or values lives in [`raw`]; screens, commands and adapters other than `argocd` may not name it.

pub mod application;
pub mod attribution;
pub mod compare;
pub mod correspondence;
pub mod cron;
pub mod environment;
pub mod fingerprint;
pub mod glob;
pub mod grouping;
pub mod happening;
pub mod identity;
pub mod managed_fields;
pub mod origin;
pub mod pointer;
pub mod raw;
pub mod repository;
pub mod resource;
pub mod sync_window;

pub use application::{
    Application, ApplicationKey, Automated, Condition, Destination, Detail, HealthStatus, HistoryEntry, IgnoreDifference,
    Initiator, OperationPhase, OperationState, Source, SyncPolicy, SyncStatus,
};
pub use environment::{EnvironmentRule, EnvironmentRules};
pub use glob::Glob;
pub use happening::{LiveObject, ObjectEvent, RevisionMetadata, RevisionOfSource};
pub use identity::ApplicationIdentity;
pub use pointer::Pointer;
pub use repository::{BranchName, RepositoryFile, RepositoryPath, RepositoryUrl, Transport};
pub use resource::{DriftState, ResourceKey, ResourceStatus};
pub use sync_window::{Hold, ProjectWindows, SyncWindow, SyncWindowState, SyncWindows, WindowKind};
