//! The redacted view: what everyone outside the engine may know of a drift.
//!
//! Every type here that carries text from a manifest holds a private seal, so only the engine can make one, and the
//! engine makes them through the redactor.

use std::sync::Arc;

use jiff::Timestamp;

use super::journal::DispositionKind;
pub use super::scaling::ScalerView;
use crate::drift::{ApplicationKey, DriftState, HealthStatus, Pointer, ResourceKey, SyncStatus};
use crate::verdict::policy::PolicyChange;
use crate::verdict::{Cause, Confidence, Next, Verdict};

/// Only the engine can make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Seal;

/// Identity of a drift: one managed resource of one Application.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DriftKey {
    /// Which Application.
    pub application: ApplicationKey,
    /// Which of its resources.
    pub resource: ResourceKey,
    /// Not drift, but live additions that Argo CD calls Synced. A resource can have both.
    pub invisible: bool,
}

/// Verdict of an Application: the worst of its drifts', or one of the states without a judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ApplicationVerdict {
    /// Listed, not judged yet: the answer is on its way.
    Pending,
    /// Nothing differs.
    Clean,
    /// Everything that differs is harmless.
    Harmless,
    /// There is no comparison to judge; see the reason.
    CannotTell,
    /// At least one drift needs review.
    NeedsReview,
    /// At least one drift is risky.
    Risky,
}

impl ApplicationVerdict {
    /// The word used in JSON and filters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Clean => "clean",
            Self::Harmless => "harmless",
            Self::CannotTell => "cannot-tell",
            Self::NeedsReview => "needs-review",
            Self::Risky => "risky",
        }
    }
}

impl From<Verdict> for ApplicationVerdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Harmless => Self::Harmless,
            Verdict::NeedsReview => Self::NeedsReview,
            Verdict::Risky => Self::Risky,
        }
    }
}

/// Whose move made a difference (design: *origin*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OriginView {
    /// Live was edited.
    Cluster,
    /// Git is ahead, not yet synced.
    Git,
    /// Both moved: a sync would overwrite a live edit.
    Both,
    /// A controller that owns the field.
    Controller,
    /// A default of the API server or of a CRD.
    Default,
    /// The same meaning in another spelling.
    Equivalent,
    /// Not known, and said so.
    Unknown,
}

impl OriginView {
    /// In words, for people.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Cluster => "edited in the cluster",
            Self::Git => "Git moved, nobody touched the cluster",
            Self::Both => "both moved: a sync overwrites a live edit",
            Self::Controller => "a controller's own field",
            Self::Default => "a default of the API server",
            Self::Equivalent => "the same meaning, spelt differently",
            Self::Unknown => "whose move it was is not known",
        }
    }
}

/// A value that went through the redactor, as one line of JSON-like text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RedactedValue {
    text: Arc<str>,
    hidden: bool,
    seal: Seal,
}

impl RedactedValue {
    pub(super) fn new(text: impl Into<Arc<str>>, hidden: bool) -> Self {
        Self {
            text: text.into(),
            hidden,
            seal: Seal,
        }
    }

    /// The text, without secrets; control characters are still to be stripped by the screen.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the redactor replaced something in it.
    pub fn is_hidden(&self) -> bool {
        self.hidden
    }
}

/// The ignore rule that hides a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredByView {
    /// Where the rule is written.
    pub rule: String,
    /// Its reason (redacted; of a checkout, hostile text).
    pub reason: String,
    /// What the verdict would be without the rule.
    pub verdict: Verdict,
}

/// What the team's policy made of a verdict; the reason says it too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyView {
    /// Capped, raised, or not sure enough to be harmless.
    pub change: PolicyChange,
    /// Name of the environment whose policy it is; `None` for one of every environment.
    pub environment: Option<String>,
    /// What the verdict would be without the policy.
    pub verdict: Verdict,
}

/// What a person decided about a drift. It holds for this very difference and at this time; what has expired is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DispositionView {
    /// What.
    pub kind: DispositionKind,
    /// By whom: a name for people (redacted, hostile text).
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Until when; `None` for as long as the difference stays.
    pub until: Option<Timestamp>,
    /// Why, in the person's words (redacted, hostile text); may be empty.
    pub reason: String,
    /// Where it can be read: issue, pull request, commit (redacted, hostile text).
    pub link: Option<String>,
    pub(super) seal: Seal,
}

/// One changed field.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeView {
    /// Where, in the live document (in the desired one for what only Git has).
    pub path: Pointer,
    /// Verdict of this field.
    pub verdict: Verdict,
    /// Why, as a slug.
    pub cause: Cause,
    /// Id of the rule that decided.
    pub rule: &'static str,
    /// Why, as a sentence (redacted).
    pub reason: String,
    /// Whose move.
    pub origin: OriginView,
    /// Field manager as recorded, `server-default`, `admission`, or `None` when unknown. Hostile text.
    pub manager: Option<String>,
    /// `Apply` or `Update`, when a manager is known.
    pub operation: Option<&'static str>,
    /// Subresource through which it was written; empty for the main resource.
    pub subresource: String,
    /// When that manager last wrote (an upper bound for this field).
    pub time: Option<Timestamp>,
    /// What a sync would make of it; `None` when Git does not have it.
    pub desired: Option<RedactedValue>,
    /// What it is; `None` when the cluster does not have it.
    pub live: Option<RedactedValue>,
    /// The ignore rule that hides it; `None` for a change that is not ignored.
    pub ignored_by: Option<IgnoredByView>,
    /// Where it is in the desired document: a list item can stand elsewhere there.
    pub(super) desired_path: Pointer,
    /// What the team's policy made of its verdict; `None` where it changed nothing.
    pub policy: Option<PolicyView>,
    pub(super) seal: Seal,
}

/// One drift: a managed resource whose live state differs from what the next sync would make of it.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftView {
    /// Identity.
    pub key: DriftKey,
    /// Changed, missing or extra.
    pub state: DriftState,
    /// Worst of its changes'.
    pub verdict: Verdict,
    /// How sure.
    pub confidence: Confidence,
    /// Cause of the deciding change.
    pub cause: Cause,
    /// One sentence: why this verdict (redacted).
    pub reason: String,
    /// Id of the deciding rule.
    pub rule: &'static str,
    /// What the team's policy made of this verdict; `None` where it changed nothing.
    pub policy: Option<PolicyView>,
    /// What makes its verdict guards something, or has a hostile form: it comes before plain edits.
    pub security_critical: bool,
    /// Same drift as yesterday? Sixteen hex digits.
    pub fingerprint: String,
    /// The same cause in many places has the same key: kind, path without positions, manager, class of the value.
    pub group: String,
    /// When it was first seen, as far as the cluster itself tells (time of the deciding manager).
    pub since: Option<Timestamp>,
    /// When this machine first saw this very difference.
    pub first_seen: Timestamp,
    /// How often this very difference appeared: 1 when it has been there ever since.
    pub times_seen: u32,
    /// How often the resource stopped drifting and drifted again.
    pub flaps: u32,
    /// What people decided about this very difference and still holds, the last decision at the end.
    pub dispositions: Vec<DispositionView>,
    /// What Argo CD is told to ignore in this resource, as written: pointers, jq expressions, `manager NAME` (redacted; hostile
    /// text). Without `/status`, which no sync writes.
    pub argocd_ignores: Vec<String>,
    /// What happens next to this one, where it is not what happens to its Application: an object that needs pruning.
    pub next: Option<Next>,
    /// The autoscalers of its Application that target it.
    pub scalers: Vec<ScalerView>,
    /// The field changes, worst first.
    pub changes: Vec<ChangeView>,
    pub(super) seal: Seal,
}

impl DriftView {
    /// The change that decided the verdict; `None` for missing and extra resources without field changes.
    pub fn deciding(&self) -> Option<&ChangeView> {
        self.changes.iter().find(|c| c.verdict == self.verdict)
    }

    /// The last decision about it that holds.
    pub fn disposition(&self) -> Option<&DispositionView> {
        self.dispositions.last()
    }

    /// Whether only Git moved: nobody touched the cluster.
    pub fn is_git_ahead(&self) -> bool {
        self.verdict == Verdict::NeedsReview
            && !self.changes.is_empty()
            && self
                .changes
                .iter()
                .all(|c| c.origin == OriginView::Git || c.verdict == Verdict::Harmless)
    }
}

/// The last sync, when it did not go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedSyncView {
    /// Revision(s) it was to sync to; empty when not told.
    pub revisions: Vec<String>,
    /// When it ended; `None` when not told.
    pub at: Option<Timestamp>,
    /// Argo CD's words (redacted; hostile text); empty when not told.
    pub message: String,
    pub(super) seal: Seal,
}

/// One Application as screens and commands see it.
#[derive(Debug, Clone, PartialEq)]
pub struct ApplicationView {
    /// Identity.
    pub key: ApplicationKey,
    /// `spec.project`.
    pub project: String,
    /// Cluster name for people.
    pub cluster: String,
    /// Environment (label `env`/`environment`, or by configuration); empty when not known.
    pub environment: String,
    /// Argo CD's word.
    pub sync_status: SyncStatus,
    /// Argo CD's word.
    pub health: HealthStatus,
    /// Verdict, or why there is none.
    pub verdict: ApplicationVerdict,
    /// For [`ApplicationVerdict::CannotTell`]: why, one sentence (redacted; hostile text inside).
    pub reason: Option<String>,
    /// What happens next.
    pub next: Next,
    /// Drifts, the most urgent first ([`super::urgency`]).
    pub drifts: Vec<Arc<DriftView>>,
    /// Live additions that Argo CD calls Synced, the most urgent first. Never counted as drift.
    pub invisible: Vec<Arc<DriftView>>,
    /// Revision(s) Argo CD compares with.
    pub revisions: Vec<String>,
    /// Revision(s) last synced; empty when not known.
    pub synced_revisions: Vec<String>,
    /// When the last sync ended.
    pub synced_at: Option<Timestamp>,
    /// The last sync operation, if it failed.
    pub failed_sync: Option<Box<FailedSyncView>>,
    /// What each source is to follow: branch, tag, commit or version range; empty for `HEAD` (redacted; hostile text).
    pub target_revisions: Vec<String>,
    /// Last comparison against freshly resolved Git; `None` when not known.
    pub reconciled_at: Option<Timestamp>,
    /// When we fetched this.
    pub fetched_at: Timestamp,
    /// Why the last look at its resources failed, if it did; the drifts shown are then the last good ones.
    pub stale: Option<String>,
    pub(super) seal: Seal,
}

impl ApplicationView {
    /// Its drifts and its invisible additions, worst first; of the same verdict drift comes first.
    pub fn findings(&self) -> Vec<&Arc<DriftView>> {
        let mut findings: Vec<&Arc<DriftView>> = self.drifts.iter().chain(&self.invisible).collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
        findings
    }

    /// What is worst of it: a drift, or an addition that is worse than every drift.
    pub fn worst(&self) -> Option<&Arc<DriftView>> {
        match (self.drifts.first(), self.invisible.first()) {
            (Some(drift), Some(addition)) if addition.verdict > drift.verdict => Some(addition),
            (drift, addition) => drift.or(addition),
        }
    }

    /// The drift or addition of this identity.
    pub fn finding(&self, key: &DriftKey) -> Option<&Arc<DriftView>> {
        let side = if key.invisible { &self.invisible } else { &self.drifts };
        side.iter().find(|finding| finding.key == *key)
    }

    /// Most recent time at which one of its drifts was written, for the age column.
    pub fn since(&self) -> Option<Timestamp> {
        let findings = self.drifts.iter().chain(&self.invisible);
        findings
            .filter(|d| ApplicationVerdict::from(d.verdict) == self.verdict)
            .filter_map(|d| d.since)
            .max()
    }
}
