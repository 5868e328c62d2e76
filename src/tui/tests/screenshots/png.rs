//! SVG → PNG, the same on every machine.

use std::sync::{Arc, Mutex};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{FontResolver, Options, Tree};

/// Part of a colour by which two pictures may differ: floating point is not the same everywhere.
const SLACK: u8 = 12;

/// One pixel in this many may differ by more.
const RARE: usize = 1_000;

/// Draws it; also which characters are not in the font, and so not in the picture.
pub(super) fn picture(svg: &str) -> (Vec<u8>, Vec<char>) {
    let missing: Arc<Mutex<Vec<char>>> = Arc::default();
    let told = Arc::clone(&missing);
    let mut options = Options {
        font_resolver: FontResolver {
            select_fallback: Box::new(move |character, _, _| {
                told.lock().unwrap().push(character);
                None
            }),
            ..FontResolver::default()
        },
        ..Options::default()
    };
    let fonts = options.fontdb_mut();
    for font in [
        dejavu::sans_mono::regular(),
        dejavu::sans_mono::bold(),
        dejavu::sans_mono::oblique(),
        dejavu::sans_mono::bold_oblique(),
    ] {
        fonts.load_font_data(font.to_vec());
    }
    let tree = Tree::from_str(svg, &options).unwrap();
    let missing = missing.lock().unwrap().clone();
    let size = tree.size().to_int_size();
    let mut pixels = Pixmap::new(size.width(), size.height()).unwrap();
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    (pixels.encode_png().unwrap(), missing)
}

/// Whether two PNGs show the same.
pub(super) fn look_alike(a: &[u8], b: &[u8]) -> bool {
    let (Ok(a), Ok(b)) = (Pixmap::decode_png(a), Pixmap::decode_png(b)) else {
        return false;
    };
    if (a.width(), a.height()) != (b.width(), b.height()) {
        return false;
    }
    let pixels = a.data().chunks(4).zip(b.data().chunks(4));
    let differ = pixels
        .filter(|(a, b)| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > SLACK))
        .count();
    differ <= a.data().len() / 4 / RARE
}
