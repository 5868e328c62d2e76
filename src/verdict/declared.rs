//! What an Application's own ignore rules (`spec.ignoreDifferences`) do to a verdict, after the rules have spoken.

use serde_json::Value;

use super::evidence::{Evidence, FieldEvidence};
use super::grade::Verdict;
use crate::drift::attribution::{Attribution, attribute_change};
use crate::drift::compare::{Difference, compare};
use crate::drift::origin::Origin;
use crate::drift::{Application, IgnoreDifference, Pointer};
use crate::ignore::Change;
use crate::ignore::jq::JqPath;
use crate::ignore::rule_set::hides;
use crate::kubernetes::field::Field;
use crate::kubernetes::spelling::same_amount;

/// One step less: what an Application declares to be ignored is still shown, but it is not news.
pub fn lowered(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Risky => Verdict::NeedsReview,
        Verdict::NeedsReview | Verdict::Harmless => Verdict::Harmless,
    }
}

/// Every entry of an Application's `spec.ignoreDifferences`, its jq expressions compiled: once for all of its objects.
#[derive(Debug, Clone, Default)]
pub struct Declared(Vec<(IgnoreDifference, Vec<JqPath>)>);

impl Declared {
    /// Compiles them. An expression that is not accepted (see [`crate::ignore::jq`]) hides nothing.
    pub fn of(application: &Application) -> Self {
        let compiled = |ignore: &IgnoreDifference| {
            let expressions = ignore.jq_path_expressions.iter();
            expressions.filter_map(|expression| JqPath::parse(expression).ok()).collect()
        };
        let entries = application.ignore_differences.iter();
        Self(entries.map(|ignore| (ignore.clone(), compiled(ignore))).collect())
    }
}

/// What `spec.ignoreDifferences` of the Application says of one object (Argo CD, `util/argo/normalizers`): group and kind are
/// globs, an empty group is the core group only, name and namespace are exact, a pointer hides itself and all below.
#[derive(Debug)]
pub struct DeclaredIgnores<'a> {
    about: Vec<&'a IgnoreDifference>,
    /// What their jq expressions name on the desired and on the live side.
    named: Vec<(Vec<Pointer>, Vec<Pointer>)>,
}

impl<'a> DeclaredIgnores<'a> {
    /// Those that are about the object, and what their jq expressions name in it.
    pub fn of(evidence: &Evidence<'a>) -> Self {
        let entries = evidence.declared.0.iter();
        let about: Vec<&(IgnoreDifference, Vec<JqPath>)> =
            entries.filter(|(ignore, _)| ignore.is_about(evidence.resource)).collect();
        let fields = |path: &JqPath, side: Option<&Value>| side.map(|side| path.fields(side)).unwrap_or_default();
        let named = about
            .iter()
            .flat_map(|(_, paths)| paths)
            .map(|path| (fields(path, evidence.desired), fields(path, evidence.live)))
            .collect();
        Self {
            about: about.into_iter().map(|(ignore, _)| ignore).collect(),
            named,
        }
    }

    /// Whether they really match this field.
    pub fn cover(&self, field: &FieldEvidence<'_>) -> bool {
        self.about
            .iter()
            .any(|ignore| has_pointer(ignore, &field.difference.path) || has_manager(ignore, field))
            || self.named.iter().any(|(desired, live)| hides(desired, live, &change(field)))
    }
}

/// Fields that a sync of this object writes although its Application's `ignoreDifferences` hide that they differ: those that
/// Git sets. `RespectIgnoreDifferences` would keep them. What is left to others in `status` no sync writes.
pub fn hidden_by_ignores(evidence: &Evidence<'_>) -> Vec<Pointer> {
    let (Some(target), Some(live)) = (evidence.target, evidence.raw_live) else {
        return Vec::new();
    };
    let raw = Evidence {
        desired: Some(target),
        live: Some(live),
        ..*evidence
    };
    let declared = DeclaredIgnores::of(&raw);
    if declared.about.is_empty() {
        return Vec::new();
    }
    let is_written = |difference: &Difference<'_>| {
        difference.path.segments().next().as_deref() != Some("status")
            && match (difference.desired, difference.live) {
                (Some(desired), Some(live)) => {
                    let segments: Vec<_> = difference.path.segments().collect();
                    same_amount(segments.iter().map(AsRef::as_ref), desired, live).is_none()
                }
                (desired, _) => desired.is_some(),
            }
    };
    compare(target, live)
        .iter()
        .filter(|difference| is_written(difference))
        .filter(|difference| {
            let attribution = match difference.live {
                Some(_) => attribute_change(&difference.path, live, difference.desired, evidence.managed),
                None => Attribution::unknown(),
            };
            declared.cover(&FieldEvidence {
                of: raw,
                field: Field::new(&evidence.resource.kind, difference.path.segments()),
                difference,
                attribution,
                origin: Origin::Unknown,
            })
        })
        .map(|difference| difference.path.clone())
        .collect()
}

fn change<'f>(field: &'f FieldEvidence<'_>) -> Change<'f> {
    Change {
        path: &field.difference.path,
        desired_path: &field.difference.desired_path,
        desired: field.difference.desired,
        live: field.difference.live,
        manager: field.attribution.manager(),
        guarded: false,
    }
}

fn has_pointer(ignore: &IgnoreDifference, path: &Pointer) -> bool {
    ignore
        .json_pointers
        .iter()
        .filter_map(|pointer| Pointer::parse(pointer))
        .any(|pointer| path.is_at_or_below(&pointer))
}

/// A manager's rule hides fields that exist on both sides with different values.
fn has_manager(ignore: &IgnoreDifference, field: &FieldEvidence<'_>) -> bool {
    field.difference.desired.is_some()
        && field.difference.live.is_some()
        && field
            .attribution
            .candidates
            .iter()
            .any(|owner| ignore.managed_fields_managers.contains(owner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::ResourceKey;

    #[test]
    fn an_empty_group_is_the_core_group() {
        let ignore = IgnoreDifference {
            kind: "Deployment".to_owned(),
            json_pointers: vec!["/spec".to_owned()],
            ..IgnoreDifference::default()
        };
        assert!(!ignore.is_about(&ResourceKey::new("apps", "Deployment", "a", "b")));
        let ignore = IgnoreDifference {
            group: "*".to_owned(),
            kind: "Deploy*".to_owned(),
            ..ignore
        };
        assert!(ignore.is_about(&ResourceKey::new("apps", "Deployment", "a", "b")));
    }
}
