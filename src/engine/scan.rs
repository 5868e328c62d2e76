//! One pass over everything: collect, judge, report. What the `scan` command prints.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;

use super::core::Engine;
use super::event::ContextView;
use super::ports::{ArgoCd, ErrorView};
use super::view::{ApplicationVerdict, ApplicationView};
use crate::drift::Application;

/// Which Applications a scan looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanScope {
    /// `name` or `namespace/name`; empty means all.
    pub applications: Vec<String>,
}

impl ScanScope {
    fn includes(&self, application: &Application) -> bool {
        let (namespace, name) = (&*application.key.namespace, &*application.key.name);
        self.applications.is_empty()
            || self.applications.iter().any(|wanted| match wanted.split_once('/') {
                Some((wanted_namespace, wanted_name)) => wanted_namespace == namespace && wanted_name == name,
                None => wanted == name,
            })
    }
}

/// How a context fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContextState {
    /// Everything was seen.
    Ok,
    /// Some Applications could not be looked at; they say so.
    Partial,
    /// Nothing could be listed.
    Failed,
}

/// One context's part of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextReport {
    /// Which one.
    pub context: ContextView,
    /// How it fared.
    pub state: ContextState,
    /// What failed, if anything did.
    pub error: Option<ErrorView>,
}

/// What a scan saw.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanReport {
    /// When the scan ended.
    pub generated_at: Timestamp,
    /// The contexts, as configured.
    pub contexts: Vec<ContextReport>,
    /// All Applications in scope, worst first, then by name.
    pub applications: Vec<ApplicationView>,
    /// Wanted Applications (`--app`) that no context has.
    pub not_found: Vec<String>,
}

/// How far a scan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Applications looked at so far.
    pub done: usize,
    /// Applications to look at, as far as known.
    pub total: usize,
}

impl Engine {
    /// One pass over every context. A failing context or Application never stops the rest; the report says which.
    pub async fn scan(&self, scope: &ScanScope, progress: &mut (dyn FnMut(Progress) + Send)) -> ScanReport {
        let mut contexts = Vec::new();
        let mut applications = Vec::new();
        let mut so_far = Progress { done: 0, total: 0 };
        for argocd in self.argocd() {
            let (report, mut found) = self.scan_context(argocd, scope, &mut so_far, progress).await;
            contexts.push(report);
            applications.append(&mut found);
        }
        applications.sort_by(|a, b| b.verdict.cmp(&a.verdict).then_with(|| a.key.cmp(&b.key)));
        let not_found = scope
            .applications
            .iter()
            .filter(|wanted| {
                !applications
                    .iter()
                    .any(|a| **wanted == *a.key.name || **wanted == a.key.to_string())
            })
            .cloned()
            .collect();
        ScanReport {
            generated_at: self.now(),
            contexts,
            applications,
            not_found,
        }
    }

    async fn scan_context(
        &self,
        argocd: &Arc<dyn ArgoCd>,
        scope: &ScanScope,
        so_far: &mut Progress,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> (ContextReport, Vec<ApplicationView>) {
        let failed = |context: ContextView, error: ErrorView| {
            (
                ContextReport {
                    context,
                    state: ContextState::Failed,
                    error: Some(error),
                },
                Vec::new(),
            )
        };
        let nameless = ContextView {
            name: argocd.context(),
            server: argocd.address(),
            version: String::new(),
        };
        let server = match argocd.server().await {
            Ok(server) => server,
            Err(error) => return failed(nameless, error.view()),
        };
        let context = ContextView {
            name: argocd.context(),
            server: server.address.clone(),
            version: server.version.clone(),
        };
        let clusters = self.clusters(&**argocd).await;
        let mut listed = Vec::new();
        let list = argocd
            .list(&mut |page: Vec<Application>| {
                listed.extend(page.into_iter().filter(|a| scope.includes(a)));
                true
            })
            .await;
        if let Err(error) = list {
            return failed(context, error.view());
        }
        so_far.total += listed.len();
        let mut first_error = None;
        let mut views = Vec::with_capacity(listed.len());
        let mut looks = stream::iter(listed)
            .map(|application| self.look_at(argocd, application, &server, &clusters))
            .buffer_unordered(self.settings().concurrency);
        while let Some((view, error)) = looks.next().await {
            so_far.done += 1;
            progress(*so_far);
            if let Some(error) = error {
                tracing::warn!(application = %view.key, error = %error.detail, "could not look at an Application");
                first_error.get_or_insert(error);
            }
            views.push(view);
        }
        let state = if first_error.is_some() {
            ContextState::Partial
        } else {
            ContextState::Ok
        };
        (
            ContextReport {
                context,
                state,
                error: first_error,
            },
            views,
        )
    }
}

impl ScanReport {
    /// The worst verdict of all Applications; `None` when there are none.
    pub fn worst(&self) -> Option<ApplicationVerdict> {
        self.applications.iter().map(|a| a.verdict).max()
    }
}
