//! The engine itself: what both front ends run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::collect::{look, may_be_swept, needs_a_look};
use super::document::DriftDocument;
use super::judging::{Setting, judged, listed};
use super::ports::{ArgoCd, ClusterName, ErrorView, IgnoreRules, IgnoreSource, Ports, ServerInfo};
use super::shelf::Shelf;
use super::view::{ApplicationVerdict, ApplicationView, DriftKey, Seal};
use super::yaml;
use crate::drift::Application;
use crate::drift::environment::EnvironmentRules;
use crate::verdict::policy::VerdictCap;

/// How the engine works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineSettings {
    /// Applications looked at at the same time, per context.
    pub concurrency: usize,
    /// Time between two lists.
    pub list_every: Duration,
    /// Time between two looks at Applications that drifted: Argo CD does not tell of a further edit on them.
    pub look_every: Duration,
    /// Time between two looks at the drift that is open on screen.
    pub open_every: Duration,
    /// Which environment an Application belongs to.
    pub environments: EnvironmentRules,
    /// Caps of verdicts by environment and cause.
    pub caps: Vec<VerdictCap>,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            concurrency: 4,
            list_every: Duration::from_secs(60),
            look_every: Duration::from_secs(120),
            open_every: Duration::from_secs(15),
            environments: EnvironmentRules::default(),
            caps: Vec::new(),
        }
    }
}

/// Collects, judges and remembers; hands out redacted views.
pub struct Engine {
    ports: Ports,
    settings: EngineSettings,
    ignore: Option<Arc<dyn IgnoreSource>>,
    memory: Mutex<Memory>,
}

/// What the engine remembers while it runs.
#[derive(Default)]
struct Memory {
    /// Fingerprint → when this drift was first judged here.
    first_seen: HashMap<String, Timestamp>,
    shelf: Shelf,
    ignore: IgnoreRules,
}

impl Engine {
    /// An engine on these ports.
    pub fn new(ports: Ports, settings: EngineSettings) -> Self {
        let settings = EngineSettings {
            concurrency: settings.concurrency.max(1),
            ..settings
        };
        Self {
            ports,
            settings,
            ignore: None,
            memory: Mutex::default(),
        }
    }

    /// With ignore rules, read from there before every list.
    #[must_use]
    pub fn with_ignore_rules(self, source: Arc<dyn IgnoreSource>) -> Self {
        Self {
            ignore: Some(source),
            ..self
        }
    }

    /// The ignore rules of the last list and how fresh they are.
    pub fn ignore_rules(&self) -> IgnoreRules {
        self.memory().ignore.clone()
    }

    /// Reads the ignore rules again. Every list does so first.
    pub async fn read_ignore_rules(&self) -> IgnoreRules {
        if let Some(source) = &self.ignore {
            let rules = source.rules(self.now()).await;
            self.memory().ignore = rules;
        }
        self.ignore_rules()
    }

    /// What time it is, by the engine's clock (the demo's stands in the recording's time).
    pub fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    pub(super) fn settings(&self) -> &EngineSettings {
        &self.settings
    }

    pub(super) fn argocd(&self) -> &[Arc<dyn ArgoCd>] {
        &self.ports.argocd
    }

    /// Both sides of one drift as redacted YAML.
    ///
    /// # Errors
    /// When the drift is not known (any more), or its manifests had to be fetched again and could not be.
    pub async fn document(&self, key: &DriftKey) -> Result<DriftDocument, ErrorView> {
        if self.shelved(key).is_none() {
            self.look_again(key).await?;
        }
        let Some(shelved) = self.shelved(key) else {
            return Err(ErrorView {
                title: "Nothing to show".to_owned(),
                detail: format!("{} does not drift any more.", key.resource.short()),
                hint: "The list shows what is left.".to_owned(),
            });
        };
        let (desired, live) = shelved.sides();
        Ok(DriftDocument {
            drift: shelved.drift,
            desired: yaml::write(desired.as_ref()),
            live: yaml::write(live.as_ref()),
            seal: Seal,
        })
    }

    fn shelved(&self, key: &DriftKey) -> Option<super::shelf::Shelved> {
        self.memory().shelf.get(key)
    }

    /// Locked for moments only: no judging and no waiting happens inside.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fetches one Application again because what was kept of it is gone.
    async fn look_again(&self, key: &DriftKey) -> Result<(), ErrorView> {
        let Some(argocd) = self.argocd().iter().find(|a| a.context() == key.application.context) else {
            return Ok(());
        };
        let server = argocd.server().await.map_err(|e| e.view())?;
        let clusters = self.clusters(&**argocd).await;
        let mut found = None;
        argocd
            .list(&mut |page: Vec<Application>| {
                found = page.into_iter().find(|a| a.key == key.application).or(found.take());
                found.is_none()
            })
            .await
            .map_err(|e| e.view())?;
        if let Some(application) = found {
            let (_, error) = self.look_at(argocd, application, &server, &clusters, false).await;
            if let Some(error) = error {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Names of clusters by server URL. Only labels for people, so a token without `clusters, get` sees addresses instead.
    pub(super) async fn clusters(&self, argocd: &dyn ArgoCd) -> Vec<ClusterName> {
        argocd.clusters().await.unwrap_or_else(|error| {
            tracing::debug!(%error, "cluster names are not readable; addresses are shown instead");
            Vec::new()
        })
    }

    /// The view of an Application before anybody looked at it.
    pub(super) fn listed(&self, application: &Application, server: &ServerInfo, clusters: &[ClusterName]) -> ApplicationView {
        listed(application, &self.setting(application, server, clusters))
    }

    /// Looks at one Application and judges it; with `sweep` a Synced one too, for additions that Argo CD does not show. What fails is said beside the view that is still possible.
    pub(super) async fn look_at(
        &self,
        argocd: &Arc<dyn ArgoCd>,
        application: Application,
        server: &ServerInfo,
        clusters: &[ClusterName],
        sweep: bool,
    ) -> (ApplicationView, Option<ErrorView>) {
        let looks = needs_a_look(&application) || (sweep && may_be_swept(&application));
        if !looks {
            return (self.listed(&application, server, clusters), None);
        }
        match look(&**argocd, &application, sweep).await {
            Ok(mut look) => {
                // Argo CD adds the system-wide ones to the Application's own.
                look.application
                    .ignore_differences
                    .extend(server.ignore_differences.iter().cloned());
                let setting = self.setting(&look.application, server, clusters);
                let now = setting.now;
                let judged = judged(&look, &setting, &|fingerprint| {
                    *self.memory().first_seen.entry(fingerprint.to_owned()).or_insert(now)
                });
                let mut memory = self.memory();
                for drift in judged.drifts {
                    memory.shelf.put(drift);
                }
                (judged.view, None)
            }
            Err(error) => {
                let error = error.view();
                let mut view = self.listed(&application, server, clusters);
                // Of a Synced Application nothing is lost but the look for additions.
                if needs_a_look(&application) {
                    view.verdict = ApplicationVerdict::CannotTell;
                    view.reason = Some("Its resources could not be read.".to_owned());
                }
                view.stale = Some(error.detail.clone());
                (view, Some(error))
            }
        }
    }

    fn setting<'a>(&'a self, application: &Application, server: &'a ServerInfo, clusters: &[ClusterName]) -> Setting<'a> {
        let destination = &application.destination;
        let by_server = clusters
            .iter()
            .find(|c| destination.name.is_empty() && c.server == destination.server && !c.name.is_empty());
        let cluster = by_server.map_or_else(|| destination.cluster().to_owned(), |c| c.name.clone());
        let ignore = Arc::clone(&self.memory().ignore.set);
        let environment = self.settings.environments.of(application, &cluster).to_owned();
        Setting {
            server: &server.identity,
            cluster,
            environment,
            caps: &self.settings.caps,
            ignore,
            now: self.now(),
        }
    }
}
