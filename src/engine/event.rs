//! What the engine tells its front ends, and what they may ask of it.

use std::sync::Arc;

use jiff::Timestamp;

use super::pace::Pace;
use super::ports::{ErrorView, IgnoreSourceState};
use super::scan::Coverage;
use super::view::{ApplicationView, DriftKey};
use crate::drift::ApplicationKey;

/// One Argo CD as a front end shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextView {
    /// Nickname on this machine.
    pub name: Arc<str>,
    /// Address without scheme and path.
    pub server: String,
    /// Version such as `3.5.1`; empty when not known yet.
    pub version: String,
    /// Where its web interface is, as it says itself, else where it was reached; see [`ContextView::page`] (hostile text).
    pub pages: String,
}

/// News from the engine. Views are whole values: the newest replaces what was there.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineEvent {
    /// A context answered for the first time or again.
    Connected(ContextView),
    /// A page of the list; Applications that still have to be judged are `Pending`, or carry their last verdict.
    Listed(Vec<Arc<ApplicationView>>),
    /// The list of a context is complete: what it did not name is gone.
    ListCompleted {
        /// Which context.
        context: Arc<str>,
        /// How many Applications it holds.
        applications: usize,
        /// When it was complete.
        at: Timestamp,
    },
    /// One Application was judged (again).
    Judged(Arc<ApplicationView>),
    /// One Application is gone.
    Removed(ApplicationKey),
    /// Whether the change stream of a context runs.
    Watching {
        /// Which context.
        context: Arc<str>,
        /// `true` while events can arrive.
        live: bool,
    },
    /// How far the sweep of Synced Applications is, and whether it runs.
    Sweeping {
        /// Which context.
        context: Arc<str>,
        /// Whether it runs.
        on: bool,
        /// How much was looked into.
        coverage: Coverage,
    },
    /// Where ignore rules come from, and how fresh each source is.
    IgnoreSources(Vec<IgnoreSourceState>),
    /// Something about a context failed; the rest goes on.
    Failed {
        /// Which context.
        context: Arc<str>,
        /// What, and what to try.
        error: ErrorView,
        /// When it is tried again; `None` when only a person can help.
        retry_at: Option<Timestamp>,
    },
}

/// What a front end may ask of the running engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineCommand {
    /// List again now, and look again at everything that drifted.
    Refresh,
    /// This drift is open on screen: keep it fresh.
    Open(DriftKey),
    /// Look into Synced Applications too, slowly, for additions that Argo CD does not show; or stop that.
    Sweep(bool),
    /// Ask the servers as often as configured, or less often while nobody looks.
    Pace(Pace),
}
