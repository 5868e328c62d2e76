//! What may happen, and what follows from it: `update(&mut State, Msg) -> Vec<Effect>`, pure and total.
//!
//! [`Msg`] is everything that can happen, [`Effect`] everything that the state may ask of the world. Time is a message
//! too. One file per kind: [`keys`] (a chord becomes a command), [`action`] (a command happens), [`diff`] (a command of
//! the diff), [`movement`], [`news`] (what the engine tells).

mod action;
mod diff;
mod effect;
mod keys;
mod movement;
mod news;
mod wake;

use std::sync::Arc;

pub(crate) use effect::{Effect, Policy, TerminalEffect};

use super::diff::View;
use super::diff::highlight::Pieces;
use super::diff::{Diff, Plan, Shown, Side};
use super::keymap::Chord;
use super::state::layout::Layout;
use super::state::timeline::Story;
use super::state::{Ending, Load, Moment, Signal, State};
use crate::drift::ApplicationKey;
use crate::engine::EngineEvent;
use crate::engine::commits::GitSide;
use crate::engine::ports::ErrorView;
use crate::engine::timeline::Timeline;
use crate::engine::view::DriftKey;

/// Everything that can happen.
#[derive(Debug, Clone)]
pub(crate) enum Msg {
    /// What time it is now. Comes before every batch of others.
    Time(Moment),
    /// A key was pressed (or repeats).
    Key(Chord),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows.
    Resized(u16, u16),
    /// The state as it is now was drawn.
    Drawn,
    /// News from the engine.
    Engine(EngineEvent),
    /// The engine's news ended: it stopped.
    EngineStopped,
    /// The diff of a drift, or why there is none.
    Compared {
        /// Of which drift.
        key: DriftKey,
        /// Which request it answers.
        generation: u64,
        /// The diff.
        result: Result<Shown, ErrorView>,
    },
    /// The story that was asked for, or why there is none.
    TimelineTold {
        /// Which request it answers.
        generation: u64,
        /// The story.
        result: Result<Timeline, ErrorView>,
    },
    /// What Git says of an Application.
    GitSideTold {
        /// Of which Application.
        key: ApplicationKey,
        /// At which revisions.
        revisions: Vec<String>,
        /// What.
        told: GitSide,
    },
    /// Rows of a diff.
    LaidOut {
        /// Of which diff.
        diff: Arc<Diff>,
        /// The rows.
        plan: Arc<Plan>,
    },
    /// Colours of a block of lines.
    Coloured {
        /// Of which diff.
        diff: Arc<Diff>,
        /// Of which side.
        side: Side,
        /// Which block.
        block: usize,
        /// The pieces, line by line.
        pieces: Vec<Pieces>,
    },
    /// The theme is another one: everything looks different.
    Restyled,
    /// An effect went through and has one sentence to tell.
    Said(String),
    /// The terminal is ours again after somebody else had it; what did not work, if something did not.
    Returned(Option<String>),
    /// An effect went through and has nothing to tell.
    Done,
    /// An effect of this purpose still runs, so the new one was not started.
    Busy(&'static str),
    /// An effect of this purpose broke (a bug of ours); the report is in the log.
    JobFailed(&'static str),
    /// A signal asks us to end.
    Signal(Signal),
    /// The terminal's input ended or failed: nobody can press a key any more.
    InputEnded,
}

/// Changes the state by what happened; returns what is to be done outside.
pub(crate) fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    let mut effects = Vec::new();
    match msg {
        Msg::Time(moment) => wake::advance(state, moment),
        Msg::Drawn => {
            drawn(state);
            return effects;
        }
        Msg::Key(chord) => keys::press(state, chord, &mut effects),
        Msg::Paste(text) => keys::paste(state, &text),
        Msg::Resized(width, height) => {
            state.width = width;
            state.height = height;
            state.touch();
        }
        Msg::Engine(event) => news::apply(state, event),
        Msg::EngineStopped => {
            state.say("The engine stopped: nothing new will arrive. Quit and start again.");
            state.touch();
        }
        Msg::Compared { key, generation, result } => compared(state, &key, generation, result),
        Msg::TimelineTold { generation, result } => {
            if state.timeline.take(generation, result) {
                state.touch();
            }
        }
        Msg::GitSideTold { key, revisions, told } => {
            if state.git_side.take(&key, &revisions, told) {
                state.touch();
            }
        }
        Msg::Coloured {
            diff,
            side,
            block,
            pieces,
        } => coloured(state, &diff, side, block, pieces),
        Msg::LaidOut { diff, plan } => {
            let height = Layout::of(state).diff_rows();
            if state.detail.laid_out(&diff, plan, height) {
                state.touch();
            }
        }
        Msg::Returned(problem) => {
            if let Some(problem) = problem {
                state.say(problem);
            }
            state.touch();
        }
        Msg::Restyled => state.touch(),
        Msg::Said(sentence) => {
            state.say(sentence);
            state.touch();
        }
        Msg::Done => {}
        Msg::Busy(purpose) => {
            state.say(format!("Not again: {purpose} still runs."));
            state.touch();
        }
        Msg::JobFailed(purpose) => {
            if purpose == effect::COMPARE {
                state.detail.load = Load::Failed(broken(purpose));
            }
            if purpose == effect::TIMELINE {
                state.timeline.story = Story::Failed(broken(purpose));
            }
            state.say(format!(
                "{purpose} broke, which is a bug of driftline; the log has the report."
            ));
            state.touch();
        }
        Msg::Signal(signal) => state.ending = Some(Ending::Signal(signal)),
        Msg::InputEnded => state.ending = Some(Ending::Quit),
    }
    settle(state, &mut effects);
    effects
}

fn broken(purpose: &str) -> ErrorView {
    ErrorView {
        title: format!("{purpose} broke"),
        detail: "This is a bug of driftline; the log has the report.".to_owned(),
        hint: "Press ] and [ to try once more.".to_owned(),
    }
}

/// Keys act on what a person has seen: from now on, on this.
fn drawn(state: &mut State) {
    state.aim();
    let height = Layout::of(state).list_rows(state);
    let seen: Vec<_> = state
        .list
        .visible(height)
        .iter()
        .filter_map(|row| state.application(row).map(|view| view.key.clone()))
        .collect();
    for key in &seen {
        state.list.news.remove(key);
    }
}

fn compared(state: &mut State, key: &DriftKey, generation: u64, result: Result<Shown, ErrorView>) {
    if generation != state.detail.generation || state.detail.key.as_ref() != Some(key) {
        return;
    }
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

fn coloured(state: &mut State, diff: &Arc<Diff>, side: Side, block: usize, pieces: Vec<Pieces>) {
    if state.detail.diff().is_some_and(|open| Arc::ptr_eq(open, diff)) {
        state.detail.put_colours(side, block, pieces);
        state.touch();
    }
}

/// What must hold after every message: rows in order when they may be, the selected drift open, its colours asked for.
fn settle(state: &mut State, effects: &mut Vec<Effect>) {
    state.list.complete |= state.is_settled();
    if wake::may_order(state) {
        if !state.list.pinned && state.is_settled() {
            state.order();
            state.list.pinned = true;
        }
        state.order();
        state.touch();
    }
    open_selected(state, effects);
    ask_git(state, effects);
    state.follow();
    let layout = Layout::of(state);
    let height = layout.diff_rows();
    if height > 0 {
        state.detail.scroll_to(state.detail.top, height);
    }
    let shape = state.detail.layout_to_ask(&layout);
    effects.extend(shape.map(|(diff, shape)| Effect::LayOut { diff, shape }));
    let blocks = state.detail.colours_to_ask(&layout);
    if let Some(diff) = state.detail.diff() {
        effects.extend(blocks.into_iter().map(|(side, block)| Effect::Colour {
            diff: Arc::clone(diff),
            side,
            block,
        }));
    }
}

/// What Git says is asked for the Application that is shown, once.
fn ask_git(state: &mut State, effects: &mut Vec<Effect>) {
    let shown = state.list.selection().and_then(|row| state.application(row)).map(Arc::clone);
    if let Some(view) = shown
        && state.git_side.show(&view)
    {
        effects.push(Effect::GitSide(view));
    }
}

fn open_selected(state: &mut State, effects: &mut Vec<Effect>) {
    let shown = state.shown_drift().map(Arc::clone);
    let key = shown.as_ref().map(|drift| drift.key.clone());
    let fingerprint = shown.as_ref().map_or("", |drift| drift.fingerprint.as_str());
    if key != state.detail.key {
        state.detail.open(key.clone(), fingerprint);
        if key.is_none() && state.pane == super::state::Pane::Diff {
            state.pane = super::state::Pane::Reason;
        }
        if let Some(key) = &key {
            effects.push(Effect::Open(key.clone()));
        }
        state.touch();
    } else if key.is_some() && (fingerprint != state.detail.fingerprint || state.detail.view.pair() != state.detail.pair) {
        state.detail.ask_for(fingerprint, state.detail.view.pair());
        state.touch();
    } else {
        return;
    }
    if let Some(key) = key.filter(|_| !state.detail.is_current()) {
        effects.push(Effect::Compare {
            key,
            pair: state.detail.pair,
            shape: state.detail.shape(&Layout::of(state)),
            generation: state.detail.generation,
        });
    }
}
