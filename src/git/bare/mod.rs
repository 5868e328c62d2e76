//! A bare repository on disk, object by object: what a forge has behind its API.
//!
//! Nothing of the person's configuration reaches it, and nothing is signed: it is ours from the first byte.

mod objects;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::command::{Given, Printed, doing};
use super::{CommitId, Git, GitError};
use crate::drift::RepositoryUrl;

pub use objects::{Commit, Object, Signature, TreeChange, TreeEntry};
use objects::{parse_commit, parse_entry};

/// Of any object or listing, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What a name without an object is compared with.
const NOTHING: &str = "0000000000000000000000000000000000000000";

/// A bare repository in a folder.
#[derive(Debug)]
pub struct BareRepository {
    git: Git,
    folder: PathBuf,
    url: RepositoryUrl,
    indexes: AtomicU64,
}

impl BareRepository {
    /// Makes an empty one in this folder, whose `HEAD` is this branch.
    ///
    /// # Errors
    /// Git is missing, or the folder cannot be made.
    pub async fn init(git: Git, folder: &Path, head: &str) -> Result<Self, GitError> {
        let unusable = |message: String| GitError::Scratch {
            folder: folder.display().to_string(),
            message,
        };
        let made = tokio::fs::create_dir_all(folder).await;
        made.map_err(|error| unusable(error.to_string()))?;
        // Nothing but this machine is ever spoken to, whatever the folder is called.
        let url = RepositoryUrl::parse("/").map_err(|error| unusable(error.to_owned()))?;
        let repository = Self {
            git,
            folder: folder.to_owned(),
            url,
            indexes: AtomicU64::new(0),
        };
        let head = format!("--initial-branch={head}");
        repository.text(&["init", "--bare", "--quiet", "--template=", &head]).await?;
        Ok(repository)
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes every branch and tag of a bundle.
    ///
    /// # Errors
    /// It is no bundle, or does not stand alone.
    pub async fn take_bundle(&self, bundle: &Path) -> Result<(), GitError> {
        let path = bundle.to_string_lossy();
        let everything = [
            "fetch",
            "--quiet",
            "--",
            &path,
            "+refs/heads/*:refs/heads/*",
            "+refs/tags/*:refs/tags/*",
        ];
        self.text(&everything).await.map(drop)
    }

    /// References whose full names begin with these segments, and what they point to.
    ///
    /// # Errors
    /// The repository is damaged or gone.
    pub async fn references(&self, below: &str) -> Result<Vec<(String, CommitId)>, GitError> {
        let told = self
            .text(&["for-each-ref", "--format=%(objectname) %(refname)", "--", below])
            .await?;
        let read = |line: &str| {
            let (id, name) = line.split_once(' ')?;
            Some((name.to_owned(), CommitId::parse(id)?))
        };
        Ok(told.lines().filter_map(read).collect())
    }

    /// What a reference points to; `None` when there is none of this name.
    ///
    /// # Errors
    /// The repository is damaged or gone.
    pub async fn reference(&self, name: &str) -> Result<Option<CommitId>, GitError> {
        let found = self.references(name).await?;
        Ok(found.into_iter().find(|(found, _)| found == name).map(|(_, id)| id))
    }

    /// Points a reference to an object (`None` removes it), if it still points to `before` (`None`: if there is none).
    ///
    /// # Errors
    /// It points elsewhere by now, or the name is none that Git takes.
    pub async fn set_reference(&self, name: &str, to: Option<&CommitId>, before: Option<&CommitId>) -> Result<(), GitError> {
        let before = before.map_or(NOTHING, CommitId::as_str);
        let changed = match to {
            Some(to) => self.text(&["update-ref", "--", name, to.as_str(), before]).await,
            None => self.text(&["update-ref", "-d", "--", name, before]).await,
        };
        changed.map(drop)
    }

    /// An object; `None` when there is none of this name.
    ///
    /// # Errors
    /// The repository is damaged or gone, or the object is larger than 64 MiB.
    pub async fn object(&self, id: &CommitId) -> Result<Option<Object>, GitError> {
        let arguments = ["cat-file", "--batch"];
        let asked = format!("{id}\n");
        let given = Given {
            input: asked.as_bytes(),
            environment: &[],
        };
        let told = self.bytes(&arguments, given).await?;
        let unexpected = || GitError::Unexpected {
            doing: doing(&arguments).to_owned(),
        };
        // `ID KIND SIZE`, a line end, that many bytes, a line end.
        let end = told.iter().position(|b| *b == b'\n').ok_or_else(unexpected)?;
        let (head, rest) = told.split_at(end);
        let head = String::from_utf8_lossy(head);
        let mut words = head.split(' ').skip(1);
        match (words.next(), words.next().and_then(|size| size.parse::<usize>().ok())) {
            (Some("missing"), _) => Ok(None),
            (Some(kind), Some(size)) => Ok(Some(Object {
                kind: kind.to_owned(),
                bytes: rest.get(1..=size).ok_or_else(unexpected)?.to_vec(),
            })),
            _ => Err(unexpected()),
        }
    }

    /// A commit; `None` when the name is that of nothing or of something else.
    ///
    /// # Errors
    /// As [`BareRepository::object`].
    pub async fn commit(&self, id: &CommitId) -> Result<Option<Commit>, GitError> {
        let object = self.object(id).await?.filter(|object| object.kind == "commit");
        Ok(object.and_then(|object| parse_commit(&String::from_utf8_lossy(&object.bytes))))
    }

    /// Entries of a tree, or of everything below it.
    ///
    /// # Errors
    /// It is no tree.
    pub async fn tree(&self, id: &CommitId, recursive: bool) -> Result<Vec<TreeEntry>, GitError> {
        let mut arguments = vec!["ls-tree", "-z", "-l", "--full-tree"];
        if recursive {
            arguments.extend(["-r", "-t"]);
        }
        arguments.push(id.as_str());
        let told = self.text(&arguments).await?;
        Ok(told.split('\0').filter_map(parse_entry).collect())
    }

    /// Keeps these bytes.
    ///
    /// # Errors
    /// The disk is full, or the repository is gone.
    pub async fn write_blob(&self, bytes: &[u8]) -> Result<CommitId, GitError> {
        let given = Given {
            input: bytes,
            environment: &[],
        };
        self.id(&["hash-object", "-w", "--stdin"], given).await
    }

    /// Makes a tree that differs from `base` (an empty one without) by these changes.
    ///
    /// # Errors
    /// A path is none that Git takes, or an object is not there.
    pub async fn write_tree(&self, base: Option<&CommitId>, changes: &[TreeChange]) -> Result<CommitId, GitError> {
        let index = self.index();
        let written = self.write_tree_in(&index, base, changes).await;
        match tokio::fs::remove_file(&index).await {
            // Where Git failed before it made one.
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::debug!(%error, index = %index.display(), "an index stays");
            }
            _ => {}
        }
        written
    }

    /// A file name that nobody else uses.
    fn index(&self) -> PathBuf {
        let number = self.indexes.fetch_add(1, Ordering::Relaxed);
        self.folder.join(format!("driftline-index-{number}"))
    }

    async fn write_tree_in(&self, index: &Path, base: Option<&CommitId>, changes: &[TreeChange]) -> Result<CommitId, GitError> {
        let environment = [("GIT_INDEX_FILE", index.as_os_str())];
        let given = |input| Given {
            input,
            environment: &environment,
        };
        let begin: &[&str] = match base {
            Some(base) => &["read-tree", base.as_str()],
            None => &["read-tree", "--empty"],
        };
        self.bytes(begin, given(&[])).await?;
        // In two ways: the one that removes without a checkout passes over paths that it does not take, without a word.
        let mut removed = Vec::new();
        let mut added = Vec::new();
        for change in changes {
            match &change.id {
                Some(id) => added.push(format!("{},{id},{}", change.mode, change.path)),
                None => removed.extend_from_slice(format!("0 {NOTHING}\t{}\0", change.path).as_bytes()),
            }
        }
        if !removed.is_empty() {
            self.bytes(&["update-index", "-z", "--index-info"], given(&removed)).await?;
        }
        if !added.is_empty() {
            let mut arguments = vec!["update-index", "--add", "--replace"];
            for entry in &added {
                arguments.extend(["--cacheinfo", entry]);
            }
            self.bytes(&arguments, given(&[])).await?;
        }
        self.id(&["write-tree"], given(&[])).await
    }

    /// Makes a commit.
    ///
    /// # Errors
    /// The tree or a parent is not there.
    pub async fn write_commit(&self, commit: &Commit) -> Result<CommitId, GitError> {
        let mut arguments = vec!["commit-tree", commit.tree.as_str(), "-F", "-"];
        for parent in &commit.parents {
            arguments.extend(["-p", parent.as_str()]);
        }
        let date = |signature: &Signature| OsString::from(format!("@{} +0000", signature.seconds));
        let (authored, committed) = (date(&commit.author), date(&commit.committer));
        let environment = [
            ("GIT_AUTHOR_NAME", OsStr::new(&commit.author.name)),
            ("GIT_AUTHOR_EMAIL", OsStr::new(&commit.author.email)),
            ("GIT_AUTHOR_DATE", authored.as_os_str()),
            ("GIT_COMMITTER_NAME", OsStr::new(&commit.committer.name)),
            ("GIT_COMMITTER_EMAIL", OsStr::new(&commit.committer.email)),
            ("GIT_COMMITTER_DATE", committed.as_os_str()),
        ];
        let given = Given {
            input: commit.message.as_bytes(),
            environment: &environment,
        };
        self.id(&arguments, given).await
    }

    /// How many commits `head` has that `base` has not.
    ///
    /// # Errors
    /// One of them is not there.
    pub async fn ahead(&self, base: &CommitId, head: &CommitId) -> Result<u64, GitError> {
        let arguments = ["rev-list", "--count", head.as_str(), "--not", base.as_str(), "--"];
        let told = self.text(&arguments).await?;
        told.trim_end().parse().map_err(|_| GitError::Unexpected {
            doing: doing(&arguments).to_owned(),
        })
    }

    /// The tree that merging `head` into `base` makes.
    ///
    /// # Errors
    /// They conflict, or one of them is not there.
    pub async fn merged_tree(&self, base: &CommitId, head: &CommitId) -> Result<CommitId, GitError> {
        self.id(
            &["merge-tree", "--write-tree", base.as_str(), head.as_str()],
            Given::default(),
        )
        .await
    }

    /// What `to` has changed since it and `from` had the same commit, as `git diff` says it.
    ///
    /// # Errors
    /// One of them is not there.
    pub async fn difference(&self, from: &CommitId, to: &CommitId) -> Result<String, GitError> {
        let bytes = self
            .bytes(
                &[
                    "diff-tree",
                    "--merge-base",
                    "-p",
                    "--no-color",
                    "--no-ext-diff",
                    "--no-textconv",
                    from.as_str(),
                    to.as_str(),
                ],
                Given::default(),
            )
            .await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn id(&self, arguments: &[&str], given: Given<'_>) -> Result<CommitId, GitError> {
        let told = self.bytes(arguments, given).await?;
        let id = std::str::from_utf8(&told).ok().map(str::trim_end).and_then(CommitId::parse);
        id.ok_or_else(|| GitError::Unexpected {
            doing: doing(arguments).to_owned(),
        })
    }

    async fn text(&self, arguments: &[&str]) -> Result<String, GitError> {
        let bytes = self.bytes(arguments, Given::default()).await?;
        String::from_utf8(bytes).map_err(|_| GitError::Unexpected {
            doing: doing(arguments).to_owned(),
        })
    }

    async fn bytes(&self, arguments: &[&str], given: Given<'_>) -> Result<Vec<u8>, GitError> {
        let mut environment = given.environment.to_vec();
        environment.extend([
            ("GIT_CONFIG_NOSYSTEM", OsStr::new("1")),
            ("GIT_CONFIG_GLOBAL", OsStr::new("/dev/null")),
        ]);
        let given = Given {
            input: given.input,
            environment: &environment,
        };
        let running = self.git.run_given(&self.folder, &self.url, arguments, given, LARGEST);
        match tokio::time::timeout(self.git.deadline, running).await {
            Ok(Ok(Printed::Whole(bytes))) => Ok(bytes),
            Ok(Ok(Printed::TooMuch)) => Err(GitError::Unexpected {
                doing: doing(arguments).to_owned(),
            }),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(GitError::Timeout(self.git.deadline)),
        }
    }
}

#[cfg(test)]
mod tests;
