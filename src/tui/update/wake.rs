//! Time: what ends by itself, and when the loop has to wake for it. An idle screen wakes only when a text changes.

use std::time::Duration;

use jiff::Timestamp;

use super::Effect;
use crate::engine::Pace;
use crate::tui::state::layout::Layout;
use crate::tui::state::moment::until_next_age;
use crate::tui::state::{Moment, Remembering, RowKey, State};

/// The order changes only this long after the last key.
const QUIET: Duration = Duration::from_secs(1);

/// Nobody is there who was not heard of for so long.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// While data storms in, the rows are ordered at most this often.
const BETWEEN_ORDERS: Duration = Duration::from_millis(250);

/// An incomplete key sequence is forgotten after this long: the hint line says what it can become, and is to be read.
const SEQUENCE: Duration = Duration::from_secs(3);

pub(super) fn advance(state: &mut State, moment: Moment) {
    let before = state.moment;
    let due = state.reads_differently_at();
    state.moment = moment;
    if state.toast.as_ref().is_some_and(|toast| toast.until <= moment.elapsed) {
        state.toast = None;
        state.touch();
    }
    if !state.chords.is_empty() && state.last_key.is_none_or(|at| at + SEQUENCE <= moment.elapsed) {
        state.chords.clear();
        state.touch();
    }
    // Some text on the screen reads differently now (or the clock was set).
    if due.is_some_and(|due| due <= moment.elapsed) || moment.wall < before.wall {
        state.touch();
    }
}

/// Asks for the pace that fits: slow while the terminal is hidden, or nobody was heard of for long.
pub(super) fn pace(state: &mut State, effects: &mut Vec<Effect>) {
    let present = state.focused && state.moment.elapsed < state.presence + IDLE;
    let pace = if present { Pace::Usual } else { Pace::Slow };
    if pace != state.pace {
        state.pace = pace;
        effects.push(Effect::Pace(pace));
    }
}

/// Whether the rows are to be ordered and may be.
pub(super) fn may_order(state: &State) -> bool {
    state.list.stale && order_at(state) <= state.moment.elapsed
}

/// When the rows may be ordered, since the start.
fn order_at(state: &State) -> Duration {
    let quiet = state.last_key.map_or(Duration::ZERO, |at| at + QUIET);
    let spaced = state.list.ordered_at.map_or(Duration::ZERO, |at| at + BETWEEN_ORDERS);
    quiet.max(spaced)
}

impl State {
    /// When something changes by itself, since the start; `None` when nothing will.
    pub(crate) fn next_wake(&self) -> Option<Duration> {
        let idle = (self.focused && self.pace == Pace::Usual).then(|| self.presence + IDLE);
        let keep = self.remembering.as_ref().and_then(Remembering::due);
        [self.reads_differently_at(), idle, keep].into_iter().flatten().min()
    }

    /// When something on the screen changes by itself, since the start.
    fn reads_differently_at(&self) -> Option<Duration> {
        let toast = self.toast.as_ref().map(|toast| toast.until);
        let order = self.list.stale.then(|| order_at(self));
        let sequence = (!self.chords.is_empty()).then(|| self.last_key.unwrap_or_default() + SEQUENCE);
        let age = self
            .shown_times()
            .map(|then| self.moment.elapsed + until_next_age(self.moment.wall, then))
            .min();
        [toast, order, sequence, age].into_iter().flatten().min()
    }

    /// Every time whose age stands on the screen.
    fn shown_times(&self) -> impl Iterator<Item = Timestamp> {
        let layout = Layout::of(self);
        let rows = self.list.visible(layout.list_rows(self)).iter().filter_map(|row| match row {
            RowKey::Drift(_) => self.drift(row).map(|drift| drift.since.unwrap_or(drift.first_seen)),
            RowKey::Application(_) => {
                let since = self.application(row)?.since();
                let seen = || Some(self.drift(row)?.first_seen);
                since.or_else(seen)
            }
            RowKey::Group(_) | RowKey::Fold(_) => None,
        });
        let header = self
            .freshness()
            .map(|(_, at)| at)
            .into_iter()
            .chain(self.stuck().map(|(_, at)| at));
        let failures = self.contexts.values().filter_map(|c| c.failure.as_ref().map(|f| f.at));
        let shown = self.list.selection().and_then(|row| self.application(row));
        let listed = shown.and_then(|view| self.contexts.get(&view.key.context)?.listed_at);
        let fresh = shown
            .into_iter()
            .flat_map(|view| [view.reconciled_at, Some(view.fetched_at), listed])
            .flatten();
        let detail = shown.and_then(|view| view.synced_at).into_iter().chain(fresh);
        let changes = self.shown_drift().into_iter().flat_map(|drift| {
            drift
                .changes
                .iter()
                .filter_map(|change| change.time)
                .take(layout.reason_rows())
        });
        let times: Vec<Timestamp> = rows.chain(header).chain(failures).chain(detail).chain(changes).collect();
        times.into_iter()
    }
}
