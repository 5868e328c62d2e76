//! Real repositories in a temporary folder, for tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::drift::{BranchName, RepositoryFile, RepositoryPath, RepositoryUrl};

/// A repository with a checkout that commits.
pub(crate) struct Origin {
    folder: tempfile::TempDir,
}

impl Origin {
    /// An empty one, on the branch `main`.
    pub(crate) fn new() -> Self {
        Self::with_options(&[])
    }

    pub(crate) fn with_options(options: &[&str]) -> Self {
        let origin = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        origin.git(&[&["init", "--quiet", "--initial-branch=main"], options].concat());
        // As servers do.
        origin.git(&["config", "uploadpack.allowFilter", "true"]);
        origin.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
        origin
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs Git in the checkout and gives what it says, without the line end.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
            .args(arguments)
            .current_dir(self.folder())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Commits a file and gives the commit.
    pub(crate) fn commit(&self, path: &str, text: impl AsRef<[u8]>) -> String {
        let file: PathBuf = self.folder().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
        self.git(&["add", "--", path]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", "x"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// A file of a branch of it.
    pub(crate) fn file(&self, branch: &str, path: &str) -> RepositoryFile {
        file(self.folder().to_str().unwrap(), branch, path)
    }
}

/// A file of a branch of a repository.
pub(crate) fn file(repository: &str, branch: &str, path: &str) -> RepositoryFile {
    RepositoryFile {
        repository: RepositoryUrl::parse(repository).unwrap(),
        branch: BranchName::parse(branch).unwrap(),
        path: RepositoryPath::parse(path).unwrap(),
    }
}
