//! What a repository holds, and how Git writes it.

use crate::git::CommitId;

/// One entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// Path in the repository.
    pub path: String,
    /// Six octal digits, as Git writes them.
    pub mode: String,
    /// `blob`, `tree` or `commit`.
    pub kind: String,
    /// Name of the object.
    pub id: CommitId,
    /// In bytes; blobs only.
    pub size: Option<u64>,
}

/// What a tree is to hold at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeChange {
    /// Path in the repository.
    pub path: String,
    /// Six octal digits, as Git writes them.
    pub mode: String,
    /// The object; `None` removes the path.
    pub id: Option<CommitId>,
}

/// Who made a commit, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Seconds since 1970.
    pub seconds: i64,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its files.
    pub tree: CommitId,
    /// What it stands on.
    pub parents: Vec<CommitId>,
    /// Who wrote it.
    pub author: Signature,
    /// Who put it there.
    pub committer: Signature,
    /// Message.
    pub message: String,
}

/// An object of a repository, with its kind and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// `blob`, `tree`, `commit` or `tag`.
    pub kind: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// `MODE KIND ID SIZE\tPATH`; the size is padded, and a hyphen for what has none.
pub(super) fn parse_entry(entry: &str) -> Option<TreeEntry> {
    let (facts, path) = entry.split_once('\t')?;
    let mut words = facts.split_ascii_whitespace();
    Some(TreeEntry {
        path: path.to_owned(),
        mode: words.next()?.to_owned(),
        kind: words.next()?.to_owned(),
        id: CommitId::parse(words.next()?)?,
        size: words.next()?.parse().ok(),
    })
}

/// Headers, an empty line, the message.
pub(super) fn parse_commit(text: &str) -> Option<Commit> {
    let (headers, message) = text.split_once("\n\n").unwrap_or((text, ""));
    let values = |name: &'static str| {
        headers
            .lines()
            .filter_map(move |line| line.split_once(' ').filter(|(found, _)| *found == name))
            .map(|(_, value)| value)
    };
    Some(Commit {
        tree: CommitId::parse(values("tree").next()?)?,
        parents: values("parent").filter_map(CommitId::parse).collect(),
        author: parse_signature(values("author").next()?)?,
        committer: parse_signature(values("committer").next()?)?,
        message: message.to_owned(),
    })
}

/// `NAME <EMAIL> SECONDS ZONE`.
fn parse_signature(text: &str) -> Option<Signature> {
    let (name, rest) = text.split_once(" <").or_else(|| Some(("", text.strip_prefix('<')?)))?;
    let (email, rest) = rest.split_once('>')?;
    Some(Signature {
        name: name.to_owned(),
        email: email.to_owned(),
        seconds: rest.split_ascii_whitespace().next()?.parse().ok()?,
    })
}
