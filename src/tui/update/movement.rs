//! Moving: the selection in the list, the reason, the diff, the help; from drift to drift.

use crate::tui::commands::Step;
use crate::tui::pages;
use crate::tui::state::layout::Layout;
use crate::tui::state::{Overlay, Pane, RowKey, State};

/// Where a step leads from `at`, when `page` rows can be seen; the caller clamps at its end.
fn target(step: Step, at: usize, page: usize) -> usize {
    let page = page.max(1);
    let half = (page / 2).max(1);
    match step {
        Step::Down => at.saturating_add(1),
        Step::Up => at.saturating_sub(1),
        Step::HalfDown => at.saturating_add(half),
        Step::HalfUp => at.saturating_sub(half),
        Step::PageDown => at.saturating_add(page),
        Step::PageUp => at.saturating_sub(page),
        Step::First => 0,
        Step::Last => usize::MAX,
    }
}

fn is_down(step: Step) -> bool {
    matches!(step, Step::Down | Step::HalfDown | Step::PageDown | Step::Last)
}

pub(super) fn step(state: &mut State, step: Step) {
    let pane = if state.filter.typing { Pane::List } else { state.pane };
    step_in(state, pane, step);
}

/// Moves in this pane, or in what lies over all of them.
pub(super) fn step_in(state: &mut State, pane: Pane, step: Step) {
    let layout = Layout::of(state);
    if pages::is_open(state) {
        let rows = pages::rows(state);
        let last = pages::lines(state).len().saturating_sub(rows);
        match &mut state.overlay {
            Some(
                Overlay::Help { scroll } | Overlay::Rule { scroll, .. } | Overlay::Timeline { scroll } | Overlay::Jobs { scroll },
            ) => {
                *scroll = target(step, (*scroll).min(last), rows).min(last);
            }
            Some(Overlay::Log { scroll }) => {
                let to = target(step, (*scroll).min(last), rows);
                // At the end one stays at the end.
                *scroll = if to >= last { usize::MAX } else { to };
            }
            Some(Overlay::Palette | Overlay::ByHand | Overlay::Ignore | Overlay::Quit) | None => {}
        }
        return;
    }
    if state.overlay == Some(Overlay::Ignore) {
        // In fewer columns there are more lines; drawing stops at the end.
        let last = pages::ignoring::lines(&state.ignoring, usize::from(state.width / 2))
            .len()
            .saturating_sub(1);
        state.ignoring.scroll = target(step, state.ignoring.scroll.min(last), 10).min(last);
        return;
    }
    if state.overlay == Some(Overlay::ByHand) {
        let to = target(step, state.by_hand.selected, 10);
        state.by_hand.select(to);
        return;
    }
    if state.overlay == Some(Overlay::Palette) {
        let to = target(step, state.palette.selected, 10);
        state.palette.select(to);
        return;
    }
    match pane {
        Pane::List => in_list(state, step, &layout),
        Pane::Reason => {
            let page = layout.reason_rows();
            let last = crate::tui::reason::lines(state, &layout).len().saturating_sub(page);
            state.detail.reason_top = target(step, state.detail.reason_top.min(last), page).min(last);
        }
        Pane::Diff => {
            let page = layout.diff_rows();
            let top = target(step, state.detail.top, page);
            state.detail.scroll_to(top, page);
        }
    }
}

fn in_list(state: &mut State, step: Step, layout: &Layout) {
    let from = aimed(state).unwrap_or_else(|| state.list.cursor());
    let to = target(step, from, layout.list_rows(state));
    let found = if is_down(step) {
        state.selectable_near(to)
    } else {
        state.selectable_before(to)
    };
    if let Some(index) = found {
        state.select(index);
    }
}

/// Where the row is that keys act on.
pub(super) fn aimed(state: &State) -> Option<usize> {
    state.list.aim.row.as_ref().and_then(|row| state.position(row))
}

/// To the next or previous drift in the order of the list, opening Applications on the way.
pub(super) fn drift(state: &mut State, forward: bool) {
    let mut stops: Vec<RowKey> = Vec::new();
    for row in state.list.rows() {
        let key = match row {
            // Closed it stands for all of them: one cause, one decision.
            RowKey::Fold(fold) if !state.list.open_folds.contains(fold) => {
                stops.push(row.clone());
                continue;
            }
            RowKey::Application(key) => key,
            RowKey::Group(_) | RowKey::Fold(_) | RowKey::Drift(_) => continue,
        };
        let findings = state.application(row).map(|view| state.findings(view)).unwrap_or_default();
        match findings.as_slice() {
            [] => {}
            [_] => stops.push(RowKey::Application(key.clone())),
            findings => stops.extend(findings.iter().map(|finding| RowKey::Drift(finding.key.clone()))),
        }
    }
    let row = state.list.aim.row.clone().or_else(|| state.list.selection().cloned());
    // A closed Application with several drifts stands for its first.
    let here = row.as_ref().and_then(|row| {
        let shown = state.drift(row).map(|drift| RowKey::Drift(drift.key.clone()));
        stops.iter().position(|stop| stop == row || Some(stop) == shown.as_ref())
    });
    let to = match (here, forward) {
        (Some(at), true) => at.checked_add(1),
        (Some(at), false) => at.checked_sub(1),
        (None, _) => beside(state, &stops, forward),
    };
    let Some(stop) = to.and_then(|at| stops.get(at)).cloned() else {
        state.say(if forward {
            "This is the last drift of the list."
        } else {
            "This is the first drift of the list."
        });
        return;
    };
    if let RowKey::Drift(key) = &stop
        && state.list.open.insert(key.application.clone())
    {
        state.list.pinned = true;
        state.order();
    }
    if let Some(index) = state.position(&stop) {
        state.select(index);
    }
}

/// The stop next to a row that is none itself (a heading, an Application without drift).
fn beside(state: &State, stops: &[RowKey], forward: bool) -> Option<usize> {
    let cursor = state.list.cursor();
    let place = |stop: &RowKey| match stop {
        RowKey::Drift(key) => state.position(&RowKey::Application(key.application.clone())),
        RowKey::Group(_) | RowKey::Fold(_) | RowKey::Application(_) => state.position(stop),
    };
    if forward {
        stops.iter().position(|stop| place(stop).is_some_and(|at| at > cursor))
    } else {
        stops.iter().rposition(|stop| place(stop).is_some_and(|at| at < cursor))
    }
}

/// To the next or previous change of the open diff.
pub(super) fn change(state: &mut State, forward: bool) {
    if state.detail.search.is_active() {
        return super::diff::step_match(state, forward);
    }
    let changes = state.detail.plan.changes().len();
    let height = Layout::of(state).diff_rows();
    let to = if forward {
        state.detail.current.checked_add(1).filter(|at| *at < changes)
    } else {
        state.detail.current.checked_sub(1)
    };
    match to {
        Some(index) => state.detail.go_to_change(index, height.max(1)),
        None => {
            state.detail.go_to_change(state.detail.current, height.max(1));
            let (end, command, goes_to) = match forward {
                true => ("last", "drift.next", "next"),
                false => ("first", "drift.previous", "previous"),
            };
            let key = state.keymap.label(command);
            let further = key.map_or_else(String::new, |key| format!("; {key} goes to the {goes_to} drift"));
            state.say(format!("This is the {end} change{further}."));
        }
    }
}
