//! How meanings look. The only place that names a colour; glyphs and words of verdicts stand in [`crate::tui::reason`].
//!
//! A theme is a TOML file over the closed list of [`tokens`]; the built-in ones are compiled in from `themes/`.

mod depth;
mod parse;
mod tokens;

use ratatui::style::Style;
use thiserror::Error;

pub(crate) use depth::Depth;
pub(crate) use tokens::Token;

use super::diff::highlight::Syntax;
use super::text::Tone;
use crate::engine::view::ApplicationVerdict;

/// Which theme to use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    /// Monochrome when `NO_COLOR` is set and not empty, light when `COLORFGBG` says so, else dark.
    #[default]
    Auto,
    /// Built in, for dark terminals.
    Dark,
    /// Built in, for light terminals.
    Light,
    /// Built in, without colour.
    Monochrome,
    /// The text of a theme file.
    Custom(String),
}

/// What is wrong with a theme.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ThemeError {
    /// Not TOML.
    #[error("the theme is not TOML: {0}")]
    Syntax(String),
    /// A token that no theme has.
    #[error("the theme has an unknown token `{token}`; known in [{section}]: {known}")]
    UnknownToken {
        /// As written.
        token: String,
        /// Where.
        section: String,
        /// What is there to choose from.
        known: String,
    },
    /// A token without a value.
    #[error("the theme gives no value to `{0}`")]
    Missing(&'static str),
    /// A value that is no colour and no table of style.
    #[error("the theme's `{token}` is no style: {message}")]
    Value {
        /// Which token.
        token: String,
        /// What is wrong with it.
        message: String,
    },
}

/// A loaded theme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Theme {
    styles: Vec<Style>,
}

impl Theme {
    /// Loads a theme for a terminal of this colour depth. `Auto` is resolved before.
    ///
    /// # Errors
    /// When a custom theme is wrong; the built-in ones are tested.
    pub(crate) fn load(choice: &ThemeChoice, depth: Depth) -> Result<Self, ThemeError> {
        let text = match choice {
            ThemeChoice::Auto | ThemeChoice::Dark => include_str!("../../../themes/dark.toml"),
            ThemeChoice::Light => include_str!("../../../themes/light.toml"),
            ThemeChoice::Monochrome => include_str!("../../../themes/monochrome.toml"),
            ThemeChoice::Custom(text) => text,
        };
        let mut styles = parse::styles(text)?;
        for style in &mut styles {
            *style = depth.reduce(*style);
        }
        Ok(Self { styles })
    }

    /// The style of a token.
    pub(crate) fn style(&self, token: Token) -> Style {
        self.styles.get(token.index()).copied().unwrap_or_default()
    }

    /// The style of a verdict.
    pub(crate) fn verdict(&self, verdict: ApplicationVerdict) -> Style {
        self.style(match verdict {
            ApplicationVerdict::Pending => Token::Pending,
            ApplicationVerdict::Clean => Token::Synced,
            ApplicationVerdict::Harmless => Token::Harmless,
            ApplicationVerdict::CannotTell => Token::CannotTell,
            ApplicationVerdict::NeedsReview => Token::NeedsReview,
            ApplicationVerdict::Risky => Token::Risky,
        })
    }

    /// The style of a meaning.
    pub(crate) fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => self.style(Token::Text),
            Tone::Dim => self.style(Token::Dim),
            Tone::Strong => self.style(Token::Strong),
            Tone::Label => self.style(Token::Label),
            Tone::Warning => self.style(Token::Warning),
            Tone::Key => self.style(Token::Key),
            Tone::Verdict(verdict) => self.verdict(verdict),
        }
    }

    /// The style of a piece of YAML.
    pub(crate) fn syntax(&self, syntax: Syntax) -> Style {
        self.style(match syntax {
            Syntax::Key => Token::SyntaxKey,
            Syntax::String => Token::SyntaxString,
            Syntax::Number => Token::SyntaxNumber,
            Syntax::Word => Token::SyntaxWord,
            Syntax::Comment => Token::SyntaxComment,
            Syntax::Punctuation => Token::SyntaxPunctuation,
        })
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Color;

    use super::*;

    const BUILT_IN: [ThemeChoice; 3] = [ThemeChoice::Dark, ThemeChoice::Light, ThemeChoice::Monochrome];

    fn load(choice: &ThemeChoice) -> Theme {
        Theme::load(choice, Depth::TrueColor).unwrap()
    }

    #[test]
    fn the_built_in_themes_give_every_token_a_value() {
        for choice in BUILT_IN {
            load(&choice);
        }
    }

    #[test]
    fn monochrome_has_no_colour() {
        let theme = load(&ThemeChoice::Monochrome);
        for token in Token::ALL {
            let style = theme.style(token);
            assert!(
                [style.fg, style.bg]
                    .into_iter()
                    .flatten()
                    .all(|colour| colour == Color::Reset),
                "{}",
                token.name()
            );
        }
    }

    #[test]
    fn an_unknown_token_is_an_error_that_lists_the_known_ones() {
        let text = format!(
            "{}\n",
            include_str!("../../../themes/dark.toml").replace("border-focus", "border-focussed")
        );
        let error = Theme::load(&ThemeChoice::Custom(text), Depth::TrueColor).unwrap_err();
        assert!(
            matches!(&error, ThemeError::UnknownToken { token, section, known }
                if token == "border-focussed" && section == "ui" && known.contains("border-focus")),
            "{error}"
        );
    }

    #[test]
    fn a_missing_token_and_a_wrong_colour_are_errors() {
        let dark = include_str!("../../../themes/dark.toml");
        let missing = dark.replace("title = { fg = \"text\", bold = true }\n", "");
        assert_eq!(
            Theme::load(&ThemeChoice::Custom(missing), Depth::TrueColor),
            Err(ThemeError::Missing("ui.title"))
        );
        let wrong = dark.replace("dim = \"faint\"", "dim = \"#fff\"");
        assert!(matches!(
            Theme::load(&ThemeChoice::Custom(wrong), Depth::TrueColor),
            Err(ThemeError::Value { token, .. }) if token == "ui.dim"
        ));
    }

    fn luminance(colour: Color) -> f64 {
        let Color::Rgb(r, g, b) = colour else { panic!("{colour:?}") };
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.03928 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }

    #[test]
    fn text_on_the_selection_and_on_changed_lines_has_enough_contrast() {
        for choice in [ThemeChoice::Dark, ThemeChoice::Light] {
            let theme = load(&choice);
            for (front, back) in [
                (Token::Text, Token::Selection),
                (Token::Risky, Token::Selection),
                (Token::NeedsReview, Token::Selection),
                (Token::Text, Token::Added),
                (Token::Text, Token::Removed),
                (Token::Text, Token::Header),
                (Token::Footer, Token::Footer),
                (Token::Toast, Token::Toast),
            ] {
                let (a, b) = (
                    luminance(theme.style(front).fg.unwrap()),
                    luminance(theme.style(back).bg.unwrap()),
                );
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(
                    contrast >= 4.5,
                    "{choice:?} {} on {}: {contrast:.2}",
                    front.name(),
                    back.name()
                );
            }
        }
    }
}
