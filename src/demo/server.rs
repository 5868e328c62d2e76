//! The listening side: connections, the handle, shutdown.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::account::Accounts;
use super::answer::{Answer, Body, Reply};
use super::catalogue::Catalogue;
use super::clock::DemoClock;
use super::encoding::respond;
use super::faults::{Fault, Faults, replacement, spoil};
use super::fleet::{Fleet, Moment};
use super::listening::{Connections, ResetConnection, collected};
use super::playback::{PlaybackClock, Player};
use super::recording::Recording;
use super::request::Target;
use super::request_log::{RequestLog, SeenRequest};
use super::routes::{self, Asked};
use crate::engine::ports::Clock;

/// Which server's version, settings and list mask are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Version {
    /// 2.6 to 3.1: 16 selectable list fields.
    V2_14,
    /// 3.2 to 3.4: 17 selectable list fields.
    V3_4,
    /// 3.5: 24 selectable list fields, which collide when parent and child are asked for.
    #[default]
    V3_5,
}

impl Version {
    /// How the folder of that server's answers begins in a recording; `None` for the server it was made of.
    pub(super) fn recorded_prefix(self) -> Option<&'static str> {
        match self {
            Self::V2_14 => Some("2.14"),
            Self::V3_4 => Some("3.4"),
            Self::V3_5 => None,
        }
    }
}

/// How a recorded Argo CD is served.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerOptions {
    /// Where to listen; port 0 finds a free one.
    pub listen: SocketAddr,
    /// Which server to be.
    pub version: Version,
    /// How recorded events are played.
    pub playback: PlaybackClock,
}

impl Default for ServerOptions {
    /// A free port on 127.0.0.1, version 3.5, events in real time.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            version: Version::V3_5,
            playback: PlaybackClock::Realtime { speed: 1.0 },
        }
    }
}

/// What all connections of one server share.
pub(super) struct Backend {
    fleet: Fleet,
    accounts: Accounts,
    version: Version,
    clock: DemoClock,
    player: Player,
    faults: Faults,
    log: RequestLog,
    connections: Connections,
}

impl Backend {
    pub(super) fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    pub(super) fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    pub(super) fn version(&self) -> Version {
        self.version
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The Applications as they are now.
    pub(super) fn moment(&self) -> Moment {
        self.fleet.moment(self.player.position())
    }

    pub(super) fn catalogue(&self) -> Catalogue<'_> {
        Catalogue {
            recording: &self.fleet.recording,
            accounts: &self.accounts,
            version: self.version,
        }
    }

    pub(super) fn follow_playback(&self) -> watch::Receiver<u64> {
        self.player.follow()
    }

    /// Called for every stream; the first one starts the playback.
    pub(super) fn start_playback(self: &Arc<Self>) {
        if self.player.must_start() {
            let backend = Arc::clone(self);
            self.spawn(async move { backend.player.run(&backend.fleet.timeline, &backend.connections.stop).await });
        }
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.connections.spawn(task);
    }

    pub(super) async fn stopped(&self) {
        self.connections.stop.cancelled().await;
    }
}

/// A running recorded Argo CD. Dropping it stops the server and ends its connections.
pub struct RecordedArgoCd {
    backend: Arc<Backend>,
    address: SocketAddr,
}

impl std::fmt::Debug for RecordedArgoCd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordedArgoCd")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl RecordedArgoCd {
    /// Starts serving on the current tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound, or the recording holds no list of Applications (then the error is a
    /// [`RecordingError`](super::RecordingError) inside).
    pub async fn start(recording: impl Into<Arc<Recording>>, options: ServerOptions) -> std::io::Result<Self> {
        let recording = recording.into();
        let accounts = Accounts::of(&recording);
        let clock = DemoClock::starting_at(recording.now());
        let fleet = Fleet::of(recording).map_err(std::io::Error::other)?;
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let backend = Arc::new(Backend {
            accounts,
            clock,
            fleet,
            version: options.version,
            player: Player::new(options.playback),
            faults: Faults::default(),
            log: RequestLog::default(),
            connections: Connections::default(),
        });
        let shared = Arc::clone(&backend);
        let connections = backend.connections.clone();
        let accepting = connections.accept("the recorded Argo CD", listener, move |request| {
            handle(Arc::clone(&shared), request)
        });
        backend.spawn(accepting);
        Ok(Self { backend, address })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Token of the account that reads everything.
    pub fn token(&self) -> SecretString {
        self.token_for(self.backend.accounts.main()).unwrap_or_default()
    }

    /// Token of a recorded account such as `narrow`, or the `expired` or `revoked` one; `None` for another name.
    pub fn token_for(&self, name: &str) -> Option<SecretString> {
        self.backend.accounts.token(name)
    }

    /// What time it is for this server: the recording's "now", running since the start.
    pub fn now(&self) -> Timestamp {
        self.backend.now()
    }

    /// The clock of this server, to share with whoever shows ages.
    pub fn clock(&self) -> DemoClock {
        self.backend.clock.clone()
    }

    /// Moves the playback of recorded events to `ms` milliseconds after its start; never back.
    pub fn advance_to(&self, ms: u64) {
        self.backend.player.advance_to(ms);
    }

    /// Faults to inject.
    pub fn faults(&self) -> &Faults {
        &self.backend.faults
    }

    /// The requests so far (the latest ten thousand), in order of arrival. Header values are not kept.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.backend.log.latest()
    }

    /// How many requests asked for a refresh, which this program never does.
    pub fn refresh_requests(&self) -> usize {
        self.backend.log.refreshes()
    }

    /// Serves until it is told to stop by another task or dropped.
    pub async fn served(&self) {
        self.backend.stopped().await;
    }

    /// Stops and waits until every connection has ended.
    pub async fn shut_down(self) {
        self.backend.connections.shut_down().await;
    }
}

impl Drop for RecordedArgoCd {
    fn drop(&mut self) {
        self.backend.connections.stop.cancel();
    }
}

async fn handle(backend: Arc<Backend>, request: Request<Incoming>) -> Result<Response<Body>, ResetConnection> {
    let path_and_query = request
        .uri()
        .path_and_query()
        .map_or_else(String::new, |target| target.as_str().to_owned());
    backend
        .log
        .note(request.method().as_str(), &path_and_query, request.headers());
    let fault = backend.faults.next(&path_and_query);
    match &fault {
        Some(Fault::Reset) => return Err(ResetConnection),
        Some(Fault::Hang) => {
            backend.stopped().await;
            return Err(ResetConnection);
        }
        Some(Fault::Delay(wait)) => tokio::time::sleep(*wait).await,
        _ => {}
    }
    if let Some(response) = fault.as_ref().and_then(replacement) {
        return Ok(response);
    }
    let Ok(response) = answered(&backend, request, &path_and_query).await;
    Ok(match fault {
        Some(fault) => spoil(&fault, response),
        None => response,
    })
}

async fn answered(
    backend: &Arc<Backend>,
    request: Request<Incoming>,
    path_and_query: &str,
) -> Result<Response<Body>, Infallible> {
    let (parts, body) = request.into_parts();
    let reply = match collected(body).await {
        Some(body) => {
            let asked = Asked {
                method: parts.method,
                target: Target::parse(path_and_query),
                headers: parts.headers.clone(),
                body,
            };
            routes::answer(backend, asked).await
        }
        None => Answer::outer_text(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large\n").into(),
    };
    Ok(match reply {
        Reply::Unary(answer) => respond(answer, &parts.headers, backend.now()),
        Reply::Stream(response) => response,
    })
}
