//! One Application in the state: its newest view and what the filter looks through.

use std::sync::Arc;

use crate::engine::view::{ApplicationView, DriftView};

/// One Application.
#[derive(Debug)]
pub(crate) struct Entry {
    view: Arc<ApplicationView>,
    haystack: String,
    gone: bool,
}

impl Entry {
    pub(super) fn new(view: Arc<ApplicationView>) -> Self {
        Self {
            haystack: haystack(&view),
            view,
            gone: false,
        }
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

    /// Everything of it that a word of the filter may name, lower case.
    pub(crate) fn haystack(&self) -> &str {
        &self.haystack
    }
}

/// Who made a drift, as one word for the list; `None` when nobody can be named.
pub(crate) fn who(drift: &DriftView) -> Option<&str> {
    if drift.is_git_ahead() {
        return Some("git ahead");
    }
    drift.deciding()?.manager.as_deref()
}

fn haystack(view: &ApplicationView) -> String {
    let mut text = String::new();
    let mut add = |part: &str| {
        text.push_str(part);
        text.push('\n');
    };
    add(&view.key.name);
    add(&view.key.context);
    add(&view.project);
    add(&view.cluster);
    add(&view.environment);
    add(view.verdict.as_str());
    add(view.sync_status.as_str());
    for drift in view.drifts.iter().chain(&view.invisible) {
        add(&drift.key.resource.short());
        add(drift.cause.as_str());
        add(drift.verdict.as_str());
        add(drift.state.as_str());
        if drift.is_git_ahead() {
            add("git ahead");
        }
        if drift.key.invisible {
            add("invisible");
        }
        for change in &drift.changes {
            add(change.manager.as_deref().unwrap_or("unknown"));
            add(change.path.as_str());
        }
    }
    text.to_lowercase()
}
