//! The person's editor, on a copy of what is shown or on the configuration file.

use std::path::Path;

use tokio::process::Command;

use super::folder_with;
use crate::tui::runtime::ConfigurationFile;

/// The editor that the environment names: `VISUAL`, else `EDITOR`. A command line for the shell, as `git` takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui::runtime) struct Editor(String);

impl Editor {
    /// Out of the two variables; unset is empty. `None` when both say nothing.
    pub(in crate::tui::runtime) fn of(visual: &str, editor: &str) -> Option<Self> {
        let named = [visual, editor].into_iter().find(|named| !named.trim().is_empty());
        named.map(|named| Self(named.to_owned()))
    }

    async fn edit(&self, file: &Path) -> Result<(), String> {
        let status = self
            .command(file)
            .kill_on_drop(true)
            .status()
            .await
            .map_err(|error| format!("{} could not be run: {error}.", self.0))?;
        match status.success() {
            true => Ok(()),
            false => Err(format!("{} ended with {status}.", self.0)),
        }
    }

    /// `EDITOR="code --wait"` is common, and only a shell knows where its words end.
    #[cfg(unix)]
    fn command(&self, file: &Path) -> Command {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{} \"$@\"", self.0)).arg(&self.0).arg(file);
        command
    }

    #[cfg(not(unix))]
    fn command(&self, file: &Path) -> Command {
        let mut words = self.0.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).arg(file);
        command
    }
}

/// Opens a text, redacted as it is on the screen, in a file that only this user can read, that nobody can write by
/// mistake, and that is gone afterwards. When dropped half-way the editor is ended.
///
/// # Errors
/// A sentence: the file could not be written, or the editor not be run, or it failed.
pub(in crate::tui::runtime) async fn edit_copy(editor: &Editor, name: &str, text: &str) -> Result<(), String> {
    let folder = folder_with([(name.to_owned(), text)]).map_err(|error| format!("The copy could not be written: {error}."))?;
    let file = folder.path().join(name);
    let read_only = || {
        let mut permissions = std::fs::metadata(&file)?.permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&file, permissions)
    };
    read_only().map_err(|error| format!("The copy could not be made read-only: {error}."))?;
    let edited = editor.edit(&file).await;
    folder
        .close()
        .map_err(|error| format!("The copy could not be removed: {error}."))?;
    edited
}

/// Opens the configuration file, which the editor makes when it is not there yet, and reads it again afterwards.
///
/// # Errors
/// A sentence: the editor could not be run or failed, or the first thing that is wrong in the file now.
pub(in crate::tui::runtime) async fn edit_configuration(editor: &Editor, file: &ConfigurationFile) -> Result<String, String> {
    if let Some(folder) = file.path.parent() {
        tokio::fs::create_dir_all(folder)
            .await
            .map_err(|error| format!("{} could not be made: {error}.", folder.display()))?;
    }
    let before = tokio::fs::read(&file.path).await.ok();
    editor.edit(&file.path).await?;
    if tokio::fs::read(&file.path).await.ok() == before {
        return Ok("The configuration is as it was.".to_owned());
    }
    let check = std::sync::Arc::clone(&file.check);
    match tokio::task::spawn_blocking(move || check()).await {
        Ok(Ok(())) => Ok("The configuration is fine; it holds from the next start on.".to_owned()),
        Ok(Err(wrong)) => {
            tracing::warn!("the configuration that was edited is wrong: {wrong}");
            Err(format!("The configuration is wrong now: {}", first_line(&wrong)))
        }
        Err(_) => Err("Checking the configuration broke, which is a bug of driftline; the log has the report.".to_owned()),
    }
}

/// The first of several problems, and how many there are besides.
fn first_line(problems: &str) -> String {
    let mut lines = problems.lines();
    let first = lines.next().unwrap_or_default();
    match lines.count() {
        0 => first.to_owned(),
        more => format!("{first} And {more} more, in the log."),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;

    fn editor(command: &str) -> Editor {
        Editor::of("", command).unwrap()
    }

    #[test]
    fn visual_comes_before_editor_and_blanks_are_nothing() {
        for (visual, editor, expected) in [
            ("code --wait", "vi", Some("code --wait")),
            ("", "vi", Some("vi")),
            (" ", "vi", Some("vi")),
            ("", "", None),
        ] {
            assert_eq!(Editor::of(visual, editor).map(|editor| editor.0).as_deref(), expected);
        }
    }

    #[tokio::test]
    async fn the_editor_reads_a_private_read_only_copy_that_is_gone_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let script = format!(
            "f() {{ cat \"$1\" > {told}; echo \"$1\" >> {told}; ls -l \"$1\" | cut -c1-10 >> {told}; }}; f",
            told = told.display()
        );
        assert_eq!(edit_copy(&editor(&script), "api-config.diff", "a: 1\n").await, Ok(()));
        let told = fs::read_to_string(told).unwrap();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!((lines[0], lines[2]), ("a: 1", "-r--------"));
        assert!(
            lines[1].ends_with("/api-config.diff") && !Path::new(lines[1]).exists(),
            "{told}"
        );
    }

    #[tokio::test]
    async fn an_editor_that_cannot_be_run_or_fails_is_named() {
        assert_eq!(
            edit_copy(&editor("exit 3; :"), "a.diff", "").await,
            Err("exit 3; : ended with exit status: 3.".to_owned())
        );
        let missing = edit_copy(&editor("/nowhere/at/all"), "a.diff", "").await;
        assert_eq!(missing, Err("/nowhere/at/all ended with exit status: 127.".to_owned()));
    }

    #[tokio::test]
    async fn the_configuration_is_checked_when_it_was_changed_and_only_then() {
        for (script, right, expected) in [
            ("true", false, Ok("The configuration is as it was.")),
            (
                "echo 'a = 1' >>",
                true,
                Ok("The configuration is fine; it holds from the next start on."),
            ),
            (
                "echo 'a = 1' >>",
                false,
                Err("The configuration is wrong now: config.toml:1: one And 2 more, in the log."),
            ),
            ("false", true, Err("false ended with exit status: 1.")),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let file = ConfigurationFile {
                path: folder.path().join("new/config.toml"),
                check: Arc::new(move || match right {
                    true => Ok(()),
                    false => Err("config.toml:1: one\ntwo\nthree".to_owned()),
                }),
            };
            let said = edit_configuration(&editor(script), &file).await;
            assert_eq!(said.as_deref().map_err(String::as_str), expected, "{script}");
        }
    }
}
