//! The mouse, where it is ours: a click selects and opens, the wheel scrolls what is under it. Nothing else.

use super::{Effect, action, keys, movement};
use crate::tui::commands::{Action, Availability, COMMANDS, Step};
use crate::tui::pages;
use crate::tui::state::layout::{Layout, banner_rows};
use crate::tui::state::{Area, Pane, State};

/// Lines that one notch of the wheel scrolls.
const NOTCH: usize = 3;

/// What the mouse did, and at which cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mouse {
    /// The left button was pressed.
    Click {
        /// Column of the screen.
        column: u16,
        /// Row of the screen.
        row: u16,
    },
    /// The wheel was turned by a notch.
    Wheel {
        /// Column of the screen.
        column: u16,
        /// Row of the screen.
        row: u16,
        /// Towards the end.
        down: bool,
    },
}

pub(super) fn act(state: &mut State, mouse: Mouse, effects: &mut Vec<Effect>) {
    if !state.mouse {
        return;
    }
    keys::heard(state);
    state.touch();
    match mouse {
        Mouse::Click { column, row } => click(state, column, row, effects),
        Mouse::Wheel { column, row, down } => wheel(state, column, row, down),
    }
}

fn pane_at(state: &State, column: u16, row: u16) -> Option<(Pane, Area)> {
    let layout = Layout::of(state);
    let inside = |area: &Area| (area.x..area.x + area.width).contains(&column) && (area.y..area.y + area.height).contains(&row);
    [
        (Pane::List, layout.list),
        (Pane::Reason, layout.reason),
        (Pane::Diff, layout.diff),
    ]
    .into_iter()
    .find_map(|(pane, area)| area.filter(inside).map(|area| (pane, area)))
}

fn click(state: &mut State, column: u16, row: u16, effects: &mut Vec<Effect>) {
    // A question or a page is answered by its keys.
    if state.overlay.is_some() || state.applications.is_empty() {
        return;
    }
    let Some((pane, area)) = pane_at(state, column, row) else {
        return;
    };
    state.filter.typing = false;
    let was = std::mem::replace(&mut state.pane, pane);
    if pane != Pane::List {
        return;
    }
    let inside = area.inside();
    let at = usize::from(row.saturating_sub(inside.y)).checked_sub(usize::from(banner_rows(state)));
    let below_top = row >= inside.y && row < inside.y + inside.height;
    let Some(clicked) = at.filter(|_| below_top).and_then(|at| state.drawn_rows.get(at)).cloned() else {
        return;
    };
    let Some(index) = state.position(&clicked) else {
        state.say("What you clicked is gone.");
        return;
    };
    let selected = state.list.aim.row.as_ref() == Some(&clicked);
    if selected && was == Pane::List {
        open(state, effects);
    } else if state.selectable_near(index) == Some(index) {
        state.select(index);
    }
}

fn open(state: &mut State, effects: &mut Vec<Effect>) {
    let enabled = COMMANDS
        .iter()
        .find(|command| command.action == Action::Enter)
        .map(|command| (command.enabled)(state));
    if enabled == Some(Availability::Yes) {
        action::run(state, Action::Enter, effects);
    }
}

fn wheel(state: &mut State, column: u16, row: u16, down: bool) {
    let step = if down { Step::Down } else { Step::Up };
    let pane = match pane_at(state, column, row) {
        _ if pages::is_open(state) => state.pane,
        // A palette or a question does not scroll.
        _ if state.overlay.is_some() => return,
        Some((pane, _)) => pane,
        None => return,
    };
    for _ in 0..NOTCH {
        movement::step_in(state, pane, step);
    }
}
