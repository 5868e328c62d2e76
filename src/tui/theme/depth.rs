//! Colours for terminals that cannot show all of them.

use ratatui::style::{Color, Style};

/// How many colours a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// 16 million.
    TrueColor,
    /// The 256 of xterm.
    Indexed,
    /// The eight and their bright twins; backgrounds are left alone, for none of them is quiet enough.
    Ansi,
}

impl Depth {
    /// From `COLORTERM` and `TERM`.
    pub(crate) fn detect(colorterm: &str, term: &str) -> Self {
        if matches!(colorterm, "truecolor" | "24bit") || term.contains("direct") {
            Self::TrueColor
        } else if term.contains("256") {
            Self::Indexed
        } else {
            Self::Ansi
        }
    }

    /// The nearest style that can be shown.
    pub(crate) fn reduce(self, mut style: Style) -> Style {
        match self {
            Self::TrueColor => {}
            Self::Indexed => {
                style.fg = style.fg.map(indexed);
                style.bg = style.bg.map(indexed);
            }
            Self::Ansi => {
                let had_background = matches!(style.bg, Some(Color::Rgb(..)));
                style.bg = None;
                style.fg = style.fg.map(ansi);
                // A selection or a message that is only a background would vanish.
                if had_background && style.fg.is_none() {
                    style = style.reversed();
                }
            }
        }
        style
    }
}

/// Nearest of the 6×6×6 cube and the 24 greys.
fn indexed(colour: Color) -> Color {
    let Color::Rgb(r, g, b) = colour else { return colour };
    let step = |value: u8| match value {
        0..=47 => 0u8,
        48..=114 => 1,
        _ => (value - 35) / 40,
    };
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    let (x, y, z) = (step(r), step(g), step(b));
    let grey = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    let grey_step = u8::try_from(grey.saturating_sub(3) / 10).unwrap_or(23).min(23);
    let grey_level = 8 + 10 * grey_step;
    let cube = distance((r, g, b), (level(x), level(y), level(z)));
    if distance((r, g, b), (grey_level, grey_level, grey_level)) < cube {
        Color::Indexed(232 + grey_step)
    } else {
        Color::Indexed(16 + 36 * x + 6 * y + z)
    }
}

fn ansi(colour: Color) -> Color {
    let Color::Rgb(r, g, b) = colour else { return colour };
    const TABLE: [(Color, (u8, u8, u8)); 14] = [
        (Color::Black, (0, 0, 0)),
        (Color::Red, (170, 0, 0)),
        (Color::Green, (0, 130, 0)),
        (Color::Yellow, (150, 90, 0)),
        (Color::Blue, (0, 60, 170)),
        (Color::Magenta, (120, 40, 170)),
        (Color::DarkGray, (95, 100, 110)),
        (Color::Gray, (170, 170, 170)),
        (Color::LightRed, (255, 95, 95)),
        (Color::LightGreen, (110, 210, 120)),
        (Color::LightYellow, (245, 200, 90)),
        (Color::LightBlue, (110, 170, 255)),
        (Color::LightMagenta, (200, 150, 250)),
        (Color::White, (225, 225, 230)),
    ];
    TABLE
        .into_iter()
        .min_by_key(|(_, rgb)| distance((r, g, b), *rgb))
        .map_or(Color::Reset, |(colour, _)| colour)
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    square(a.0, b.0) + square(a.1, b.1) + square(a.2, b.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_depth_is_read_off_the_environment() {
        assert_eq!(Depth::detect("truecolor", "xterm"), Depth::TrueColor);
        assert_eq!(Depth::detect("", "screen-256color"), Depth::Indexed);
        assert_eq!(Depth::detect("", "linux"), Depth::Ansi);
    }

    #[test]
    fn colours_become_their_nearest_neighbours() {
        assert_eq!(indexed(Color::Rgb(255, 0, 0)), Color::Indexed(196));
        assert_eq!(indexed(Color::Rgb(128, 128, 128)), Color::Indexed(244));
        assert_eq!(ansi(Color::Rgb(255, 107, 112)), Color::LightRed);
    }

    #[test]
    fn a_mere_background_becomes_reverse_on_sixteen_colours() {
        let style = Depth::Ansi.reduce(Style::new().bg(Color::Rgb(1, 2, 3)));
        assert_eq!(style, Style::new().reversed());
    }
}
