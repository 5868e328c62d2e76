//! A theme file → one style for each token, or everything that is wrong with it, each with its line.
//!
//! A file gives every token a value, or names with `inherits` the built-in theme that fills in the rest; then its
//! palette also takes the place of that theme's.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::depth::Ground;
use super::{BUILT_IN, Token};
use crate::config::origin::FileLayer;
use crate::config::{Origin, Problem, Problems, Session, nearest};

const INHERIT: &str = "Give it one, or fill in the rest with `inherits = \"dark\"` at the top of the file.";
const FORMS: &str = "A colour is a name from [palette], \"#rrggbb\", an ANSI name such as \"light-red\", or \"default\".";
const SWITCHES: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
];
const ANSI: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("gray", Color::Gray),
    ("dark-gray", Color::DarkGray),
    ("light-red", Color::LightRed),
    ("light-green", Color::LightGreen),
    ("light-yellow", Color::LightYellow),
    ("light-blue", Color::LightBlue),
    ("light-magenta", Color::LightMagenta),
    ("light-cyan", Color::LightCyan),
    ("white", Color::White),
];

type Palette = BTreeMap<String, Color>;
type Value<'t> = Spanned<DeValue<'t>>;

/// What a file says.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    /// What it is drawn on.
    pub(super) ground: Ground,
    /// In the order of [`Token::ALL`].
    pub(super) styles: Vec<Style>,
}

/// Reads a file's text; `path` is only for messages.
///
/// # Errors
/// Everything that is wrong, in the order of the file.
pub(super) fn parse(text: &str, path: &Path) -> Result<Parsed, Problems> {
    parse_over(text, path, &Palette::new())
}

/// The palette of the heir takes the place of entries of the same name.
fn parse_over(text: &str, path: &Path, heir: &Palette) -> Result<Parsed, Problems> {
    let mut session = Session::new(text, FileLayer::Theme, path);
    let root = session.parse();
    if !session.problems.is_empty() {
        // What follows a mistake in the syntax is not there: it would be called missing.
        return Err(Problems(session.problems));
    }
    let mut reader = Reader {
        session,
        palette: Palette::new(),
    };
    let parsed = reader.read(root.get_ref(), heir);
    let mut problems = reader.session.problems;
    problems.sort_by_key(|problem| match &problem.origin {
        Origin::File(at) => (at.line, at.column),
        _ => (0, 0),
    });
    if problems.is_empty() {
        Ok(parsed)
    } else {
        Err(Problems(problems))
    }
}

struct Reader<'t> {
    session: Session<'t>,
    palette: Palette,
}

impl Reader<'_> {
    fn read(&mut self, root: &DeTable<'_>, heir: &Palette) -> Parsed {
        self.refuse_unknown(root);
        self.read_palette(root);
        self.palette.extend(heir.iter().map(|(name, colour)| (name.clone(), *colour)));
        let inherited = self.inherited(root);
        let ground = self.ground(root).or(inherited.as_ref().map(|parent| parent.ground));
        let styles = Token::ALL
            .into_iter()
            .map(|token| {
                let (section, name) = token.name().split_once('.').unwrap_or_default();
                let section = root.get(section);
                let found = section.and_then(|section| section.get_ref().as_table()?.get(name));
                match (found, &inherited) {
                    (Some(value), _) => self.style(token, value),
                    (None, Some(parent)) => parent.styles.get(token.index()).copied().unwrap_or_default(),
                    // Its own problem was told.
                    (None, None) if root.contains_key("inherits") => Style::new(),
                    (None, None) => {
                        let span = section.map_or(0..0, Spanned::span);
                        self.problem(span, token.name(), "has no value", INHERIT);
                        Style::new()
                    }
                }
            })
            .collect();
        Parsed {
            ground: ground.unwrap_or(Ground::Any),
            styles,
        }
    }

    fn problem(&mut self, span: Range<usize>, key: &str, message: impl Into<String>, hint: impl Into<String>) {
        let origin = self.session.origin(span);
        self.session.problems.push(Problem::new(origin, key, message).hint(hint));
    }

    fn unknown(&mut self, span: Range<usize>, key: &str, name: &str, known: &[&str]) {
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!("Known here: {}.", known.join(", ")),
        };
        self.problem(span, key, "unknown", hint);
    }

    fn refuse_unknown(&mut self, root: &DeTable<'_>) {
        let mut sections = vec!["inherits", "ground", "palette"];
        for token in Token::ALL {
            let section = token.name().split_once('.').map_or("", |(section, _)| section);
            if !sections.contains(&section) {
                sections.push(section);
            }
        }
        for (name, value) in root {
            let section: &str = name.get_ref();
            if matches!(section, "inherits" | "ground" | "palette") {
                continue;
            }
            let known: Vec<&str> = Token::ALL
                .iter()
                .filter_map(|token| token.name().split_once('.'))
                .filter(|(of, _)| *of == section)
                .map(|(_, token)| token)
                .collect();
            if known.is_empty() {
                self.unknown(name.span(), section, section, &sections);
                continue;
            }
            let Some(tokens) = value.get_ref().as_table() else {
                self.problem(value.span(), section, "expected a table", "");
                continue;
            };
            for (token, _) in tokens {
                let written: &str = token.get_ref();
                if !known.contains(&written) {
                    self.unknown(token.span(), &format!("{section}.{written}"), written, &known);
                }
            }
        }
    }

    fn read_palette(&mut self, root: &DeTable<'_>) {
        let Some(palette) = root.get("palette") else { return };
        let Some(entries) = palette.get_ref().as_table() else {
            self.problem(palette.span(), "palette", "expected a table of colours", "");
            return;
        };
        for (name, value) in entries {
            let key = format!("palette.{}", name.get_ref());
            if let Some(colour) = self.colour(&key, value) {
                self.palette.insert(name.get_ref().to_string(), colour);
            }
        }
    }

    fn inherited(&mut self, root: &DeTable<'_>) -> Option<Parsed> {
        let value = root.get("inherits")?;
        let names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        let name = value.get_ref().as_str().unwrap_or_default();
        let Some((name, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) else {
            self.unknown(value.span(), "inherits", name, &names);
            return None;
        };
        match parse_over(text, Path::new(name), &self.palette) {
            Ok(parsed) => Some(parsed),
            Err(Problems(problems)) => {
                self.session.problems.extend(problems);
                None
            }
        }
    }

    fn ground(&mut self, root: &DeTable<'_>) -> Option<Ground> {
        let value = root.get("ground")?;
        match value.get_ref().as_str() {
            Some("dark") => Some(Ground::Dark),
            Some("light") => Some(Ground::Light),
            Some("any") => Some(Ground::Any),
            _ => {
                self.problem(value.span(), "ground", "expected \"dark\", \"light\" or \"any\"", "");
                None
            }
        }
    }

    fn style(&mut self, token: Token, value: &Value<'_>) -> Style {
        let name = token.name();
        if value.get_ref().is_str() {
            return self
                .colour(name, value)
                .map_or_else(Style::new, |colour| Style::new().fg(colour));
        }
        let Some(parts) = value.get_ref().as_table() else {
            self.problem(value.span(), name, "expected a colour or a table", "");
            return Style::new();
        };
        let mut style = Style::new();
        for (part, value) in parts {
            let written: &str = part.get_ref();
            let switch = SWITCHES.into_iter().find(|(known, _)| *known == written);
            match (written, switch, value.get_ref().as_bool()) {
                ("fg", ..) => style.fg = self.colour(name, value).or(style.fg),
                ("bg", ..) => style.bg = self.colour(name, value).or(style.bg),
                (_, Some((_, modifier)), Some(true)) => style = style.add_modifier(modifier),
                (_, Some(_), Some(false)) => {}
                (_, Some(_), None) => self.problem(value.span(), &format!("{name}.{written}"), "expected true or false", ""),
                (_, None, _) => {
                    let known: Vec<&str> = ["fg", "bg"].into_iter().chain(SWITCHES.map(|(known, _)| known)).collect();
                    self.unknown(part.span(), &format!("{name}.{written}"), written, &known);
                }
            }
        }
        style
    }

    /// A palette name, `#rrggbb`, an ANSI name, or `default`.
    fn colour(&mut self, key: &str, value: &Value<'_>) -> Option<Color> {
        let Some(text) = value.get_ref().as_str() else {
            self.problem(value.span(), key, "expected a colour", FORMS);
            return None;
        };
        let ansi = || ANSI.into_iter().find(|(name, _)| *name == text).map(|(_, colour)| colour);
        let found = self.palette.get(text).copied().or_else(|| hex(text)).or_else(ansi);
        if found.is_none() {
            let known: Vec<&str> = self
                .palette
                .keys()
                .map(String::as_str)
                .chain(ANSI.map(|(name, _)| name))
                .collect();
            let hint = match nearest(text, known) {
                Some(near) => format!("Did you mean `{near}`?"),
                None => FORMS.to_owned(),
            };
            self.problem(value.span(), key, format!("`{text}` is no colour"), hint);
        }
        found
    }
}

fn hex(text: &str) -> Option<Color> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some(Color::Rgb(r, g, b))
}

#[cfg(test)]
mod tests;
