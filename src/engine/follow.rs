//! Following the contexts while somebody watches the screen: list, judge, watch, list again.
//!
//! One task per context owns everything known of it ([`super::known`]). The stream of Applications is a hint (Argo CD
//! replays nothing and may drop events): the list is repeated on a schedule and after each reconnect, Applications that
//! drifted are looked at again now and then, and the one that is open on screen more often, because Argo CD does not tell
//! of a further edit on an Application that is OutOfSync already.
//!
//! The follower itself never waits for a server: lists, looks and the stream run beside it and send their news.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::core::Engine;
use super::event::{ContextView, EngineCommand, EngineEvent};
use super::known::Known;
use super::pause::{STEADY, backoff, pause};
use super::ports::{ArgoCd, ArgoCdError, ErrorView, WatchEvent};
use super::view::ApplicationView;
use crate::drift::{Application, ApplicationKey};

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
        let mut tasks = JoinSet::new();
        for argocd in self.argocd() {
            // Without a bound: a context that hangs must not keep commands from the others. People type slowly.
            let (sender, receiver) = mpsc::unbounded_channel();
            followers.push(sender);
            let follower = Follower::new(Arc::clone(&self), Arc::clone(argocd), events.clone(), stop.clone());
            tasks.spawn(follower.run(receiver));
        }
        let rules = Arc::clone(&self);
        tasks.spawn(async move { rules.follow_ignore_rules().await });
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                command = commands.recv() => match command {
                    Some(command) => {
                        for follower in &followers {
                            // A follower that ended must not stop commands to the others.
                            if follower.send(command.clone()).is_err() {
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

type Commands = mpsc::UnboundedReceiver<EngineCommand>;

/// What the stream task tells the follower.
enum Hint {
    Event(WatchEvent),
    Ended(Result<(), ArgoCdError>),
}

/// What the task that lists tells the follower.
enum Page {
    Applications(Vec<Application>),
    End(Result<(), ArgoCdError>),
}

type LookResult = (ApplicationKey, ApplicationView, Option<ErrorView>);

struct Follower {
    engine: Arc<Engine>,
    argocd: Arc<dyn ArgoCd>,
    events: mpsc::Sender<EngineEvent>,
    stop: CancellationToken,
    known: Known,
    open: Option<ApplicationKey>,
}

/// What lives as long as one connection. Dropping it ends every call.
struct Session {
    background: JoinSet<()>,
    looks: JoinSet<LookResult>,
    hints: (mpsc::Sender<Hint>, mpsc::Receiver<Hint>),
    pages: (mpsc::UnboundedSender<Page>, mpsc::UnboundedReceiver<Page>),
    listing: bool,
    stream_opened: Option<Instant>,
    stream_failures: u32,
    next_list: Instant,
    next_sweep: Instant,
    next_open: Instant,
}

impl Follower {
    fn new(engine: Arc<Engine>, argocd: Arc<dyn ArgoCd>, events: mpsc::Sender<EngineEvent>, stop: CancellationToken) -> Self {
        Self {
            known: Known::new(Arc::clone(&engine)),
            engine,
            argocd,
            events,
            stop,
            open: None,
        }
    }

    /// Runs until stopped, or until nobody listens any more.
    async fn run(mut self, mut commands: Commands) {
        let mut failures = 0;
        loop {
            let outcome = self.connect_and_follow(&mut commands, &mut failures).await;
            let Err(error) = outcome else { return };
            self.known.looking.interrupted();
            failures += 1;
            let pause = pause(&error, failures);
            self.tell_failure(&error, pause).await;
            let stop = self.stop.clone();
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
                command = self.wait_for_refresh(&mut commands) => if command.is_none() { return },
            }
        }
    }

    /// A person asks to try again. What was opened meanwhile is kept fresh with the next connection. `None` when nobody can
    /// ask any more.
    async fn wait_for_refresh(&mut self, commands: &mut Commands) -> Option<()> {
        loop {
            match commands.recv().await? {
                EngineCommand::Refresh => return Some(()),
                EngineCommand::Open(drift) => self.open = Some(drift.application),
            }
        }
    }

    /// `Ok` when it is over, `Err` when the context failed and is to be tried again.
    async fn connect_and_follow(&mut self, commands: &mut Commands, failures: &mut u32) -> Result<(), ArgoCdError> {
        self.known.server = guarded(self.argocd.server(), &self.argocd.address()).await?;
        let connected = ContextView {
            name: self.argocd.context(),
            server: self.known.server.address.clone(),
            version: self.known.server.version.clone(),
        };
        self.tell(EngineEvent::Connected(connected)).await;
        self.known.clusters = self.engine.clusters(&*self.argocd).await;

        let settings = self.engine.settings().clone();
        let mut session = Session::new(&settings);
        let mut streaming = false;
        let mut ignoring = self.engine.ignore_changes();
        loop {
            while let Some(key) = self.known.looking.start(settings.concurrency) {
                self.look(key, &mut session.looks);
            }
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                Some(result) = session.looks.join_next() => match result {
                    Ok((key, view, error)) => {
                        let news = self.known.looked(&key, view, error);
                        self.tell_all(news).await;
                    }
                    Err(error) => tracing::error!(%error, "a look ended without a result"),
                },
                Some(page) = session.pages.1.recv() => match page {
                    Page::Applications(page) => {
                        let news = self.known.listed(page);
                        self.tell_all(vec![news]).await;
                    }
                    Page::End(outcome) => {
                        session.listing = false;
                        outcome?;
                        *failures = 0;
                        session.next_list = session.next_list.max(Instant::now());
                        let news = self.known.list_completed(&self.argocd.context());
                        self.tell_all(news).await;
                        if !streaming {
                            // What is said before the first list means nothing yet.
                            streaming = true;
                            self.start_stream(&mut session, Duration::ZERO);
                        }
                    }
                },
                Some(hint) = session.hints.1.recv() => match hint {
                    Hint::Event(WatchEvent::Opened) => {
                        session.stream_opened = Some(Instant::now());
                        self.tell(EngineEvent::Watching { context: self.argocd.context(), live: true }).await;
                    }
                    Hint::Event(event) => {
                        let news = self.known.hinted(event);
                        self.tell_all(news).await;
                    }
                    Hint::Ended(result) => {
                        self.tell(EngineEvent::Watching { context: self.argocd.context(), live: false }).await;
                        if let Err(error @ ArgoCdError::Unauthorized { .. }) = result {
                            return Err(error);
                        }
                        let pause = session.stream_ended();
                        self.start_stream(&mut session, pause);
                    }
                },
                command = commands.recv() => match command {
                    Some(EngineCommand::Refresh) => {
                        session.next_list = Instant::now();
                        self.known.look_at_all_that_drifted();
                    }
                    Some(EngineCommand::Open(drift)) => {
                        self.open = Some(drift.application);
                        session.next_open = Instant::now() + settings.open_every;
                    }
                    None => return Ok(()),
                },
                Ok(()) = ignoring.changed() => self.known.look_at_all_that_drifted(),
                () = tokio::time::sleep_until(session.next_list), if !session.listing => {
                    session.next_list = Instant::now() + settings.list_every;
                    self.start_list(&mut session);
                }
                () = tokio::time::sleep_until(session.next_sweep) => {
                    session.next_sweep = Instant::now() + settings.look_every;
                    self.known.look_at_all_that_drifted();
                }
                () = tokio::time::sleep_until(session.next_open), if self.open.is_some() => {
                    session.next_open = Instant::now() + settings.open_every;
                    if let Some(key) = &self.open {
                        self.known.look_again(key);
                    }
                }
            }
        }
    }

    fn look(&mut self, key: ApplicationKey, looks: &mut JoinSet<LookResult>) {
        let Some(application) = self.known.application(&key) else {
            self.known.looking.forget(&key);
            self.known.looking.finished(&key);
            return;
        };
        let (engine, argocd, server, clusters) = (
            Arc::clone(&self.engine),
            Arc::clone(&self.argocd),
            self.known.server.clone(),
            self.known.clusters.clone(),
        );
        looks.spawn(async move {
            let (view, error) = engine.look_at(&argocd, application, &server, &clusters, false).await;
            (key, view, error)
        });
    }

    /// Lists beside everything else: a large list takes minutes on a slow line.
    fn start_list(&mut self, session: &mut Session) {
        session.listing = true;
        self.known.list_begins();
        let (argocd, pages) = (Arc::clone(&self.argocd), session.pages.0.clone());
        let engine = Arc::clone(&self.engine);
        session.spawn(async move {
            engine.read_ignore_rules().await;
            let mut sink = |page| pages.send(Page::Applications(page)).is_ok();
            let address = argocd.address();
            let outcome = guarded(argocd.list(&mut sink), &address).await.map(drop);
            // Nobody listens any more when the connection was given up: then there is nothing to tell.
            drop(pages.send(Page::End(outcome)));
        });
    }

    fn start_stream(&self, session: &mut Session, after: Duration) {
        let (argocd, hints) = (Arc::clone(&self.argocd), session.hints.0.clone());
        session.spawn(async move {
            tokio::time::sleep(after).await;
            // A hint that finds no room is dropped: the follower lists again on schedule.
            let mut sink = |event| match hints.try_send(Hint::Event(event)) {
                Ok(()) => true,
                Err(mpsc::error::TrySendError::Full(_)) => {
                    tracing::debug!("a stream event was dropped: too many at once");
                    true
                }
                Err(mpsc::error::TrySendError::Closed(_)) => false,
            };
            let address = argocd.address();
            let result = guarded(argocd.watch(&mut sink), &address).await;
            if let Err(error) = &result {
                tracing::debug!(%error, "the stream of Applications ended");
            }
            // As above.
            drop(hints.send(Hint::Ended(result)).await);
        });
    }

    /// Tells the screen first, the journal afterwards.
    async fn tell_all(&mut self, events: Vec<EngineEvent>) {
        for event in events {
            self.tell(event).await;
        }
        let settled = self.known.take_settled();
        self.engine.settled(&settled, &self.known.server).await;
    }

    async fn tell(&self, event: EngineEvent) {
        if self.events.send(event).await.is_err() {
            self.stop.cancel();
        }
    }

    async fn tell_failure(&self, error: &ArgoCdError, pause: Duration) {
        let retry_at: Option<Timestamp> = SignedDuration::try_from(pause)
            .ok()
            .and_then(|pause| self.engine.now().checked_add(pause).ok());
        self.tell(EngineEvent::Failed {
            context: self.argocd.context(),
            error: error.view(),
            retry_at,
        })
        .await;
    }
}

impl Session {
    /// Nothing runs yet; the first list is due at once, and what was open before is looked at soon.
    fn new(settings: &super::EngineSettings) -> Self {
        let now = Instant::now();
        Self {
            background: JoinSet::new(),
            looks: JoinSet::new(),
            hints: mpsc::channel(HINTS),
            pages: mpsc::unbounded_channel(),
            listing: false,
            stream_opened: None,
            stream_failures: 0,
            next_list: now,
            next_sweep: now + settings.look_every,
            next_open: now + settings.open_every,
        }
    }

    fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        // Those that ended need no place any more.
        while self.background.try_join_next().is_some() {}
        self.background.spawn(task);
    }

    /// How long to wait before the next stream. A server (or a proxy) that opens streams only to close them is not asked
    /// faster than one that refuses them.
    fn stream_ended(&mut self) -> Duration {
        if self.stream_opened.take().is_some_and(|opened| opened.elapsed() >= STEADY) {
            self.stream_failures = 0;
        }
        self.stream_failures += 1;
        let pause = backoff(self.stream_failures);
        // What happened while nobody watched is only in the list.
        self.next_list = self.next_list.min(Instant::now() + pause);
        pause
    }
}

/// A panic of ours inside a call is a failure of this call and of nothing else.
async fn guarded<T>(call: impl Future<Output = Result<T, ArgoCdError>> + Send, server: &str) -> Result<T, ArgoCdError> {
    match AssertUnwindSafe(call).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(_) => Err(ArgoCdError::Protocol {
            server: server.to_owned(),
            what: "a call".to_owned(),
            message: super::core::BUG.to_owned(),
        }),
    }
}

#[cfg(test)]
#[path = "follow_tests.rs"]
mod tests;
