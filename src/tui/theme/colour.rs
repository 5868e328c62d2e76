//! Colours as numbers: how far apart two look, and how well one reads on another.

use ratatui::style::Color;

/// Red, green and blue as a terminal takes them.
pub(crate) type Rgb = (u8, u8, u8);

/// A part of a colour in linear light, from 0 to 1 (IEC 61966-2-1).
pub(super) fn linear((r, g, b): Rgb) -> [f64; 3] {
    [r, g, b].map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    })
}

/// Relative luminance from 0 (black) to 1 (white), as WCAG 2 defines it.
pub(crate) fn luminance(colour: Rgb) -> f64 {
    let [r, g, b] = linear(colour);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Contrast of two colours, from 1 to 21, as WCAG 2 defines it.
pub(crate) fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Lightness and the two axes of hue (Oklab, Björn Ottosson 2020): equal steps look about equally large.
pub(super) fn oklab([r, g, b]: [f64; 3]) -> [f64; 3] {
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
    ]
}

/// How far apart two colours in Oklab look; 0.02 is about the least that one sees side by side.
pub(super) fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    let square: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
    square.sqrt()
}

/// The nearest of some colours to look at.
pub(super) fn nearest(colour: Rgb, among: impl IntoIterator<Item = (Color, Rgb)>) -> Option<Color> {
    let wanted = oklab(linear(colour));
    among
        .into_iter()
        .map(|(named, rgb)| (distance(wanted, oklab(linear(rgb))), named))
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, named)| named)
}

/// What xterm's colours 16 to 255 are: a cube of six steps each way, then 24 greys. The first 16 are the terminal's own.
pub(crate) fn indexed(index: u8) -> Option<Rgb> {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match index {
        0..=15 => None,
        16..=231 => {
            let cube = index - 16;
            Some((level(cube / 36), level(cube / 6 % 6), level(cube % 6)))
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            Some((grey, grey, grey))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_what_wcag_says() {
        let rounded = |a, b| (contrast(a, b) * 100.0).round() / 100.0;
        for (a, b, expected) in [
            ((0, 0, 0), (255, 255, 255), 21.0),
            ((255, 255, 255), (0, 0, 0), 21.0),
            ((119, 119, 119), (255, 255, 255), 4.48),
            ((255, 0, 0), (255, 255, 255), 4.0),
            ((7, 7, 7), (7, 7, 7), 1.0),
        ] {
            assert_eq!(rounded(a, b), expected, "{a:?} on {b:?}");
        }
    }

    #[test]
    fn oklab_is_what_its_author_says() {
        // White, and the red of sRGB.
        for (colour, expected) in [
            ((255, 255, 255), [1.0, 0.0, 0.0]),
            ((255, 0, 0), [0.627_955, 0.224_863, 0.125_846]),
        ] {
            assert!(distance(oklab(linear(colour)), expected) < 1e-4, "{colour:?}");
        }
    }

    #[test]
    fn the_indexed_colours_are_those_of_xterm() {
        for (index, expected) in [
            (15, None),
            (16, Some((0, 0, 0))),
            (196, Some((255, 0, 0))),
            (67, Some((95, 135, 175))),
            (231, Some((255, 255, 255))),
            (232, Some((8, 8, 8))),
            (255, Some((238, 238, 238))),
        ] {
            assert_eq!(indexed(index), expected, "{index}");
        }
    }
}
