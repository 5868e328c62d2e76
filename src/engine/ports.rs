//! What the engine needs from the world, as traits. Adapters implement them; `wire` connects them.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use thiserror::Error;

pub use super::acting::forge::{
    Forge, ForgeError, Issue, IssueState, NewIssue, NewPullRequest, PullRequest, PullRequestState, Push, RepositoryState, Tip,
};
pub use super::audit::{Action, AuditEntry, AuditLog, Step};
pub use super::ignore_lists::{IgnoreList, IgnoreListError, IgnoreRules, IgnoreSource, IgnoreSourceState};
pub use super::journal::{
    Appearance, ApplicationIdentity, Disposition, DispositionKind, DriftIdentity, DriftMemory, History, Journal, Observation,
    Sighting,
};
use crate::drift::raw::{ManagedResource, Rendered};
use crate::drift::{
    Application, ApplicationKey, IgnoreDifference, LiveObject, ObjectEvent, ProjectWindows, RevisionMetadata, RevisionOfSource,
    SyncWindows,
};
use crate::redact::text;

/// An error as a person reads it: what failed, on what, what to try next. No secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorView {
    /// What failed, one line.
    pub title: String,
    /// What was said, one or two lines (hostile text inside).
    pub detail: String,
    /// What to try.
    pub hint: String,
}

/// Why Argo CD could not answer, by what the caller can do about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ArgoCdError {
    /// 401: no session, expired or revoked.
    #[error("{server} does not accept the token: {message}")]
    Unauthorized {
        /// Which server.
        server: String,
        /// What to type after `argocd login` to get a session there.
        login: String,
        /// Its words.
        message: String,
    },
    /// 403, or 404 where Argo CD hides which.
    #[error("{server} refuses {what}: no permission, or it does not exist")]
    Forbidden {
        /// Which server.
        server: String,
        /// What was asked for.
        what: String,
    },
    /// 404 with a project named: gone or moved.
    #[error("{what} does not exist on {server}")]
    NotFound {
        /// Which server.
        server: String,
        /// What was asked for.
        what: String,
    },
    /// 429 with gRPC code 8: the answer is larger than the server may send.
    #[error("the answer of {server} for {what} is too large")]
    TooLarge {
        /// Which server.
        server: String,
        /// What was asked for.
        what: String,
    },
    /// 429 otherwise.
    #[error("{server} asks to wait")]
    RateLimited {
        /// Which server.
        server: String,
        /// How long, when it said so, in seconds.
        retry_after: Option<u64>,
    },
    /// Not a JSON answer of an Argo CD: HTML, plain text, another service.
    #[error("{server} does not answer like an Argo CD: {message}")]
    NotArgoCd {
        /// Which server.
        server: String,
        /// What came instead.
        message: String,
    },
    /// A redirect, which is never followed with a token.
    #[error("{server} redirects to {location}")]
    Redirect {
        /// Which server.
        server: String,
        /// Where to.
        location: String,
    },
    /// The answer broke off or does not parse.
    #[error("the answer of {server} for {what} is broken: {message}")]
    Protocol {
        /// Which server.
        server: String,
        /// What was asked for.
        what: String,
        /// Where it broke.
        message: String,
    },
    /// Any other status with Argo CD's own words, or those of a proxy in front of it: 5xx, or a 4xx that says that the
    /// question was wrong.
    #[error("{server} failed on {what}: {message}")]
    Server {
        /// Which server.
        server: String,
        /// What was asked for.
        what: String,
        /// HTTP status.
        status: u16,
        /// Its words.
        message: String,
    },
    /// No answer in time.
    #[error("{server} did not answer in time on {what}")]
    Timeout {
        /// Which server.
        server: String,
        /// What was asked for.
        what: String,
    },
    /// The context could not be set up on this machine: certificates, token command.
    #[error("{message}")]
    Unusable {
        /// Which context, and why.
        message: String,
    },
    /// No connection: refused, reset, name not found, TLS, proxy.
    #[error("cannot reach {server}: {message}")]
    Unreachable {
        /// Which server.
        server: String,
        /// Why.
        message: String,
    },
}

impl ArgoCdError {
    /// Whether trying the same read again may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::Protocol { .. } | Self::Timeout { .. } | Self::Unreachable { .. } => true,
            Self::Server { status, .. } => *status >= 500,
            Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::TooLarge { .. }
            | Self::NotArgoCd { .. }
            | Self::Redirect { .. }
            | Self::Unusable { .. } => false,
        }
    }

    /// What failed, what was said, what to try: for a person.
    pub fn view(&self) -> ErrorView {
        let hint = match self {
            Self::Unauthorized { login, .. } => {
                format!("Log in again: argocd login {login}, or give a new token in ARGOCD_AUTH_TOKEN.")
            }
            Self::Forbidden { .. } => {
                "The token needs `applications, get` on this Application; ask who owns the Argo CD policy.".to_owned()
            }
            Self::NotFound { .. } => "It may have been deleted or moved to another project; the next list will tell.".to_owned(),
            Self::TooLarge { .. } => {
                "Ask for less: --project or --selector; or raise ARGOCD_GRPC_MAX_SIZE_MB on the server.".to_owned()
            }
            Self::RateLimited { .. } => "It is tried again by itself.".to_owned(),
            Self::NotArgoCd { .. } => {
                "Check the address; an authenticating proxy may stand in front of it (see --header).".to_owned()
            }
            Self::Redirect { .. } => {
                "Check scheme and path of the address; a token is never sent to where a redirect points.".to_owned()
            }
            Self::Protocol { .. } | Self::Server { .. } | Self::Timeout { .. } => {
                "It is tried again by itself; if it stays, look at the logs of argocd-server.".to_owned()
            }
            Self::Unusable { .. } => "See `driftline config show` for where each value comes from, then start again.".to_owned(),
            Self::Unreachable { .. } => "Check the address, the network, the proxy variables and the certificate.".to_owned(),
        };
        let title = match self {
            Self::Unauthorized { server, .. } => format!("Not logged in to {server}"),
            Self::Forbidden { what, .. } => format!("No permission for {what}"),
            Self::NotFound { what, .. } => format!("{what} is gone"),
            Self::TooLarge { what, .. } => format!("Answer too large: {what}"),
            Self::RateLimited { server, .. } => format!("{server} asks to wait"),
            Self::NotArgoCd { server, .. } => format!("{server} is not an Argo CD"),
            Self::Redirect { server, .. } => format!("{server} redirects"),
            Self::Protocol { server, .. } => format!("Broken answer from {server}"),
            Self::Server { server, .. } => format!("{server} failed"),
            Self::Timeout { server, .. } => format!("{server} is slow"),
            Self::Unusable { .. } => "Cannot use a context".to_owned(),
            Self::Unreachable { server, .. } => format!("Cannot reach {server}"),
        };
        // The only way from an error to a person: what a server says may quote what it was given.
        ErrorView {
            title: text::redact(&title).into_owned(),
            detail: text::redact(&self.to_string()).into_owned(),
            hint,
        }
    }
}

/// What an Argo CD says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerInfo {
    /// Address without scheme and path, for people.
    pub address: String,
    /// Identity that leaves this machine: its settings `url`, else its normalised address.
    pub identity: String,
    /// Version without `v` and build suffix, such as `3.5.1`; empty when not told.
    pub version: String,
    /// Namespace of the control plane; `argocd` when not told.
    pub controller_namespace: String,
    /// What this Argo CD ignores in every Application (`resourceOverrides`); empty when not told.
    pub ignore_differences: Vec<IgnoreDifference>,
}

/// A cluster as Argo CD knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClusterName {
    /// API server URL.
    pub server: String,
    /// Name.
    pub name: String,
}

/// One event of the Applications stream. The stream is a hint, not a truth: re-list after each reconnect.
#[derive(Debug, Clone, PartialEq)]
pub enum WatchEvent {
    /// The stream answered; events follow.
    Opened,
    /// Added or modified, as far as the stream's mask tells: identity, project, destination, policy, statuses, revisions,
    /// conditions. Sources and annotations (`skip_reconcile`, `refresh_pending`) are *not* in it: keep what the list said.
    Changed(Box<Application>),
    /// Deleted.
    Deleted(ApplicationKey),
}

/// Receives what a stream or a paged list brings, in order. Returning `false` stops the source.
pub type Sink<'a, T> = &'a mut (dyn FnMut(T) -> bool + Send);

/// One Argo CD server, read only.
#[async_trait]
pub trait ArgoCd: Send + Sync {
    /// Nickname of the context.
    fn context(&self) -> Arc<str>;

    /// Address without scheme and path, for people.
    fn address(&self) -> String;

    /// Version and settings.
    async fn server(&self) -> Result<ServerInfo, ArgoCdError>;

    /// The clusters this token may see. Needs `clusters, get`, which a read-only token need not have.
    async fn clusters(&self) -> Result<Vec<ClusterName>, ArgoCdError>;

    /// Lists all Applications in scope, in pages of at most 500, as they come off the wire. Returns the list's
    /// resource version.
    async fn list(&self, page: Sink<'_, Vec<Application>>) -> Result<String, ArgoCdError>;

    /// One Application in full ([`crate::drift::Detail::Full`]).
    async fn application(&self, key: &ApplicationKey, project: &str) -> Result<Application, ArgoCdError>;

    /// The managed resources of one Application, every compared one.
    async fn managed_resources(&self, key: &ApplicationKey, project: &str) -> Result<Vec<ManagedResource>, ArgoCdError>;

    /// What Git says at these revisions, one for each source, in order. Expensive for Argo CD, which renders it and asks the
    /// cluster for its API: for what a person looks at, never for many.
    async fn manifests(&self, key: &ApplicationKey, project: &str, revisions: &[String]) -> Result<Rendered, ArgoCdError>;

    /// The sync windows of one Application, without their time zones.
    async fn sync_windows(&self, key: &ApplicationKey, project: &str) -> Result<SyncWindows, ArgoCdError>;

    /// The sync windows of every project that this token may see. Needs `projects, get`, which a read-only token need not
    /// have: then there are none in the answer.
    async fn project_windows(&self) -> Result<Vec<ProjectWindows>, ArgoCdError>;

    /// What Git says of one revision: author, time, subject. Argo CD may have to fetch it: for what a person looks at, and
    /// once, since it never changes.
    async fn revision(&self, key: &ApplicationKey, project: &str, of: &RevisionOfSource)
    -> Result<RevisionMetadata, ArgoCdError>;

    /// Kubernetes events of a live object of an Application, or of the Application itself (`None`); the newest, in order of
    /// time. Best effort: clusters forget them, often after an hour.
    async fn events(&self, key: &ApplicationKey, project: &str, of: Option<&LiveObject>)
    -> Result<Vec<ObjectEvent>, ArgoCdError>;

    /// Follows the Applications stream until it ends or `event` returns `false`. `Ok` when the server closed it.
    async fn watch(&self, event: Sink<'_, WatchEvent>) -> Result<(), ArgoCdError>;

    /// One cheap call for `doctor`: does it answer, and as whom?
    async fn probe(&self) -> Result<String, ArgoCdError>;
}

/// What time it is. The only clock.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Why the journal could not be read or written, by what a person can do about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The system does not allow it.
    #[error("no permission to {doing} {path}")]
    Denied {
        /// Which file or folder.
        path: String,
        /// What was tried, as a verb.
        doing: &'static str,
    },
    /// The disk or the quota is full.
    #[error("no space left to {doing} {path}")]
    Full {
        /// Which file or folder.
        path: String,
        /// What was tried, as a verb.
        doing: &'static str,
    },
    /// Anything else that the system says.
    #[error("cannot {doing} {path}: {message}")]
    Failed {
        /// Which file or folder.
        path: String,
        /// What was tried, as a verb.
        doing: &'static str,
        /// The system's words.
        message: String,
    },
    /// It did not answer in time: a slow or absent network disk.
    #[error("the journal did not answer in time")]
    Timeout,
}

impl StoreError {
    /// What failed, what was said, what to try: for a person.
    pub fn view(&self) -> ErrorView {
        let hint = match self {
            Self::Denied { path, .. } => format!("Make {path} readable and writable for yourself (`chmod u+rw`), or its folder."),
            Self::Full { .. } => "Make room on that disk; what was remembered before is kept.".to_owned(),
            Self::Failed { .. } | Self::Timeout => {
                "Drift is shown all the same; when it was first seen may be missing.".to_owned()
            }
        };
        ErrorView {
            title: "The journal does not work".to_owned(),
            detail: format!("{self}."),
            hint,
        }
    }
}

/// What is remembered of drifts between looks and between runs. Several processes may use the same one at once.
#[async_trait]
pub trait Store: Send + Sync {
    /// Remembers complete looks. Answers with what is known of each sighting, this look included, in the order given.
    async fn record(&self, observations: Vec<Observation>) -> Result<Vec<Vec<History>>, StoreError>;

    /// Remembers what a human decided. It is on disk when this returns.
    async fn dispose(&self, drift: DriftIdentity, disposition: Disposition) -> Result<(), StoreError>;

    /// Everything remembered, others' news included.
    async fn journal(&self) -> Result<Journal, StoreError>;

    /// For `doctor`: can it be read and written, and how much is in it? One line. Remembers nothing.
    async fn probe(&self) -> Result<String, StoreError>;
}

/// Keeps how the screen was left, from one run to the next: one text, whose form is the screen's business. Both calls may wait
/// for a disk, so nobody makes them while drawing.
pub trait ViewStore: Send + Sync {
    /// What was kept last. `None` when nothing was, or it does not read back well: the log says so.
    fn load(&self) -> Option<String>;

    /// Keeps this in place of what was kept before, whole or not at all.
    ///
    /// # Errors
    /// When the system refuses. What was kept before is then still there.
    fn save(&self, text: &str) -> Result<(), StoreError>;
}

/// Everything the engine needs from the world.
#[derive(Clone)]
pub struct Ports {
    /// The configured Argo CD servers, one per context.
    pub argocd: Vec<Arc<dyn ArgoCd>>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The journal.
    pub store: Arc<dyn Store>,
}
