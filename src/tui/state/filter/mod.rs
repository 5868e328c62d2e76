//! The filter line: what is typed, and what it means. [`query`] reads it, [`matching`] applies it.

mod matching;
mod query;
mod word;

pub(crate) use matching::{Facts, Match};
pub(crate) use query::{FIELDS, Query};

/// What the list is narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Filter {
    /// As typed.
    pub(crate) text: String,
    /// It is being typed: printable keys go in here.
    pub(crate) typing: bool,
}

/// Longest filter, in bytes: a pasted file must not slow the list.
const LONGEST: usize = 256;

impl Filter {
    /// What it means. While it is typed its last word may go on.
    pub(crate) fn query(&self) -> Query {
        Query::parse(&self.text, self.typing)
    }

    /// Whether it narrows anything.
    pub(crate) fn is_active(&self) -> bool {
        !self.text.trim().is_empty()
    }

    pub(in crate::tui) fn push(&mut self, text: &str) {
        for c in text.chars() {
            let c = if c.is_control() { ' ' } else { c };
            if self.text.len() + c.len_utf8() <= LONGEST {
                self.text.push(c);
            }
        }
    }

    pub(in crate::tui) fn delete_word(&mut self) {
        let kept = self.text.trim_end();
        let end = kept.rfind(char::is_whitespace).map_or(0, |at| {
            at + kept.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
        });
        self.text.truncate(end);
    }
}
