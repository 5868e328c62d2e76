//! Commands of the ignore workbench happen, and what comes of them.

use super::Effect;
use crate::drift::Pointer;
use crate::engine::ignoring::applying::Ignored;
use crate::engine::ports::ErrorView;
use crate::engine::view::DriftKey;
use crate::ignore::export::entry;
use crate::tui::diff::Side;
use crate::tui::state::{Overlay, Pane, State};
use crate::tui::update::TerminalEffect;

/// For the drift that was drawn, not for one that came since.
pub(super) fn open(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(key) = state.list.aim.drift.clone() else { return };
    let path = current_change(state, &key);
    state.ignoring.open(key.clone());
    state.overlay = Some(Overlay::Ignore);
    effects.push(Effect::Workbench {
        key,
        path,
        generation: state.ignoring.generation,
    });
}

/// The change that a person stands on in the diff; `None` while nobody has gone there.
fn current_change(state: &State, key: &DriftKey) -> Option<Pointer> {
    let diff = state.detail.diff()?;
    let drift = &diff.document().drift;
    if drift.key != *key || (state.pane != Pane::Diff && state.detail.current == 0) {
        return None;
    }
    let standing = state.detail.standing()?;
    let here = diff.side(standing.side).pointer(standing.line)?;
    let around = drift.changes.iter().filter(|change| here.is_at_or_below(&change.path));
    let innermost = around.max_by_key(|change| change.path.as_str().len());
    // The first line of what is new may be the one above the changed field.
    let first_below = || drift.changes.iter().find(|change| change.path.is_at_or_below(&here));
    // On the desired side an item may stand elsewhere.
    innermost
        .or_else(first_below)
        .filter(|change| standing.side == Side::Live || change.live.is_none())
        .map(|change| change.path.clone())
}

pub(super) fn step_value(state: &mut State, forward: bool, effects: &mut Vec<Effect>) {
    let other = state.ignoring.step_value(forward);
    if let (Some(path), Some(key)) = (other, state.ignoring.key.clone()) {
        state.ignoring.ask_again();
        effects.push(Effect::Workbench {
            key,
            path: Some(path),
            generation: state.ignoring.generation,
        });
    }
}

/// Enter: writes it, or leads to what is missing.
pub(super) fn write(state: &mut State, effects: &mut Vec<Effect>) {
    if state.ignoring.writing || state.ignoring.ready().is_none() {
        return;
    }
    if let Some(missing) = state.ignoring.missing() {
        state.ignoring.go_to_missing(missing);
        state.say(missing.sentence());
        return;
    }
    if let Some(plan) = state.ignoring.plan() {
        state.ignoring.writing = true;
        state.ignoring.problem = None;
        effects.push(Effect::Ignore(Box::new(plan)));
    }
}

/// The entry for Argo CD's own `ignoreDifferences`.
pub(super) fn copy(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(rule) = &state.ignoring.rule {
        effects.push(Effect::Terminal(TerminalEffect::Copy(entry(rule).yaml)));
        state.say("Copied for spec.ignoreDifferences of the Application.");
    }
}

/// The rule was written, or was not.
pub(super) fn applied(state: &mut State, key: &DriftKey, result: Result<Ignored, ErrorView>) {
    let is_open = state.overlay == Some(Overlay::Ignore) && state.ignoring.key.as_ref() == Some(key);
    if is_open {
        state.ignoring.writing = false;
    }
    let undo = state.keymap.label("drift.take-back");
    let undo = undo.map_or_else(String::new, |key| format!(" {key} takes it back."));
    match result {
        Ok(Ignored::Written(file)) => {
            close(state, is_open);
            state.say(format!("Ignored: the rule is in {file}; judging anew.{undo}"));
        }
        Ok(Ignored::AlreadyThere(file)) => {
            close(state, is_open);
            state.say(format!("Such a rule is in {file} already; nothing was written.{undo}"));
        }
        Ok(Ignored::Changed(now)) if is_open => {
            state.ignoring.take(Ok(now));
            state.say("Nothing was written: it has changed meanwhile. This is how it is now.");
        }
        Ok(Ignored::Changed(_)) => state.say("No rule was written: the drift has changed meanwhile."),
        Err(error) => {
            state
                .jobs
                .failed(state.moment.wall, key.application.name.as_ref(), error.clone());
            state.say(format!("{}.", error.title));
            if is_open {
                state.ignoring.problem = Some(error);
            }
        }
    }
    state.touch();
}

fn close(state: &mut State, is_open: bool) {
    if is_open {
        state.overlay = None;
    }
}

/// Takes back what hides the drift that was drawn.
pub(super) fn take_back(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(key) = state.list.aim.drift.clone() {
        effects.push(Effect::StopIgnoring(key));
    }
}

/// It was taken back, or was not.
pub(super) fn taken_back(state: &mut State, key: &DriftKey, result: Result<usize, ErrorView>) {
    match result {
        Ok(rules) => {
            let what = match rules {
                1 => "The rule is".to_owned(),
                more => format!("{more} rules are"),
            };
            state.say(format!("{what} out of your list again; judging anew."));
        }
        Err(error) => {
            state.say(format!("{}: {}", error.title, error.detail));
            state.jobs.failed(state.moment.wall, key.application.name.as_ref(), error);
        }
    }
    state.touch();
}
