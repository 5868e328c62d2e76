//! One pass over every context: collect, judge, report. What the headless `scan` runs.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::future::join;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use super::collect::may_be_swept;
use super::core::Engine;
use super::ports::{ArgoCd, ErrorView, IgnoreSourceState};
use super::view::ApplicationView;
use crate::drift::{Application, ApplicationKey};

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScanScope {
    /// Only these Applications; empty for all in the contexts' own scope.
    pub applications: Vec<ApplicationSelector>,
    /// Look into Synced Applications too, for additions that Argo CD does not show: a call or two for each of them.
    pub sweep: bool,
}

impl ScanScope {
    /// Whether an Application is to be looked at.
    pub fn covers(&self, key: &ApplicationKey) -> bool {
        self.applications.is_empty() || self.applications.iter().any(|selector| selector.matches(key))
    }
}

/// One Application by name, in any namespace unless one is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationSelector {
    /// Namespace of the Application object; `None` for any.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl ApplicationSelector {
    /// Reads `NAME` or `NAMESPACE/NAME`; `None` when a part is empty or there are more.
    pub fn parse(text: &str) -> Option<Self> {
        let (namespace, name) = match text.split_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, text),
        };
        let fine = !name.is_empty() && !name.contains('/') && namespace != Some("");
        fine.then(|| Self {
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        })
    }

    /// Whether it names this Application.
    pub fn matches(&self, key: &ApplicationKey) -> bool {
        *self.name == *key.name && self.namespace.as_deref().is_none_or(|namespace| *namespace == *key.namespace)
    }
}

/// How one context fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContextState {
    /// Everything in scope was looked at.
    Ok,
    /// Something in it could not be looked at.
    Partial,
    /// Nothing could be looked at.
    Failed,
}

impl ContextState {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

/// One context of a scan.
#[derive(Debug, Clone, PartialEq)]
pub struct ContextReport {
    /// Nickname on this machine.
    pub name: Arc<str>,
    /// Address without scheme and path.
    pub server: String,
    /// How it fared.
    pub state: ContextState,
    /// What failed; the first thing when several did.
    pub error: Option<ErrorView>,
}

/// What one pass found.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanReport {
    /// When the pass ended, by the engine's clock.
    pub generated_at: Timestamp,
    /// Every context, in the order of the configuration.
    pub contexts: Vec<ContextReport>,
    /// Where ignore rules came from, in the order of the configuration.
    pub ignore_sources: Vec<IgnoreSourceState>,
    /// How many Synced Applications were looked into for additions; `None` when nobody asked for it.
    pub sweep: Option<Coverage>,
    /// Every Application in scope, in any order. None is [`super::view::ApplicationVerdict::Pending`].
    pub applications: Vec<ApplicationView>,
}

/// How much of what could be looked into was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Looked into.
    pub checked: usize,
    /// There are.
    pub total: usize,
}

/// How far a pass is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanProgress {
    /// Applications judged.
    pub judged: usize,
    /// Applications known so far.
    pub listed: usize,
}

impl Engine {
    /// Looks once at everything in scope. Failures are part of the report, never an early end: a failing context or
    /// Application never stops the rest.
    pub async fn scan(&self, scope: &ScanScope, progress: &mut (dyn FnMut(ScanProgress) + Send)) -> ScanReport {
        let mut report = ScanReport {
            generated_at: self.now(),
            contexts: Vec::new(),
            ignore_sources: Vec::new(),
            sweep: scope.sweep.then(Coverage::default),
            applications: Vec::new(),
        };
        self.read_ignore_rules().await;
        let mut so_far = ScanProgress { judged: 0, listed: 0 };
        for argocd in self.argocd() {
            let (context, mut applications) = self
                .scan_context(argocd, scope, &mut so_far, progress, report.sweep.as_mut())
                .await;
            report.contexts.push(context);
            report.applications.append(&mut applications);
        }
        report.ignore_sources = self.ignore_rules().sources;
        report.generated_at = self.now();
        report
    }

    async fn scan_context(
        &self,
        argocd: &Arc<dyn ArgoCd>,
        scope: &ScanScope,
        so_far: &mut ScanProgress,
        progress: &mut (dyn FnMut(ScanProgress) + Send),
        mut sweep: Option<&mut Coverage>,
    ) -> (ContextReport, Vec<ApplicationView>) {
        let mut report = ContextReport {
            name: argocd.context(),
            server: argocd.address(),
            state: ContextState::Failed,
            error: None,
        };
        let server = match argocd.server().await {
            Ok(server) => server,
            Err(error) => {
                return (
                    ContextReport {
                        error: Some(error.view()),
                        ..report
                    },
                    Vec::new(),
                );
            }
        };
        let clusters = self.clusters(&**argocd).await;
        let mut listed = Vec::new();
        let mut page = |page: Vec<Application>| {
            listed.extend(page.into_iter().filter(|a| scope.covers(&a.key)));
            true
        };
        // Only judging needs the rules, so the list does not wait for their repositories.
        let (list, _) = join(argocd.list(&mut page), self.fetch_ignore_rules()).await;
        report.state = ContextState::Ok;
        if let Err(error) = list {
            // What came before the list broke off is still worth saying.
            report.state = if listed.is_empty() {
                ContextState::Failed
            } else {
                ContextState::Partial
            };
            report.error = Some(error.view());
        }
        so_far.listed += listed.len();
        progress(*so_far);
        let swept: HashSet<ApplicationKey> = listed.iter().filter(|a| may_be_swept(a)).map(|a| a.key.clone()).collect();
        if let Some(sweep) = &mut sweep {
            sweep.total += swept.len();
        }
        let mut views = Vec::with_capacity(listed.len());
        let mut looks = stream::iter(listed)
            .map(|application| self.look_at(argocd, application, &server, &clusters, scope.sweep))
            .buffer_unordered(self.settings().concurrency);
        while let Some((view, error)) = looks.next().await {
            so_far.judged += 1;
            progress(*so_far);
            if let Some(error) = error {
                tracing::warn!(application = %view.key, error = %error.detail, "could not look at an Application");
                report.state = ContextState::Partial;
                report.error.get_or_insert(error);
            } else if let Some(sweep) = sweep.as_mut().filter(|_| swept.contains(&view.key)) {
                sweep.checked += 1;
            }
            views.push(view);
        }
        (report, views)
    }
}

#[cfg(test)]
mod tests {
    use super::{ApplicationKey, ApplicationSelector, ScanScope};

    #[test]
    fn an_application_is_named_with_or_without_its_namespace() {
        let key = ApplicationKey::new("prod", "team-a", "web");
        let matches = |text: &str| ApplicationSelector::parse(text).map(|s| s.matches(&key));
        assert_eq!(matches("web"), Some(true));
        assert_eq!(matches("team-a/web"), Some(true));
        assert_eq!(matches("argocd/web"), Some(false));
        for wrong in ["", "/web", "a/", "a/b/c"] {
            assert_eq!(matches(wrong), None, "{wrong}");
        }
        assert!(ScanScope::default().covers(&key));
    }
}
