//! The command palette: what was typed and which commands it finds, best first.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};

use crate::tui::commands::{COMMANDS, Command, Section};

/// Longest text, in bytes.
const LONGEST: usize = 128;

/// The palette.
#[derive(Debug, Default)]
pub(crate) struct Palette {
    /// As typed.
    pub(crate) text: String,
    /// Which of the found commands Enter runs.
    pub(crate) selected: usize,
    /// What it finds.
    pub(crate) found: Vec<&'static Command>,
}

impl Palette {
    /// Opened, nothing typed: every command, in the order of the table.
    pub(in crate::tui) fn open() -> Self {
        Self {
            found: offered().collect(),
            ..Self::default()
        }
    }

    pub(in crate::tui) fn push(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()) {
            if self.text.len() + c.len_utf8() <= LONGEST {
                self.text.push(c);
            }
        }
        self.find();
    }

    pub(in crate::tui) fn delete_character(&mut self) {
        self.text.pop();
        self.find();
    }

    pub(in crate::tui) fn clear(&mut self) {
        self.text.clear();
        self.find();
    }

    /// Moves the selection, no further than the ends.
    pub(in crate::tui) fn select(&mut self, at: usize) {
        self.selected = at.min(self.found.len().saturating_sub(1));
    }

    /// The command that Enter runs.
    pub(crate) fn chosen(&self) -> Option<&'static Command> {
        self.found.get(self.selected).copied()
    }

    fn find(&mut self) {
        self.selected = 0;
        let pattern = Pattern::parse(&self.text, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let items = offered().map(Item);
        self.found = pattern
            .match_list(items, &mut matcher)
            .into_iter()
            .map(|(item, _)| item.0)
            .collect();
    }
}

struct Item(&'static Command);

impl AsRef<str> for Item {
    /// Titles are what people type; every id names its area and verb in them.
    fn as_ref(&self) -> &str {
        self.0.title
    }
}

/// Keys inside of dialogs and of what is being typed are no commands that a person looks for.
fn offered() -> impl Iterator<Item = &'static Command> {
    COMMANDS
        .iter()
        .filter(|command| command.section != Section::Dialogs && command.is_offered())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Option<&'static str> {
        let mut palette = Palette::open();
        palette.push(text);
        palette.chosen().map(|command| command.id)
    }

    #[test]
    fn a_few_letters_find_a_command() {
        for (text, id) in [
            ("risky only", "view.risky"),
            ("harml only", "view.harmless"),
            ("look synced", "list.toggle-sweep"),
            ("quit at once", "app.quit"),
            ("next change", "diff.next-change"),
        ] {
            assert_eq!(first(text), Some(id), "{text}");
        }
        assert_eq!(first("xyzzy"), None);
    }

    #[test]
    fn what_was_deleted_is_found_again() {
        let mut palette = Palette::open();
        let all = palette.found.len();
        palette.push("zz");
        palette.delete_character();
        palette.delete_character();
        assert_eq!(palette.found.len(), all);
    }
}
