//! A person's own list of ignore rules: one TOML file, edited in place with its comments kept. A reader sees the old or the new
//! text and never a part; several processes take turns.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::private::{open_private, sync_folder};
use crate::engine::ports::{IgnoreList, IgnoreListError};
use crate::ignore::IgnoreRule;
use crate::ignore::edit::{EditError, table, with_rule, without_rule};

/// The list in this file, which may be missing.
#[derive(Debug, Clone)]
pub struct IgnoreFile {
    path: PathBuf,
}

impl IgnoreFile {
    /// Touches nothing.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    async fn edit(
        &self,
        change: impl FnOnce(&str) -> Result<Option<String>, EditError> + Send + 'static,
    ) -> Result<bool, IgnoreListError> {
        let path = self.path.clone();
        let edited = tokio::task::spawn_blocking(move || edited(&path, change));
        edited.await.map_err(|stopped| IgnoreListError::System {
            path: self.name(),
            doing: "change",
            message: stopped.to_string(),
        })?
    }
}

#[async_trait]
impl IgnoreList for IgnoreFile {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    async fn add(&self, rule: &IgnoreRule) -> Result<bool, IgnoreListError> {
        let rule = table(rule);
        self.edit(move |text| with_rule(text, rule)).await
    }

    async fn remove(&self, rule: &IgnoreRule) -> Result<bool, IgnoreListError> {
        let rule = rule.clone();
        self.edit(move |text| without_rule(text, &rule)).await
    }
}

/// Whether there was something to change.
fn edited(path: &Path, change: impl FnOnce(&str) -> Result<Option<String>, EditError>) -> Result<bool, IgnoreListError> {
    let name = path.display().to_string();
    let system = |doing: &'static str| {
        let path = name.clone();
        move |error: std::io::Error| IgnoreListError::System {
            path,
            doing,
            message: error.to_string(),
        }
    };
    // A link stays a link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    fs::create_dir_all(&folder).map_err(system("make the folder of"))?;
    let _turn = turn(&path).map_err(system("lock"))?;
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(system("read")(error)),
    };
    let Some(text) = change(&text).map_err(|why| IgnoreListError::Form { path: name.clone(), why })? else {
        return Ok(false);
    };
    replace(&path, &folder, &text).map_err(system("write"))?;
    Ok(true)
}

/// Ours until it is dropped. Where the file system knows no locks, nobody waits.
fn turn(path: &Path) -> std::io::Result<File> {
    let mut beside = path.to_path_buf().into_os_string();
    beside.push(".lock");
    let file = open_private(OpenOptions::new().write(true).create(true), Path::new(&beside))?;
    match file.lock() {
        Ok(()) => Ok(file),
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(file),
        Err(error) => Err(error),
    }
}

fn replace(path: &Path, folder: &Path, text: &str) -> std::io::Result<()> {
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(text.as_bytes())?;
    if let Ok(known) = fs::metadata(path) {
        fs::set_permissions(beside.path(), known.permissions())?;
    }
    beside.as_file().sync_all()?;
    beside.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ignore::{Matcher, PointerPattern, RuleOrigin, Scope};

    fn rule(pointer: &str) -> IgnoreRule {
        IgnoreRule {
            scope: Scope::default(),
            matcher: Matcher::Pointer(PointerPattern::parse(pointer).unwrap()),
            reason: "known".to_owned(),
            author: None,
            created: None,
            expires: None,
            disabled: false,
            dangerous: false,
            origin: RuleOrigin::proposed("test"),
        }
    }

    #[tokio::test]
    async fn a_rule_is_written_once_and_taken_out_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/ignore.toml");
        let list = IgnoreFile::new(&path);
        assert_eq!(list.add(&rule("/a")).await, Ok(true));
        assert_eq!(list.add(&rule("/a")).await, Ok(false));
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "[[ignore]]\npointer = \"/a\"\nreason = \"known\"\n"
        );
        assert_eq!(list.remove(&rule("/b")).await, Ok(false));
        assert_eq!(list.remove(&rule("/a")).await, Ok(true));
        assert_eq!(fs::read_to_string(&path).unwrap(), "");
    }

    #[tokio::test]
    async fn many_at_once_lose_no_rule() {
        let folder = tempfile::tempdir().unwrap();
        let list = IgnoreFile::new(&folder.path().join("ignore.toml"));
        let adding = (0..16).map(|n| {
            let list = list.clone();
            tokio::spawn(async move { list.add(&rule(&format!("/field{n}"))).await })
        });
        for added in adding.collect::<Vec<_>>() {
            assert_eq!(added.await.unwrap(), Ok(true));
        }
        let text = fs::read_to_string(folder.path().join("ignore.toml")).unwrap();
        assert_eq!(text.matches("[[ignore]]").count(), 16);
    }

    #[tokio::test]
    async fn a_file_that_holds_something_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ignore.toml");
        fs::write(&path, "not toml [").unwrap();
        let refused = IgnoreFile::new(&path).add(&rule("/a")).await.unwrap_err();
        assert!(
            matches!(
                refused,
                IgnoreListError::Form {
                    why: EditError::NotToml,
                    ..
                }
            ),
            "{refused}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "not toml [");
    }
}
