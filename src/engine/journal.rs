//! What is remembered of drifts between looks and between runs: when each was first seen, how often it came back, and
//! what people decided about it.
//!
//! Identities here are those that may leave the machine: of the *server*, never of the context's nickname, so that
//! renaming a context forgets nothing and a team can compare notes. Nothing here holds a value of a manifest.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use crate::drift::ApplicationIdentity;
use crate::drift::ResourceKey;

/// Identity of a drift wherever its memory goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DriftIdentity {
    /// Which Application.
    pub application: ApplicationIdentity,
    /// Which of its resources.
    pub resource: ResourceKey,
    /// Not the resource's drift but what was added to it and Argo CD calls Synced: remembered apart.
    pub invisible: bool,
}

/// One resource that drifts, as one look saw it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sighting {
    /// Which resource.
    pub resource: ResourceKey,
    /// Which difference ([`super::view::DriftView::fingerprint`]).
    pub fingerprint: String,
}

/// One complete look at an Application: the resources it names drift, every other one does not (any more), except for those
/// that it could not judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Which Application.
    pub application: ApplicationIdentity,
    /// When the look began.
    pub at: Timestamp,
    /// What drifts; empty when nothing does.
    pub seen: Vec<Sighting>,
    /// What was added and Argo CD calls Synced; `None` when nobody looked for it.
    pub invisible: Option<Vec<Sighting>>,
    /// What could not be judged: whether it drifts is not known, and nothing that was remembered of it ends.
    pub unjudged: Vec<ResourceKey>,
}

impl Observation {
    /// A look at drift alone that could judge everything.
    pub fn of_drifts(application: ApplicationIdentity, at: Timestamp, seen: Vec<Sighting>) -> Self {
        Self {
            application,
            at,
            seen,
            invisible: None,
            unjudged: Vec::new(),
        }
    }
}

/// What is remembered of one sighting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// When this very difference was first seen; never later than the look that asked.
    pub first_seen: Timestamp,
    /// How often this very difference appeared: 1 when it has been there ever since.
    pub times_seen: u32,
    /// How often the resource stopped drifting and drifted again, by whatever difference.
    pub flaps: u32,
    /// The decisions about this very difference that hold at the time of the look, the last one at the end.
    pub dispositions: Vec<Disposition>,
}

impl History {
    /// Of something never seen before.
    pub fn first(at: Timestamp) -> Self {
        Self {
            first_seen: at,
            times_seen: 1,
            flaps: 0,
            dispositions: Vec::new(),
        }
    }
}

/// Everything remembered of the drifts of one resource.
///
/// This is also the form in which a compacted journal holds it: fields may be added with a default, never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DriftMemory {
    /// Fingerprint of the difference that is there now; `None` when it does not drift.
    pub present: Option<String>,
    /// When the last line about it was written, by the writer's clock.
    pub last_event: Option<Timestamp>,
    /// How often it stopped drifting and drifted again.
    pub flaps: u32,
    /// When it did, the most recent times, oldest first.
    pub flapped_at: Vec<Timestamp>,
    /// Its most recent differences, the last seen one at the end.
    pub appearances: Vec<Appearance>,
    /// The most recent decisions about it, the last one at the end.
    pub dispositions: Vec<Disposition>,
}

impl DriftMemory {
    /// What is remembered of this difference, for a look at this time.
    pub fn history(&self, fingerprint: &str, at: Timestamp) -> History {
        let appearance = self.appearances.iter().find(|a| a.fingerprint == fingerprint);
        History {
            // A clock that was put back must not make a drift appear in the future.
            first_seen: appearance.map_or(at, |a| a.first_seen.min(at)),
            times_seen: appearance.map_or(1, |a| a.times_seen),
            flaps: self.flaps,
            dispositions: self.holding(fingerprint, at).cloned().collect(),
        }
    }

    /// The decisions about this difference that hold at a time: the last one of each kind, unless its time is over.
    pub fn holding<'a>(&'a self, fingerprint: &'a str, at: Timestamp) -> impl Iterator<Item = &'a Disposition> {
        let about = move |decision: &&Disposition| decision.fingerprint == fingerprint;
        self.dispositions
            .iter()
            .enumerate()
            .filter(move |(n, d)| {
                about(d) && {
                    let mut later = self.dispositions.iter().skip(n + 1).filter(about);
                    later.all(|other| other.kind != d.kind) && d.until.is_none_or(|until| until > at)
                }
            })
            .map(|(_, decision)| decision)
    }
}

/// One difference of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appearance {
    /// Which difference.
    pub fingerprint: String,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen, to half a day: a drift that stays is not written down at every look.
    pub last_seen: Timestamp,
    /// How often it appeared.
    pub times_seen: u32,
}

/// What a human decided about a drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DispositionKind {
    /// A rule hides it.
    Ignored,
    /// Not now: until it changes, or until a date.
    Snoozed,
    /// An issue tells of it.
    Reported,
    /// A pull request proposes what to do.
    Proposed,
    /// The live value went into the Git source.
    Accepted,
    /// The pull request was merged; it waits for a sync.
    Acknowledged,
}

impl DispositionKind {
    /// The word used in JSON and texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Snoozed => "snoozed",
            Self::Reported => "reported",
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Acknowledged => "acknowledged",
        }
    }
}

/// One decision about one difference. It is taken back by the same decision with `until` at that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disposition {
    /// What.
    pub kind: DispositionKind,
    /// About which difference: a later one of the same resource is news.
    pub fingerprint: String,
    /// By whom: a name for people.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Until when it holds; `None` for as long as the difference stays. The journal puts the time here at which it went or
    /// changed: what comes back is news.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why, in the person's words; empty when none were asked for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Where it can be read: issue, pull request, commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Everything remembered.
pub type Journal = BTreeMap<DriftIdentity, DriftMemory>;
