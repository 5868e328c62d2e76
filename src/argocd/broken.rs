//! A context that could not be set up: it fails on its own, so that the others can be looked at.

use std::sync::Arc;

use async_trait::async_trait;

use crate::drift::raw::{ManagedResource, Rendered};
use crate::drift::{
    Application, ApplicationKey, LiveObject, ObjectEvent, ProjectWindows, RevisionMetadata, RevisionOfSource, SyncWindows,
};
use crate::engine::ports::{ArgoCd, ArgoCdError, ClusterName, ErrorView, ServerInfo, Sink, WatchEvent};

/// Answers every call with why the context cannot be used.
#[derive(Debug)]
pub struct Broken {
    /// Name of the context.
    pub name: Arc<str>,
    /// Address as configured; empty when there is none.
    pub address: String,
    /// What is wrong with it.
    pub why: ErrorView,
}

impl Broken {
    fn error<T>(&self) -> Result<T, ArgoCdError> {
        Err(ArgoCdError::Unusable {
            message: self.why.detail.clone(),
        })
    }
}

#[async_trait]
impl ArgoCd for Broken {
    fn context(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    fn address(&self) -> String {
        self.address.clone()
    }

    async fn server(&self) -> Result<ServerInfo, ArgoCdError> {
        self.error()
    }

    async fn clusters(&self) -> Result<Vec<ClusterName>, ArgoCdError> {
        self.error()
    }

    async fn list(&self, _: Sink<'_, Vec<Application>>) -> Result<String, ArgoCdError> {
        self.error()
    }

    async fn application(&self, _: &ApplicationKey, _: &str) -> Result<Application, ArgoCdError> {
        self.error()
    }

    async fn managed_resources(&self, _: &ApplicationKey, _: &str) -> Result<Vec<ManagedResource>, ArgoCdError> {
        self.error()
    }

    async fn manifests(&self, _: &ApplicationKey, _: &str, _: &[String]) -> Result<Rendered, ArgoCdError> {
        self.error()
    }

    async fn sync_windows(&self, _: &ApplicationKey, _: &str) -> Result<SyncWindows, ArgoCdError> {
        self.error()
    }

    async fn project_windows(&self) -> Result<Vec<ProjectWindows>, ArgoCdError> {
        self.error()
    }

    async fn revision(&self, _: &ApplicationKey, _: &str, _: &RevisionOfSource) -> Result<RevisionMetadata, ArgoCdError> {
        self.error()
    }

    async fn events(&self, _: &ApplicationKey, _: &str, _: Option<&LiveObject>) -> Result<Vec<ObjectEvent>, ArgoCdError> {
        self.error()
    }

    async fn watch(&self, _: Sink<'_, WatchEvent>) -> Result<(), ArgoCdError> {
        self.error()
    }

    async fn probe(&self) -> Result<String, ArgoCdError> {
        self.error()
    }
}
