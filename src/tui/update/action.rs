//! A command happens.

use std::sync::Arc;

use super::diff;
use super::effect;
use super::ignoring;
use super::movement;
use super::{Effect, TerminalEffect};
use crate::drift::ApplicationKey;
use crate::engine::view::{ApplicationView, DriftView};
use crate::tui::commands::{Action, Availability};
use crate::tui::state::detail::Search;
use crate::tui::state::{ByHand, Ending, FoldKey, Group, Overlay, Palette, Pane, RowKey, State};

/// What is said when a key meant something that is not there any more.
pub(super) const GONE: &str = "What you saw there is gone; nothing was done. Press again to act on what is there now.";

pub(super) fn run(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Move(step) => movement::step(state, step),
        Action::Enter => enter(state),
        Action::Expand => expand(state),
        Action::Collapse => collapse(state),
        Action::NextDrift => movement::drift(state, true),
        Action::PreviousDrift => movement::drift(state, false),
        Action::NextChange => movement::change(state, true),
        Action::PreviousChange => movement::change(state, false),
        Action::ToggleQuiet => state.detail.unfolding.quiet = !state.detail.unfolding.quiet,
        Action::ToggleUnchanged => state.detail.unfolding.unchanged = !state.detail.unfolding.unchanged,
        Action::ToggleSideBySide => diff::toggle_side_by_side(state),
        Action::NextView => diff::step_view(state, true),
        Action::PreviousView => diff::step_view(state, false),
        Action::ToggleZoom => diff::toggle_zoom(state),
        Action::WaitForDiff => diff::wait(state, effects),
        Action::OpenSearch => {
            state.detail.search.typing = true;
        }
        Action::KeepSearch => diff::keep_search(state),
        Action::EndSearch => state.detail.search = Search::default(),
        Action::DeleteSearchCharacter => {
            state.detail.search.text.pop();
        }
        Action::DeleteSearchWord => state.detail.search.delete_word(),
        Action::Copy(part) => diff::copy(state, part, effects),
        Action::CopyLink => copy_link(state, effects),
        Action::OpenViewer => diff::open_viewer(state, effects),
        Action::OpenEditor => diff::open_editor(state, effects),
        Action::EditConfiguration => effects.push(Effect::Terminal(TerminalEffect::EditConfiguration)),
        Action::Suspend => effects.push(Effect::Terminal(TerminalEffect::Suspend)),
        Action::NextPane => next_pane(state, true),
        Action::PreviousPane => next_pane(state, false),
        Action::Refresh => {
            effects.push(Effect::Refresh);
            state.say("Listing again.");
        }
        Action::Mark => mark(state),
        Action::ClearMarks => {
            state.list.marks.clear();
            state.order();
        }
        Action::NextSort => {
            state.list.sort = state.list.sort.next();
            state.order();
            state.aim();
        }
        Action::Tab(group) => {
            state.list.tab = group;
            state.pane = Pane::List;
            state.order();
            state.aim();
        }
        Action::ToggleSweep => {
            let on = !state.sweep().is_some_and(|sweep| sweep.on);
            effects.push(Effect::Sweep(on));
            state.say(match on {
                true => "Looking into Synced Applications too, slowly: two calls for each of them.",
                false => "Synced Applications are not looked into any more.",
            });
        }
        Action::NextTheme => effects.push(Effect::NextTheme),
        Action::OpenByHand => open_by_hand(state, effects),
        Action::OpenIgnore => ignoring::open(state, effects),
        Action::IgnoreField(forward) => state.ignoring.step_field(forward),
        Action::IgnoreValue(forward) => ignoring::step_value(state, forward, effects),
        Action::WriteIgnore => ignoring::write(state, effects),
        Action::CopyIgnore => ignoring::copy(state, effects),
        Action::TakeBack => ignoring::take_back(state, effects),
        Action::CopyByHand => copy_by_hand(state, effects),
        Action::OpenRule => open_rule(state),
        Action::OpenTimeline => open_timeline(state, effects),
        Action::OpenFilter => {
            state.pane = Pane::List;
            state.filter.typing = true;
        }
        Action::KeepFilter => state.filter.typing = false,
        Action::ClearFilter => clear_filter(state),
        Action::OpenPalette => {
            state.palette = Palette::open();
            state.overlay = Some(Overlay::Palette);
        }
        Action::RunChosen => run_chosen(state, effects),
        Action::DeleteCharacter if state.overlay == Some(Overlay::Ignore) => state.ignoring.delete_character(),
        Action::DeleteWord if state.overlay == Some(Overlay::Ignore) => state.ignoring.delete_word(),
        Action::DeleteCharacter if state.overlay == Some(Overlay::Palette) => state.palette.delete_character(),
        Action::DeleteWord if state.overlay == Some(Overlay::Palette) => state.palette.clear(),
        Action::DeleteCharacter => {
            state.filter.text.pop();
            state.order();
            state.aim();
        }
        Action::DeleteWord => {
            state.filter.delete_word();
            state.order();
            state.aim();
        }
        Action::OpenJobs => state.overlay = Some(Overlay::Jobs { scroll: 0 }),
        Action::CancelJob => cancel_job(state, effects),
        Action::OpenLog => {
            state.overlay = Some(Overlay::Log { scroll: usize::MAX });
            effects.push(Effect::ReadLog(0));
        }
        Action::OpenHelp => state.overlay = Some(Overlay::Help { scroll: 0 }),
        Action::CloseOverlay => {
            if matches!(state.overlay, Some(Overlay::Log { .. })) {
                state.log.lines.clear();
                effects.push(Effect::Cancel(effect::READ_LOG));
            }
            state.overlay = None;
        }
        Action::Escape => {
            if state.pane == Pane::Diff && state.detail.search.is_active() {
                state.detail.search = Search::default();
            } else if state.pane == Pane::Diff && state.detail.zoomed {
                state.detail.zoomed = false;
            } else if state.pane != Pane::List {
                state.pane = Pane::List;
            } else {
                clear_filter(state);
            }
        }
        Action::Back => {
            if state.pane == Pane::List {
                state.overlay = Some(Overlay::Quit);
            } else {
                state.pane = Pane::List;
            }
        }
        Action::Quit => state.ending = Some(Ending::Quit),
    }
}

/// The palette closes first: its command means what is below it.
fn run_chosen(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(command) = state.palette.chosen() else { return };
    state.overlay = None;
    match (command.enabled)(state) {
        Availability::Yes => run(state, command.action, effects),
        Availability::No(why) => state.say(why),
    }
}

/// Marks the drift that keys act on, or all drifts that a row of several stands for; takes the marks off when all have one.
fn mark(state: &mut State) {
    let Some((index, row)) = aimed(state) else { return };
    let drifts: Vec<_> = match &row {
        RowKey::Group(_) => Vec::new(),
        RowKey::Fold(fold) => {
            let members = state.list.made.folds.get(fold).cloned().unwrap_or_default();
            let worst = |key: ApplicationKey| state.drift(&RowKey::Application(key)).map(|drift| drift.key.clone());
            members.into_iter().filter_map(worst).collect()
        }
        RowKey::Application(_) | RowKey::Drift(_) => state.aimed_drift().map(|drift| drift.key.clone()).into_iter().collect(),
    };
    if drifts.is_empty() {
        state.say("There is no drift in this row to mark.");
        return;
    }
    if drifts.iter().all(|key| state.list.marks.contains(key)) {
        for key in &drifts {
            state.list.marks.remove(key);
        }
    } else {
        state.list.marks.extend(drifts);
    }
    // On to the next row, as everywhere where things are marked.
    if let Some(next) = state.selectable_after(index) {
        state.select(next);
    }
}

/// For the drift that was drawn, not for one that came since.
fn open_by_hand(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(key) = state.list.aim.drift.clone() else { return };
    state.by_hand = ByHand::open(key.clone());
    state.overlay = Some(Overlay::ByHand);
    effects.push(Effect::CommandsByHand(key));
}

fn copy_by_hand(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(chosen) = state.by_hand.chosen() else { return };
    match &chosen.command {
        Ok(command) => {
            effects.push(Effect::Terminal(TerminalEffect::Copy(command.clone())));
            let said = format!("Copied, not run: {}.", chosen.title);
            state.overlay = None;
            state.say(said);
        }
        Err(why) => {
            let said = format!("Nothing to copy: {why}.");
            state.say(said);
        }
    }
}

/// The page of what is shown: of the drift's resource, else of the Application.
fn copy_link(state: &mut State, effects: &mut Vec<Effect>) {
    let Some((view, drift)) = seen(state) else { return };
    if let Some(page) = state.page(&view, drift.as_ref().map(|drift| &drift.key.resource)) {
        state.say(format!("Copied {page}"));
        effects.push(Effect::Terminal(TerminalEffect::Copy(page)));
    }
}

/// The Application that was drawn as selected and the drift of it that was shown, if one was; says so when it is gone.
fn seen(state: &mut State) -> Option<(Arc<ApplicationView>, Option<Arc<DriftView>>)> {
    let row = state.list.aim.row.as_ref();
    let view = row.and_then(|row| state.application(row)).map(Arc::clone);
    let drift = state.aimed_drift().map(Arc::clone);
    match view {
        Some(view) if drift.is_some() || state.list.aim.drift.is_none() => Some((view, drift)),
        _ => {
            state.say("This drift is gone.");
            None
        }
    }
}

fn cancel_job(state: &mut State, effects: &mut Vec<Effect>) {
    let aim = state
        .jobs
        .aim
        .filter(|aim| state.jobs.running.iter().any(|job| job.purpose == *aim));
    match aim {
        Some(purpose) => effects.push(Effect::Cancel(purpose)),
        None => state.say("It has ended already; nothing was cancelled."),
    }
}

fn open_rule(state: &mut State) {
    match state.aimed_drift().map(|drift| drift.rule) {
        Some(id) => state.overlay = Some(Overlay::Rule { id, scroll: 0 }),
        None => state.say("This drift is gone."),
    }
}

/// The story of what is shown: of the drift, else of the Application. It opens at its end, where now is.
fn open_timeline(state: &mut State, effects: &mut Vec<Effect>) {
    let Some((view, drift)) = seen(state) else { return };
    let drift = drift.map(|drift| drift.key.clone());
    let about = match &drift {
        Some(drift) => format!("{} › {}", view.key.name, drift.resource.short()),
        None => view.key.name.to_string(),
    };
    state.timeline.ask(about);
    state.overlay = Some(Overlay::Timeline { scroll: usize::MAX });
    effects.push(Effect::Timeline {
        application: view,
        drift,
        generation: state.timeline.generation,
    });
}

fn clear_filter(state: &mut State) {
    state.filter.text.clear();
    state.filter.typing = false;
    state.order();
    state.aim();
}

/// The row that keys act on; says so when it is gone.
fn aimed(state: &mut State) -> Option<(usize, RowKey)> {
    let row = state.list.aim.row.clone()?;
    let found = movement::aimed(state).filter(|_| {
        // On an Application the key meant the drift that stood there, not one that came since.
        state.list.aim.drift.is_none() || state.drift(&row).map(|drift| &drift.key) == state.list.aim.drift.as_ref()
    });
    if found.is_none() {
        state.say(GONE);
    }
    found.map(|index| (index, row))
}

fn enter(state: &mut State) {
    let Some((index, row)) = aimed(state) else { return };
    state.select(index);
    match &row {
        RowKey::Group(group) => toggle(state, *group),
        RowKey::Fold(fold) => toggle_fold(state, fold),
        RowKey::Application(_) if closed_with_several(state, &row) => open(state, &row),
        RowKey::Application(_) | RowKey::Drift(_) => {
            state.pane = if state.shown_drift().is_some() {
                Pane::Diff
            } else {
                Pane::Reason
            };
        }
    }
}

fn expand(state: &mut State) {
    let Some((index, row)) = aimed(state) else { return };
    state.select(index);
    match &row {
        RowKey::Group(group) if state.list.folded.contains(group) => toggle(state, *group),
        RowKey::Fold(fold) if !state.list.open_folds.contains(fold) => toggle_fold(state, fold),
        RowKey::Group(_) | RowKey::Fold(_) => {}
        RowKey::Application(_) if closed_with_several(state, &row) => open(state, &row),
        RowKey::Application(_) | RowKey::Drift(_) => {
            state.pane = if state.shown_drift().is_some() {
                Pane::Diff
            } else {
                Pane::Reason
            };
        }
    }
}

fn collapse(state: &mut State) {
    if state.pane != Pane::List {
        state.pane = Pane::List;
        return;
    }
    let Some((_, row)) = aimed(state) else { return };
    let target = match row {
        RowKey::Group(group) => {
            if !state.list.folded.contains(&group) {
                toggle(state, group);
            }
            return;
        }
        RowKey::Fold(fold) => {
            if state.list.open_folds.contains(&fold) {
                toggle_fold(state, &fold);
            }
            return;
        }
        RowKey::Drift(key) => {
            state.list.open.remove(&key.application);
            RowKey::Application(key.application)
        }
        RowKey::Application(key) if state.list.open.remove(&key) => RowKey::Application(key),
        RowKey::Application(key) if state.list.made.fold_of.contains_key(&key) => {
            match state.list.made.fold_of.get(&key).cloned() {
                Some(fold) => RowKey::Fold(fold),
                None => return,
            }
        }
        RowKey::Application(_) => {
            let group = state.application(&row).map(|view| Group::of(view.verdict));
            match group.filter(|group| group.folds() && !state.is_narrow()) {
                Some(group) => RowKey::Group(group),
                None => return,
            }
        }
    };
    go_to(state, &target);
}

fn go_to(state: &mut State, row: &RowKey) {
    // The row may be in view already: select it first, so that it keeps its line when others go.
    if let Some(index) = state.position(row) {
        state.select(index);
    }
    state.order();
    state.aim();
}

fn closed_with_several(state: &State, row: &RowKey) -> bool {
    state
        .application(row)
        .is_some_and(|view| state.findings(view).len() > 1 && !state.list.open.contains(&view.key))
}

fn open(state: &mut State, row: &RowKey) {
    if let RowKey::Application(key) = row {
        state.list.open.insert(key.clone());
        state.order();
        state.aim();
    }
}

fn toggle_fold(state: &mut State, fold: &FoldKey) {
    if !state.list.open_folds.remove(fold) {
        state.list.open_folds.insert(fold.clone());
    }
    go_to(state, &RowKey::Fold(fold.clone()));
}

fn toggle(state: &mut State, group: Group) {
    if !state.list.folded.remove(&group) {
        state.list.folded.insert(group);
    }
    go_to(state, &RowKey::Group(group));
}

fn next_pane(state: &mut State, forward: bool) {
    let order = [Pane::List, Pane::Reason, Pane::Diff];
    let at = order.iter().position(|pane| *pane == state.pane).unwrap_or(0);
    let step = if forward { 1 } else { order.len() - 1 };
    state.pane = order.get((at + step) % order.len()).copied().unwrap_or(Pane::List);
}
