//! The engine itself: what both front ends run.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::document::DriftDocument;
use super::event::{EngineCommand, EngineEvent};
use super::ports::{ErrorView, Ports};
use super::view::DriftKey;

/// Collects, judges and remembers; hands out redacted views.
pub struct Engine {
    ports: Ports,
}

impl Engine {
    /// An engine on these ports.
    pub fn new(ports: Ports) -> Self {
        Self { ports }
    }

    /// What time it is, by the engine's clock (the demo's stands in the recording's time).
    pub fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// Follows every context until stopped: lists, judges, watches, lists again. News goes to `events`, in order per
    /// context; a slow receiver slows the engine, never the other way round.
    pub async fn follow(
        self: Arc<Self>,
        events: mpsc::Sender<EngineEvent>,
        commands: mpsc::Receiver<EngineCommand>,
        stop: CancellationToken,
    ) {
        drop((events, commands));
        stop.cancelled().await;
    }

    /// Both sides of one drift as redacted YAML.
    ///
    /// # Errors
    /// When the drift is not known (any more), or its manifests had to be fetched again and could not be.
    pub async fn document(&self, key: &DriftKey) -> Result<DriftDocument, ErrorView> {
        Err(ErrorView {
            title: "Not known".to_owned(),
            detail: key.resource.to_string(),
            hint: String::new(),
        })
    }
}
