//! What ignore rules do to a judgement, after the rules of verdict have spoken.

use super::grade::{Cause, Confidence, Verdict};
use super::judge::{FieldJudgement, Judgement};
use crate::drift::ResourceKey;
use crate::ignore::{Change, OnResource};
use crate::kubernetes::field::Field;
use crate::kubernetes::security;

/// The cause of a change that an ignore rule hides.
pub const IGNORED: Cause = Cause::new("ignored");

/// The ignore rule that hides a change.
#[derive(Debug, Clone, PartialEq)]
pub struct IgnoredBy {
    /// Where the rule is written.
    pub rule: String,
    /// The rule's reason: a person's text, of a checkout hostile.
    pub reason: String,
    /// What the verdict would be without the rule.
    pub verdict: Verdict,
}

impl Judgement<'_> {
    /// The same judgement where what the rules hide is harmless, and says which rule hid it. What guards something, or has a
    /// hostile form, stays unless a rule carries the word for it.
    #[must_use]
    pub fn under(self, rules: &OnResource<'_>, resource: &ResourceKey) -> Self {
        let found: Vec<Option<IgnoredBy>> = self
            .fields
            .iter()
            .map(|field| {
                let rule = rules.hiding(&change(field, resource))?;
                Some(IgnoredBy {
                    rule: rule.origin.to_string(),
                    reason: rule.reason.clone(),
                    verdict: field.verdict,
                })
            })
            .collect();
        if found.iter().all(Option::is_none) {
            return self;
        }
        let (verdict, cause, confidence, reason, rule, actor) =
            (self.verdict, self.cause, self.confidence, self.reason, self.rule, self.actor);
        let fields = self
            .fields
            .into_iter()
            .zip(found)
            .map(|(field, by)| ignored(field, by))
            .collect();
        Self::of(fields).unwrap_or(Self {
            verdict,
            cause,
            confidence,
            reason,
            rule,
            actor,
            fields: Vec::new(),
        })
    }
}

/// A judged field as ignore rules see it.
pub fn change<'f>(field: &'f FieldJudgement<'_>, resource: &ResourceKey) -> Change<'f> {
    let difference = &field.difference;
    let place = Field::new(&resource.kind, difference.path.segments());
    Change {
        path: &difference.path,
        desired_path: &difference.desired_path,
        desired: difference.desired,
        live: difference.live,
        manager: field.attribution.manager(),
        guarded: field.pierces || security::guards(&resource.group, &resource.kind, &place).is_some(),
    }
}

fn ignored<'a>(field: FieldJudgement<'a>, by: Option<IgnoredBy>) -> FieldJudgement<'a> {
    let Some(by) = by else { return field };
    FieldJudgement {
        verdict: Verdict::Harmless,
        cause: IGNORED,
        // A person decided it.
        confidence: Confidence::new(1.0),
        reason: format!("Ignored by {}: {}", by.rule, by.reason),
        ignored_by: Some(by),
        ..field
    }
}
