//! SIGINT, SIGTERM and SIGHUP as values. Ctrl-C in the terminal is a key, not a signal.

use std::io;

use futures_util::future::BoxFuture;

use super::event_loop::SignalSource;
use crate::tui::state::Signal;

/// The signals that end the program.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Takes them over from their default, which is to end at once.
    pub(super) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }
}

#[cfg(unix)]
impl SignalSource for Signals {
    fn next(&mut self) -> BoxFuture<'_, Signal> {
        Box::pin(async {
            tokio::select! {
                Some(()) = self.interrupt.recv() => Signal::Interrupt,
                Some(()) = self.terminate.recv() => Signal::Terminate,
                Some(()) = self.hangup.recv() => Signal::Hangup,
                else => std::future::pending().await,
            }
        })
    }
}

#[cfg(not(unix))]
impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {})
    }
}

#[cfg(not(unix))]
impl SignalSource for Signals {
    fn next(&mut self) -> BoxFuture<'_, Signal> {
        Box::pin(async {
            match tokio::signal::ctrl_c().await {
                Ok(()) => Signal::Interrupt,
                Err(_) => std::future::pending().await,
            }
        })
    }
}
