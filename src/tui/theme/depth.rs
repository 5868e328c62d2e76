//! Colours for terminals that cannot show all of them: the nearest that they have, by how it looks.

use ratatui::style::{Color, Style};

use super::colour::{contrast, indexed, linear, nearest, oklab};

/// How many colours a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// 16 million.
    TrueColor,
    /// The 256 of xterm.
    Indexed,
    /// The eight and their bright twins, whose looks the terminal decides. Backgrounds are left alone, for none of them
    /// is quiet enough.
    Ansi,
    /// None at all.
    Monochrome,
}

/// What a theme is drawn on: it paints no background of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// A dark terminal.
    Dark,
    /// A light terminal.
    Light,
    /// Either: the theme leaves the terminal's own text colour alone.
    Any,
}

/// Terminals that show all colours and say so in `TERM` alone (`COLORTERM` gets lost over SSH).
const TRUE_COLOR_TERMS: [&str; 6] = ["alacritty", "contour", "foot", "ghostty", "kitty", "wezterm"];

/// Which of the sixteen stands for a hue, up to that many degrees (Oklab): only those that can be read on a dark ground in
/// the palettes of xterm, the Linux console and Windows. How light they are is the terminal's business, so hue decides.
const ON_DARK: [(f64, Color); 6] = [
    (60.0, Color::LightRed),
    (125.0, Color::LightYellow),
    (165.0, Color::LightGreen),
    (290.0, Color::LightCyan),
    (330.0, Color::White),
    (360.0, Color::LightRed),
];

/// The same on a light ground, where no yellow, green or cyan can be read.
const ON_LIGHT: [(f64, Color); 5] = [
    (50.0, Color::Red),
    (125.0, Color::Magenta),
    (290.0, Color::Blue),
    (330.0, Color::Black),
    (360.0, Color::Red),
];

/// Colours of less chroma are greys.
const GREY: f64 = 0.045;

/// Greys of more lightness than this are text, below they are dim.
const BRIGHT: f64 = 0.8;

/// A background of more contrast than this is meant to be seen; one of less is a shade.
const LOUD: f64 = 3.0;

impl Depth {
    /// From `COLORTERM` and `TERM`.
    pub(crate) fn detect(colorterm: &str, term: &str) -> Self {
        let names = |known: &str| term.contains(known);
        if matches!(colorterm, "truecolor" | "24bit") || names("direct") || TRUE_COLOR_TERMS.into_iter().any(names) {
            Self::TrueColor
        } else if names("256") {
            Self::Indexed
        } else if term == "dumb" || names("-mono") || term.ends_with("-m") || term.starts_with("vt1") || term.starts_with("vt2") {
            Self::Monochrome
        } else {
            Self::Ansi
        }
    }

    /// The nearest style that can be shown on this ground. `line` is for lines: they may be fainter than text.
    pub(crate) fn reduce(self, style: Style, ground: Ground, line: bool) -> Style {
        match self {
            Self::TrueColor => style,
            Self::Indexed => Style {
                fg: style.fg.map(nearest_indexed),
                bg: style.bg.map(nearest_indexed),
                ..style
            },
            Self::Ansi => without_shades(style, ground, |colour| nearest_ansi(colour, ground, line)),
            Self::Monochrome => without_shades(style, ground, |_| None),
        }
    }
}

/// A selection that is only a background would vanish without it, so would a message in dark letters: both are reversed.
fn without_shades(style: Style, ground: Ground, reduced: impl Fn(Color) -> Option<Color>) -> Style {
    let mut plain = Style {
        fg: style.fg.and_then(&reduced),
        bg: style
            .bg
            .filter(|colour| !matches!(colour, Color::Rgb(..) | Color::Indexed(_)))
            .and_then(&reduced),
        ..style
    };
    if let Some(Color::Rgb(r, g, b)) = style.bg {
        let under = if ground == Ground::Light { (255, 255, 255) } else { (0, 0, 0) };
        if style.fg.is_none() {
            plain = plain.reversed();
        } else if contrast((r, g, b), under) >= LOUD {
            plain.fg = reduced(Color::Rgb(r, g, b));
            plain = plain.reversed();
        }
    }
    plain
}

fn nearest_indexed(colour: Color) -> Color {
    let Color::Rgb(r, g, b) = colour else { return colour };
    let all = (16..=255).filter_map(|index| Some((Color::Indexed(index), indexed(index)?)));
    nearest((r, g, b), all).unwrap_or(colour)
}

fn nearest_ansi(colour: Color, ground: Ground, line: bool) -> Option<Color> {
    let Color::Rgb(r, g, b) = colour else { return Some(colour) };
    let [lightness, x, y] = oklab(linear((r, g, b)));
    let hue = y.atan2(x).to_degrees().rem_euclid(360.0);
    let of = |table: &[(f64, Color)]| table.iter().find(|(end, _)| hue < *end).map(|(_, colour)| *colour);
    match (ground, x.hypot(y) < GREY) {
        _ if line => Some(Color::DarkGray),
        // Nothing can be read on both but what the terminal itself chose.
        (Ground::Any, _) => None,
        (Ground::Dark, true) if lightness > BRIGHT => Some(Color::White),
        (Ground::Dark, true) => Some(Color::Gray),
        (Ground::Light, true) => Some(Color::Black),
        (Ground::Dark, false) => of(&ON_DARK),
        (Ground::Light, false) => of(&ON_LIGHT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_depth_is_read_off_the_environment() {
        for (colorterm, term, expected) in [
            ("truecolor", "xterm", Depth::TrueColor),
            ("24bit", "screen-256color", Depth::TrueColor),
            ("", "xterm-direct", Depth::TrueColor),
            ("", "xterm-kitty", Depth::TrueColor),
            ("", "screen-256color", Depth::Indexed),
            ("", "xterm-256color", Depth::Indexed),
            ("", "linux", Depth::Ansi),
            ("", "xterm", Depth::Ansi),
            ("", "", Depth::Ansi),
            ("", "vt220", Depth::Monochrome),
            ("", "xterm-mono", Depth::Monochrome),
            ("", "dumb", Depth::Monochrome),
        ] {
            assert_eq!(Depth::detect(colorterm, term), expected, "{colorterm:?} {term:?}");
        }
    }

    #[test]
    fn colours_become_those_that_look_nearest() {
        for (rgb, expected) in [
            (Color::Rgb(255, 0, 0), Color::Indexed(196)),
            (Color::Rgb(128, 128, 128), Color::Indexed(244)),
            (Color::Rgb(95, 135, 175), Color::Indexed(67)),
            (Color::Red, Color::Red),
            (Color::Reset, Color::Reset),
        ] {
            assert_eq!(nearest_indexed(rgb), expected, "{rgb}");
        }
        for (rgb, ground, expected) in [
            (Color::Rgb(255, 107, 112), Ground::Dark, Color::LightRed),
            (Color::Rgb(124, 207, 140), Ground::Dark, Color::LightGreen),
            (Color::Rgb(138, 147, 165), Ground::Dark, Color::Gray),
            (Color::Rgb(179, 21, 29), Ground::Light, Color::Red),
            (Color::Rgb(11, 87, 176), Ground::Light, Color::Blue),
            (Color::Rgb(29, 36, 48), Ground::Light, Color::Black),
            (Color::Rgb(208, 212, 220), Ground::Dark, Color::White),
            (Color::Rgb(240, 179, 82), Ground::Dark, Color::LightYellow),
            (Color::Rgb(138, 83, 0), Ground::Light, Color::Magenta),
            (Color::LightBlue, Ground::Dark, Color::LightBlue),
        ] {
            assert_eq!(nearest_ansi(rgb, ground, false), Some(expected), "{rgb} {ground:?}");
        }
    }

    #[test]
    fn a_mere_background_and_a_loud_one_become_reverse() {
        let shade = Style::new().bg(Color::Rgb(1, 2, 3));
        let loud = Style::new().fg(Color::Rgb(10, 10, 10)).bg(Color::Rgb(240, 200, 80));
        let quiet = Style::new().fg(Color::Rgb(240, 240, 240)).bg(Color::Rgb(20, 20, 30));
        for (depth, style, expected) in [
            (Depth::Ansi, shade, Style::new().reversed()),
            (Depth::Monochrome, shade, Style::new().reversed()),
            (Depth::Ansi, loud, Style::new().fg(Color::LightYellow).reversed()),
            (Depth::Monochrome, loud, Style::new().reversed()),
            (Depth::Ansi, quiet, Style::new().fg(Color::White)),
            (Depth::Monochrome, quiet, Style::new()),
        ] {
            assert_eq!(depth.reduce(style, Ground::Dark, false), expected, "{depth:?} {style:?}");
        }
    }
}
