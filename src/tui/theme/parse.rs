//! A theme file → one style for each token.

use ratatui::style::{Color, Modifier, Style};
use toml::{Table, Value};

use super::{ThemeError, Token};

/// Styles in the order of [`Token::ALL`].
pub(super) fn styles(text: &str) -> Result<Vec<Style>, ThemeError> {
    let file: Table = toml::from_str(text).map_err(|error| ThemeError::Syntax(error.message().to_owned()))?;
    let empty = Table::new();
    let palette = file.get("palette").and_then(Value::as_table).unwrap_or(&empty);
    refuse_unknown(&file)?;
    Token::ALL
        .into_iter()
        .map(|token| {
            let (section, name) = token.name().split_once('.').unwrap_or_default();
            let value = file
                .get(section)
                .and_then(|section| section.get(name))
                .ok_or(ThemeError::Missing(token.name()))?;
            style(value, palette).map_err(|message| ThemeError::Value {
                token: token.name().to_owned(),
                message,
            })
        })
        .collect()
}

fn refuse_unknown(file: &Table) -> Result<(), ThemeError> {
    for (section, names) in file.iter().filter(|(section, _)| *section != "palette") {
        let known: Vec<&str> = Token::ALL
            .iter()
            .filter_map(|token| token.name().split_once('.'))
            .filter(|(known, _)| known == section)
            .map(|(_, name)| name)
            .collect();
        let unknown = names
            .as_table()
            .and_then(|names| names.keys().find(|name| !known.contains(&name.as_str())));
        if let Some(token) = unknown.or(known.is_empty().then_some(section)) {
            return Err(ThemeError::UnknownToken {
                token: token.clone(),
                section: section.clone(),
                known: known.join(", "),
            });
        }
    }
    Ok(())
}

fn style(value: &Value, palette: &Table) -> Result<Style, String> {
    let table = match value {
        Value::String(name) => return Ok(Style::new().fg(colour(name, palette)?)),
        Value::Table(table) => table,
        _ => return Err("expected a colour or a table".to_owned()),
    };
    let mut style = Style::new();
    for (key, value) in table {
        match (key.as_str(), value) {
            ("fg", Value::String(name)) => style = style.fg(colour(name, palette)?),
            ("bg", Value::String(name)) => style = style.bg(colour(name, palette)?),
            (name, Value::Boolean(on)) => {
                let modifier = match name {
                    "bold" => Modifier::BOLD,
                    "dim" => Modifier::DIM,
                    "italic" => Modifier::ITALIC,
                    "underline" => Modifier::UNDERLINED,
                    "reverse" => Modifier::REVERSED,
                    _ => return Err(format!("`{name}` is not one of bold, dim, italic, underline, reverse")),
                };
                if *on {
                    style = style.add_modifier(modifier);
                }
            }
            _ => return Err(format!("`{key}` is not one of fg, bg, bold, dim, italic, underline, reverse")),
        }
    }
    Ok(style)
}

/// A palette name, `#rrggbb`, an ANSI name, or `default`.
fn colour(name: &str, palette: &Table) -> Result<Color, String> {
    let text = palette.get(name).and_then(Value::as_str).unwrap_or(name);
    if let Some(hex) = text.strip_prefix('#') {
        let value = u32::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 6);
        let [_, r, g, b] = value.ok_or_else(|| format!("`{text}` is not #rrggbb"))?.to_be_bytes();
        return Ok(Color::Rgb(r, g, b));
    }
    Ok(match text {
        "default" => Color::Reset,
        "black" => Color::Black,
        "red" => Color::Red,
        "green" => Color::Green,
        "yellow" => Color::Yellow,
        "blue" => Color::Blue,
        "magenta" => Color::Magenta,
        "cyan" => Color::Cyan,
        "gray" => Color::Gray,
        "dark-gray" => Color::DarkGray,
        "light-red" => Color::LightRed,
        "light-green" => Color::LightGreen,
        "light-yellow" => Color::LightYellow,
        "light-blue" => Color::LightBlue,
        "light-magenta" => Color::LightMagenta,
        "light-cyan" => Color::LightCyan,
        "white" => Color::White,
        _ => return Err(format!("`{text}` is neither in [palette] nor #rrggbb nor an ANSI colour")),
    })
}
