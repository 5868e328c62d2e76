//! Who has the terminal while we have not: the configured viewer of diffs, the person's editor, and the shell while we
//! are stopped.

mod editor;

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::TempDir;
use tokio::process::Command;

pub(super) use editor::Editor;
use editor::{edit_configuration, edit_copy};

use super::ConfigurationFile;
use crate::tui::diff::copy::whole;
use crate::tui::diff::{Diff, Side};
use crate::tui::update::TerminalEffect;

/// Stands for the file of the desired side.
const DESIRED: &str = "{desired}";

/// Stands for the file of the live side.
const LIVE: &str = "{live}";

/// Programs that get the terminal when the person asks for them.
#[derive(Clone, Default)]
pub(super) struct Programs {
    /// Program and arguments of the viewer of diffs; empty for none.
    pub(super) viewer: Vec<String>,
    /// The person's editor.
    pub(super) editor: Option<Editor>,
    /// What the editor can change.
    pub(super) configuration: Option<ConfigurationFile>,
}

impl Programs {
    /// Gives the terminal to the program that this effect is for, until it ends; what is to be said then.
    ///
    /// # Errors
    /// A sentence: what went wrong.
    pub(super) async fn run(&self, effect: &TerminalEffect) -> Result<Option<String>, String> {
        let no_editor = || "No editor is set: set VISUAL or EDITOR.".to_owned();
        match effect {
            TerminalEffect::View(diff) => view(&self.viewer, diff).await.map(|()| None),
            TerminalEffect::EditCopy { name, diff, form } => {
                let editor = self.editor.as_ref().ok_or_else(no_editor)?;
                edit_copy(editor, name, &whole(diff, *form)).await.map(|()| None)
            }
            TerminalEffect::EditConfiguration => {
                let editor = self.editor.as_ref().ok_or_else(no_editor)?;
                let file = self.configuration.as_ref().ok_or("There is no configuration file.")?;
                edit_configuration(editor, file).await.map(Some)
            }
            TerminalEffect::Suspend => suspend().map(|()| None),
            TerminalEffect::Copy(_) => Ok(None),
        }
    }
}

/// Runs the viewer on both sides, redacted as they are on the screen, in files that only this user can read and that are
/// gone afterwards. When dropped half-way the viewer is ended.
///
/// # Errors
/// A sentence: the files could not be written, or the viewer not be run, or it failed. As with `diff`, 1 says that the
/// sides differ.
async fn view(words: &[String], diff: &Diff) -> Result<(), String> {
    let Some((program, arguments)) = words.split_first() else {
        return Err("No viewer is configured.".to_owned());
    };
    let sides = [(DESIRED, Side::Desired), (LIVE, Side::Live)];
    let sides = sides.map(|(name, side)| (file_name(name), diff.side(side).as_str()));
    let folder = folder_with(sides).map_err(|error| format!("The two sides could not be written to files: {error}."))?;
    let mut command = Command::new(program);
    for argument in arguments {
        command.arg(filled(argument, folder.path()));
    }
    let status = command
        .kill_on_drop(true)
        .status()
        .await
        .map_err(|error| format!("{program} could not be run: {error}."))?;
    folder
        .close()
        .map_err(|error| format!("The files of both sides could not be removed: {error}."))?;
    match status.code() {
        Some(0 | 1) => Ok(()),
        _ => Err(format!("{program} ended with {status}.")),
    }
}

/// A folder for this user only with these files in it: name and text.
fn folder_with<'t>(files: impl IntoIterator<Item = (String, &'t str)>) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("driftline-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let folder = builder.tempdir()?;
    for (name, text) in files {
        private_file(&folder.path().join(name))?.write_all(text.as_bytes())?;
    }
    Ok(folder)
}

fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn file_name(placeholder: &str) -> String {
    format!("{}.yaml", placeholder.trim_matches(['{', '}']))
}

fn filled(argument: &str, folder: &Path) -> String {
    let path = |placeholder| folder.join(file_name(placeholder)).to_string_lossy().into_owned();
    argument.replace(DESIRED, &path(DESIRED)).replace(LIVE, &path(LIVE))
}

/// Stops this program as Ctrl-Z does; comes back when the shell continues it.
///
/// # Errors
/// A sentence, where the system cannot.
#[cfg(unix)]
fn suspend() -> Result<(), String> {
    signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)
        .map_err(|error| format!("This program could not be stopped: {error}."))
}

/// See the other one.
#[cfg(not(unix))]
fn suspend() -> Result<(), String> {
    Err("This system has no way to stop a program and go on later.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixtures;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn diff() -> Diff {
        Diff::of(fixtures::document(&fixtures::payments_api().drifts[0]))
    }

    #[tokio::test]
    async fn the_viewer_reads_both_sides_from_private_files_that_are_gone_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let script = format!(
            "diff \"$1\" \"$2\" > {told}; echo \"$1\" >> {told}; ls -ld \"$1\" \"$(dirname \"$1\")\" | cut -c1-10 >> {told}; exit 1",
            told = told.display()
        );
        let viewer = words(&["sh", "-c", &script, "sh", "{desired}", "{live}"]);
        assert_eq!(view(&viewer, &diff()).await, Ok(()));
        let told = fs::read_to_string(told).unwrap();
        assert!(told.contains("<   MAX_CONNECTIONS: \"100\""), "{told}");
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[lines.len() - 2..], ["drwx------", "-rw-------"]);
        let path = lines[lines.len() - 3];
        assert!(path.ends_with("desired.yaml") && !Path::new(path).exists(), "{path}");
    }

    #[tokio::test]
    async fn a_viewer_that_cannot_be_run_or_fails_is_named() {
        let missing = view(&words(&["/nowhere/at/all", "{live}"]), &diff()).await;
        assert!(missing.unwrap_err().starts_with("/nowhere/at/all could not be run: "));
        assert_eq!(
            view(&words(&["sh", "-c", "exit 3"]), &diff()).await,
            Err("sh ended with exit status: 3.".to_owned())
        );
    }
}
