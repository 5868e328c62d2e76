//! Reading one file of one branch: its commit, and the text when the commit is another than the one known.

use std::fmt;
use std::path::Path;

use super::Git;
use super::command::{Printed, doing};
use super::error::GitError;
use super::scratch::Scratch;
use crate::drift::{RepositoryFile, RepositoryPath, RepositoryUrl};

/// Where the branch is fetched to.
const FETCHED: &str = "refs/remotes/origin/fetched";

/// Of answers that are a line or two.
const SHORT: u64 = 64 * 1024;

/// Name of a commit: 40 or 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CommitId(String);

impl CommitId {
    /// Reads a full name; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let is_name = matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        is_name.then(|| Self(text.to_owned()))
    }

    /// All digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The option of `git init` for its hash algorithm, where that is not the usual one.
    fn other_object_format(&self) -> Option<&'static str> {
        (self.0.len() == 64).then_some("--object-format=sha256")
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What a branch says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileRead {
    /// The branch is where it was.
    Unchanged,
    /// It is at another commit.
    At {
        /// Which.
        commit: CommitId,
        /// The file there.
        text: Result<String, FileProblem>,
    },
}

/// Why a commit has no text to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileProblem {
    /// No such file.
    Missing,
    /// Something else than a file.
    NotAFile(&'static str),
    /// Larger than is taken, in bytes.
    TooLarge(u64),
    /// Not UTF-8.
    NotText,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("the branch has no such file"),
            Self::NotAFile(what) => write!(f, "it is {what} and no file"),
            Self::TooLarge(limit) => write!(f, "it is larger than {} KiB", limit / 1024),
            Self::NotText => f.write_str("it is not UTF-8 text"),
        }
    }
}

impl Git {
    /// Reads a file at the head of a branch. The repository is asked where the branch is first: when that is `known`, nothing
    /// is fetched.
    ///
    /// # Errors
    /// When Git is missing, the repository does not answer in time, denies access or lacks the branch.
    pub async fn read(&self, file: &RepositoryFile, known: Option<&CommitId>) -> Result<FileRead, GitError> {
        let reading = async {
            let scratch = Scratch::make(&self.scratch).await?;
            let read = self.read_in(&scratch, file, known).await;
            scratch.close().await;
            read
        };
        match tokio::time::timeout(self.deadline, reading).await {
            Ok(read) => read,
            Err(_) => Err(GitError::Timeout(self.deadline)),
        }
    }

    async fn read_in(&self, scratch: &Scratch, file: &RepositoryFile, known: Option<&CommitId>) -> Result<FileRead, GitError> {
        let url = &file.repository;
        let mut folder = scratch.folder().to_owned();
        let branch = format!("refs/heads/{}", file.branch);
        self.ask(&folder, url, &["init", "--bare", "--quiet", "--template="]).await?;
        let heads = self.ask(&folder, url, &["ls-remote", "--", url.as_str(), &branch]).await?;
        let head = head_of(&heads, &branch).ok_or_else(|| GitError::BranchMissing(file.branch.to_string()))?;
        if known == Some(&head) {
            return Ok(FileRead::Unchanged);
        }
        if let Some(format) = head.other_object_format() {
            folder.push("other-format");
            self.scratch_folder(&folder).await?;
            self.ask(&folder, url, &["init", "--bare", "--quiet", "--template=", format])
                .await?;
        }
        self.ask(&folder, url, &["remote", "add", "--", "origin", url.as_str()])
            .await?;
        let refspec = format!("+{branch}:{FETCHED}");
        // Only the newest commit, and of its files only those that are read.
        let fetch = [
            "fetch",
            "--quiet",
            "--no-tags",
            "--depth=1",
            "--filter=blob:none",
            "origin",
            &refspec,
        ];
        self.ask(&folder, url, &fetch).await?;
        // The branch may have moved since it was asked for.
        let fetched = self.ask(&folder, url, &["rev-parse", "--verify", "--quiet", FETCHED]).await?;
        let commit = CommitId::parse(fetched.trim_end()).ok_or(GitError::Unexpected {
            doing: "rev-parse".to_owned(),
        })?;

        let tree = ["ls-tree", "-z", "--full-tree", commit.as_str(), "--", file.path.as_str()];
        let entries = self.ask(&folder, url, &tree).await?;
        let blob = match blob_of(&entries, &file.path) {
            Ok(blob) => blob,
            Err(problem) => {
                return Ok(FileRead::At {
                    commit,
                    text: Err(problem),
                });
            }
        };
        let text = match self.run(&folder, url, &["cat-file", "blob", blob], self.largest_file).await? {
            Printed::Whole(bytes) => String::from_utf8(bytes).map_err(|_| FileProblem::NotText),
            Printed::TooMuch => Err(FileProblem::TooLarge(self.largest_file)),
        };
        Ok(FileRead::At { commit, text })
    }

    /// Runs a command whose answer is short.
    async fn ask(&self, folder: &Path, url: &RepositoryUrl, arguments: &[&str]) -> Result<String, GitError> {
        let unexpected = || GitError::Unexpected {
            doing: doing(arguments).to_owned(),
        };
        match self.run(folder, url, arguments, SHORT).await? {
            Printed::Whole(bytes) => String::from_utf8(bytes).map_err(|_| unexpected()),
            Printed::TooMuch => Err(unexpected()),
        }
    }

    async fn scratch_folder(&self, folder: &Path) -> Result<(), GitError> {
        let made = tokio::fs::create_dir(folder).await;
        made.map_err(|error| GitError::Scratch {
            folder: folder.display().to_string(),
            message: error.to_string(),
        })
    }
}

/// The commit of exactly this reference: `git ls-remote` also tells those whose names end like it.
fn head_of(heads: &str, reference: &str) -> Option<CommitId> {
    heads
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .find(|(_, name)| *name == reference)
        .and_then(|(commit, _)| CommitId::parse(commit))
}

/// The blob of exactly this path among entries `MODE TYPE NAME\tPATH\0`.
fn blob_of<'e>(entries: &'e str, path: &RepositoryPath) -> Result<&'e str, FileProblem> {
    let entry = entries
        .split('\0')
        .filter_map(|entry| entry.split_once('\t'))
        .find(|(_, found)| *found == path.as_str())
        .ok_or(FileProblem::Missing)?;
    let mut words = entry.0.split(' ');
    match (words.next(), words.next(), words.next()) {
        (Some("120000"), ..) => Err(FileProblem::NotAFile("a symbolic link")),
        (_, Some("tree"), _) => Err(FileProblem::NotAFile("a folder")),
        (_, Some("commit"), _) => Err(FileProblem::NotAFile("a submodule")),
        (_, Some("blob"), Some(blob)) if CommitId::parse(blob).is_some() => Ok(blob),
        _ => Err(FileProblem::Missing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_reference_asked_for_is_taken() {
        let id = "a".repeat(40);
        let heads = format!("{}\trefs/heads/x/refs/heads/main\n{id}\trefs/heads/main\n", "b".repeat(40));
        assert_eq!(head_of(&heads, "refs/heads/main").map(|c| c.to_string()), Some(id));
        for heads in ["", "junk", "abc\trefs/heads/main\n", "--all\trefs/heads/main\n"] {
            assert_eq!(head_of(heads, "refs/heads/main"), None, "{heads:?}");
        }
    }

    #[test]
    fn only_a_file_of_exactly_this_path_is_read() {
        let path = RepositoryPath::parse("a/b.toml").unwrap();
        let id = "a".repeat(40);
        let entry = |mode_and_type: &str, path: &str| format!("{mode_and_type} {id}\t{path}\0");
        for (entries, expected) in [
            (entry("100644 blob", "a/b.toml"), Ok(id.as_str())),
            (entry("100755 blob", "a/b.toml"), Ok(id.as_str())),
            (
                entry("120000 blob", "a/b.toml"),
                Err(FileProblem::NotAFile("a symbolic link")),
            ),
            (entry("040000 tree", "a/b.toml"), Err(FileProblem::NotAFile("a folder"))),
            (entry("160000 commit", "a/b.toml"), Err(FileProblem::NotAFile("a submodule"))),
            (entry("100644 blob", "a/b.tom"), Err(FileProblem::Missing)),
            ("100644 blob --all\ta/b.toml\0".to_owned(), Err(FileProblem::Missing)),
            (String::new(), Err(FileProblem::Missing)),
        ] {
            assert_eq!(blob_of(&entries, &path), expected, "{entries:?}");
        }
    }
}
