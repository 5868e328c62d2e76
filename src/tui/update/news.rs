//! What the engine tells. Rows change their texts at once; their order changes when it may.

use std::sync::Arc;

use crate::engine::EngineEvent;
use crate::engine::view::{ApplicationVerdict, ApplicationView};
use crate::tui::state::{ContextState, Failure, State, Sweep};

pub(super) fn apply(state: &mut State, event: EngineEvent) {
    match event {
        EngineEvent::Connected(view) => {
            let context = state.contexts.entry(Arc::clone(&view.name)).or_default();
            context.view = Some(view);
            context.failure = None;
        }
        EngineEvent::Listed(views) => {
            for view in views {
                state.contexts.entry(Arc::clone(&view.key.context)).or_default().failure = None;
                put(state, view);
            }
        }
        EngineEvent::ListCompleted { context, at, .. } => {
            let context = state.contexts.entry(context).or_default();
            context.listed_at = Some(at);
            context.failure = None;
            state.list.stale = true;
        }
        EngineEvent::Judged(view) => put(state, view),
        EngineEvent::Removed(key) => {
            state.mark_gone(&key);
            state.list.stale = true;
        }
        EngineEvent::Watching { context, live } => state.contexts.entry(context).or_default().live = live,
        EngineEvent::IgnoreSources(sources) => state.ignore_sources = sources,
        EngineEvent::Sweeping { context, on, coverage } => {
            state.contexts.entry(context).or_default().sweep = Some(Sweep { on, coverage });
        }
        EngineEvent::Failed {
            context,
            error,
            retry_at,
        } => fail(state, context, error, retry_at),
    }
    state.touch();
}

fn fail(state: &mut State, context: Arc<str>, error: crate::engine::ports::ErrorView, retry_at: Option<jiff::Timestamp>) {
    let now = state.moment.wall;
    state.jobs.failed(now, &context, error.clone());
    let context: &mut ContextState = state.contexts.entry(context).or_default();
    context.live = false;
    // It fails since the first failure, not since the last try.
    let at = context.failure.as_ref().map_or(now, |failure| failure.at);
    context.failure = Some(Failure { error, at, retry_at });
}

fn put(state: &mut State, view: Arc<ApplicationView>) {
    let was_risky = state
        .applications
        .get(&view.key)
        .is_some_and(|entry| !entry.is_gone() && entry.view().verdict == ApplicationVerdict::Risky);
    if view.verdict == ApplicationVerdict::Risky && !was_risky && state.list.complete {
        state.list.news.insert(view.key.clone());
    } else if view.verdict != ApplicationVerdict::Risky {
        state.list.news.remove(&view.key);
    }
    state.put(view);
    state.list.stale = true;
}
