//! What the environment says of the terminal.

use std::env;

use crate::tui::theme::{Depth, ThemeChoice};

/// The variables that matter, as text; unset is empty.
pub(super) struct Environment {
    no_color: String,
    term: String,
    colorterm: String,
    colorfgbg: String,
}

impl Environment {
    pub(super) fn read() -> Self {
        let read = |name| env::var_os(name).map_or_else(String::new, |value| value.to_string_lossy().into_owned());
        Self {
            no_color: read("NO_COLOR"),
            term: read("TERM"),
            colorterm: read("COLORTERM"),
            colorfgbg: read("COLORFGBG"),
        }
    }

    /// Cannot move the cursor.
    pub(super) fn is_dumb(&self) -> bool {
        self.term == "dumb"
    }

    pub(super) fn depth(&self) -> Depth {
        Depth::detect(&self.colorterm, &self.term)
    }

    /// Resolves [`ThemeChoice::Auto`]. `NO_COLOR` counts when it is not empty (no-color.org).
    pub(super) fn theme(&self, choice: ThemeChoice) -> ThemeChoice {
        match choice {
            ThemeChoice::Auto if !self.no_color.is_empty() => ThemeChoice::Monochrome,
            // Last part is the background: 7 and 15 are the light ones.
            ThemeChoice::Auto if matches!(self.colorfgbg.rsplit(';').next(), Some("7" | "15")) => ThemeChoice::Light,
            ThemeChoice::Auto => ThemeChoice::Dark,
            chosen => chosen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(no_color: &str, colorfgbg: &str) -> Environment {
        Environment {
            no_color: no_color.to_owned(),
            term: "xterm-256color".to_owned(),
            colorterm: String::new(),
            colorfgbg: colorfgbg.to_owned(),
        }
    }

    #[test]
    fn no_color_means_monochrome_unless_a_theme_was_chosen() {
        assert_eq!(environment("1", "").theme(ThemeChoice::Auto), ThemeChoice::Monochrome);
        assert_eq!(environment("1", "").theme(ThemeChoice::Light), ThemeChoice::Light);
        assert_eq!(environment("", "").theme(ThemeChoice::Auto), ThemeChoice::Dark);
        assert_eq!(environment("", "0;15").theme(ThemeChoice::Auto), ThemeChoice::Light);
    }
}
