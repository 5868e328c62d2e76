//! What commands need from outside the front ends. `main` gives it, out of `wire`: a command names no adapter.

use std::any::Any;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::config::Settings;
use crate::engine::Engine;
use crate::engine::ports::{AuditLog, ErrorView, ViewStore};

/// Makes engines and the recorded server.
#[async_trait]
pub trait World: Send + Sync {
    /// An engine on the configured contexts. No request is sent yet.
    ///
    /// # Errors
    /// When no context can be set up: address, certificates, token command.
    async fn engine(&self, settings: &Settings) -> Result<Arc<Engine>, ErrorView>;

    /// The same for the screen: there at once. A context is set up when it is asked for the first time, and tells then when
    /// that does not work.
    ///
    /// # Errors
    /// When no context can ever be set up.
    fn engine_on_demand(&self, settings: &Settings) -> Result<Arc<Engine>, ErrorView>;

    /// Where it is kept how the screen was left. `None` on a machine that names no home.
    fn view_store(&self, settings: &Settings) -> Option<Arc<dyn ViewStore>>;

    /// What was done and tried on this machine.
    fn audit(&self, settings: &Settings) -> Arc<dyn AuditLog>;

    /// An engine on a recorded Argo CD that is started for it: with the first call when the recordings are those that are
    /// built in, now when they were given.
    ///
    /// # Errors
    /// When given recordings cannot be read, or the server for them cannot listen.
    async fn demo(&self, settings: &Settings, recordings: Option<&Path>) -> Result<DemoSession, ErrorView>;

    /// The recorded Argo CD alone.
    ///
    /// # Errors
    /// When the recordings cannot be read or the server cannot listen.
    async fn serve(&self, recordings: Option<&Path>, listen: SocketAddr) -> Result<Serving, ErrorView>;
}

/// A running demo.
pub struct DemoSession {
    /// Looks at the recorded server, in the recording's time.
    pub engine: Arc<Engine>,
    /// The server stops when this goes.
    pub server: Box<dyn Any + Send>,
}

/// A running recorded server.
pub struct Serving {
    /// Where it listens.
    pub address: SocketAddr,
    /// The token it accepts. It opens nothing but recordings, and `demo serve` prints it.
    pub token: SecretString,
    /// The server stops when this goes.
    pub server: Box<dyn Any + Send>,
}
