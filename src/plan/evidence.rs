//! What a reviewer is told of a drift, as plain redacted text. The engine fills it in; nothing here has ever been raw.

use jiff::Timestamp;

use crate::drift::{ApplicationIdentity, DriftState, ResourceKey};
use crate::verdict::{Cause, Confidence, Verdict};

/// One changed field.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedField {
    /// JSON Pointer, as text (hostile text inside).
    pub path: String,
    /// Verdict of this field.
    pub verdict: Verdict,
    /// What Git says, redacted; `None` when Git does not have it (hostile text).
    pub desired: Option<String>,
    /// What the cluster says, redacted; `None` when it does not have it (hostile text).
    pub live: Option<String>,
    /// Field manager, operation and subresource as one text; `None` when nobody can be named (hostile text).
    pub who: Option<String>,
    /// When that manager last wrote.
    pub when: Option<Timestamp>,
    /// Whose move it was, in our words.
    pub whose_move: &'static str,
    /// The ignore rule that hides it, and why (hostile text inside).
    pub ignored_by: Option<String>,
}

/// Everything that a body says of one drift.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Which Application.
    pub application: ApplicationIdentity,
    /// Its project (hostile text).
    pub project: String,
    /// Name of its cluster, for people (hostile text).
    pub cluster: String,
    /// Its environment; empty when not known (hostile text).
    pub environment: String,
    /// Which resource.
    pub resource: ResourceKey,
    /// Changed, missing or extra.
    pub state: DriftState,
    /// Argo CD calls it Synced: live additions that no sync removes.
    pub invisible: bool,
    /// Fingerprint: which difference, 16 hex digits.
    pub fingerprint: String,
    /// How bad.
    pub verdict: Verdict,
    /// How sure.
    pub confidence: Confidence,
    /// Cause of the deciding change.
    pub cause: Cause,
    /// Id of the deciding rule.
    pub rule: &'static str,
    /// Why, one sentence (hostile text inside).
    pub reason: String,
    /// What happens next, one sentence (hostile text inside).
    pub next: String,
    /// What Git says: one line for each commit, and the last sync (hostile text inside).
    pub git: Vec<String>,
    /// The changed fields, worst first.
    pub changes: Vec<ChangedField>,
    /// The difference as `diff -u` writes it: `-` what a sync would leave, `+` live (hostile text).
    pub difference: String,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When its deciding field was written, as far as the cluster tells.
    pub since: Option<Timestamp>,
    /// How often it came back.
    pub flaps: u32,
    /// Its page in Argo CD, when that is known.
    pub page: Option<String>,
    /// When this was read from Argo CD.
    pub read_at: Timestamp,
}
