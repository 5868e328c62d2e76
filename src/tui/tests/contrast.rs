//! What was really drawn can be read: every cell with a letter, in every theme, on every kind of terminal.

use std::collections::BTreeSet;

use super::scenes::everything;
use crate::tui::theme::tests::{every_theme, hard_to_read};

#[test]
fn every_letter_of_every_screen_can_be_read_in_every_theme() {
    let mut screens = everything();
    let mut found = BTreeSet::new();
    for (name, depth, theme) in every_theme() {
        let mut looks = Vec::new();
        screens = screens.into_iter().map(|screen| screen.styled(theme.clone())).collect();
        for screen in &screens {
            for cell in screen.buffer().content() {
                let look = (cell.fg, cell.bg, cell.modifier);
                let is_read = cell.symbol().chars().any(char::is_alphanumeric);
                if is_read && !looks.contains(&look) {
                    looks.push(look);
                }
            }
        }
        found.extend(looks.into_iter().flat_map(|look| hard_to_read(name, depth, look)));
    }
    assert!(found.is_empty(), "{found:#?}");
}
