//! Whether a command can run now, and why not. One function for each reason.

use super::Availability;
use crate::tui::diff::Form;
use crate::tui::state::{Layout, Pane, State};

pub(super) fn always(_: &State) -> Availability {
    Availability::Yes
}

fn given(yes: bool, why: &'static str) -> Availability {
    if yes { Availability::Yes } else { Availability::No(why) }
}

pub(super) fn has_job(state: &State) -> Availability {
    given(!state.jobs.running.is_empty(), "Nothing runs.")
}

pub(super) fn has_command_by_hand(state: &State) -> Availability {
    given(state.by_hand.chosen().is_some(), "There is nothing to copy.")
}

pub(super) fn has_row(state: &State) -> Availability {
    given(state.list.selection().is_some(), "There is no row.")
}

pub(super) fn has_applications(state: &State) -> Availability {
    given(!state.applications.is_empty(), "There is nothing to filter yet.")
}

pub(super) fn has_marks(state: &State) -> Availability {
    given(!state.list.marks.is_empty(), "Nothing is marked.")
}

pub(super) fn has_drifts(state: &State) -> Availability {
    given(state.lists_drifts(), "No drift is listed.")
}

pub(super) fn has_drift(state: &State) -> Availability {
    given(state.shown_drift().is_some(), "No drift is selected.")
}

pub(super) fn is_ignored(state: &State) -> Availability {
    let drift = state.shown_drift();
    let ignored = drift.is_some_and(|drift| drift.changes.iter().any(|change| change.ignored_by.is_some()));
    given(ignored, "No ignore rule hides a change of this drift.")
}

pub(super) fn has_proposal(state: &State) -> Availability {
    given(state.ignoring.has_field(), "There is nothing to choose here.")
}

pub(super) fn has_application(state: &State) -> Availability {
    let row = state.list.selection();
    let application = row.and_then(|row| state.application(row));
    given(application.is_some(), "No Application is selected.")
}

pub(super) fn has_page(state: &State) -> Availability {
    let row = state.list.selection();
    let Some(application) = row.and_then(|row| state.application(row)) else {
        return Availability::No("No Application is selected.");
    };
    let page = state.page(application, None);
    given(page.is_some(), "This Argo CD does not say where its web interface is.")
}

pub(super) fn has_panes(state: &State) -> Availability {
    given(state.shown_drift().is_some(), "Only the list is open.")
}

/// A key must not change what nobody sees.
fn shows_diff(state: &State) -> bool {
    state.detail.diff().is_some() && Layout::of(state).diff.is_some()
}

pub(super) fn has_diff(state: &State) -> Availability {
    given(shows_diff(state), "No diff is shown.")
}

pub(super) fn has_slow_diff(state: &State) -> Availability {
    match &state.detail.slow {
        Some(slow) if slow.waited_for => Availability::No("It is being waited for."),
        slow => given(slow.is_some() && Layout::of(state).diff.is_some(), "No diff takes long."),
    }
}

pub(super) fn has_change(state: &State) -> Availability {
    let plan = &state.detail.plan;
    let stops = !plan.changes().is_empty() || state.detail.search.is_active();
    given(shows_diff(state) && stops, "No change is shown.")
}

pub(super) fn has_quiet(state: &State) -> Availability {
    // Of one side alone everything is shown.
    let folds = !matches!(state.detail.plan.shape().form, Form::One(_));
    let quiet = state.detail.diff().is_some_and(|diff| diff.quiet().total() > 0);
    given(shows_diff(state) && folds && quiet, "Every change of this diff is shown.")
}

pub(super) fn has_viewer(state: &State) -> Availability {
    if !state.programs.viewer {
        return Availability::No("No viewer is configured: see view.diff_viewer in config.example.toml.");
    }
    has_diff(state)
}

const NO_EDITOR: Availability = Availability::No("No editor is set: set VISUAL or EDITOR.");

pub(super) fn can_edit_copy(state: &State) -> Availability {
    if !state.programs.editor {
        return NO_EDITOR;
    }
    has_diff(state)
}

pub(super) fn can_edit_configuration(state: &State) -> Availability {
    if !state.programs.editor {
        return NO_EDITOR;
    }
    given(
        state.programs.configuration,
        "This machine names no folder for a configuration file; start with --config.",
    )
}

pub(super) fn can_suspend(_: &State) -> Availability {
    given(cfg!(unix), "This system has no way to stop a program and go on later.")
}

pub(super) fn can_escape(state: &State) -> Availability {
    given(
        !state.filter.text.is_empty() || state.pane != Pane::List,
        "This is the first screen: there is nothing to go back to.",
    )
}
