//! What happens next, if nobody acts.

/// Machine value of what happens next; ordered by urgency, the most urgent last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NextKind {
    /// Nothing differs, or nothing will change by itself.
    Nothing,
    /// Not known.
    Unknown,
    /// It stays until a person syncs.
    StaysUntilSynced,
    /// A sync window, a failed sync or skip-reconcile holds it.
    Held,
    /// The next commit to the tracked branch reverts it (or applies Git).
    NextCommitReverts,
    /// The next automatic sync applies Git's newer state.
    NextSyncApplies,
    /// A sync is running.
    Syncing,
    /// Self-heal undoes it in seconds, or keeps fighting somebody for it.
    SelfHealReverts,
    /// Self-heal and somebody else undo each other again and again.
    Fight,
}

impl NextKind {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Unknown => "unknown",
            Self::StaysUntilSynced => "stays-until-synced",
            Self::Held => "held",
            Self::NextCommitReverts => "next-commit-reverts",
            Self::NextSyncApplies => "next-sync-applies",
            Self::Syncing => "syncing",
            Self::SelfHealReverts => "self-heal-reverts",
            Self::Fight => "fight",
        }
    }
}

/// What happens next: a machine value and one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// Machine value.
    pub kind: NextKind,
    /// One sentence for a person.
    pub sentence: String,
}
