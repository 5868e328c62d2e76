//! The engine itself: what both front ends run.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::sync::watch;

use super::acting::proposing::Acting;
use super::base::BasesKnown;
use super::collect::{look, may_be_swept, needs_a_look};
use super::commits::CommitsKnown;
use super::document::{DriftDocument, ManifestPair};
use super::ignoring;
use super::ignoring::applying::OwnList;
use super::judging::{Setting, judged, listed};
use super::ports::{ArgoCd, ClusterName, ErrorView, IgnoreRules, IgnoreSource, Ports, ServerInfo, Store};
use super::remembering::StoreHealth;
use super::shelf::{Shelf, Shelved};
use super::sweeping::SweepSettings;
use super::sync_windows::WindowsKnown;
use super::view::{ApplicationVerdict, ApplicationView, DriftKey};
use crate::drift::environment::EnvironmentRules;
use crate::drift::{Application, ApplicationKey};
use crate::verdict::policy::Policies;

/// Said where a panic of ours was contained.
pub(super) const BUG: &str =
    "This is a bug of driftline, not of your cluster. Please report it with the log (issue tracker in the README).";

/// How the engine works.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineSettings {
    /// Applications looked at at the same time, per context.
    pub concurrency: usize,
    /// Time between two lists.
    pub list_every: Duration,
    /// Time between two looks at Applications that drifted: Argo CD does not tell of a further edit on them.
    pub look_every: Duration,
    /// Time between two looks at the drift that is open on screen.
    pub open_every: Duration,
    /// How long a look waits for the journal: a slow disk must not hold it back for longer.
    pub journal_patience: Duration,
    /// Which environment an Application belongs to.
    pub environments: EnvironmentRules,
    /// The slow look into Synced Applications while the screen is open.
    pub sweep: SweepSettings,
    /// What a team makes of verdicts, by environment.
    pub policies: Policies,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            concurrency: 4,
            list_every: Duration::from_secs(60),
            look_every: Duration::from_secs(120),
            open_every: Duration::from_secs(15),
            journal_patience: Duration::from_secs(5),
            environments: EnvironmentRules::default(),
            sweep: SweepSettings::default(),
            policies: Policies::default(),
        }
    }
}

/// Collects, judges and remembers; hands out redacted views.
pub struct Engine {
    ports: Ports,
    settings: EngineSettings,
    ignore: Option<Arc<dyn IgnoreSource>>,
    ignore_changes: watch::Sender<()>,
    acting: Option<Acting>,
    own_list: Option<OwnList>,
    memory: Mutex<Memory>,
    windows: WindowsKnown,
    bases: BasesKnown,
    commits: CommitsKnown,
}

/// What the engine remembers while it runs.
#[derive(Default)]
struct Memory {
    /// Per Application, fingerprint → when this run first judged it, for when the journal cannot say. Only of drifts that the
    /// last look saw.
    first_seen: HashMap<ApplicationKey, Box<[(String, Timestamp)]>>,
    store_health: StoreHealth,
    shelf: Shelf,
    ignore: IgnoreRules,
    /// What ignore rules look at, of every drift.
    drifts: ignoring::Everything,
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
            acting: None,
            own_list: None,
            ignore_changes: watch::Sender::new(()),
            memory: Mutex::default(),
            windows: WindowsKnown::default(),
            bases: BasesKnown::default(),
            commits: CommitsKnown::default(),
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

    /// That may act: on forges, recorded. Without it the engine only looks.
    #[must_use]
    pub fn with_acting(self, acting: Acting) -> Self {
        Self {
            acting: Some(acting),
            ..self
        }
    }

    /// With a list of rules of the person's own, which can be written.
    #[must_use]
    pub fn with_own_list(self, own_list: OwnList) -> Self {
        Self {
            own_list: Some(own_list),
            ..self
        }
    }

    pub(super) fn own_list(&self) -> Option<&OwnList> {
        self.own_list.as_ref()
    }

    /// What ignore rules look at, of every drift that is known now.
    pub(super) fn known_drifts(&self) -> ignoring::Everything {
        self.memory().drifts.clone()
    }

    /// What acting needs.
    ///
    /// # Errors
    /// This engine only looks.
    pub(super) fn acting(&self) -> Result<&Acting, ErrorView> {
        self.acting.as_ref().ok_or_else(|| ErrorView {
            title: "Nothing can be written from here".to_owned(),
            detail: "No forge is configured.".to_owned(),
            hint: "See [forge] in config.example.toml.".to_owned(),
        })
    }

    /// The ignore rules of the last list and how fresh they are.
    pub fn ignore_rules(&self) -> IgnoreRules {
        self.memory().ignore.clone()
    }

    /// Reads the ignore rules again, without waiting for those that lie in a network. Every list does so first.
    pub async fn read_ignore_rules(&self) -> IgnoreRules {
        if let Some(source) = &self.ignore {
            self.hold(source.rules(self.now()).await);
        }
        self.ignore_rules()
    }

    /// Reads the ignore rules again, those that lie in a network as well: for a single pass.
    pub async fn fetch_ignore_rules(&self) -> IgnoreRules {
        if let Some(source) = &self.ignore {
            self.hold(source.fetched_rules(self.now()).await);
        }
        self.ignore_rules()
    }

    /// Reads the ignore rules again whenever a fetch of some has ended. Never ends.
    pub(super) async fn follow_ignore_rules(&self) {
        let Some(source) = &self.ignore else {
            return std::future::pending().await;
        };
        loop {
            source.fetched().await;
            self.read_ignore_rules().await;
        }
    }

    /// Tells whenever other ignore rules hold than before.
    pub(super) fn ignore_changes(&self) -> watch::Receiver<()> {
        self.ignore_changes.subscribe()
    }

    fn hold(&self, rules: IgnoreRules) {
        let before = std::mem::replace(&mut self.memory().ignore, rules.clone());
        if !Arc::ptr_eq(&before.set, &rules.set) {
            self.ignore_changes.send_replace(());
        }
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

    pub(super) fn windows_known(&self) -> &WindowsKnown {
        &self.windows
    }

    pub(super) fn bases_known(&self) -> &BasesKnown {
        &self.bases
    }

    pub(super) fn commits_known(&self) -> &CommitsKnown {
        &self.commits
    }

    pub(super) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.ports.store)
    }

    pub(super) fn store_health(&self) -> StoreHealth {
        self.memory().store_health
    }

    pub(super) fn replace_store_health(&self, health: StoreHealth) -> StoreHealth {
        std::mem::replace(&mut self.memory().store_health, health)
    }

    /// Both sides of one drift as redacted YAML.
    ///
    /// # Errors
    /// When the drift is not known (any more), or its manifests had to be fetched again and could not be.
    pub async fn document(&self, key: &DriftKey, pair: ManifestPair) -> Result<DriftDocument, ErrorView> {
        let shelved = self.shelved_or_read(key).await?;
        let additions = match key.invisible {
            true => None,
            false => self.shelved(&DriftKey {
                invisible: true,
                ..key.clone()
            }),
        };
        let additions = additions.map(|shelved| shelved.drift);
        let written = tokio::task::spawn_blocking(move || DriftDocument::new(shelved, pair, additions));
        written.await.unwrap_or_else(|_| {
            Err(ErrorView {
                title: "Writing the two sides as YAML broke".to_owned(),
                detail: "This is a bug of driftline; the log has the report.".to_owned(),
                hint: BUG.to_owned(),
            })
        })
    }

    /// A drift with both of its sides, read again where what was kept of it is gone.
    pub(super) async fn shelved_or_read(&self, key: &DriftKey) -> Result<Shelved, ErrorView> {
        if self.shelved(key).is_none() {
            self.look_again(key).await?;
        }
        self.shelved(key).ok_or_else(|| ErrorView {
            title: "Nothing to show".to_owned(),
            detail: format!("{} does not drift any more.", key.resource.short()),
            hint: "The list shows what is left.".to_owned(),
        })
    }

    /// What is kept of a drift, if it still is.
    pub(super) fn shelved(&self, key: &DriftKey) -> Option<Shelved> {
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
            let (_, error) = self.look_at(argocd, application, &server, &clusters, key.invisible).await;
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
        // Judging runs on what others wrote. A panic in it must cost this one Application and no more.
        let key = application.key.clone();
        let mut fallback = self.listed(&application, server, clusters);
        let looking = AssertUnwindSafe(self.look_at_unguarded(argocd, application, server, clusters, sweep));
        match looking.catch_unwind().await {
            Ok(outcome) => outcome,
            Err(_) => {
                self.drifts_ended(&key);
                fallback.verdict = ApplicationVerdict::CannotTell;
                fallback.reason = Some(format!("driftline broke while it judged this Application. {BUG}"));
                let error = ErrorView {
                    title: "driftline broke".to_owned(),
                    detail: format!("judging {key} broke."),
                    hint: BUG.to_owned(),
                };
                (fallback, Some(error))
            }
        }
    }

    /// What was kept of an Application's drifts is over: it does not drift any more, or is gone.
    pub(super) fn drifts_ended(&self, key: &ApplicationKey) {
        let mut memory = self.memory();
        memory.first_seen.remove(key);
        memory.drifts.remove(key);
        memory.shelf.replace(key, Vec::new());
    }

    async fn look_at_unguarded(
        &self,
        argocd: &Arc<dyn ArgoCd>,
        application: Application,
        server: &ServerInfo,
        clusters: &[ClusterName],
        sweep: bool,
    ) -> (ApplicationView, Option<ErrorView>) {
        let looks = needs_a_look(&application) || (sweep && may_be_swept(&application));
        if !looks {
            if may_be_swept(&application) {
                self.settled(std::slice::from_ref(&application.key), server).await;
            }
            self.drifts_ended(&application.key);
            return (self.listed(&application, server, clusters), None);
        }
        let began = self.now();
        match look(&**argocd, &application, sweep).await {
            Ok(mut look) => {
                // Argo CD adds the system-wide ones to the Application's own.
                look.application
                    .ignore_differences
                    .extend(server.ignore_differences.iter().cloned());
                look.application.sync_windows = self.sync_windows(&**argocd, &look.application).await;
                look.synced = self.base(&look.application);
                let setting = self.setting(&look.application, server, clusters);
                let now = setting.now;
                let key = look.application.key.clone();
                let before: HashMap<String, Timestamp> = match self.memory().first_seen.get(&key) {
                    Some(seen) => seen.iter().cloned().collect(),
                    None => HashMap::new(),
                };
                let seen = Mutex::new(HashMap::new());
                let mut judged = judged(&look, &setting, &|fingerprint| {
                    let first = before.get(fingerprint).copied().unwrap_or(now);
                    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                    seen.insert(fingerprint.to_owned(), first);
                    first
                });
                self.remember(&mut judged, server, began).await;
                let mut memory = self.memory();
                let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
                memory.first_seen.insert(key.clone(), seen.into_iter().collect());
                let respects = look.application.sync_policy.has_option("RespectIgnoreDifferences=true");
                let drifts = ignoring::Known::new(&server.identity, &judged.view, respects, &judged.drifts);
                memory.drifts.insert(key.clone(), Arc::new(drifts));
                memory.shelf.replace(&key, judged.drifts);
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
        let policy = self.settings.policies.of(&environment);
        Setting {
            declared: OnceLock::new(),
            server: &server.identity,
            cluster,
            environment,
            policy,
            ignore,
            now: self.now(),
        }
    }
}
