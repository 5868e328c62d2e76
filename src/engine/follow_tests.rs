use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use serde_json::json;

use super::*;
use crate::drift::raw::{ManagedResource, Pair, Rendered, Tree};
use crate::drift::{
    Detail, LiveObject, ObjectEvent, OperationPhase, OperationState, ProjectWindows, ResourceKey, RevisionMetadata,
    RevisionOfSource, SyncStatus, SyncWindows,
};
use crate::engine::document::ManifestPair;
use crate::engine::fixtures::Forgetful;
use crate::engine::ports::{Clock, ClusterName, Ports, ServerInfo, Sink};
use crate::engine::view::DriftKey;
use crate::engine::{EngineSettings, view::ApplicationVerdict};

/// The night, from the start of the test on.
struct NightClock(Instant);

impl Clock for NightClock {
    fn now(&self) -> Timestamp {
        crate::engine::fixtures::now() + self.0.elapsed()
    }
}

/// How a call of the script goes, by its number.
type Script<T> = Box<dyn Fn(usize) -> T + Send + Sync>;

#[derive(Clone, Copy)]
enum Act {
    After(u64),
    Fail,
    NotArgoCd,
    Panic,
}

struct Scripted {
    name: &'static str,
    status: Mutex<SyncStatus>,
    hangs: bool,
    lists: AtomicUsize,
    list: Script<Act>,
    looks: AtomicUsize,
    look: Script<Act>,
    watches: AtomicUsize,
    manifests: AtomicUsize,
    manifest: Script<Act>,
    synced_to: &'static str,
    stream_ends: bool,
    says_synced_after: Option<u64>,
}

impl Scripted {
    fn new(name: &'static str, status: SyncStatus) -> Self {
        Self {
            name,
            status: Mutex::new(status),
            hangs: false,
            lists: AtomicUsize::new(0),
            list: Box::new(|_| Act::After(0)),
            looks: AtomicUsize::new(0),
            look: Box::new(|_| Act::After(0)),
            watches: AtomicUsize::new(0),
            manifests: AtomicUsize::new(0),
            manifest: Box::new(|_| Act::After(0)),
            synced_to: "r",
            stream_ends: false,
            says_synced_after: None,
        }
    }

    fn web(&self) -> Application {
        let mut application = Application::new(ApplicationKey::new(self.name, "argocd", "web"));
        application.sync_status = *self.status.lock().unwrap();
        application.revisions = vec!["r".to_owned()];
        application.operation = Some(OperationState {
            phase: Some(OperationPhase::Succeeded),
            revisions: vec![self.synced_to.to_owned()],
            ..OperationState::default()
        });
        application
    }

    fn looks(&self) -> usize {
        self.looks.load(Ordering::SeqCst)
    }

    fn lists(&self) -> usize {
        self.lists.load(Ordering::SeqCst)
    }
}

async fn act(act: Act) -> Result<(), ArgoCdError> {
    match act {
        Act::After(ms) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            Ok(())
        }
        Act::Fail => Err(ArgoCdError::Timeout {
            server: "cd".to_owned(),
            what: "it".to_owned(),
        }),
        Act::NotArgoCd => Err(ArgoCdError::NotArgoCd {
            server: "cd".to_owned(),
            message: "HTML".to_owned(),
        }),
        Act::Panic => panic!("planted"),
    }
}

#[async_trait]
impl ArgoCd for Scripted {
    fn context(&self) -> Arc<str> {
        self.name.into()
    }

    fn address(&self) -> String {
        "cd".to_owned()
    }

    async fn server(&self) -> Result<ServerInfo, ArgoCdError> {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        Ok(ServerInfo::default())
    }

    async fn clusters(&self) -> Result<Vec<ClusterName>, ArgoCdError> {
        Ok(Vec::new())
    }

    async fn list(&self, page: Sink<'_, Vec<Application>>) -> Result<String, ArgoCdError> {
        act((self.list)(self.lists.fetch_add(1, Ordering::SeqCst))).await?;
        page(vec![self.web()]);
        Ok(String::new())
    }

    async fn application(&self, _: &ApplicationKey, _: &str) -> Result<Application, ArgoCdError> {
        let mut application = self.web();
        application.detail = Detail::Full;
        act((self.look)(self.looks.fetch_add(1, Ordering::SeqCst))).await?;
        Ok(application)
    }

    async fn managed_resources(&self, _: &ApplicationKey, _: &str) -> Result<Vec<ManagedResource>, ArgoCdError> {
        let side = |value: &str| Some(json!({"kind": "ConfigMap", "data": {"a": value}}));
        Ok(vec![ManagedResource {
            key: config_map(),
            target: side("1"),
            live: side("2"),
            pair: Pair::of(
                side("1").as_ref().map(Tree::of_value).as_ref(),
                side("2").as_ref().map(Tree::of_value).as_ref(),
            ),
            modified: true,
            hook: false,
            unreadable: None,
        }])
    }

    async fn manifests(&self, _: &ApplicationKey, _: &str, _: &[String]) -> Result<Rendered, ArgoCdError> {
        act((self.manifest)(self.manifests.fetch_add(1, Ordering::SeqCst))).await?;
        let metadata = json!({"name": "c"});
        Ok(Rendered {
            objects: vec![json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "2"}})],
        })
    }

    async fn sync_windows(&self, _: &ApplicationKey, _: &str) -> Result<SyncWindows, ArgoCdError> {
        Ok(SyncWindows::default())
    }

    async fn project_windows(&self) -> Result<Vec<ProjectWindows>, ArgoCdError> {
        Ok(Vec::new())
    }

    async fn revision(&self, _: &ApplicationKey, _: &str, _: &RevisionOfSource) -> Result<RevisionMetadata, ArgoCdError> {
        Ok(RevisionMetadata::default())
    }

    async fn events(&self, _: &ApplicationKey, _: &str, _: Option<&LiveObject>) -> Result<Vec<ObjectEvent>, ArgoCdError> {
        Ok(Vec::new())
    }

    async fn watch(&self, event: Sink<'_, WatchEvent>) -> Result<(), ArgoCdError> {
        self.watches.fetch_add(1, Ordering::SeqCst);
        event(WatchEvent::Opened);
        if let Some(seconds) = self.says_synced_after {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            *self.status.lock().unwrap() = SyncStatus::Synced;
            event(WatchEvent::Changed(Box::new(self.web())));
        }
        if !self.stream_ends {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    async fn probe(&self) -> Result<String, ArgoCdError> {
        Ok(String::new())
    }
}

fn config_map() -> ResourceKey {
    ResourceKey::new("", "ConfigMap", "shop", "c")
}

struct Night {
    engine: Arc<Engine>,
    news: mpsc::Receiver<EngineEvent>,
    commands: mpsc::Sender<EngineCommand>,
    _stop: tokio_util::sync::DropGuard,
}

fn follow(contexts: &[&Arc<Scripted>]) -> Night {
    let engine = Arc::new(Engine::new(
        Ports {
            argocd: contexts.iter().map(|c| Arc::clone(c) as Arc<dyn ArgoCd>).collect(),
            clock: Arc::new(NightClock(Instant::now())),
            store: Arc::new(Forgetful),
        },
        EngineSettings::default(),
    ));
    let (sender, news) = mpsc::channel(10_000);
    let (commands, receiver) = mpsc::channel(1_000);
    let stop = CancellationToken::new();
    tokio::spawn(Arc::clone(&engine).follow(sender, receiver, stop.clone()));
    Night {
        engine,
        news,
        commands,
        _stop: stop.drop_guard(),
    }
}

impl Night {
    /// The verdicts told, in order; without repetitions.
    fn verdicts(&mut self) -> Vec<ApplicationVerdict> {
        let mut verdicts = Vec::new();
        while let Ok(event) = self.news.try_recv() {
            match event {
                EngineEvent::Listed(views) => verdicts.extend(views.iter().map(|v| v.verdict)),
                EngineEvent::Judged(view) => verdicts.push(view.verdict),
                _ => {}
            }
        }
        verdicts.dedup();
        verdicts
    }
}

async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

fn open(context: &str) -> DriftKey {
    DriftKey {
        application: ApplicationKey::new(context, "argocd", "web"),
        resource: config_map(),
        invisible: false,
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_that_a_failed_list_interrupted_is_made_again() {
    let mut scripted = Scripted::new("a", SyncStatus::OutOfSync);
    scripted.list = Box::new(|n| if n == 1 { Act::Fail } else { Act::After(0) });
    scripted.look = Box::new(|n| Act::After(if n == 0 { 100_000 } else { 10 }));
    let scripted = Arc::new(scripted);
    let mut night = follow(&[&scripted]);
    pass(70).await;
    assert_ne!(night.verdicts().last(), Some(&ApplicationVerdict::Pending));
    assert!(scripted.looks() >= 2);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_application_whose_look_fails_stays_said_and_is_looked_at_again() {
    let mut scripted = Scripted::new("a", SyncStatus::Unknown);
    scripted.look = Box::new(|n| if n < 3 { Act::Fail } else { Act::After(0) });
    let scripted = Arc::new(scripted);
    let mut night = follow(&[&scripted]);
    pass(600).await;
    use ApplicationVerdict::{CannotTell, Pending};
    assert_eq!(night.verdicts(), [Pending, CannotTell]);
    assert!(scripted.looks() >= 4, "{}", scripted.looks());
}

#[tokio::test(start_paused = true)]
async fn streams_that_end_at_once_are_asked_for_ever_more_rarely() {
    let mut scripted = Scripted::new("a", SyncStatus::Synced);
    scripted.stream_ends = true;
    let scripted = Arc::new(scripted);
    let _night = follow(&[&scripted]);
    pass(600).await;
    assert!(scripted.watches.load(Ordering::SeqCst) < 30 && scripted.lists() < 50);
}

#[tokio::test(start_paused = true)]
async fn a_context_that_hangs_keeps_no_command_from_the_others() {
    let mut hung = Scripted::new("hung", SyncStatus::Synced);
    hung.hangs = true;
    let (hung, fine) = (Arc::new(hung), Arc::new(Scripted::new("fine", SyncStatus::OutOfSync)));
    let night = follow(&[&hung, &fine]);
    pass(1).await;
    for _ in 0..100 {
        night.commands.send(EngineCommand::Open(open("hung"))).await.unwrap();
    }
    let before = (fine.lists(), fine.looks());
    night.commands.send(EngineCommand::Refresh).await.unwrap();
    pass(1).await;
    assert_eq!((fine.lists(), fine.looks()), (before.0 + 1, before.1 + 1));
}

#[tokio::test(start_paused = true)]
async fn looks_go_on_while_a_slow_list_runs() {
    let mut scripted = Scripted::new("a", SyncStatus::OutOfSync);
    scripted.list = Box::new(|n| Act::After(if n == 0 { 0 } else { 100_000 }));
    let scripted = Arc::new(scripted);
    let night = follow(&[&scripted]);
    pass(62).await;
    let before = scripted.looks();
    night.commands.send(EngineCommand::Refresh).await.unwrap();
    pass(1).await;
    assert_eq!((scripted.lists(), scripted.looks()), (2, before + 1));
}

#[tokio::test(start_paused = true)]
async fn a_look_that_is_older_than_the_word_synced_says_nothing() {
    let mut scripted = Scripted::new("a", SyncStatus::OutOfSync);
    scripted.look = Box::new(|_| Act::After(5_000));
    scripted.says_synced_after = Some(2);
    let mut night = follow(&[&Arc::new(scripted)]);
    pass(50).await;
    use ApplicationVerdict::{Clean, Pending};
    assert_eq!(night.verdicts(), [Pending, Clean]);
}

#[tokio::test(start_paused = true)]
async fn what_was_opened_while_the_context_was_down_is_kept_fresh_later() {
    let mut scripted = Scripted::new("a", SyncStatus::OutOfSync);
    scripted.list = Box::new(|n| if n < 2 { Act::Fail } else { Act::After(0) });
    let scripted = Arc::new(scripted);
    let night = follow(&[&scripted]);
    tokio::time::sleep(Duration::from_millis(500)).await;
    night.commands.send(EngineCommand::Open(open("a"))).await.unwrap();
    pass(119).await;
    assert!(scripted.looks() >= 7, "{}", scripted.looks());
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_look_costs_this_look_and_is_called_a_bug() {
    let mut scripted = Scripted::new("a", SyncStatus::OutOfSync);
    scripted.look = Box::new(|n| if n == 0 { Act::Panic } else { Act::After(0) });
    let scripted = Arc::new(scripted);
    let mut night = follow(&[&scripted]);
    pass(1).await;
    let mut reasons = Vec::new();
    while let Ok(event) = night.news.try_recv() {
        if let EngineEvent::Judged(view) = event {
            reasons.push((
                view.verdict,
                view.reason.as_deref().unwrap_or_default().contains("bug of driftline"),
            ));
        }
    }
    assert_eq!(reasons, [(ApplicationVerdict::CannotTell, true)]);
    pass(120).await;
    assert!(scripted.looks() >= 2);
    assert_ne!(night.verdicts().last(), Some(&ApplicationVerdict::CannotTell));
}

#[tokio::test(start_paused = true)]
async fn a_drift_that_ended_cannot_be_opened_as_if_it_had_not() {
    let mut scripted = Scripted::new("a", SyncStatus::OutOfSync);
    scripted.says_synced_after = Some(10);
    let night = follow(&[&Arc::new(scripted)]);
    pass(5).await;
    assert!(night.engine.document(&open("a"), ManifestPair::Compared).await.is_ok());
    pass(10).await;
    assert_eq!(
        night
            .engine
            .document(&open("a"), ManifestPair::Compared)
            .await
            .unwrap_err()
            .title,
        "Nothing to show"
    );
}

#[tokio::test(start_paused = true)]
async fn one_login_page_in_the_night_does_not_end_a_context() {
    let mut scripted = Scripted::new("a", SyncStatus::OutOfSync);
    scripted.list = Box::new(|n| if n == 1 { Act::NotArgoCd } else { Act::After(0) });
    let scripted = Arc::new(scripted);
    let mut night = follow(&[&scripted]);
    pass(100).await;
    let mut retry = None;
    while let Ok(event) = night.news.try_recv() {
        if let EngineEvent::Failed { retry_at, .. } = event {
            retry = retry_at;
        }
    }
    assert!(retry.is_some());
    pass(600).await;
    assert!(scripted.lists() > 2, "{}", scripted.lists());
}

#[tokio::test(start_paused = true)]
async fn synced_applications_are_looked_into_only_while_a_person_wants_it() {
    let scripted = Arc::new(Scripted::new("a", SyncStatus::Synced));
    let mut night = follow(&[&scripted]);
    pass(60).await;
    assert_eq!(scripted.looks(), 0);
    night.commands.send(EngineCommand::Sweep(true)).await.unwrap();
    pass(60).await;
    let looks = scripted.looks();
    assert_eq!(looks, 1, "once, and not again before its time");
    let mut told = Vec::new();
    while let Ok(event) = night.news.try_recv() {
        if let EngineEvent::Sweeping { on, coverage, .. } = event {
            told.push((on, coverage.checked, coverage.total));
        }
    }
    assert_eq!(told.first(), Some(&(true, 0, 1)));
    assert_eq!(told.last(), Some(&(true, 1, 1)));
    night.commands.send(EngineCommand::Sweep(false)).await.unwrap();
    pass(7 * 60 * 60).await;
    assert_eq!(scripted.looks(), looks);
}

#[tokio::test(start_paused = true)]
async fn a_sweep_begins_anew_after_its_time() {
    let scripted = Arc::new(Scripted::new("a", SyncStatus::Synced));
    let night = follow(&[&scripted]);
    night.commands.send(EngineCommand::Sweep(true)).await.unwrap();
    pass(7 * 60 * 60).await;
    assert_eq!(scripted.looks(), 2);
}
#[tokio::test(start_paused = true)]
async fn nobody_looking_means_fewer_questions_and_coming_back_asks_at_once() {
    let scripted = Arc::new(Scripted::new("a", SyncStatus::Synced));
    let night = follow(&[&scripted]);
    pass(1).await;
    night.commands.send(EngineCommand::Pace(Pace::Slow)).await.unwrap();
    pass(1_000).await;
    let lists = scripted.lists.load(Ordering::SeqCst);
    assert!(
        (5..=6).contains(&lists),
        "every four minutes in a thousand seconds, and the first ones: {lists}"
    );
    night.commands.send(EngineCommand::Pace(Pace::Usual)).await.unwrap();
    pass(1).await;
    assert_eq!(scripted.lists.load(Ordering::SeqCst), lists + 1, "at once");
    pass(600).await;
    assert!(scripted.lists.load(Ordering::SeqCst) >= lists + 10, "and as often as before");
}

#[path = "base_tests.rs"]
mod base;
