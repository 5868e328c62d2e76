//! Following the contexts while somebody watches the screen: list, judge, watch, list again.
//!
//! One task per context owns everything known of it ([`super::known`]). The stream of Applications is a hint (Argo CD
//! replays nothing and may drop events): the list is repeated on a schedule and after each reconnect, Applications that
//! drifted are looked at again now and then, and the one that is open on screen more often, because Argo CD does not tell
//! of a further edit on an Application that is OutOfSync already.
//!
//! The follower itself never waits for a server: lists, looks and the stream run beside it and send their news.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::compact::CompactApplication;
use super::core::Engine;
use super::event::{ContextView, EngineCommand, EngineEvent};
use super::guarded::guarded;
use super::known::Known;
use super::pace::Pace;
use super::pause::pause;
use super::ports::{ArgoCd, ArgoCdError, WatchEvent};
use super::session::{Hint, LookResult, Page, Session};
use super::view::DriftKey;
use crate::drift::{Application, ApplicationKey};

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

struct Follower {
    engine: Arc<Engine>,
    argocd: Arc<dyn ArgoCd>,
    events: mpsc::Sender<EngineEvent>,
    stop: CancellationToken,
    known: Known,
    open: Option<DriftKey>,
    /// Whether Synced Applications are looked into too.
    sweep: bool,
    /// How often the server is asked.
    pace: Pace,
}

impl Follower {
    fn new(engine: Arc<Engine>, argocd: Arc<dyn ArgoCd>, events: mpsc::Sender<EngineEvent>, stop: CancellationToken) -> Self {
        Self {
            known: Known::new(Arc::clone(&engine)),
            sweep: engine.settings().sweep.enabled,
            engine,
            argocd,
            events,
            stop,
            open: None,
            pace: Pace::default(),
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
                EngineCommand::Open(drift) => self.open = Some(drift),
                EngineCommand::Sweep(on) => self.sweep = on,
                EngineCommand::Pace(pace) => self.pace = pace,
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
            pages: self.known.server.identity.clone(),
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
                        self.ask_for_base(&mut session);
                    }
                    Err(error) => tracing::error!(%error, "a look ended without a result"),
                },
                Some(result) = session.sweeps.join_next() => match result {
                    Ok((key, view, error)) => {
                        let mut news = self.known.swept(&key, view, error);
                        news.push(self.sweeping());
                        self.tell_all(news).await;
                    }
                    Err(error) => tracing::error!(%error, "a sweep's look ended without a result"),
                },
                Some(asked) = session.bases.join_next() => match asked {
                    Ok(key) => self.known.look_again(&key),
                    Err(error) => tracing::error!(%error, "asking what was synced last ended without a result"),
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
                        session.next_list.no_sooner_than(Instant::now());
                        let mut news = self.known.list_completed(&self.argocd.context());
                        if self.sweep {
                            news.push(self.sweeping());
                        }
                        news.push(EngineEvent::IgnoreSources(self.engine.ignore_rules().sources));
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
                        session.next_list.no_later_than(Instant::now());
                        self.known.look_at_all_that_drifted();
                    }
                    Some(EngineCommand::Open(drift)) => {
                        self.open = Some(drift);
                        self.ask_for_base(&mut session);
                        session.next_open.done(self.pace);
                    }
                    Some(EngineCommand::Sweep(on)) => {
                        self.sweep = on;
                        session.next_addition = Instant::now();
                        self.tell(self.sweeping()).await;
                    }
                    Some(EngineCommand::Pace(pace)) => {
                        self.pace = pace;
                        session.paced(pace);
                    }
                    None => return Ok(()),
                },
                () = tokio::time::sleep_until(session.next_addition), if self.sweep && streaming && session.sweeps.is_empty() => {
                    session.next_addition = Instant::now() + self.pace.stretch(settings.sweep.every());
                    self.look_into_a_synced_one(&mut session);
                }
                Ok(()) = ignoring.changed() => self.known.look_at_all_that_drifted(),
                () = tokio::time::sleep_until(session.next_list.at()), if !session.listing => {
                    session.next_list.done(self.pace);
                    self.start_list(&mut session);
                }
                () = tokio::time::sleep_until(session.next_sweep.at()) => {
                    session.next_sweep.done(self.pace);
                    self.known.look_at_all_that_drifted();
                }
                () = tokio::time::sleep_until(session.next_open.at()), if self.open.is_some() => {
                    session.next_open.done(self.pace);
                    if let Some(drift) = &self.open {
                        match self.known.has_additions(&drift.application) {
                            Some(application) if session.sweeps.is_empty() => self.look_into(application, &mut session),
                            _ => self.known.look_again(&drift.application),
                        }
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

    /// The next Synced Application, when one is due.
    fn look_into_a_synced_one(&mut self, session: &mut Session) {
        if let Some(application) = self.known.next_to_sweep() {
            self.look_into(application, session);
        }
    }

    fn look_into(&self, application: Application, session: &mut Session) {
        let (engine, argocd, server, clusters) = (
            Arc::clone(&self.engine),
            Arc::clone(&self.argocd),
            self.known.server.clone(),
            self.known.clusters.clone(),
        );
        session.sweeps.spawn(async move {
            let key = application.key.clone();
            let (view, error) = engine.look_at(&argocd, application, &server, &clusters, true).await;
            (key, view, error)
        });
    }

    fn sweeping(&self) -> EngineEvent {
        EngineEvent::Sweeping {
            context: self.argocd.context(),
            on: self.sweep,
            coverage: self.known.coverage(),
        }
    }

    /// Asks Argo CD what was synced last, where that may tell more of the open drift. The look that follows uses it.
    fn ask_for_base(&self, session: &mut Session) {
        let Some(drift) = self.open.as_ref().filter(|_| session.bases.is_empty()) else {
            return;
        };
        let Some((application, view)) = self.known.judged(&drift.application) else {
            return;
        };
        let Some(revisions) = self.engine.base_to_ask(&application, view, &drift.resource) else {
            return;
        };
        let (engine, argocd) = (Arc::clone(&self.engine), Arc::clone(&self.argocd));
        let (key, project) = (application.key.clone(), application.project.clone());
        session.bases.spawn(async move {
            let told = guarded(argocd.manifests(&key, &project, &revisions), &argocd.address()).await;
            engine.remember_base(key.clone(), revisions, told);
            key
        });
    }

    /// Lists beside everything else: a large list takes minutes on a slow line.
    fn start_list(&mut self, session: &mut Session) {
        session.listing = true;
        self.known.list_begins();
        let (argocd, pages) = (Arc::clone(&self.argocd), session.pages.0.clone());
        let (engine, common) = (Arc::clone(&self.engine), self.known.common());
        session.spawn(async move {
            engine.read_ignore_rules().await;
            // Made small before they wait: the server may be faster than the screen.
            let mut sink = |page: Vec<Application>| {
                let compact = page
                    .into_iter()
                    .map(|application| CompactApplication::new(application, &common));
                pages.send(Page::Applications(compact.collect())).is_ok()
            };
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

#[cfg(test)]
#[path = "follow_tests.rs"]
mod tests;
