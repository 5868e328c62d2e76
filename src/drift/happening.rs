//! What is on record of the past: the metadata of a Git revision, and Kubernetes events. Both are others' words: a repository
//! and a cluster are hostile text until the engine has redacted them.

use jiff::Timestamp;

/// What Git says of one revision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RevisionMetadata {
    /// Name of the author, without the address, which is personal data; empty when not told.
    pub author: String,
    /// When it was committed; `None` when not told.
    pub at: Option<Timestamp>,
    /// First line of the message.
    pub subject: String,
}

/// Which revision of an Application's sources is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RevisionOfSource {
    /// A whole commit hash: Argo CD resolves no names here.
    pub revision: String,
    /// Position of the source (from 0) when the Application has several; `None` when it has one.
    pub source: Option<usize>,
}

/// A live object, as events are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveObject {
    /// Its namespace; empty for objects of the whole cluster.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `metadata.uid`: another object may have had this name before.
    pub uid: String,
}

/// One Kubernetes event, the same one counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectEvent {
    /// `type` is `Warning`.
    pub warning: bool,
    /// Short word for why, such as `ScalingReplicaSet`.
    pub reason: String,
    /// What happened, for people.
    pub message: String,
    /// Which component said it; empty when not told.
    pub source: String,
    /// How often it happened; 1 when not told.
    pub count: u32,
    /// When it happened last; `None` when not told.
    pub at: Option<Timestamp>,
}

/// Whether a revision is a commit hash: chart versions and names have no metadata.
pub fn is_commit(revision: &str) -> bool {
    matches!(revision.len(), 40 | 64) && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::is_commit;

    #[test]
    fn only_whole_hashes_are_commits() {
        for (revision, expected) in [
            ("3f9c2ab7d1e04c5b9a6f8e2d7c1b0a9f8e7d6c5b", true),
            (&"a".repeat(64), true),
            ("3f9c2ab", false),
            ("main", false),
            ("1.2.3", false),
            (&"g".repeat(40), false),
            ("", false),
        ] {
            assert_eq!(is_commit(revision), expected, "{revision}");
        }
    }
}
