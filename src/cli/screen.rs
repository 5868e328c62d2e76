//! The one place where a command opens the terminal UI.

use std::sync::Arc;

use super::exit::Exit;
use super::failure::Failure;
use crate::config::Settings;
use crate::engine::Engine;

/// What the screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Configured servers.
    Live,
    /// The recorded one.
    Demo,
}

/// Runs the screen until somebody quits.
pub(super) async fn run(engine: Arc<Engine>, settings: &Settings, kind: Kind) -> Result<Exit, Failure> {
    drop(engine);
    Err(Failure::usage(format!(
        "the screen ({kind:?}, theme {}) is not part of this build.",
        settings.view.theme
    )))
}
