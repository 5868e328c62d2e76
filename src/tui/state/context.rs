//! One Argo CD server as the screen knows it.

use jiff::Timestamp;

use super::{Compared, Counts};
use crate::engine::event::ContextView;
use crate::engine::ports::ErrorView;
use crate::engine::scan::Coverage;

/// What went wrong with a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What, and what to try.
    pub(crate) error: ErrorView,
    /// Since when.
    pub(crate) at: Timestamp,
    /// When it is tried again.
    pub(crate) retry_at: Option<Timestamp>,
}

/// The slow look into Synced Applications of a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sweep {
    /// It runs.
    pub(crate) on: bool,
    /// How much was looked into.
    pub(crate) coverage: Coverage,
}

/// One Argo CD server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ContextState {
    /// Name, address, version; `None` before it answered.
    pub(crate) view: Option<ContextView>,
    /// The change stream runs.
    pub(crate) live: bool,
    /// When the last whole list was complete.
    pub(crate) listed_at: Option<Timestamp>,
    /// The slow look into Synced Applications, once it was heard of.
    pub(crate) sweep: Option<Sweep>,
    /// What is wrong now.
    pub(crate) failure: Option<Failure>,
    /// How many of its Applications are what.
    pub(crate) counts: Counts,
    /// When they were compared with Git, as of the last ordering; `None` while nothing tells.
    pub(crate) compared: Option<Compared>,
}
