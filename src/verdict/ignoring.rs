//! What ignore rules do to a judgement, after the rules of verdict have spoken.

use std::borrow::Cow;

use serde_json::Value;

use super::grade::{Cause, Confidence, Verdict};
use super::judge::{FieldJudgement, Judgement};
use crate::drift::ResourceKey;
use crate::drift::compare::Difference;
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
    pub fn under(mut self, rules: &OnResource<'_>, resource: &ResourceKey) -> Self {
        let found: Vec<Option<IgnoredBy>> = self
            .fields
            .iter()
            .map(|field| {
                // Looking for what is guarded below a field costs more than finding out that no rule names the field.
                rules.hiding(&unguarded(field))?;
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
        let fields = std::mem::take(&mut self.fields);
        let fields = fields.into_iter().zip(found).map(|(field, by)| ignored(field, by)).collect();
        Self::of(fields).unwrap_or(self)
    }
}

/// A judged field as ignore rules see it: guarded when it, or anything below it on either side, guards something.
pub fn change<'f>(field: &'f FieldJudgement<'_>, resource: &ResourceKey) -> Change<'f> {
    Change {
        guarded: field.pierces || guards_something(resource, &field.difference),
        ..unguarded(field)
    }
}

/// Whether what differs, or anything below it on either side, guards something.
pub(super) fn guards_something(resource: &ResourceKey, difference: &Difference<'_>) -> bool {
    let sides = [
        (&difference.path, difference.live),
        (&difference.desired_path, difference.desired),
    ];
    let mut below = sides.into_iter().filter_map(|(path, side)| Some((path, side?)));
    below.any(|(path, side)| guards(resource, &mut path.segments().collect(), side))
}

/// Whether anything in an object guards something.
pub(super) fn guards_something_in(resource: &ResourceKey, object: &Value) -> bool {
    guards(resource, &mut Vec::new(), object)
}

/// Whether a field, or one below it, guards something: a whole container may bring its own security context.
fn guards<'v>(resource: &ResourceKey, place: &mut Vec<Cow<'v, str>>, value: &'v Value) -> bool {
    let here = Field::new(&resource.kind, place.iter().cloned());
    if security::guards(&resource.group, &resource.kind, &here).is_some() {
        return true;
    }
    let mut below = |name: Cow<'v, str>, value: &'v Value| {
        place.push(name);
        let found = guards(resource, place, value);
        place.pop();
        found
    };
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| below(Cow::Borrowed(key), value)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .any(|(position, item)| below(Cow::Owned(position.to_string()), item)),
        _ => false,
    }
}

fn unguarded<'f>(field: &'f FieldJudgement<'_>) -> Change<'f> {
    let difference = &field.difference;
    Change {
        path: &difference.path,
        desired_path: &difference.desired_path,
        desired: difference.desired,
        live: difference.live,
        manager: field.attribution.manager(),
        guarded: false,
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
