//! What a rule is.

use super::evidence::{Evidence, FieldEvidence};
use super::grade::{Cause, Verdict};
use crate::drift::attribution::Actor;
use crate::drift::origin::Origin;

/// What a rule found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How bad.
    pub verdict: Verdict,
    /// Why, as a slug.
    pub cause: Cause,
    /// How sure the rule is when all its evidence is there, 0 to 1.
    pub confidence: f64,
    /// Why, one sentence. It never quotes a value from a manifest (a secret could be in it), only names of fields,
    /// managers and objects, and numbers that the rule parsed.
    pub reason: String,
    /// Whose move, where the rule knows better than the base.
    pub origin: Option<Origin>,
    /// Who, where the rule knows better than the managed fields.
    pub actor: Option<Actor>,
    /// No ignore rule may make it less: hostile form, and what guards something.
    pub pierces: bool,
}

impl Finding {
    /// A finding without a better origin or actor.
    pub fn new(verdict: Verdict, cause: &'static str, confidence: f64, reason: impl Into<String>) -> Self {
        Self {
            verdict,
            cause: Cause::new(cause),
            confidence,
            reason: reason.into(),
            origin: None,
            actor: None,
            pierces: false,
        }
    }

    /// Nobody has to look.
    pub fn harmless(cause: &'static str, confidence: f64, reason: impl Into<String>) -> Self {
        Self::new(Verdict::Harmless, cause, confidence, reason)
    }

    /// Real, and it can wait.
    pub fn needs_review(cause: &'static str, confidence: f64, reason: impl Into<String>) -> Self {
        Self::new(Verdict::NeedsReview, cause, confidence, reason)
    }

    /// Look now.
    pub fn risky(cause: &'static str, confidence: f64, reason: impl Into<String>) -> Self {
        Self::new(Verdict::Risky, cause, confidence, reason)
    }

    /// Says whose move it was.
    #[must_use]
    pub fn by(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Says that no ignore rule may make it less.
    #[must_use]
    pub fn piercing(mut self) -> Self {
        self.pierces = true;
        self
    }

    /// Says who it was.
    #[must_use]
    pub fn from(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }
}

/// One rule: one file, one registry line.
pub trait Rule: Sync {
    /// Stable id; reads well after "ignore".
    fn id(&self) -> &'static str;

    /// The rule's own source file: its `//!` lines are its page.
    fn source(&self) -> &'static str;

    /// Judges one differing field; `None` when the rule has nothing to say.
    fn field(&self, _field: &FieldEvidence<'_>) -> Option<Finding> {
        None
    }

    /// Judges a missing or extra object; `None` when the rule has nothing to say.
    fn object(&self, _object: &Evidence<'_>) -> Option<Finding> {
        None
    }

    /// What it means, why, an example, when it is wrong: Markdown.
    fn page(&self) -> String {
        let lines = self.source().lines().map_while(|line| line.strip_prefix("//!"));
        lines
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n")
    }
}
