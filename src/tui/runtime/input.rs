//! Terminal events → messages. Key releases and what we do not use become nothing, and nothing wakes the state.

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::tui::keymap::{Chord, Key};
use crate::tui::update::{Mouse, Msg};

/// The message of an event, if it has one.
pub(super) fn message(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            let has = |modifier| key.modifiers.contains(modifier);
            let (code, shift) = match key.code {
                KeyCode::BackTab => (Key::Tab, true),
                code => (plain(code)?, has(KeyModifiers::SHIFT)),
            };
            Some(Msg::Key(Chord::new(
                code,
                has(KeyModifiers::CONTROL),
                has(KeyModifiers::ALT),
                shift,
            )))
        }
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(width, height) => Some(Msg::Resized(width, height)),
        Event::FocusGained => Some(Msg::Focus(true)),
        Event::FocusLost => Some(Msg::Focus(false)),
        Event::Mouse(event) => mouse(event).map(Msg::Mouse),
        Event::Key(_) => None,
    }
}

/// A click with the left button and the wheel; nothing else of a mouse is ours.
fn mouse(event: MouseEvent) -> Option<Mouse> {
    let (column, row) = (event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Mouse::Click { column, row }),
        MouseEventKind::ScrollDown => Some(Mouse::Wheel { column, row, down: true }),
        MouseEventKind::ScrollUp => Some(Mouse::Wheel {
            column,
            row,
            down: false,
        }),
        _ => None,
    }
}

fn plain(code: KeyCode) -> Option<Key> {
    Some(match code {
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Tab => Key::Tab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Insert => Key::Insert,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::F(number) => Key::Function(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyEvent;

    use super::*;

    fn chord(event: KeyEvent) -> Option<Chord> {
        match message(Event::Key(event))? {
            Msg::Key(chord) => Some(chord),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn shift_and_a_capital_letter_are_the_same_chord() {
        let typed = KeyEvent::new(KeyCode::Char('N'), KeyModifiers::SHIFT);
        let plain = KeyEvent::new(KeyCode::Char('N'), KeyModifiers::NONE);
        assert_eq!(chord(typed), chord(plain));
    }

    #[test]
    fn back_tab_is_shift_tab() {
        let expected = Chord::new(Key::Tab, false, false, true);
        assert_eq!(chord(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT)), Some(expected));
    }

    #[test]
    fn a_release_is_nothing() {
        let release = KeyEvent::new_with_kind(KeyCode::Char('q'), KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(chord(release), None);
    }
}
