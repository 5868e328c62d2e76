//! Scratch repositories: made for one piece of work, taken away with it. Nobody else works in one, so instances cannot
//! disturb each other, and whatever happens to the cache folder costs one piece of work and no more.
//!
//! A process that is killed leaves its repository behind. So each has a lock file that its process holds, and whoever makes
//! the next repository takes away those whose lock nobody holds.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::error::GitError;

const PREFIX: &str = "driftline-scratch-";
const LOCK_SUFFIX: &str = ".lock";

/// An empty folder for a repository. It is gone when this is.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: TempDir,
    lock: Lock,
}

impl Scratch {
    /// Makes one in this folder, which is made as well when it is missing, for this user alone.
    pub(super) async fn make(parent: &Path) -> Result<Self, GitError> {
        let folder = parent.to_owned();
        let made = tokio::task::spawn_blocking(move || {
            make_private_folder(&folder)?;
            take_away_abandoned(&folder);
            Self::make_blocking(&folder)
        });
        let failed = |message: String| GitError::Scratch {
            folder: parent.display().to_string(),
            message,
        };
        match made.await {
            Ok(made) => made.map_err(|error| failed(error.to_string())),
            Err(stopped) => Err(failed(stopped.to_string())),
        }
    }

    fn make_blocking(parent: &Path) -> io::Result<Self> {
        let lock = Lock::hold(parent)?;
        let folder = tempfile::Builder::new().prefix(&lock.name).rand_bytes(0).tempdir_in(parent)?;
        Ok(Self { folder, lock })
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Takes it away, off the threads that drive everything else. Dropping it does the same where it stands.
    pub(super) async fn close(self) {
        let closed = tokio::task::spawn_blocking(move || {
            let Self { folder, lock } = self;
            let path = folder.path().to_owned();
            let result = folder.close();
            drop(lock);
            match result {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::debug!(%error, folder = %path.display(), "a scratch repository is left for the next run to take away");
                }
                _ => {}
            }
        });
        if let Err(stopped) = closed.await {
            tracing::debug!(%stopped, "a scratch repository was not taken away");
        }
    }
}

/// A lock file that is held; it is gone when this is.
#[derive(Debug)]
struct Lock {
    file: File,
    path: PathBuf,
    /// Of the folder that it guards.
    name: OsString,
}

impl Lock {
    /// A lock with a name of its own. It gets its place only once it is held: else others could take it for abandoned.
    fn hold(parent: &Path) -> io::Result<Self> {
        let file = tempfile::Builder::new().prefix(PREFIX).suffix(".new").tempfile_in(parent)?;
        match file.as_file().lock() {
            Ok(()) => {}
            // Where the file system knows no locks nobody can take it, and nothing is taken away.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(error) => return Err(error),
        }
        let name = file.path().file_stem().unwrap_or_default().to_owned();
        let path = lock_of(&parent.join(&name));
        let file = file.persist_noclobber(&path).map_err(|error| error.error)?;
        Ok(Self { file, path, name })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::debug!(%error, path = %self.path.display(), "a lock file stays");
        }
        if let Err(error) = self.file.unlock() {
            tracing::debug!(%error, path = %self.path.display(), "a lock stays until the process ends");
        }
    }
}

fn lock_of(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(LOCK_SUFFIX);
    PathBuf::from(name)
}

/// What processes that ended in the middle left there. Whatever of it cannot be taken away stays for the next time.
fn take_away_abandoned(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let Some(folder) = name.strip_suffix(LOCK_SUFFIX).filter(|name| name.starts_with(PREFIX)) else {
            continue;
        };
        let Ok(file) = OpenOptions::new().write(true).open(&path) else {
            continue;
        };
        if file.try_lock().is_err() {
            continue;
        }
        let folder = parent.join(folder);
        let gone = |result: io::Result<()>| match result {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::debug!(%error, folder = %folder.display(), "an abandoned scratch repository stays");
                false
            }
            _ => true,
        };
        // The lock last: as long as it is there somebody will try again.
        if gone(fs::remove_dir_all(&folder)) {
            gone(fs::remove_file(&path));
        }
    }
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_scratch_repository_leaves_nothing_behind() {
        let cache = tempfile::tempdir().unwrap();
        let parent = cache.path().join("git");
        let (first, second) = (Scratch::make(&parent).await.unwrap(), Scratch::make(&parent).await.unwrap());
        assert_ne!(first.folder(), second.folder());
        first.close().await;
        assert!(second.folder().is_dir());
        drop(second);
        assert_eq!(names(&parent), [""; 0]);
    }

    #[tokio::test]
    async fn what_a_killed_process_left_is_taken_away_and_what_others_use_is_not() {
        let cache = tempfile::tempdir().unwrap();
        let abandoned = cache.path().join("driftline-scratch-dead");
        fs::create_dir_all(abandoned.join("objects")).unwrap();
        fs::write(lock_of(&abandoned), "").unwrap();
        fs::create_dir(cache.path().join("driftline-scratch-beginning")).unwrap();
        fs::write(cache.path().join("other.lock"), "").unwrap();
        let used = Scratch::make(cache.path()).await.unwrap();
        let name = used.folder().file_name().unwrap().to_str().unwrap().to_owned();
        let mut expected = vec![
            "other.lock".to_owned(),
            format!("{name}.lock"),
            name,
            "driftline-scratch-beginning".to_owned(),
        ];
        expected.sort();
        drop(Scratch::make(cache.path()).await.unwrap());
        assert_eq!(names(cache.path()), expected);
    }

    #[tokio::test]
    async fn a_scratch_repository_that_was_deleted_meanwhile_is_no_trouble() {
        let cache = tempfile::tempdir().unwrap();
        let parent = cache.path().join("git");
        let scratch = Scratch::make(&parent).await.unwrap();
        fs::remove_dir_all(&parent).unwrap();
        scratch.close().await;
        drop(Scratch::make(&parent).await.unwrap());
    }
}
