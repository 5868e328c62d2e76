//! Keeping the view for the next run: a quiet second after the last key, never while somebody types.

use super::Effect;
use crate::tui::state::{Remembering, State};

pub(super) fn keep(state: &mut State, effects: &mut Vec<Effect>) {
    let due = state.remembering.as_ref().and_then(Remembering::due);
    if due.is_some_and(|due| due <= state.moment.elapsed) {
        effects.extend(state.take_remembered().map(Effect::Remember));
    }
}
