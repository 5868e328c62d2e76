//! One Application in the state: its newest view, and whether it is still there.

use std::sync::Arc;

use crate::engine::view::{ApplicationView, DriftView};

/// One Application.
#[derive(Debug)]
pub(crate) struct Entry {
    view: Arc<ApplicationView>,
    gone: bool,
}

impl Entry {
    pub(super) fn new(view: Arc<ApplicationView>) -> Self {
        Self { view, gone: false }
    }

    /// The newest view.
    pub(crate) fn view(&self) -> &Arc<ApplicationView> {
        &self.view
    }

    /// Removed on the server; the row is still there until the order may change.
    pub(crate) fn is_gone(&self) -> bool {
        self.gone
    }

    pub(super) fn mark_gone(&mut self) {
        self.gone = true;
    }
}

/// Who made a drift, as one word for the list; `None` when nobody can be named.
pub(crate) fn who(drift: &DriftView) -> Option<&str> {
    if drift.is_git_ahead() {
        return Some("git ahead");
    }
    drift.deciding()?.manager.as_deref()
}
