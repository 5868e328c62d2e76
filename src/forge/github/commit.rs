//! A commit on a branch, without a clone: nothing of it can be seen until the branch points to it.

use std::collections::HashMap;

use serde::Serialize;

use super::GitHub;
use super::call::Verb;
use super::objects::{Commit, Named, Reference, Tree, TreeEntry};
use crate::engine::ports::{ForgeError, Push};
use crate::plan::FileChange;

/// Mode of a file that is new.
const PLAIN_FILE: &str = "100644";

/// Folder whose files a token may write only with a permission of its own, and which run with the repository's secrets.
const WORKFLOWS: &str = ".github/workflows/";

const WHAT: &str = "the files";

#[derive(Debug, Serialize)]
struct NewEntry<'a> {
    path: &'a str,
    mode: String,
    #[serde(rename = "type")]
    kind: &'static str,
    content: &'a str,
}

#[derive(Debug, Serialize)]
struct NewTree<'a> {
    base_tree: &'a str,
    tree: Vec<NewEntry<'a>>,
}

/// Without an author: then GitHub takes whose token it is, and signs for Apps.
#[derive(Debug, Serialize)]
struct NewCommit<'a> {
    message: &'a str,
    tree: &'a str,
    parents: [&'a str; 1],
}

#[derive(Debug, Serialize)]
struct NewReference<'a> {
    r#ref: String,
    sha: &'a str,
}

#[derive(Debug, Serialize)]
struct MovedReference<'a> {
    sha: &'a str,
    force: bool,
}

/// Segments of the path of a branch, which stay what they are: a slash in a branch is one in the path.
pub(super) fn branch_path<'a>(before: &[&'a str], branch: &'a str) -> Vec<&'a str> {
    before.iter().copied().chain(["heads"]).chain(branch.split('/')).collect()
}

impl GitHub {
    /// See [`Forge::push`](crate::engine::ports::Forge::push).
    pub(super) async fn push_commit(&self, push: Push<'_>) -> Result<String, ForgeError> {
        let parent: Commit = self
            .get("the commit", &self.route_here(&["git", "commits", push.parent], &[]))
            .await?;
        let mut entries = Vec::new();
        let mut looked_at = HashMap::new();
        for file in push.files {
            entries.push(NewEntry {
                path: file.path.as_str(),
                mode: self.mode(&parent.tree.sha, file, &mut looked_at).await?,
                kind: "blob",
                content: &file.contents,
            });
        }
        let new = NewTree {
            base_tree: &parent.tree.sha,
            tree: entries,
        };
        let tree: Named = self.write(WHAT, Verb::Post, &["git", "trees"], &new).await?;
        let new = NewCommit {
            message: push.message,
            tree: &tree.sha,
            parents: [push.parent],
        };
        let commit: Named = self.write("the commit", Verb::Post, &["git", "commits"], &new).await?;
        if push.exists {
            let moved = MovedReference {
                sha: &commit.sha,
                force: false,
            };
            let path = branch_path(&["git", "refs"], push.branch);
            let _: Reference = self.write("the branch", Verb::Patch, &path, &moved).await?;
        } else {
            let made = NewReference {
                r#ref: format!("refs/heads/{}", push.branch),
                sha: &commit.sha,
            };
            let _: Reference = self.write("the branch", Verb::Post, &["git", "refs"], &made).await?;
        }
        Ok(commit.sha)
    }

    /// The mode that a file has, or that of a new one. Folder by folder: the contents call follows symbolic links without a
    /// word, and a whole tree is cut off in large repositories.
    async fn mode(
        &self,
        root: &str,
        file: &FileChange,
        looked_at: &mut HashMap<String, Vec<TreeEntry>>,
    ) -> Result<String, ForgeError> {
        let path = file.path.as_str();
        if path.starts_with(WORKFLOWS) {
            return Err(self.refused(WHAT, format!("{path} is a workflow, which driftline does not write")));
        }
        let mut folder = root.to_owned();
        let mut segments = path.split('/').peekable();
        while let Some(segment) = segments.next() {
            let is_last = segments.peek().is_none();
            if !looked_at.contains_key(&folder) {
                let read: Tree = self.get(WHAT, &self.route_here(&["git", "trees", &folder], &[])).await?;
                if read.truncated {
                    return Err(self.refused(WHAT, format!("the folder of {path} is too large to be looked into")));
                }
                looked_at.insert(folder.clone(), read.tree);
            }
            let entries = looked_at.get(&folder).map(Vec::as_slice).unwrap_or_default();
            let entry = entries.iter().find(|entry| entry.path == segment);
            match entry.map(|entry| (entry.kind.as_str(), entry.mode.as_str(), &entry.sha)) {
                None => return Ok(PLAIN_FILE.to_owned()),
                Some(("tree", _, id)) if !is_last => folder.clone_from(id),
                Some(("blob", mode @ ("100644" | "100755"), _)) if is_last => return Ok(mode.to_owned()),
                Some((kind, mode, _)) => {
                    let is = match (kind, mode) {
                        (_, "120000") => "a symbolic link",
                        ("commit", _) => "a submodule",
                        ("tree", _) => "a folder",
                        _ => "a file",
                    };
                    return Err(self.refused(WHAT, format!("in {path}, {segment} is {is}")));
                }
            }
        }
        Ok(PLAIN_FILE.to_owned())
    }
}
