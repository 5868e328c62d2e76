//! What a team makes of verdicts: the keys `verdicts` and `confidence` of `[policy]` and of `[[environment]]`, read and judged.

use super::check;
use super::effective::Effective;
use super::nearest::nearest;
use super::origin::{At, Origin};
use super::problem::Problem;
use super::read::Fields;
use crate::ignore::DANGEROUS_WORD;
use crate::verdict::Verdict;
use crate::verdict::causes;
use crate::verdict::policy::{EnvironmentPolicy, VerdictOverride};
use crate::verdict::registry;

/// The keys as written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RawPolicy {
    verdicts: Vec<(At<String>, RawOverride)>,
    harmless: Option<At<f64>>,
}

/// One cause's bounds as written.
#[derive(Debug, Clone, PartialEq)]
struct RawOverride {
    least: Option<At<String>>,
    most: Option<At<String>>,
    dangerous: Option<At<String>>,
}

pub(super) fn read(fields: &mut Fields<'_, '_, '_>) -> RawPolicy {
    RawPolicy {
        verdicts: fields.named_tables("verdicts", |fields| RawOverride {
            least: fields.text("least"),
            most: fields.text("most"),
            dangerous: fields.text("dangerous"),
        }),
        harmless: fields
            .table("confidence", |fields| fields.share("harmless"))
            .unwrap_or_default(),
    }
}

/// Judges them into a policy. `key` is what `config show` calls it, such as `environment.dev`.
pub(super) fn settle(
    raw: &RawPolicy,
    key: &str,
    policy: &mut EnvironmentPolicy,
    effective: &mut Effective,
    problems: &mut Vec<Problem>,
) {
    for (cause, raw) in &raw.verdicts {
        let at = format!("{}.verdicts.{}", written(key), cause.value);
        let before = problems.len();
        if !causes::all().contains(cause.value.as_str()) {
            problems.push(unknown(cause, &at));
        }
        let bounds = bounds(raw, cause, &at, problems);
        if problems.len() > before {
            continue;
        }
        effective.plain(
            format!("{key}.verdicts.{}", cause.value),
            &At::new(shown(&bounds), cause.origin.clone()),
        );
        if policy.verdicts.insert(cause.value.clone(), bounds).is_some() {
            problems.push(twice(&cause.origin, &at, key));
        }
    }
    if let Some(at) = &raw.harmless {
        effective.plain(format!("{key}.confidence.harmless"), at);
        if policy.harmless_confidence.replace(at.value).is_some() {
            problems.push(twice(&at.origin, &format!("{}.confidence.harmless", written(key)), key));
        }
    }
}

/// The key as it is written in the file: `environment.dev` is a table `[[environment]]` with a name.
fn written(key: &str) -> &str {
    key.split('.').next().unwrap_or(key)
}

/// Said where two tables of one environment say the same.
pub(super) fn twice(at: &Origin, key: &str, environment: &str) -> Problem {
    let environment = environment.strip_prefix("environment.").unwrap_or(environment);
    Problem::new(at.clone(), key, format!("said twice for `{environment}`")).hint("Keep one of the two.")
}

fn unknown(cause: &At<String>, key: &str) -> Problem {
    let of_rule = causes::of(&cause.value);
    let hint = if registry::find(&cause.value).is_some() {
        format!("It is a rule; its causes are {}.", of_rule.join(", "))
    } else {
        match nearest(&cause.value, causes::all()) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => "`driftline rules show ID` names the causes of a rule, `driftline rules list` the rules.".to_owned(),
        }
    };
    Problem::new(cause.origin.clone(), key, "no rule gives this cause").hint(hint)
}

fn bounds(raw: &RawOverride, cause: &At<String>, key: &str, problems: &mut Vec<Problem>) -> VerdictOverride {
    let mut verdict = |name: &str, at: &Option<At<String>>| {
        let judged = check::verdict(&format!("{key}.{name}"), at.as_ref()?);
        judged.map_err(|problem| problems.push(problem)).ok()
    };
    let (least, most) = (verdict("least", &raw.least), verdict("most", &raw.most));
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        let message = format!("at least {least} and at most {most} is nothing");
        problems.push(Problem::new(cause.origin.clone(), key, message));
    }
    if raw.least.is_none() && raw.most.is_none() {
        problems.push(
            Problem::new(cause.origin.clone(), key, "says nothing of the verdict")
                .hint("For example `{ most = \"needs-review\" }` or `{ least = \"risky\" }`."),
        );
    }
    if let Some(word) = raw.dangerous.as_ref().filter(|word| word.value != DANGEROUS_WORD) {
        let message = format!("the word is `{DANGEROUS_WORD}`");
        problems.push(Problem::new(word.origin.clone(), format!("{key}.dangerous"), message));
    }
    VerdictOverride {
        least,
        most,
        dangerous: raw.dangerous.is_some(),
    }
}

fn shown(bounds: &VerdictOverride) -> String {
    let named = |name: &str, value: Option<&str>| Some(format!("{name} = \"{}\"", value?));
    let parts = [
        named("least", bounds.least.map(Verdict::as_str)),
        named("most", bounds.most.map(Verdict::as_str)),
        named("dangerous", bounds.dangerous.then_some(DANGEROUS_WORD)),
    ];
    format!("{{ {} }}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}
