//! The recorded Argo CD, alone or with an engine on it.

use std::any::Any;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::OnceCell;

use super::clock::SystemClock;
use super::http::Trust;
use super::ignore_sources::IgnoreSources;
use super::live::{engine_settings, ignoring, make_client};
use crate::argocd::{Client, Connection, OnDemand};
use crate::config::Settings;
use crate::demo::{RecordedArgoCd, Recording, ServerOptions};
use crate::engine::ports::{Clock, ErrorView};
use crate::engine::{Engine, Ports};
use crate::store::{AuditInMemory, MemoryStore};

/// Nickname of the recorded Argo CD on the screen.
const CONTEXT: &str = "demo";

/// A running recorded server: it stops when `server` goes.
pub struct Recorded<T> {
    /// What was started.
    pub value: T,
    /// The server, and what else goes with it.
    pub server: Box<dyn Any + Send>,
}

/// An engine on a recorded server that is started with the first call to it: the recordings that are built in take longer to
/// unpack than a first frame may wait. Time is the recording's from then on.
///
/// # Errors
/// When recordings were given and cannot be read, or the server cannot listen.
pub async fn demo(settings: &Settings, recordings: Option<&Path>) -> Result<Recorded<Arc<Engine>>, ErrorView> {
    let stage = Arc::new(Stage {
        recordings: recordings.map(Path::to_owned),
        server: OnceCell::new(),
    });
    if recordings.is_some() {
        // A folder that was typed may be the wrong one, which is told before the screen is there.
        stage.server().await?;
    }
    let playing = Arc::clone(&stage);
    let client = OnDemand::new(CONTEXT, "", move || {
        let stage = Arc::clone(&playing);
        Box::pin(async move { stage.client().await })
    });
    let ports = Ports {
        argocd: vec![Arc::new(client)],
        clock: Arc::new(StageClock(Arc::clone(&stage))),
        // The recording's drift is nobody's memory.
        store: Arc::new(MemoryStore::default()),
    };
    // Rules that are tried out here are not the person's own.
    let scratch = tempfile::tempdir().map_err(|error| ErrorView {
        title: "Cannot make a scratch folder".to_owned(),
        detail: format!("{error}."),
        hint: "See TMPDIR.".to_owned(),
    })?;
    let list = scratch.path().join("ignore.toml");
    let engine = Engine::new(ports, engine_settings(settings));
    let engine = ignoring(
        engine,
        IgnoreSources::without_network(&settings.ignore),
        Some(&list),
        Arc::new(AuditInMemory::default()),
    );
    Ok(Recorded {
        value: Arc::new(engine),
        server: Box::new((stage, scratch)),
    })
}

/// The recorded server of a demo, from the time at which it is wanted.
struct Stage {
    /// `None` for those that are built in.
    recordings: Option<PathBuf>,
    server: OnceCell<RecordedArgoCd>,
}

impl Stage {
    async fn server(&self) -> Result<&RecordedArgoCd, ErrorView> {
        let recordings = self.recordings.as_deref();
        let started = self.server.get_or_try_init(|| start(recordings, ServerOptions::default()));
        started.await
    }

    async fn client(&self) -> Result<Client, ErrorView> {
        let server = self.server().await?;
        let base = Connection::parse_address(&server.addr().to_string(), true, None).map_err(|error| refused(&error))?;
        let connection = Connection {
            token: Some(server.token()),
            ..Connection::new(CONTEXT, base)
        };
        make_client(connection, Trust::System)
    }
}

/// The recording's time, and this machine's until there is one.
struct StageClock(Arc<Stage>);

impl Clock for StageClock {
    fn now(&self) -> Timestamp {
        self.0.server.get().map_or_else(|| SystemClock.now(), RecordedArgoCd::now)
    }
}

/// The recorded server alone: its address and the token it accepts.
///
/// # Errors
/// When the recordings cannot be read or the server cannot listen.
pub async fn serve(recordings: Option<&Path>, listen: SocketAddr) -> Result<Recorded<(SocketAddr, SecretString)>, ErrorView> {
    let server = start(
        recordings,
        ServerOptions {
            listen,
            ..ServerOptions::default()
        },
    )
    .await?;
    Ok(Recorded {
        value: (server.addr(), server.token()),
        server: Box::new(server),
    })
}

async fn start(recordings: Option<&Path>, options: ServerOptions) -> Result<RecordedArgoCd, ErrorView> {
    let folder = recordings.map(Path::to_owned);
    let loaded =
        tokio::task::spawn_blocking(move || folder.map_or_else(Recording::built_in, |folder| Recording::from_dir(&folder))).await;
    let recording = match loaded {
        Ok(Ok(recording)) => recording,
        Ok(Err(error)) => return Err(unreadable(&error)),
        Err(panicked) => return Err(unreadable(&panicked)),
    };
    let listen = options.listen;
    RecordedArgoCd::start(recording, options).await.map_err(|error| ErrorView {
        title: "Cannot serve the recordings".to_owned(),
        detail: format!("listening on {listen} failed: {error}."),
        hint: "Give another address with --listen, or a folder with a recorded list.".to_owned(),
    })
}

fn unreadable(error: &dyn std::error::Error) -> ErrorView {
    ErrorView {
        title: "Cannot read the recordings".to_owned(),
        detail: error.to_string(),
        hint: "Give another folder with --recordings, or none for the built-in recordings.".to_owned(),
    }
}

fn refused(error: &dyn std::error::Error) -> ErrorView {
    ErrorView {
        title: "Cannot reach the recordings".to_owned(),
        detail: error.to_string(),
        hint: String::new(),
    }
}
