//! A chord becomes a command: looked up in the contexts that count, or typed into the filter.

use super::Effect;
use super::action;
use crate::tui::commands::{Availability, contexts};
use crate::tui::keymap::{Chord, Lookup};
use crate::tui::state::{Layout, Overlay, State};

pub(super) fn press(state: &mut State, chord: Chord, effects: &mut Vec<Effect>) {
    heard(state);
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

/// A person is there: order changes only after a quiet second, and so is the view kept.
pub(super) fn heard(state: &mut State) {
    let now = state.moment.elapsed;
    state.last_key = Some(now);
    state.presence = now;
    if let Some(remembering) = &mut state.remembering {
        remembering.changed_at = Some(now);
    }
}

pub(super) fn paste(state: &mut State, text: &str) {
    heard(state);
    if is_typing(state) {
        // Else a line break of Windows would be two spaces.
        type_in(state, &text.replace("\r\n", "\n"));
        state.touch();
    }
}

fn is_typing(state: &State) -> bool {
    if Layout::of(state).too_small {
        return false;
    }
    match state.overlay {
        None => state.filter.typing || state.detail.search.typing,
        Some(Overlay::Ignore) => state.ignoring.is_typing(),
        Some(overlay) => overlay == Overlay::Palette,
    }
}

/// What is typed or pasted goes into the line that is being typed.
fn type_in(state: &mut State, text: &str) {
    if state.overlay == Some(Overlay::Palette) {
        state.palette.push(text);
    } else if state.overlay == Some(Overlay::Ignore) {
        state.ignoring.push(text);
    } else if state.filter.typing {
        state.filter.push(text);
        state.order();
        state.aim();
    } else {
        state.detail.search.push(text);
    }
}
