//! Commands and answers about the diff happen: how it is looked at, what is searched for, what leaves it, what came.

use std::sync::Arc;

use super::{Effect, Patience, TerminalEffect};
use crate::engine::ports::ErrorView;
use crate::engine::view::DriftKey;
use crate::tui::diff::copy::{Part, copied};
use crate::tui::diff::highlight::Pieces;
use crate::tui::diff::{Diff, Form, Shown, Side, View};
use crate::tui::state::detail::{Detail, Search, Slow};
use crate::tui::state::layout::Layout;
use crate::tui::state::{Load, Pane, State};

/// The open drift, to be compared as it is wanted now.
pub(super) fn compare(state: &State, patience: Patience) -> Option<Effect> {
    Some(Effect::Compare {
        key: state.detail.key.clone()?,
        pair: state.detail.pair,
        shape: state.detail.shape(&Layout::of(state)),
        generation: state.detail.generation,
        patience,
    })
}

/// A person wants the text, however long it takes.
pub(super) fn wait(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(slow) = &mut state.detail.slow {
        slow.waited_for = true;
        effects.extend(compare(state, Patience::Long));
    }
}

pub(super) fn toggle_side_by_side(state: &mut State) {
    let layout = Layout::of(state);
    if !Detail::has_room_beside(&layout) {
        state.say("The diff is too narrow for two sides; zoom it, or widen the terminal.");
        return;
    }
    // Of one side alone it leads back to the diff.
    if let View::Git | View::Live = state.detail.view {
        state.detail.view = View::Raw;
    }
    let beside = state.detail.shape(&layout).form == Form::SideBySide;
    state.detail.side_by_side = Some(!beside);
}

pub(super) fn step_view(state: &mut State, forward: bool) {
    state.detail.view = state.detail.view.step(forward);
    state.say(match state.detail.view {
        View::Compared => "The diff that Argo CD sees: what a sync would leave, against the cluster.",
        View::Raw => "The raw diff: what Git says, against everything that is in the cluster.",
        View::Git => "What Git says, whole.",
        View::Live => "What is in the cluster, whole.",
    });
}

pub(super) fn toggle_zoom(state: &mut State) {
    let zoomed = state.pane == Pane::Diff && state.detail.zoomed;
    state.detail.zoomed = !zoomed;
    state.pane = Pane::Diff;
}

/// Enter: the text stays searched for; an empty one ends the search.
pub(super) fn keep_search(state: &mut State) {
    if state.detail.search.text.is_empty() {
        state.detail.search = Search::default();
    } else {
        state.detail.search.typing = false;
    }
}

/// To the next or previous match, round the ends.
pub(super) fn step_match(state: &mut State, forward: bool) {
    let count = state.detail.plan.matches().len();
    if count == 0 {
        state.say(format!("“{}” is not in this diff.", state.detail.search.text));
        return;
    }
    let current = state.detail.search.current.min(count - 1);
    let to = match forward {
        true => (current + 1) % count,
        false => (current + count - 1) % count,
    };
    let round = if forward { to <= current } else { to >= current };
    let height = Layout::of(state).diff_rows().max(1);
    state.detail.go_to_match(to, height);
    if round {
        state.say(match (count, forward) {
            (1, _) => "This is the only match.",
            (_, true) => "On from the start.",
            (_, false) => "On from the end.",
        });
    }
}

pub(super) fn copy(state: &mut State, part: Part, effects: &mut Vec<Effect>) {
    let Some(diff) = drawn(state) else { return };
    let copied = match state.detail.standing() {
        Some(standing) => copied(&diff, &state.detail.plan, standing, part),
        _ => None,
    };
    let Some(copied) = copied else {
        state.say("There is nothing to copy here.");
        return;
    };
    let lines = copied.text.lines().count();
    let count = if lines == 1 {
        "1 line".to_owned()
    } else {
        format!("{lines} lines")
    };
    let mut said = match part {
        Part::Line | Part::Path | Part::Pointer => format!("Copied {}", copied.text),
        Part::Change => format!("Copied this change, {count}"),
        Part::All => match state.detail.plan.shape().form {
            Form::One(_) => format!("Copied the text, {count}"),
            Form::Unified | Form::SideBySide => format!("Copied the whole diff, {count}"),
        },
    };
    if copied.cut {
        said.push_str(", and no more: terminals take 74,994 bytes");
    }
    state.say(said);
    effects.push(Effect::Terminal(TerminalEffect::Copy(copied.text)));
}

/// The diff of the drift that was drawn, not of one that came since; says so when there is none.
fn drawn(state: &mut State) -> Option<Arc<Diff>> {
    let diff = state.detail.diff().map(Arc::clone);
    let drawn = diff.filter(|diff| state.list.aim.drift.as_ref() == Some(&diff.document().drift.key));
    if drawn.is_none() {
        state.say(super::action::GONE);
    }
    drawn
}

pub(super) fn open_viewer(state: &mut State, effects: &mut Vec<Effect>) {
    effects.extend(drawn(state).map(|diff| Effect::Terminal(TerminalEffect::View(diff))));
}

/// A copy of what is shown: a live object is not edited here, Git is where it changes.
pub(super) fn open_editor(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(diff) = drawn(state) else { return };
    let form = state.detail.plan.shape().form;
    let ending = match form {
        Form::One(_) => "yaml",
        Form::Unified | Form::SideBySide => "diff",
    };
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    let resource = &diff.document().drift.key.resource;
    let name: String = format!("{}-{}", resource.kind.to_lowercase(), resource.name)
        .chars()
        .map(plain)
        .take(200)
        .collect();
    effects.push(Effect::Terminal(TerminalEffect::EditCopy {
        name: format!("{name}.{ending}"),
        diff,
        form,
    }));
}

/// An answer to a request for a diff.
pub(super) fn compared(state: &mut State, key: &DriftKey, generation: u64, result: Result<Shown, ErrorView>) {
    if let Err(error) = &result {
        state
            .jobs
            .failed(state.moment.wall, key.application.name.as_ref(), error.clone());
    }
    if generation != state.detail.generation || state.detail.key.as_ref() != Some(key) {
        return;
    }
    state.detail.slow = None;
    match result {
        Ok(shown) => state.detail.take(shown),
        // A diff that is there stays; it is only older, or another view.
        Err(error) if state.detail.diff().is_some() => {
            if state
                .detail
                .diff()
                .is_some_and(|diff| diff.document().pair != state.detail.pair)
            {
                state.detail.view = View::default();
            }
            state.say(format!("Not read again: {}", error.title));
        }
        Err(error) => state.detail.load = Load::Failed(error),
    }
    state.touch();
}

/// The fields that differ are known without the text, so they are what is shown meanwhile.
pub(super) fn takes_long(state: &mut State, key: &DriftKey, generation: u64) {
    if generation != state.detail.generation || state.detail.key.as_ref() != Some(key) {
        return;
    }
    if let Some(drift) = state.shown_drift().map(Arc::clone) {
        state.detail.slow = Some(Slow {
            drift,
            waited_for: false,
        });
    }
    if state.detail.diff().is_some() {
        let key = state.keymap.label("diff.wait");
        let how = key.map_or_else(String::new, |key| format!("; {key} waits for the newer text"));
        state.say(format!(
            "This text is older than the drift, and comparing it again takes long{how}."
        ));
    }
    state.touch();
}

pub(super) fn coloured(state: &mut State, diff: &Arc<Diff>, side: Side, block: usize, pieces: Vec<Pieces>) {
    if state.detail.diff().is_some_and(|open| Arc::ptr_eq(open, diff)) {
        state.detail.put_colours(side, block, pieces);
        state.touch();
    }
}
