//! Waiting until somebody ends us.

use std::io;

use super::exit::Exit;

/// Signals are caught from its making on, so nothing is missed between a printed line and the wait.
pub(super) struct Stop {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    /// Begins to catch SIGINT and SIGTERM.
    #[cfg(unix)]
    pub(super) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Begins to catch Ctrl-C.
    #[cfg(not(unix))]
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the first.
    #[cfg(unix)]
    pub(super) async fn wait(mut self) -> Exit {
        tokio::select! {
            _ = self.interrupt.recv() => Exit::Interrupted,
            _ = self.terminate.recv() => Exit::Terminated,
        }
    }

    /// Waits for it.
    #[cfg(not(unix))]
    pub(super) async fn wait(self) -> Exit {
        // Without a handler there is nothing to wait for; ending is the safe answer.
        let _ = tokio::signal::ctrl_c().await;
        Exit::Interrupted
    }
}
