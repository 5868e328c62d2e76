//! Following the contexts while somebody watches the screen: list, judge, watch, list again.
//!
//! One task per context owns everything known of it. The stream of Applications is a hint (Argo CD replays nothing and
//! may drop events): the list is repeated on a schedule and after each reconnect, Applications that drifted are looked at
//! again now and then, and the one that is open on screen more often, because Argo CD does not tell of a further edit on
//! an Application that is OutOfSync already.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::core::Engine;
use super::event::{ContextView, EngineCommand, EngineEvent};
use super::ports::{ArgoCd, ArgoCdError, ClusterName, ErrorView, ServerInfo, WatchEvent};
use super::view::{ApplicationVerdict, ApplicationView};
use crate::drift::{Application, ApplicationKey, SyncStatus};

/// First and longest pause after a failure; each failure in a row doubles it.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Events of the stream that may wait for the follower.
const HINTS: usize = 1_024;

impl Engine {
    /// Follows every context until stopped. News goes to `events`, in order per context; a slow receiver slows the engine,
    /// never the other way round. One failing context never empties or slows the others.
    pub async fn follow(
        self: Arc<Self>,
        events: mpsc::Sender<EngineEvent>,
        mut commands: mpsc::Receiver<EngineCommand>,
        stop: CancellationToken,
    ) {
        let mut followers = Vec::new();
        let mut tasks = tokio::task::JoinSet::new();
        for argocd in self.argocd() {
            let (sender, receiver) = mpsc::channel(64);
            followers.push(sender);
            let follower = Follower::new(Arc::clone(&self), Arc::clone(argocd), events.clone(), stop.clone());
            tasks.spawn(follower.run(receiver));
        }
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                command = commands.recv() => match command {
                    Some(command) => {
                        for follower in &followers {
                            // A follower that ended (it panicked) must not stop commands to the others.
                            if follower.send(command.clone()).await.is_err() {
                                tracing::error!("a context is not followed any more");
                            }
                        }
                    }
                    None => break,
                },
            }
        }
        drop(followers);
        tasks.shutdown().await;
    }
}

/// What the stream task tells the follower.
enum Hint {
    Event(WatchEvent),
    Ended(Result<(), ArgoCdError>),
}

type LookResult = (ApplicationKey, ApplicationView, Option<ErrorView>);

struct Follower {
    engine: Arc<Engine>,
    argocd: Arc<dyn ArgoCd>,
    events: mpsc::Sender<EngineEvent>,
    stop: CancellationToken,
    server: ServerInfo,
    clusters: Vec<ClusterName>,
    /// What was last listed or hinted, by key.
    known: HashMap<ApplicationKey, Application>,
    /// The last good view of Applications that were judged.
    judged: HashMap<ApplicationKey, ApplicationView>,
    queue: VecDeque<ApplicationKey>,
    queued: HashSet<ApplicationKey>,
    looking: HashSet<ApplicationKey>,
    /// Changed while they were looked at: they need another look afterwards.
    again: HashSet<ApplicationKey>,
    /// Their last look failed: they get another one with the next list.
    failed: HashSet<ApplicationKey>,
    open: Option<ApplicationKey>,
}

impl Follower {
    fn new(engine: Arc<Engine>, argocd: Arc<dyn ArgoCd>, events: mpsc::Sender<EngineEvent>, stop: CancellationToken) -> Self {
        Self {
            engine,
            argocd,
            events,
            stop,
            server: ServerInfo::default(),
            clusters: Vec::new(),
            known: HashMap::new(),
            judged: HashMap::new(),
            queue: VecDeque::new(),
            queued: HashSet::new(),
            looking: HashSet::new(),
            again: HashSet::new(),
            failed: HashSet::new(),
            open: None,
        }
    }

    /// Runs until stopped, or until nobody listens any more.
    async fn run(mut self, mut commands: mpsc::Receiver<EngineCommand>) {
        let mut failures = 0;
        loop {
            let outcome = self.connect_and_follow(&mut commands, &mut failures).await;
            let Err(error) = outcome else { return };
            self.take_back();
            failures += 1;
            let pause = backoff(failures);
            // A refused token is not tried again by itself: only a person can help, and servers count such tries.
            let retry = error.is_transient() || matches!(error, ArgoCdError::NotFound { .. });
            self.tell_failure(&error, retry.then_some(pause)).await;
            let waits = if retry { pause } else { Duration::MAX };
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = sleep(waits) => {}
                command = wait_for_refresh(&mut commands) => if command.is_none() { return },
            }
        }
    }

    /// What was being looked at when a connection broke is looked at again with the next one.
    fn take_back(&mut self) {
        let interrupted: Vec<_> = self.looking.drain().chain(self.again.drain()).collect();
        for key in interrupted {
            self.enqueue(key);
        }
    }

    /// `Ok` when it is over, `Err` when the context failed and is to be tried again.
    async fn connect_and_follow(
        &mut self,
        commands: &mut mpsc::Receiver<EngineCommand>,
        failures: &mut u32,
    ) -> Result<(), ArgoCdError> {
        self.server = self.argocd.server().await?;
        let connected = ContextView {
            name: self.argocd.context(),
            server: self.server.address.clone(),
            version: self.server.version.clone(),
        };
        self.tell(EngineEvent::Connected(connected)).await;
        self.clusters = self.engine.clusters(&*self.argocd).await;
        self.list().await?;
        *failures = 0;

        let settings = self.engine.settings().clone();
        let (hint_sender, mut hints) = mpsc::channel(HINTS);
        let mut stream = self.start_stream(hint_sender.clone(), Duration::ZERO);
        let mut stream_failures = 0;
        let mut looks: FuturesUnordered<BoxFuture<'static, LookResult>> = FuturesUnordered::new();
        let mut next_list = Instant::now() + settings.list_every;
        let mut next_sweep = Instant::now() + settings.look_every;
        let mut next_open = Instant::now() + settings.open_every;
        loop {
            while looks.len() < settings.concurrency {
                let Some(key) = self.queue.pop_front() else { break };
                self.queued.remove(&key);
                if let Some(look) = self.look(&key) {
                    looks.push(look);
                }
            }
            tokio::select! {
                () = self.stop.cancelled() => break,
                Some(result) = looks.next() => self.looked(result).await,
                Some(hint) = hints.recv() => match hint {
                    Hint::Event(WatchEvent::Opened) => {
                        stream_failures = 0;
                        self.tell(EngineEvent::Watching { context: self.argocd.context(), live: true }).await;
                    }
                    Hint::Event(event) => self.hinted(event).await,
                    Hint::Ended(result) => {
                        self.tell(EngineEvent::Watching { context: self.argocd.context(), live: false }).await;
                        if let Err(error @ ArgoCdError::Unauthorized { .. }) = result {
                            stream.abort();
                            return Err(error);
                        }
                        stream_failures += 1;
                        stream = self.start_stream(hint_sender.clone(), backoff(stream_failures));
                        // What happened while nobody watched is only in the list.
                        next_list = next_list.min(Instant::now() + backoff(stream_failures));
                    }
                },
                command = commands.recv() => match command {
                    Some(EngineCommand::Refresh) => next_list = Instant::now(),
                    Some(EngineCommand::Look(key)) => self.enqueue(key),
                    Some(EngineCommand::Open(drift)) => {
                        self.open = Some(drift.application);
                        next_open = Instant::now() + settings.open_every;
                    }
                    None => break,
                },
                () = tokio::time::sleep_until(next_list) => {
                    let listed = self.list().await;
                    next_list = Instant::now() + settings.list_every;
                    if let Err(error) = listed {
                        stream.abort();
                        return Err(error);
                    }
                }
                () = tokio::time::sleep_until(next_sweep) => {
                    next_sweep = Instant::now() + settings.look_every;
                    let drifted: Vec<_> = self.known.values().filter(|a| a.sync_status == SyncStatus::OutOfSync).map(|a| a.key.clone()).collect();
                    for key in drifted {
                        self.enqueue(key);
                    }
                }
                () = tokio::time::sleep_until(next_open), if self.open.is_some() => {
                    next_open = Instant::now() + settings.open_every;
                    if let Some(key) = self.open.clone() {
                        self.enqueue(key);
                    }
                }
            }
        }
        stream.abort();
        Ok(())
    }

    /// Lists everything, tells each page at once, queues what needs a look, and drops what is gone.
    async fn list(&mut self) -> Result<(), ArgoCdError> {
        self.engine.read_ignore_rules().await;
        let (pages, mut arrived) = mpsc::unbounded_channel::<Vec<Application>>();
        let argocd = Arc::clone(&self.argocd);
        let mut sink = move |page: Vec<Application>| pages.send(page).is_ok();
        let list = async move { argocd.list(&mut sink).await };
        tokio::pin!(list);
        let mut seen = HashSet::new();
        let mut outcome = None;
        loop {
            tokio::select! {
                biased;
                page = arrived.recv() => match page {
                    Some(page) => self.listed(page, &mut seen).await,
                    None => break,
                },
                result = &mut list, if outcome.is_none() => {
                    outcome = Some(result);
                    arrived.close();
                }
            }
        }
        if let Some(Err(error)) = outcome {
            return Err(error);
        }
        let gone: Vec<_> = self.known.keys().filter(|key| !seen.contains(*key)).cloned().collect();
        for key in gone {
            self.forget(&key).await;
        }
        self.tell(EngineEvent::ListCompleted {
            context: self.argocd.context(),
            applications: seen.len(),
            at: self.engine.now(),
        })
        .await;
        Ok(())
    }

    async fn listed(&mut self, page: Vec<Application>, seen: &mut HashSet<ApplicationKey>) {
        let mut views = Vec::with_capacity(page.len());
        for application in page {
            let key = application.key.clone();
            seen.insert(key.clone());
            let changed = self
                .known
                .get(&key)
                .is_none_or(|known| summary(known) != summary(&application));
            let fresh = self.engine.listed(&application, &self.server, &self.clusters);
            let view = match self.judged.get(&key) {
                // What was judged stays on screen until it is judged again.
                Some(judged) if fresh.verdict == ApplicationVerdict::Pending => ApplicationView {
                    fetched_at: judged.fetched_at,
                    ..judged.clone()
                },
                _ => fresh,
            };
            if view.verdict != ApplicationVerdict::Pending && self.judged.contains_key(&key) && !needs_look(&application) {
                self.judged.remove(&key);
            }
            self.known.insert(key.clone(), application);
            let failed = self.failed.remove(&key);
            if (changed || failed) && self.known.get(&key).is_some_and(needs_look) {
                self.enqueue(key);
            }
            views.push(view);
        }
        self.tell(EngineEvent::Listed(views)).await;
    }

    /// One event of the stream: a hint that something about an Application changed.
    async fn hinted(&mut self, event: WatchEvent) {
        match event {
            WatchEvent::Opened => {}
            WatchEvent::Deleted(key) => self.forget(&key).await,
            WatchEvent::Changed(hint) => {
                let key = hint.key.clone();
                let merged = match self.known.get(&key) {
                    Some(known) => merge(known, *hint),
                    None => *hint,
                };
                if self.known.get(&key).is_some_and(|known| summary(known) == summary(&merged)) {
                    return;
                }
                let needs = needs_look(&merged);
                let view = self.engine.listed(&merged, &self.server, &self.clusters);
                self.known.insert(key.clone(), merged);
                if needs {
                    if !self.judged.contains_key(&key) {
                        self.tell(EngineEvent::Listed(vec![view])).await;
                    }
                    self.enqueue(key);
                } else {
                    self.judged.remove(&key);
                    self.tell(EngineEvent::Judged(Box::new(view))).await;
                }
            }
        }
    }

    async fn looked(&mut self, (key, mut view, error): LookResult) {
        self.looking.remove(&key);
        if self.again.remove(&key) {
            self.enqueue(key.clone());
        }
        // Deleted while it was looked at.
        if !self.known.contains_key(&key) {
            return;
        }
        if let Some(error) = error {
            tracing::warn!(application = %key, error = %error.detail, "could not look at an Application");
            self.failed.insert(key.clone());
            if let Some(last_good) = self.judged.get(&key) {
                view = ApplicationView {
                    stale: Some(error.detail),
                    ..last_good.clone()
                };
            }
        } else {
            self.judged.insert(key, view.clone());
        }
        self.tell(EngineEvent::Judged(Box::new(view))).await;
    }

    fn look(&mut self, key: &ApplicationKey) -> Option<BoxFuture<'static, LookResult>> {
        let application = self.known.get(key)?.clone();
        if !self.looking.insert(key.clone()) {
            self.again.insert(key.clone());
            return None;
        }
        let (engine, argocd, server, clusters) = (
            Arc::clone(&self.engine),
            Arc::clone(&self.argocd),
            self.server.clone(),
            self.clusters.clone(),
        );
        let key = key.clone();
        Some(
            async move {
                let (view, error) = engine.look_at(&argocd, application, &server, &clusters, false).await;
                (key, view, error)
            }
            .boxed(),
        )
    }

    fn enqueue(&mut self, key: ApplicationKey) {
        if self.known.contains_key(&key) && self.queued.insert(key.clone()) {
            self.queue.push_back(key);
        }
    }

    async fn forget(&mut self, key: &ApplicationKey) {
        self.judged.remove(key);
        self.failed.remove(key);
        if self.known.remove(key).is_some() {
            self.tell(EngineEvent::Removed(key.clone())).await;
        }
    }

    fn start_stream(&self, hints: mpsc::Sender<Hint>, after: Duration) -> tokio::task::JoinHandle<()> {
        let argocd = Arc::clone(&self.argocd);
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            let events = hints.clone();
            // A hint that finds no room is dropped: the follower lists again on schedule.
            let result = argocd
                .watch(&mut |event| match events.try_send(Hint::Event(event)) {
                    Ok(()) => true,
                    Err(mpsc::error::TrySendError::Full(_)) => {
                        tracing::debug!("a stream event was dropped: too many at once");
                        true
                    }
                    Err(mpsc::error::TrySendError::Closed(_)) => false,
                })
                .await;
            if let Err(error) = &result {
                tracing::debug!(%error, "the stream of Applications ended");
            }
            // Nobody listens any more when the follower stopped: then there is nothing to tell.
            drop(hints.send(Hint::Ended(result)).await);
        })
    }

    async fn tell(&self, event: EngineEvent) {
        if self.events.send(event).await.is_err() {
            self.stop.cancel();
        }
    }

    async fn tell_failure(&self, error: &ArgoCdError, pause: Option<Duration>) {
        let retry_at: Option<Timestamp> = pause
            .and_then(|pause| SignedDuration::try_from(pause).ok())
            .and_then(|pause| self.engine.now().checked_add(pause).ok());
        self.tell(EngineEvent::Failed {
            context: self.argocd.context(),
            error: error.view(),
            retry_at,
        })
        .await;
    }
}

/// Everything that makes another look worth its calls.
fn summary(application: &Application) -> impl PartialEq + '_ {
    let operation = application.operation.as_ref();
    (
        application.sync_status,
        application.health,
        &application.revisions,
        application.operation_requested,
        operation.map(|o| o.phase),
        application.deletion_requested_at,
        application.skip_reconcile,
        &application.sync_policy,
    )
}

fn needs_look(application: &Application) -> bool {
    super::collect::needs_a_look(application)
}

/// The stream tells only what its mask names; the rest is what was known.
fn merge(known: &Application, hint: Application) -> Application {
    let mut merged = known.clone();
    merged.sync_status = hint.sync_status;
    merged.health = hint.health;
    if !hint.revisions.is_empty() {
        merged.revisions = hint.revisions;
    }
    merged.operation_requested = hint.operation_requested;
    if let Some(phase) = hint.operation.as_ref().and_then(|o| o.phase) {
        merged.operation.get_or_insert_default().phase = Some(phase);
    }
    merged.deletion_requested_at = hint.deletion_requested_at;
    if !hint.conditions.is_empty() {
        merged.conditions = hint.conditions;
    }
    merged
}

/// 1 s, 2 s, 4 s … 30 s.
fn backoff(failures: u32) -> Duration {
    BACKOFF
        .0
        .saturating_mul(1 << failures.saturating_sub(1).min(8))
        .min(BACKOFF.1)
}

async fn sleep(duration: Duration) {
    if duration == Duration::MAX {
        std::future::pending::<()>().await;
    } else {
        tokio::time::sleep(duration).await;
    }
}

/// A person asks to try again; other commands wait for a connection that they could mean. `None` when nobody can ask any more.
async fn wait_for_refresh(commands: &mut mpsc::Receiver<EngineCommand>) -> Option<()> {
    loop {
        match commands.recv().await? {
            EngineCommand::Refresh => return Some(()),
            EngineCommand::Look(_) | EngineCommand::Open(_) => {}
        }
    }
}
