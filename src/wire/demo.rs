//! The recorded Argo CD, alone or with an engine on it.

use std::any::Any;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;

use crate::config::Settings;
use crate::engine::Engine;
use crate::engine::ports::ErrorView;

/// A running recorded server: it stops when `server` goes.
pub struct Recorded<T> {
    /// What was started.
    pub value: T,
    /// The server.
    pub server: Box<dyn Any + Send>,
}

/// An engine on a recorded server that was started for it, in the recording's time.
///
/// # Errors
/// When the recordings cannot be read or the server cannot listen.
pub async fn demo(settings: &Settings, recordings: Option<&Path>) -> Result<Recorded<Arc<Engine>>, ErrorView> {
    let _ = (settings, recordings);
    Err(not_here())
}

/// The recorded server alone: its address and the token it accepts.
///
/// # Errors
/// As [`demo`].
pub async fn serve(recordings: Option<&Path>, listen: SocketAddr) -> Result<Recorded<(SocketAddr, SecretString)>, ErrorView> {
    let _ = (recordings, listen);
    Err(not_here())
}

fn not_here() -> ErrorView {
    ErrorView {
        title: "No recordings".to_owned(),
        detail: "the recorded Argo CD is not part of this build.".to_owned(),
        hint: String::new(),
    }
}
