//! The pictures in `screenshots/` are what the screen shows. `DRIFTLINE_UPDATE_SCREENSHOTS=1` writes them anew.
//!
//! The SVG is compared byte by byte. The PNG is made of it with a font that comes from a crate, so no machine matters;
//! it is compared by what it looks like.

mod png;
mod svg;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::scenes::pictures;

const UPDATE: &str = "DRIFTLINE_UPDATE_SCREENSHOTS";

/// Bytes of a picture: more belongs in no repository.
const LARGEST: usize = 150_000;

fn file(name: &str, extension: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("screenshots")
        .join(format!("{name}.{extension}"))
}

/// Whether the file is as it shall be; writes it when that is asked for.
fn is_current(path: &Path, wanted: &[u8], same: impl Fn(&[u8], &[u8]) -> bool) -> bool {
    assert!(wanted.len() <= LARGEST, "{} has {} bytes", path.display(), wanted.len());
    if fs::read(path).is_ok_and(|found| same(&found, wanted)) {
        return true;
    }
    let update = std::env::var_os(UPDATE).is_some_and(|value| !value.is_empty());
    if update {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, wanted).unwrap();
    }
    update
}

#[test]
fn the_pictures_are_what_the_screen_shows_and_the_readme_shows_them() {
    let readme = include_str!("../../../../README.md");
    let mut stale = Vec::new();
    let mut known = BTreeSet::new();
    for scene in pictures() {
        let svg = svg::picture(&scene);
        let (png, missing) = png::picture(&svg);
        assert_eq!(missing, Vec::<char>::new(), "not in the font: {}", scene.name);
        for (extension, wanted, same) in [
            ("svg", svg.as_bytes(), (|a, b| a == b) as fn(&[u8], &[u8]) -> bool),
            ("png", png.as_slice(), png::look_alike),
        ] {
            let path = file(scene.name, extension);
            if !is_current(&path, wanted, same) {
                stale.push(path.display().to_string());
            }
            known.insert(path);
        }
        let link = format!("![{}](screenshots/{}.svg)", scene.says, scene.name);
        assert!(readme.contains(&link), "the README does not show it: {link}");
    }
    assert!(
        stale.is_empty(),
        "stale; look at the change, then run this test with {UPDATE}=1:\n{}",
        stale.join("\n")
    );
    let others: Vec<PathBuf> = fs::read_dir(file("any", "svg").parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !known.contains(path))
        .collect();
    assert!(others.is_empty(), "of no scene: {others:?}");
}
