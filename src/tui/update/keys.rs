//! A chord becomes a command: looked up in the contexts that count, or typed into the filter.

use super::Effect;
use super::action;
use crate::tui::commands::{Availability, contexts};
use crate::tui::keymap::{Chord, Lookup};
use crate::tui::state::State;

pub(super) fn press(state: &mut State, chord: Chord, effects: &mut Vec<Effect>) {
    state.last_key = Some(state.moment.elapsed);
    state.touch();
    if let Some(c) = chord.typed().filter(|_| is_typing(state)) {
        type_in(state, c.encode_utf8(&mut [0; 4]));
        return;
    }
    state.chords.push(chord);
    match state.keymap.look_up(contexts(state), &state.chords) {
        Lookup::Found(command) => {
            state.chords.clear();
            match (command.enabled)(state) {
                Availability::Yes => action::run(state, command.action, effects),
                Availability::No(why) => state.say(why),
            }
        }
        Lookup::Prefix => {}
        Lookup::Unbound => {
            // What broke a sequence may begin or be another command.
            let alone = state.chords.len() > 1;
            state.chords.clear();
            if alone {
                press(state, chord, effects);
            }
        }
    }
}

pub(super) fn paste(state: &mut State, text: &str) {
    state.last_key = Some(state.moment.elapsed);
    if is_typing(state) {
        type_in(state, text);
        state.touch();
    }
}

fn is_typing(state: &State) -> bool {
    (state.filter.typing || state.detail.search.typing) && state.overlay.is_none()
}

fn type_in(state: &mut State, text: &str) {
    if state.filter.typing {
        state.filter.push(text);
        state.order();
        state.aim();
    } else {
        state.detail.search.push(text);
    }
}
