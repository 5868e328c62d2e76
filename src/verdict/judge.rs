//! The decision: every differing field goes through the rules in order; the drift takes the worst.

use super::declared::{DeclaredIgnores, lowered};
use super::evidence::{Evidence, FieldEvidence};
use super::grade::{Cause, Confidence, Verdict};
use super::ignoring::{IgnoredBy, guards_something, guards_something_in};
use super::policy::ByPolicy;
use super::registry::RULES;
use super::rule::{Finding, Rule};
use crate::drift::DriftState;
use crate::drift::attribution::{Actor, Attribution, attribute_change};
use crate::drift::compare::{Difference, compare};
use crate::drift::origin::Origin;
use crate::kubernetes::field::Field;
use crate::kubernetes::objects;

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
    /// It guards something, or has a hostile form: no ignore rule without the word for it may make it less.
    pub pierces: bool,
    /// What the team's policy changed; its sentence is part of the reason.
    pub by_policy: Option<ByPolicy>,
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
    /// One of the fields that are as bad as this, or the object itself, guards something or has a hostile form.
    pub pierces: bool,
    /// What the team's policy changed of the deciding field, or of the object.
    pub by_policy: Option<ByPolicy>,
    /// All fields, worst first, then in document order. Empty for missing and extra objects.
    pub fields: Vec<FieldJudgement<'a>>,
}

/// Judges one drifted resource. `None` when a changed resource differs nowhere.
pub fn judge<'a>(evidence: &Evidence<'a>) -> Option<Judgement<'a>> {
    match (evidence.desired, evidence.live) {
        (Some(desired), Some(live)) => judge_differences(evidence, compare(desired, live)),
        _ => {
            let (rule, finding) = decide(|rule| rule.object(evidence));
            let confidence = Confidence::new(finding.confidence);
            let pierces = finding.pierces || guards_by_itself(evidence);
            let by_policy = evidence.policy.judged(finding.verdict, finding.cause, Some(confidence), || {
                // A workload that Git does not have may bring a security context of its own.
                pierces || evidence.live.is_some_and(|live| guards_something_in(evidence.resource, live))
            });
            Some(Judgement {
                verdict: by_policy.as_ref().map_or(finding.verdict, |by| by.after),
                cause: finding.cause,
                confidence,
                reason: with_policy(finding.reason, by_policy.as_ref()),
                rule,
                actor: finding.actor.unwrap_or(Actor::Unknown),
                pierces,
                by_policy,
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
        let worst = || fields.iter().take_while(|f| f.verdict == worst);
        let deciding = worst().max_by(|a, b| a.confidence.probability().total_cmp(&b.confidence.probability()))?;
        Some(Self {
            verdict: deciding.verdict,
            cause: deciding.cause,
            confidence: deciding.confidence,
            reason: deciding.reason.clone(),
            rule: deciding.rule,
            actor: deciding.attribution.actor.clone(),
            pierces: worst().any(|field| field.pierces),
            by_policy: deciding.by_policy.clone(),
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
    let (rule, finding, covered) = {
        let field = FieldEvidence {
            of: *evidence,
            field: Field::new(&evidence.resource.kind, difference.path.segments()),
            difference: &difference,
            attribution: attribution.clone(),
            origin,
        };
        let (rule, finding) = decide(|rule| rule.field(&field));
        let covered = !finding.pierces && declared.cover(&field);
        (rule, finding, covered)
    };
    let confidence = Confidence::new(finding.confidence);
    // Who declared it to be ignored was sure enough.
    let (verdict, doubtable) = if covered {
        (lowered(finding.verdict), None)
    } else {
        (finding.verdict, Some(confidence))
    };
    let by_policy = evidence.policy.judged(verdict, finding.cause, doubtable, || {
        finding.pierces || guards_something(evidence.resource, &difference)
    });
    let attribution = match finding.actor {
        Some(actor) if actor != attribution.actor => Attribution {
            actor,
            ..Attribution::unknown()
        },
        _ => attribution,
    };
    FieldJudgement {
        difference,
        verdict: by_policy.as_ref().map_or(verdict, |by| by.after),
        cause: finding.cause,
        confidence,
        reason: with_policy(finding.reason, by_policy.as_ref()),
        rule,
        attribution,
        origin: finding.origin.unwrap_or(origin),
        pierces: finding.pierces,
        by_policy,
        ignored_by: None,
    }
}

/// Whether the very presence or absence of this object guards something.
fn guards_by_itself(object: &Evidence<'_>) -> bool {
    let (group, kind) = (object.resource.group.as_str(), object.resource.kind.as_str());
    let opens = || objects::grants_access(group, kind) || objects::exposes(group, kind);
    objects::is_guardrail(group, kind) || (object.state == DriftState::Extra && opens())
}

fn with_policy(reason: String, by_policy: Option<&ByPolicy>) -> String {
    match by_policy {
        Some(by) => format!("{reason} {}", by.sentence()),
        None => reason,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::policy::{EnvironmentPolicy, Policies, VerdictOverride};
    use super::super::rules::fixture::Fixture;
    use super::*;

    /// `dev` caps everything that people do at harmless; what guards something only where `word` is said.
    fn policies(word: bool) -> Policies {
        let bounds = VerdictOverride {
            most: Some(Verdict::Harmless),
            dangerous: word,
            ..VerdictOverride::default()
        };
        let verdicts = super::super::causes::all()
            .into_iter()
            .map(|cause| (cause.to_owned(), bounds))
            .collect();
        let dev = EnvironmentPolicy {
            verdicts,
            harmless_confidence: None,
        };
        Policies {
            environments: [("dev".to_owned(), dev)].into(),
            ..Policies::default()
        }
    }

    /// (verdict, cause, reason) of the drift in `dev`.
    fn judged(fixture: Fixture, word: bool) -> (Verdict, &'static str, String) {
        let policies = policies(word);
        fixture.with(|evidence| {
            let evidence = Evidence {
                policy: policies.of("dev"),
                ..*evidence
            };
            let judgement = judge(&evidence).unwrap();
            (judgement.verdict, judgement.cause.as_str(), judgement.reason)
        })
    }

    #[test]
    fn a_capped_edit_keeps_its_cause_and_says_who_capped_it() {
        let edited = Fixture::of("ConfigMap")
            .target(json!({"data": {"a": "1"}}))
            .live(json!({"data": {"a": "2"}}))
            .by("kubectl-edit");
        assert_eq!(
            judged(edited, false),
            (
                Verdict::Harmless,
                "configmap-hotfix",
                "kubectl-edit edited configuration outside Git. By the rules risky, capped to harmless by environment `dev`."
                    .to_owned()
            )
        );
    }

    #[test]
    fn what_guards_something_or_deceives_is_capped_only_with_the_word() {
        let exposed = || {
            Fixture::of("Service")
                .target(json!({"spec": {"type": "ClusterIP"}}))
                .live(json!({"spec": {"type": "NodePort"}}))
                .by("kubectl-edit")
        };
        let deceived = || {
            Fixture::of("ConfigMap")
                .target(json!({"data": {"a": "admin"}}))
                .live(json!({"data": {"a": "\u{202e}nimda"}}))
                .by("kubectl-edit")
        };
        // The cause is a plain edit, and what came with it is not: a container that brings privileges.
        let privileged = || {
            let container = json!([{"name": "debug", "image": "debug:1", "securityContext": {"privileged": true}}]);
            Fixture::of("Pod")
                .target(json!({"spec": {"containers": []}}))
                .live(json!({"spec": {"containers": container}}))
                .by("kubectl-edit")
        };
        let no_policy = || {
            Fixture::of("NetworkPolicy")
                .group("networking.k8s.io")
                .target(json!({"spec": {}}))
                .synced_before()
        };
        let made_by_hand = || {
            Fixture::of("RoleBinding")
                .group("rbac.authorization.k8s.io")
                .live(json!({"spec": {}, "subjects": []}))
                .by_whole("kubectl-create")
        };
        let cases: [(&str, &dyn Fn() -> Fixture); 5] = [
            ("exposed", &exposed),
            ("deceived", &deceived),
            ("privileged", &privileged),
            ("no policy", &no_policy),
            ("made by hand", &made_by_hand),
        ];
        for (name, fixture) in cases {
            assert_eq!(judged(fixture(), false).0, Verdict::Risky, "{name}");
            assert_eq!(judged(fixture(), true).0, Verdict::Harmless, "{name} with the word");
        }
    }

    #[test]
    fn a_whole_object_that_guards_nothing_is_capped_too() {
        let claim = Fixture::of("PersistentVolumeClaim").live(json!({"spec": {}}));
        let (verdict, cause, _) = judged(claim, false);
        assert_eq!((verdict, cause), (Verdict::Harmless, "prune-destroys-data"));
    }
}
