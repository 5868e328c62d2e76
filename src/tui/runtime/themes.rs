//! Which theme is shown, and the files of own ones: finds, reads, switches. The loop draws with what the channel holds.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

use crate::config::{At, Problem, Problems, ViewSettings, nearest};
use crate::tui::theme::{BUILT_IN, Depth, Theme, built_in};

/// Folder of own themes, beside the configuration file.
const FOLDER: &str = "themes";

/// Finds, reads and switches themes.
pub(super) struct Themes {
    view: ViewSettings,
    depth: Depth,
    shown: watch::Sender<Theme>,
    current: Mutex<Current>,
}

/// What is shown, and what the next one follows.
struct Current {
    /// The name tried last: a broken theme is stepped over.
    name: String,
    /// The text that it was read from.
    text: String,
    /// Somebody switched: what the terminal says later counts no more.
    by_hand: bool,
}

impl Themes {
    /// Loads the theme to begin with.
    ///
    /// # Errors
    /// There is no such theme, or everything that is wrong with it.
    pub(super) fn begin(view: ViewSettings, name: &At<String>, depth: Depth) -> Result<Self, Problems> {
        let (text, theme) = load(&view, name, depth)?;
        let (shown, _) = watch::channel(theme);
        Ok(Self {
            view,
            depth,
            shown,
            current: Mutex::new(Current {
                name: name.value.clone(),
                text,
                by_hand: false,
            }),
        })
    }

    /// What to draw with, now and from now on.
    pub(super) fn watch(&self) -> watch::Receiver<Theme> {
        self.shown.subscribe()
    }

    /// The terminal told that its background is light or dark.
    ///
    /// # Errors
    /// The theme for it is wrong; the one before stays.
    pub(super) fn background(&self, light: bool) -> Result<(), Problems> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let name = if light {
            &self.view.light_theme
        } else {
            &self.view.dark_theme
        };
        if current.by_hand || current.name == name.value {
            return Ok(());
        }
        let (text, theme) = load(&self.view, name, self.depth)?;
        current.name.clone_from(&name.value);
        current.text = text;
        self.shown.send_replace(theme);
        Ok(())
    }

    /// Shows the theme that a person switched to in another run, when it is still there and right.
    pub(super) fn again(&self, name: &str) -> bool {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match load(&self.view, &At::built_in(name.to_owned()), self.depth) {
            Ok((text, theme)) => {
                name.clone_into(&mut current.name);
                current.text = text;
                current.by_hand = true;
                self.shown.send_replace(theme);
                true
            }
            Err(problems) => {
                tracing::warn!("the theme of the last run was not taken: {problems}");
                false
            }
        }
    }

    /// Shows the next theme, or the same one again when its file was edited; its name, and what it shows in a sentence.
    ///
    /// # Errors
    /// It is wrong; the one before stays, and the next call goes on to the one after it.
    pub(super) fn next(&self) -> Result<(String, String), Problems> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.by_hand = true;
        let same = find(&self.view, &At::built_in(current.name.clone())).ok();
        let edited = same.filter(|found| found.text != current.text);
        let again = if edited.is_some() { ", read again" } else { "" };
        let found = match edited {
            Some(found) => found,
            None => {
                let name = self.after(&current.name);
                current.name.clone_from(&name.value);
                find(&self.view, &name).map_err(|problem| Problems(vec![problem]))?
            }
        };
        // Also of a wrong one, so that it is read again as soon as it was edited.
        current.text.clone_from(&found.text);
        let theme = Theme::load(&found.text, &found.path, self.depth)?;
        self.shown.send_replace(theme);
        Ok((current.name.clone(), format!("Theme {}{again}.", current.name)))
    }

    fn after(&self, name: &str) -> At<String> {
        let mut names = names(self.view.folder.as_deref());
        for configured in [&self.view.theme, &self.view.light_theme, &self.view.dark_theme] {
            if configured.value != "auto" && !names.contains(&configured.value) {
                names.push(configured.value.clone());
            }
        }
        let at = names.iter().position(|known| known == name).map_or(0, |at| at + 1);
        At::built_in(names.get(at).or(names.first()).cloned().unwrap_or_default())
    }
}

/// Everything that is wrong with the themes that the configuration names, each with the key that names it.
///
/// # Errors
/// One of them is not there or wrong.
pub fn check_themes(view: &ViewSettings) -> Result<(), Problems> {
    let mut problems: Vec<Problem> = Vec::new();
    for name in [&view.theme, &view.light_theme, &view.dark_theme] {
        if name.value == "auto" {
            continue;
        }
        let found = load(view, name, Depth::TrueColor).err();
        problems.extend(found.into_iter().flat_map(|Problems(found)| found));
    }
    // Two keys may name the same file.
    let mut told: Vec<Problem> = Vec::new();
    for problem in problems {
        if !told.contains(&problem) {
            told.push(problem);
        }
    }
    if told.is_empty() { Ok(()) } else { Err(Problems(told)) }
}

struct Found {
    text: String,
    path: PathBuf,
}

fn load(view: &ViewSettings, name: &At<String>, depth: Depth) -> Result<(String, Theme), Problems> {
    let found = find(view, name).map_err(|problem| Problems(vec![problem]))?;
    let theme = Theme::load(&found.text, &found.path, depth)?;
    Ok((found.text, theme))
}

/// A path is read; a name is first an own theme, then a built-in one.
fn find(view: &ViewSettings, name: &At<String>) -> Result<Found, Problem> {
    let wrong = |message: String| Problem::new(name.origin.clone(), "", message);
    let text = name.value.as_str();
    let folder = view.folder.as_deref();
    let is_path = text.contains(['/', '\\']) || text.ends_with(".toml");
    let path = match (is_path, folder) {
        (true, folder) => Some(folder.unwrap_or(Path::new("")).join(text)),
        (false, folder) => folder.map(|folder| folder.join(FOLDER).join(format!("{text}.toml"))),
    };
    if let Some(path) = path {
        match fs::read_to_string(&path) {
            Ok(text) => return Ok(Found { text, path }),
            Err(error) if error.kind() == ErrorKind::NotFound && !is_path => {}
            Err(error) => {
                let why = if error.kind() == ErrorKind::InvalidData {
                    "it is not UTF-8 text".to_owned()
                } else {
                    error.to_string()
                };
                return Err(wrong(format!("cannot read the theme file {}: {why}", path.display())));
            }
        }
    }
    if let Some(built_in) = built_in(text) {
        return Ok(Found {
            text: built_in.to_owned(),
            path: PathBuf::from(text),
        });
    }
    let names = names(folder);
    let known = format!("Known: {}.", names.join(", "));
    let hint = match nearest(text, names.iter().map(String::as_str)) {
        Some(near) => format!("Did you mean `{near}`? {known}"),
        None => known,
    };
    Err(wrong(format!("there is no theme `{text}`")).hint(hint))
}

/// Built-in names, then own ones in the order of the alphabet. A folder that cannot be read has none: asking for one of
/// its themes says why.
fn names(folder: Option<&Path>) -> Vec<String> {
    let mut own: Vec<String> = folder
        .and_then(|folder| fs::read_dir(folder.join(FOLDER)).ok())
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned))
        .filter(|name| built_in(name).is_none())
        .collect();
    own.sort();
    BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).chain(own).collect()
}

/// The problems as one line of a message.
pub(super) fn in_a_line(Problems(problems): &Problems) -> String {
    let more = problems.len().saturating_sub(1);
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    let first = first.lines().next().unwrap_or_default();
    if more > 0 {
        format!("{first} And {more} more.")
    } else {
        first.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINE: &str = "inherits = \"dark\"\n[ui]\ntext = \"white\"\n";
    const WRONG: &str = "inherits = \"dark\"\n[ui]\ntxet = \"white\"\n";

    struct Home {
        folder: tempfile::TempDir,
        view: ViewSettings,
    }

    impl Home {
        fn with(files: &[(&str, &str)], theme: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let view = ViewSettings {
                theme: At::built_in(theme.to_owned()),
                folder: Some(folder.path().to_path_buf()),
                ..ViewSettings::default()
            };
            let home = Self { folder, view };
            for (name, text) in files {
                home.write(name, text);
            }
            home
        }

        fn write(&self, name: &str, text: &str) {
            let file = self.folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }

        fn begin(&self) -> Themes {
            Themes::begin(self.view.clone(), &self.view.theme, Depth::TrueColor).unwrap()
        }

        /// What is said of the theme of the configuration, without the path of the folder.
        fn complaint(&self) -> String {
            let said = check_themes(&self.view).unwrap_err().to_string();
            said.replace(self.folder.path().to_str().unwrap(), "~").replace('\\', "/")
        }
    }

    fn of(name: &str) -> Theme {
        Theme::load(built_in(name).unwrap(), Path::new(name), Depth::TrueColor).unwrap()
    }

    #[test]
    fn the_next_theme_is_shown_and_named_all_the_way_round_own_ones_last() {
        let home = Home::with(&[("themes/zebra.toml", MINE), ("themes/ape.toml", MINE)], "dark");
        let themes = home.begin();
        let shown = themes.watch();
        let said: Vec<String> = (0..11).map(|_| themes.next().unwrap().1).collect();
        assert_eq!(
            said,
            [
                "Theme light.",
                "Theme high-contrast.",
                "Theme high-contrast-light.",
                "Theme colour-blind.",
                "Theme colour-blind-light.",
                "Theme terminal-16.",
                "Theme monochrome.",
                "Theme ape.",
                "Theme zebra.",
                "Theme dark.",
                "Theme light.",
            ]
        );
        assert_eq!(*shown.borrow(), of("light"));
    }

    #[test]
    fn an_edited_file_is_read_again_before_anything_else_is_shown() {
        let home = Home::with(&[("themes/mine.toml", MINE)], "mine");
        let themes = home.begin();
        let before = themes.watch().borrow().clone();
        home.write("themes/mine.toml", &MINE.replace("white", "red"));
        assert_eq!(themes.next().unwrap().1, "Theme mine, read again.");
        assert_ne!(*themes.watch().borrow(), before);
        assert_eq!(themes.next().unwrap().1, "Theme dark.");
    }

    #[test]
    fn a_wrong_theme_is_told_and_stepped_over_until_it_is_mended() {
        let home = Home::with(&[("themes/mine.toml", WRONG)], "monochrome");
        let themes = home.begin();
        let said = in_a_line(&themes.next().unwrap_err());
        assert!(
            said.ends_with("mine.toml:3:1: `ui.txet`: unknown. Did you mean `text`?"),
            "{said}"
        );
        assert_eq!(*themes.watch().borrow(), of("monochrome"), "the one before stays");
        home.write("themes/mine.toml", MINE);
        assert_eq!(themes.next().unwrap().1, "Theme mine, read again.");
        home.write("themes/mine.toml", WRONG);
        themes.next().unwrap_err();
        assert_eq!(themes.next().unwrap().1, "Theme dark.");
    }

    #[test]
    fn the_background_decides_until_somebody_switches() {
        let home = Home::with(&[], "auto");
        let dark = home.view.dark_theme.clone();
        let themes = Themes::begin(home.view.clone(), &dark, Depth::TrueColor).unwrap();
        let shown = themes.watch();
        themes.background(false).unwrap();
        assert!(!shown.has_changed().unwrap(), "it is dark already");
        themes.background(true).unwrap();
        assert_eq!(*shown.borrow(), of("light"));
        themes.next().unwrap();
        themes.background(true).unwrap();
        assert_eq!(*shown.borrow(), of("high-contrast"));
    }

    #[test]
    fn an_own_theme_wins_over_a_built_in_one_and_a_path_starts_at_the_configuration() {
        let own = Home::with(&[("themes/dark.toml", MINE)], "dark");
        assert_ne!(*own.begin().watch().borrow(), of("dark"));
        let path = Home::with(&[("colours/mine.toml", MINE)], "colours/mine.toml");
        assert_eq!(*path.begin().watch().borrow(), *own.begin().watch().borrow());
    }

    #[test]
    fn what_is_not_there_or_wrong_is_told_with_the_way_out() {
        for (files, theme, expected) in [
            (
                &[][..],
                "drak",
                "there is no theme `drak`. Did you mean `dark`? Known: dark, light, high-contrast, high-contrast-light, colour-blind, \
                 colour-blind-light, terminal-16, monochrome.",
            ),
            (
                &[("themes/night.toml", MINE)],
                "nihgt",
                "there is no theme `nihgt`. Did you mean `night`? Known: dark, light, high-contrast, high-contrast-light, \
                 colour-blind, colour-blind-light, terminal-16, monochrome, night.",
            ),
            (
                &[],
                "color-blind",
                "there is no theme `color-blind`. Did you mean `colour-blind`? Known: dark, light, high-contrast, \
                 high-contrast-light, colour-blind, colour-blind-light, terminal-16, monochrome.",
            ),
            (
                &[("themes/night.toml", WRONG)],
                "night",
                "~/themes/night.toml:3:1: `ui.txet`: unknown. Did you mean `text`?",
            ),
        ] {
            assert_eq!(Home::with(files, theme).complaint(), expected);
        }
        let missing = Home::with(&[], "colours/mine.toml").complaint();
        assert!(
            missing.starts_with("cannot read the theme file ~/colours/mine.toml: "),
            "{missing}"
        );
    }
}
