//! A context that is set up with the first call to it: certificates, TLS and a token command take longer than a first
//! frame may wait. What cannot be set up fails on its own, so that the others can be looked at, and is tried anew with
//! each call.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use tokio::sync::OnceCell;

use super::client::Client;
use crate::drift::raw::{ManagedResource, Rendered};
use crate::drift::{
    Application, ApplicationKey, LiveObject, ObjectEvent, ProjectWindows, RevisionMetadata, RevisionOfSource, SyncWindows,
};
use crate::engine::ports::{ArgoCd, ArgoCdError, ClusterName, ErrorView, ServerInfo, Sink, WatchEvent};

/// Sets a context up.
type SetUp = Box<dyn Fn() -> BoxFuture<'static, Result<Client, ErrorView>> + Send + Sync>;

/// One Argo CD server, set up when it is asked for the first time.
pub struct OnDemand {
    name: Arc<str>,
    address: String,
    set_up: SetUp,
    client: OnceCell<Client>,
}

impl fmt::Debug for OnDemand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnDemand")
            .field("context", &self.name)
            .field("server", &self.address)
            .finish_non_exhaustive()
    }
}

impl OnDemand {
    /// A context of this name. `address` is what is shown of it until it is set up: as configured, or empty.
    pub fn new(
        name: impl Into<Arc<str>>,
        address: impl Into<String>,
        set_up: impl Fn() -> BoxFuture<'static, Result<Client, ErrorView>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            address: address.into(),
            set_up: Box::new(set_up),
            client: OnceCell::new(),
        }
    }

    /// A context of which it is known that it cannot be set up: it answers every call with why.
    pub fn broken(name: impl Into<Arc<str>>, address: impl Into<String>, why: ErrorView) -> Self {
        Self::new(name, address, move || Box::pin(std::future::ready(Err(why.clone()))))
    }

    /// Calls that come at once wait for the same set-up.
    async fn client(&self) -> Result<&Client, ArgoCdError> {
        let set_up = self.client.get_or_try_init(|| (self.set_up)()).await;
        set_up.map_err(|why| ArgoCdError::Unusable { message: why.detail })
    }
}

#[async_trait]
impl ArgoCd for OnDemand {
    fn context(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    fn address(&self) -> String {
        self.client.get().map_or_else(|| self.address.clone(), ArgoCd::address)
    }

    async fn server(&self) -> Result<ServerInfo, ArgoCdError> {
        self.client().await?.server().await
    }

    async fn clusters(&self) -> Result<Vec<ClusterName>, ArgoCdError> {
        self.client().await?.clusters().await
    }

    async fn list(&self, page: Sink<'_, Vec<Application>>) -> Result<String, ArgoCdError> {
        self.client().await?.list(page).await
    }

    async fn application(&self, key: &ApplicationKey, project: &str) -> Result<Application, ArgoCdError> {
        self.client().await?.application(key, project).await
    }

    async fn managed_resources(&self, key: &ApplicationKey, project: &str) -> Result<Vec<ManagedResource>, ArgoCdError> {
        self.client().await?.managed_resources(key, project).await
    }

    async fn manifests(&self, key: &ApplicationKey, project: &str, revisions: &[String]) -> Result<Rendered, ArgoCdError> {
        self.client().await?.manifests(key, project, revisions).await
    }

    async fn sync_windows(&self, key: &ApplicationKey, project: &str) -> Result<SyncWindows, ArgoCdError> {
        self.client().await?.sync_windows(key, project).await
    }

    async fn project_windows(&self) -> Result<Vec<ProjectWindows>, ArgoCdError> {
        self.client().await?.project_windows().await
    }

    async fn revision(
        &self,
        key: &ApplicationKey,
        project: &str,
        of: &RevisionOfSource,
    ) -> Result<RevisionMetadata, ArgoCdError> {
        self.client().await?.revision(key, project, of).await
    }

    async fn events(
        &self,
        key: &ApplicationKey,
        project: &str,
        of: Option<&LiveObject>,
    ) -> Result<Vec<ObjectEvent>, ArgoCdError> {
        self.client().await?.events(key, project, of).await
    }

    async fn watch(&self, event: Sink<'_, WatchEvent>) -> Result<(), ArgoCdError> {
        self.client().await?.watch(event).await
    }

    async fn probe(&self) -> Result<String, ArgoCdError> {
        self.client().await?.probe().await
    }
}
