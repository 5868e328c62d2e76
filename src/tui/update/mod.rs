//! What may happen, and what follows from it: `update(&mut State, Msg) -> Vec<Effect>`, pure and total.
//!
//! [`Msg`] is everything that can happen, [`Effect`] everything that the state may ask of the world. Time is a message
//! too. One file per kind: [`keys`] (a chord becomes a command), [`action`] (a command happens), [`diff`] (a command of
//! the diff), [`movement`], [`news`] (what the engine tells).

mod action;
mod diff;
mod effect;
mod ignoring;
mod keys;
mod mouse;
mod movement;
mod news;
mod remember;
mod wake;

use std::sync::Arc;

use jiff::tz::TimeZone;

pub(crate) use effect::{Effect, Patience, Policy, TerminalEffect};
pub(crate) use mouse::Mouse;

use super::diff::highlight::Pieces;
use super::diff::{Diff, Plan, Shown, Side};
use super::keymap::Chord;
use super::state::by_hand::Commands;
use super::state::jobs::RunningJob;
use super::state::layout::Layout;
use super::state::timeline::Story;
use super::state::{Ending, Load, LogPage, Moment, Overlay, Signal, State};
use crate::drift::ApplicationKey;
use crate::engine::EngineEvent;
use crate::engine::by_hand::CommandByHand;
use crate::engine::commits::GitSide;
use crate::engine::ignoring::Workbench;
use crate::engine::ignoring::applying::Ignored;
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
    /// The mouse did something, where clicks are ours.
    Mouse(Mouse),
    /// The terminal got or lost the focus.
    Focus(bool),
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
    /// Comparing takes longer than anybody should wait for without having said so.
    TakesLong {
        /// Of which drift.
        key: DriftKey,
        /// Which request it is about.
        generation: u64,
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
    /// The ignore workbench that was asked for, or why there is none.
    Workbench {
        /// Which request it answers.
        generation: u64,
        /// The workbench.
        result: Result<Box<Workbench>, ErrorView>,
    },
    /// An ignore rule was written, or was not.
    Ignored {
        /// For which drift.
        key: DriftKey,
        /// What came of it.
        result: Result<Ignored, ErrorView>,
    },
    /// Rules were taken back, or were not.
    StoppedIgnoring {
        /// For which drift.
        key: DriftKey,
        /// How many.
        result: Result<usize, ErrorView>,
    },
    /// Rows of a diff.
    LaidOut {
        /// Of which diff.
        diff: Arc<Diff>,
        /// The rows.
        plan: Arc<Plan>,
    },
    /// The commands that a person may run by hand about a drift, or why there are none.
    CommandsByHand {
        /// About which drift.
        key: DriftKey,
        /// The commands.
        result: Result<Vec<CommandByHand>, ErrorView>,
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
    /// Where the person is.
    Zone(TimeZone),
    /// These jobs run now.
    Jobs(Vec<RunningJob>),
    /// The jobs of this purpose were cancelled.
    Cancelled(&'static str),
    /// The lines of our own log.
    Log {
        /// The lines, and where they are written.
        page: LogPage,
        /// Which revision of the log it is.
        revision: u64,
    },
    /// A theme is shown because the person asked for it.
    Themed {
        /// Its name.
        name: String,
        /// One sentence.
        said: String,
    },
    /// An effect went through and has one sentence to tell.
    Said(String),
    /// The terminal is ours again after somebody else had it, who may have something to tell.
    Returned(Option<String>),
    /// The same, and this did not work.
    ReturnedWith(String),
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
        Msg::Mouse(mouse) => mouse::act(state, mouse, &mut effects),
        Msg::Focus(focused) => {
            state.focused = focused;
            if focused {
                state.presence = state.moment.elapsed;
            }
        }
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
        Msg::Compared { key, generation, result } => diff::compared(state, &key, generation, result),
        Msg::TakesLong { key, generation } => diff::takes_long(state, &key, generation),
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
        } => diff::coloured(state, &diff, side, block, pieces),
        Msg::LaidOut { diff, plan } => {
            let height = Layout::of(state).diff_rows();
            if state.detail.laid_out(&diff, plan, height) {
                state.touch();
            }
        }
        Msg::Returned(said) => {
            returned(state);
            if let Some(said) = said {
                state.say(said);
            }
        }
        Msg::ReturnedWith(problem) => {
            returned(state);
            let error = ErrorView {
                title: problem.clone(),
                detail: String::new(),
                hint: String::new(),
            };
            state.jobs.failed(state.moment.wall, "this machine", error);
            state.say(problem);
        }
        Msg::CommandsByHand { key, result } => {
            if state.by_hand.key.as_ref() == Some(&key) {
                state.by_hand.commands = match result {
                    Ok(commands) => Commands::Ready(commands),
                    Err(error) => Commands::Failed(error),
                };
                state.touch();
            }
        }
        Msg::Workbench { generation, result } => {
            if generation == state.ignoring.generation {
                state.ignoring.take(result);
                state.touch();
            }
        }
        Msg::Ignored { key, result } => ignoring::applied(state, &key, result),
        Msg::StoppedIgnoring { key, result } => ignoring::taken_back(state, &key, result),
        Msg::Restyled => state.touch(),
        Msg::Zone(zone) => {
            if zone != state.zone {
                state.zone = zone;
                state.touch();
            }
        }
        Msg::Said(sentence) => {
            state.say(sentence);
            state.touch();
        }
        Msg::Jobs(running) => {
            state.jobs.running = running;
            if matches!(state.overlay, Some(Overlay::Jobs { .. })) {
                state.touch();
            }
        }
        Msg::Cancelled(purpose) => cancelled(state, purpose),
        Msg::Log { page, revision } => {
            if matches!(state.overlay, Some(Overlay::Log { .. })) {
                state.log = page;
                effects.push(Effect::ReadLog(revision));
                state.touch();
            }
        }
        Msg::Themed { name, said } => {
            state.theme = Some(name);
            state.say(said);
            state.touch();
        }
        Msg::Done => {}
        Msg::Busy(purpose) => {
            state.say(format!("Not again: {purpose} still runs."));
            state.touch();
        }
        Msg::JobFailed(purpose) => {
            let error = broken(purpose);
            state.jobs.failed(state.moment.wall, "this machine", error.clone());
            if purpose == effect::COMPARE {
                state.detail.slow = None;
                state.detail.load = Load::Failed(error);
            }
            if purpose == effect::WORKBENCH {
                state.ignoring.take(Err(broken(purpose)));
            }
            if purpose == effect::IGNORE {
                state.ignoring.writing = false;
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

/// Whoever comes back from elsewhere is there.
fn returned(state: &mut State) {
    state.focused = true;
    state.presence = state.moment.elapsed;
    state.touch();
}

/// Asked to stop: what waits for it must not wait for ever.
fn cancelled(state: &mut State, purpose: &'static str) {
    if purpose == effect::READ_LOG {
        return;
    }
    if let Some(slow) = state.detail.slow.as_mut().filter(|_| purpose == effect::COMPARE) {
        slow.waited_for = false;
    } else if purpose == effect::COMPARE && matches!(state.detail.load, Load::Loading) {
        state.detail.load = Load::Failed(ErrorView {
            title: "Cancelled".to_owned(),
            detail: "You cancelled the comparison.".to_owned(),
            hint: "Go to another drift and back to try once more.".to_owned(),
        });
    }
    if purpose == effect::WORKBENCH && state.ignoring.ready().is_none() {
        state.ignoring.take(Err(ErrorView {
            title: "Cancelled".to_owned(),
            detail: "You cancelled the search.".to_owned(),
            hint: "Leave and open it again to try once more.".to_owned(),
        }));
    }
    if purpose == effect::IGNORE {
        state.ignoring.writing = false;
    }
    state.say(format!("Cancelled: {purpose}."));
    state.touch();
}

fn broken(purpose: &str) -> ErrorView {
    ErrorView {
        title: format!("{purpose} broke"),
        detail: "This is a bug of driftline; the log has the report.".to_owned(),
        hint: "Go to another drift and back to try once more.".to_owned(),
    }
}

/// Keys act on what a person has seen: from now on, on this.
fn drawn(state: &mut State) {
    state.aim();
    state.jobs.aim = state.jobs.running.first().map(|job| job.purpose);
    let height = Layout::of(state).list_rows(state);
    let seen: Vec<_> = state
        .list
        .visible(height)
        .iter()
        .filter_map(|row| state.application(row).map(|view| view.key.clone()))
        .collect();
    if state.mouse {
        state.drawn_rows = state.list.visible(height).to_vec();
    }
    for key in &seen {
        state.list.news.remove(key);
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
    wake::pace(state, effects);
    remember::keep(state, effects);
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
    if !state.detail.is_current() {
        effects.extend(diff::compare(state, Patience::Short));
    }
}
