//! What a team's policy makes of a verdict, by environment, after the rules have spoken.
//!
//! A cause may be capped or raised, and a harmless verdict may have to be surer than elsewhere. What an environment says of a
//! cause replaces what holds everywhere. What guards something, or has a hostile form, is made less only by an override that
//! says [`DANGEROUS_WORD`](crate::ignore::DANGEROUS_WORD), as with ignore rules.

use std::collections::BTreeMap;

use super::grade::{Cause, Confidence, Verdict};

/// The bounds of one cause's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VerdictOverride {
    /// At least this bad.
    pub least: Option<Verdict>,
    /// At most this bad; never less than `least`.
    pub most: Option<Verdict>,
    /// It says the word: it makes less also of what guards something or has a hostile form.
    pub dangerous: bool,
}

/// What one environment, or every environment, asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EnvironmentPolicy {
    /// Bounds by slug of the cause.
    pub verdicts: BTreeMap<String, VerdictOverride>,
    /// A harmless verdict that is less sure than this, 0 to 1, needs review; `None` for no such limit.
    pub harmless_confidence: Option<f64>,
}

/// The policies of a team.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Policies {
    /// Where an environment says nothing.
    pub everywhere: EnvironmentPolicy,
    /// By name of the environment.
    pub environments: BTreeMap<String, EnvironmentPolicy>,
}

impl Policies {
    /// The policy of an environment.
    pub fn of<'a>(&'a self, environment: &str) -> Policy<'a> {
        Policy {
            here: self.environments.get_key_value(environment),
            everywhere: Some(&self.everywhere),
        }
    }
}

/// The policy that holds for one Application. The default changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Policy<'a> {
    here: Option<(&'a String, &'a EnvironmentPolicy)>,
    everywhere: Option<&'a EnvironmentPolicy>,
}

/// How a policy changed a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyChange {
    /// It may be at most this bad.
    Capped,
    /// It is at least this bad.
    Raised,
    /// It is not sure enough to be harmless.
    Unsure,
}

impl PolicyChange {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Capped => "capped",
            Self::Raised => "raised",
            Self::Unsure => "unsure",
        }
    }
}

/// A verdict that a policy changed.
#[derive(Debug, Clone, PartialEq)]
pub struct ByPolicy {
    /// How.
    pub change: PolicyChange,
    /// Name of the environment whose policy it is; `None` for one of every environment.
    pub environment: Option<String>,
    /// The verdict without the policy.
    pub before: Verdict,
    /// The verdict under it.
    pub after: Verdict,
    /// How sure a harmless verdict had to be, where that is why.
    least_confidence: Option<f64>,
}

impl<'a> Policy<'a> {
    /// What it makes of a verdict; `None` when it changes nothing. `confidence` is that of the rule, and `None` where not a
    /// rule but a person's own ignoring decided. `guarded` is asked only when something would be made less.
    pub fn judged(
        &self,
        before: Verdict,
        cause: Cause,
        confidence: Option<Confidence>,
        guarded: impl FnOnce() -> bool,
    ) -> Option<ByPolicy> {
        let changed = |change, environment: Option<&String>, after, least_confidence| ByPolicy {
            change,
            environment: environment.cloned(),
            before,
            after,
            least_confidence,
        };
        let limit = self.first(|policy| policy.harmless_confidence).filter(|(_, least)| {
            before == Verdict::Harmless && confidence.is_some_and(|confidence| confidence.probability() < *least)
        });
        let unsure = limit.map_or(before, |_| Verdict::NeedsReview);
        if let Some((environment, bounds)) = self.first(|policy| policy.verdicts.get(cause.as_str())) {
            if let Some(least) = bounds.least.filter(|least| unsure < *least) {
                return Some(changed(PolicyChange::Raised, environment, least, None));
            }
            if let Some(most) = bounds.most.filter(|most| unsure > *most)
                && (bounds.dangerous || !guarded())
            {
                // Who names a cause knows how sure its rule is: its bounds hold against the limit, too.
                return (most != before).then(|| changed(PolicyChange::Capped, environment, most, None));
            }
        }
        let (environment, least) = limit?;
        Some(changed(PolicyChange::Unsure, environment, unsure, Some(least)))
    }

    /// What the environment says, else what holds everywhere; with the environment's name.
    fn first<T>(&self, ask: impl Fn(&'a EnvironmentPolicy) -> Option<T>) -> Option<(Option<&'a String>, T)> {
        let here = self.here.and_then(|(name, policy)| Some((Some(name), ask(policy)?)));
        here.or_else(|| Some((None, ask(self.everywhere?)?)))
    }
}

impl ByPolicy {
    /// A sentence to be said after the rule's reason.
    pub fn sentence(&self) -> String {
        let whose = match &self.environment {
            Some(name) => format!("environment `{name}`"),
            None => "the policy for every environment".to_owned(),
        };
        let (before, after) = (words(self.before), words(self.after));
        match (self.change, self.least_confidence) {
            (PolicyChange::Capped, _) => format!("By the rules {before}, capped to {after} by {whose}."),
            (PolicyChange::Raised, _) => format!("By the rules {before}, raised to {after} by {whose}."),
            (PolicyChange::Unsure, least) => {
                let least = least.map_or_else(String::new, |least| format!(" {least}"));
                format!("By the rules {before}, but less sure than the{least} that {whose} asks for.")
            }
        }
    }
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Harmless => "harmless",
        Verdict::NeedsReview => "needs review",
        Verdict::Risky => "risky",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOTFIX: Cause = Cause::new("configmap-hotfix");
    const SURE: Option<Confidence> = None;

    fn policies() -> Policies {
        let bounds = |least, most, dangerous| VerdictOverride { least, most, dangerous };
        let policy = |verdicts: &[(&str, VerdictOverride)], harmless_confidence| EnvironmentPolicy {
            verdicts: verdicts
                .iter()
                .map(|(cause, bounds)| ((*cause).to_owned(), *bounds))
                .collect(),
            harmless_confidence,
        };
        Policies {
            everywhere: policy(
                &[
                    ("configmap-hotfix", bounds(None, Some(Verdict::Harmless), false)),
                    ("restart-trigger", bounds(Some(Verdict::NeedsReview), None, false)),
                ],
                Some(0.5),
            ),
            environments: BTreeMap::from([
                (
                    "dev".to_owned(),
                    policy(
                        &[
                            ("configmap-hotfix", bounds(None, Some(Verdict::NeedsReview), false)),
                            ("hostile-text", bounds(None, Some(Verdict::NeedsReview), false)),
                            ("impossible-writer", bounds(None, Some(Verdict::NeedsReview), true)),
                        ],
                        None,
                    ),
                ),
                ("production".to_owned(), policy(&[], Some(0.9))),
            ]),
        }
    }

    /// (verdict of the rules, cause, confidence, guarded, environment) → verdict
    #[test]
    fn an_environment_wins_over_everywhere_and_what_guards_stays_without_the_word() {
        use Verdict::{Harmless, NeedsReview, Risky};
        let policies = policies();
        let confidence = |p| Some(Confidence::new(p));
        let cases = [
            (Risky, "configmap-hotfix", SURE, false, "dev", NeedsReview),
            (Risky, "configmap-hotfix", SURE, false, "staging", Harmless),
            (Harmless, "configmap-hotfix", SURE, false, "dev", Harmless),
            (Risky, "manual-image", SURE, false, "dev", Risky),
            (Risky, "configmap-hotfix", SURE, true, "dev", Risky),
            (Risky, "hostile-text", SURE, true, "dev", Risky),
            (Risky, "impossible-writer", SURE, true, "dev", NeedsReview),
            (Harmless, "restart-trigger", SURE, true, "dev", NeedsReview),
            (Risky, "restart-trigger", SURE, false, "", Risky),
            (
                Harmless,
                "operator-default",
                confidence(0.88),
                false,
                "production",
                NeedsReview,
            ),
            (Harmless, "operator-default", confidence(0.9), false, "production", Harmless),
            (Harmless, "operator-default", confidence(0.88), false, "dev", Harmless),
            (Harmless, "operator-default", confidence(0.4), false, "dev", NeedsReview),
            (NeedsReview, "unexplained", confidence(0.1), false, "production", NeedsReview),
            (Harmless, "operator-default", None, false, "production", Harmless),
            (Harmless, "configmap-hotfix", confidence(0.4), false, "", Harmless),
            (Harmless, "configmap-hotfix", confidence(0.4), true, "", NeedsReview),
            (Harmless, "configmap-hotfix", confidence(0.4), false, "dev", NeedsReview),
        ];
        for (before, cause, confidence, guarded, environment, after) in cases {
            let changed = policies
                .of(environment)
                .judged(before, Cause::new(cause), confidence, || guarded);
            let verdict = changed.map_or(before, |by| by.after);
            assert_eq!(verdict, after, "{before} {cause} in {environment:?}");
        }
    }

    #[test]
    fn what_a_policy_changed_says_so() {
        let policies = policies();
        let said = |environment: &str, before, cause, confidence| {
            let by = policies.of(environment).judged(before, cause, confidence, || false).unwrap();
            by.sentence()
        };
        assert_eq!(
            said("dev", Verdict::Risky, HOTFIX, None),
            "By the rules risky, capped to needs review by environment `dev`."
        );
        assert_eq!(
            said("", Verdict::Harmless, Cause::new("restart-trigger"), None),
            "By the rules harmless, raised to needs review by the policy for every environment."
        );
        assert_eq!(
            said(
                "production",
                Verdict::Harmless,
                Cause::new("operator-default"),
                Some(Confidence::new(0.88))
            ),
            "By the rules harmless, but less sure than the 0.9 that environment `production` asks for."
        );
    }

    #[test]
    fn without_a_policy_nothing_changes() {
        let changed = Policy::default().judged(Verdict::Harmless, HOTFIX, Some(Confidence::new(0.0)), || false);
        assert_eq!(changed, None);
    }
}
