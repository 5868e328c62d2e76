//! What the environment says of the terminal.

use std::env;

use super::outside::Editor;
use crate::config::{At, ViewSettings};
use crate::tui::theme::Depth;

/// The variables that matter, as text; unset is empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Environment {
    no_color: String,
    term: String,
    colorterm: String,
    colorfgbg: String,
    tmux: String,
    screen: String,
    visual: String,
    editor: String,
}

/// Which theme to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Beginning {
    /// Its name, with who chose it.
    pub(super) theme: At<String>,
    /// Nobody knows the terminal's background yet, and it matters: the terminal may be asked.
    pub(super) ask: bool,
}

impl Environment {
    pub(super) fn read() -> Self {
        let read = |name| env::var_os(name).map_or_else(String::new, |value| value.to_string_lossy().into_owned());
        Self {
            no_color: read("NO_COLOR"),
            term: read("TERM"),
            colorterm: read("COLORTERM"),
            colorfgbg: read("COLORFGBG"),
            tmux: read("TMUX"),
            screen: read("STY"),
            visual: read("VISUAL"),
            editor: read("EDITOR"),
        }
    }

    /// Cannot move the cursor.
    pub(super) fn is_dumb(&self) -> bool {
        self.term == "dumb"
    }

    /// The person's editor.
    pub(super) fn editor(&self) -> Option<Editor> {
        Editor::of(&self.visual, &self.editor)
    }

    /// `NO_COLOR` is set and not empty (no-color.org).
    pub(super) fn wants_no_colour(&self) -> bool {
        !self.no_color.is_empty()
    }

    pub(super) fn depth(&self) -> Depth {
        if cfg!(windows) && self.term.is_empty() {
            // Every console that crossterm can draw on there.
            return Depth::TrueColor;
        }
        Depth::detect(&self.colorterm, &self.term)
    }

    /// What was chosen; else monochrome when `NO_COLOR` is set and not empty (no-color.org) or there are no colours; else
    /// by the terminal's background.
    pub(super) fn beginning(&self, view: &ViewSettings) -> Beginning {
        let known = |theme: &At<String>| Beginning {
            theme: theme.clone(),
            ask: false,
        };
        if view.theme.value != "auto" {
            return known(&view.theme);
        }
        if self.wants_no_colour() || self.depth() == Depth::Monochrome {
            return known(&At::built_in("monochrome".to_owned()));
        }
        // "foreground;background", sometimes with something in between: 7 and 15 are the light ones.
        match self.colorfgbg.rsplit(';').next() {
            Some("7" | "15") => known(&view.light_theme),
            Some(number) if number.parse::<u8>().is_ok() => known(&view.dark_theme),
            _ => Beginning {
                theme: view.dark_theme.clone(),
                ask: self.answers(),
            },
        }
    }

    /// Whether the terminal may be asked for its colours. Multiplexers answer with what they think, which is often wrong
    /// (dalance/termbg#20); the Linux console prints the question.
    fn answers(&self) -> bool {
        let silent = ["", "dumb", "linux", "screen", "tmux", "vt"];
        let is_silent = |known: &str| {
            if known.is_empty() {
                self.term.is_empty()
            } else {
                self.term.starts_with(known)
            }
        };
        cfg!(unix) && self.tmux.is_empty() && self.screen.is_empty() && !silent.into_iter().any(is_silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let read = |name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map_or_else(String::new, |(_, value)| (*value).to_owned())
        };
        Environment {
            no_color: read("NO_COLOR"),
            term: read("TERM"),
            colorterm: read("COLORTERM"),
            colorfgbg: read("COLORFGBG"),
            tmux: read("TMUX"),
            screen: read("STY"),
            visual: read("VISUAL"),
            editor: read("EDITOR"),
        }
    }

    const XTERM: (&str, &str) = ("TERM", "xterm-256color");

    #[test]
    fn a_choice_wins_then_no_color_then_what_is_known_of_the_background() {
        for (chosen, variables, theme, ask) in [
            ("auto", &[XTERM][..], "dark", true),
            ("auto", &[XTERM, ("NO_COLOR", "1")], "monochrome", false),
            ("auto", &[XTERM, ("NO_COLOR", "")], "dark", true),
            ("light", &[XTERM, ("NO_COLOR", "1")], "light", false),
            ("light", &[XTERM, ("COLORFGBG", "15;0")], "light", false),
            ("auto", &[XTERM, ("COLORFGBG", "0;15")], "light", false),
            ("auto", &[XTERM, ("COLORFGBG", "0;default;7")], "light", false),
            ("auto", &[XTERM, ("COLORFGBG", "15;0")], "dark", false),
            ("auto", &[XTERM, ("COLORFGBG", "15;default")], "dark", true),
            ("auto", &[("TERM", "vt220")], "monochrome", false),
            ("auto", &[XTERM, ("TMUX", "/tmp/tmux-0/default,1,0")], "dark", false),
            ("auto", &[XTERM, ("STY", "1.pts-0.host")], "dark", false),
            ("auto", &[("TERM", "screen-256color")], "dark", false),
            ("auto", &[("TERM", "tmux-256color")], "dark", false),
            ("auto", &[("TERM", "linux")], "dark", false),
            ("auto", &[], "dark", false),
        ] {
            let view = ViewSettings {
                theme: At::built_in(chosen.to_owned()),
                ..ViewSettings::default()
            };
            let expected = Beginning {
                theme: At::built_in(theme.to_owned()),
                ask: ask && cfg!(unix),
            };
            assert_eq!(environment(variables).beginning(&view), expected, "{chosen} {variables:?}");
        }
    }

    #[test]
    fn what_auto_takes_is_what_was_configured() {
        let view = ViewSettings {
            light_theme: At::built_in("colour-blind-light".to_owned()),
            dark_theme: At::built_in("high-contrast".to_owned()),
            ..ViewSettings::default()
        };
        for (colorfgbg, expected) in [
            ("0;15", "colour-blind-light"),
            ("15;0", "high-contrast"),
            ("", "high-contrast"),
        ] {
            let beginning = environment(&[XTERM, ("COLORFGBG", colorfgbg)]).beginning(&view);
            assert_eq!(beginning.theme.value, expected, "{colorfgbg:?}");
        }
    }
}
