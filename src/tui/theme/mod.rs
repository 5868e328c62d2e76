//! How meanings look. The only place that names a colour; glyphs and words of verdicts stand in [`crate::tui::verdict_sign`].
//!
//! A theme is a TOML file over the closed list of [`tokens`]; the built-in ones are compiled in from `themes/`. [`parse`]
//! reads one, [`depth`] fits it to the terminal. Which one is shown is [`crate::tui::runtime`]'s business.

pub(crate) mod colour;
mod depth;
mod parse;
#[cfg(test)]
pub(crate) mod tests;
mod tokens;

use std::path::Path;

use ratatui::style::Style;

pub(crate) use depth::Depth;
use tokens::Kind;
pub(crate) use tokens::Token;

use super::diff::highlight::Syntax;
use super::text::Tone;
use crate::config::Problems;
use crate::engine::view::ApplicationVerdict;

/// Names and texts of the themes that are always there, in the order in which they are offered.
pub(crate) const BUILT_IN: [(&str, &str); 8] = [
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    (
        "high-contrast-light",
        include_str!("../../../themes/high-contrast-light.toml"),
    ),
    ("colour-blind", include_str!("../../../themes/colour-blind.toml")),
    ("colour-blind-light", include_str!("../../../themes/colour-blind-light.toml")),
    ("terminal-16", include_str!("../../../themes/terminal-16.toml")),
    ("monochrome", include_str!("../../../themes/monochrome.toml")),
];

/// The text of a built-in theme.
pub(crate) fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// A loaded theme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Theme {
    styles: Vec<Style>,
}

impl Theme {
    /// Loads a theme file's text for a terminal of this colour depth; `path` is only for messages.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its line. The built-in ones are tested.
    pub(crate) fn load(text: &str, path: &Path, depth: Depth) -> Result<Self, Problems> {
        let parse::Parsed { ground, styles } = parse::parse(text, path)?;
        let styles = Token::ALL
            .into_iter()
            .zip(styles)
            .map(|(token, style)| depth.reduce(style, ground, token.kind() == Kind::Line))
            .collect();
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
