//! The decision: every differing field goes through the rules in order; the drift takes the worst.

use super::evidence::{Evidence, FieldEvidence};
use super::grade::{Cause, Confidence, Verdict};
use super::ignoring::IgnoredBy;
use super::policy::{DeclaredIgnores, capped, lowered};
use super::registry::RULES;
use super::rule::{Finding, Rule};
use crate::drift::attribution::{Actor, Attribution, attribute_change};
use crate::drift::compare::{Difference, compare};
use crate::drift::origin::Origin;
use crate::kubernetes::field::Field;

/// The judgement of one differing field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldJudgement<'a> {
    /// What differs.
    pub difference: Difference<'a>,
    /// How bad.
    pub verdict: Verdict,
    /// Why, as a slug.
    pub cause: Cause,
    /// How sure.
    pub confidence: Confidence,
    /// Why, one sentence.
    pub reason: String,
    /// Id of the rule that decided.
    pub rule: &'static str,
    /// Who.
    pub attribution: Attribution,
    /// Whose move.
    pub origin: Origin,
    /// No ignore rule without the word for it may make it less.
    pub pierces: bool,
    /// The ignore rule that hides it.
    pub ignored_by: Option<IgnoredBy>,
}

/// The judgement of one drift.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement<'a> {
    /// The worst of the fields'.
    pub verdict: Verdict,
    /// Cause of the deciding field.
    pub cause: Cause,
    /// Confidence in the deciding field.
    pub confidence: Confidence,
    /// Why, one sentence.
    pub reason: String,
    /// Id of the deciding rule.
    pub rule: &'static str,
    /// Who wrote the deciding field; of a missing or extra object, who made it.
    pub actor: Actor,
    /// All fields, worst first, then in document order. Empty for missing and extra objects.
    pub fields: Vec<FieldJudgement<'a>>,
}

/// Judges one drifted resource. `None` when a changed resource differs nowhere.
pub fn judge<'a>(evidence: &Evidence<'a>) -> Option<Judgement<'a>> {
    match (evidence.desired, evidence.live) {
        (Some(desired), Some(live)) => judge_differences(evidence, compare(desired, live)),
        _ => {
            let (rule, finding) = decide(|rule| rule.object(evidence));
            Some(Judgement {
                verdict: finding.verdict,
                cause: finding.cause,
                confidence: Confidence::new(finding.confidence),
                reason: finding.reason,
                rule,
                actor: finding.actor.unwrap_or(Actor::Unknown),
                fields: Vec::new(),
            })
        }
    }
}

/// Judges a changed resource whose sides are compared already. `None` without a difference.
pub fn judge_differences<'a>(evidence: &Evidence<'a>, differences: Vec<Difference<'a>>) -> Option<Judgement<'a>> {
    if differences.is_empty() {
        return None;
    }
    let declared = DeclaredIgnores::of(evidence);
    let fields = differences.into_iter();
    Judgement::of(
        fields
            .map(|difference| judge_field(evidence, &declared, difference))
            .collect(),
    )
}

impl<'a> Judgement<'a> {
    /// The judgement of a drift from those of its fields; `None` without any.
    pub fn of(mut fields: Vec<FieldJudgement<'a>>) -> Option<Self> {
        fields.sort_by_key(|field| std::cmp::Reverse(field.verdict));
        let worst = fields.first()?.verdict;
        let deciding = fields
            .iter()
            .take_while(|f| f.verdict == worst)
            .max_by(|a, b| a.confidence.probability().total_cmp(&b.confidence.probability()))?;
        Some(Self {
            verdict: deciding.verdict,
            cause: deciding.cause,
            confidence: deciding.confidence,
            reason: deciding.reason.clone(),
            rule: deciding.rule,
            actor: deciding.attribution.actor.clone(),
            fields,
        })
    }
}

fn judge_field<'a>(evidence: &Evidence<'a>, declared: &DeclaredIgnores<'_>, difference: Difference<'a>) -> FieldJudgement<'a> {
    // Positions in the path are those of the live side, except for what only the desired side has.
    let attribution = match (difference.live, evidence.live) {
        (Some(_), Some(live)) => attribute_change(&difference.path, live, difference.desired, evidence.managed),
        _ => Attribution::unknown(),
    };
    let origin = evidence
        .three_way()
        .map_or(Origin::Unknown, |three_way| three_way.origin(&difference, &attribution));
    let (rule, finding, verdict) = {
        let field = FieldEvidence {
            of: *evidence,
            field: Field::new(&evidence.resource.kind, difference.path.segments()),
            difference: &difference,
            attribution: attribution.clone(),
            origin,
        };
        let (rule, finding) = decide(|rule| rule.field(&field));
        let verdict = if !finding.pierces && declared.cover(&field) {
            lowered(finding.verdict)
        } else {
            finding.verdict
        };
        let verdict = capped(verdict, finding.cause, evidence.environment, evidence.caps);
        (rule, finding, verdict)
    };
    let attribution = match finding.actor {
        Some(actor) if actor != attribution.actor => Attribution {
            actor,
            ..Attribution::unknown()
        },
        _ => attribution,
    };
    FieldJudgement {
        difference,
        verdict,
        cause: finding.cause,
        confidence: Confidence::new(finding.confidence),
        reason: finding.reason,
        rule,
        attribution,
        origin: finding.origin.unwrap_or(origin),
        pierces: finding.pierces,
        ignored_by: None,
    }
}

fn decide(ask: impl Fn(&dyn Rule) -> Option<Finding>) -> (&'static str, Finding) {
    RULES
        .iter()
        .find_map(|rule| ask(*rule).map(|finding| (rule.id(), finding)))
        .unwrap_or_else(|| {
            // The last rule of the registry always answers; without it, saying "look" is the only safe answer.
            ("none", Finding::needs_review("unexplained", 0.0, "No rule explains this."))
        })
}
