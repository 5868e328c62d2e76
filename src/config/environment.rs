//! `[[environment]]`: which Applications belong to it, and what a team asks for there.

use super::effective::Effective;
use super::layers::Layers;
use super::origin::{At, Origin};
use super::policy::{self, RawPolicy};
use super::problem::Problem;
use super::read::Fields;
use super::settings::ScanSettings;
use crate::drift::{EnvironmentRule, EnvironmentRules, Glob};
use crate::verdict::policy::Policies;

/// One table as written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawEnvironment {
    at: Origin,
    name: Option<At<String>>,
    cluster: Option<At<String>>,
    project: Option<At<String>>,
    namespace: Option<At<String>>,
    label: Option<At<String>>,
    policy: RawPolicy,
    fail_on: Option<At<String>>,
    /// What of it only a person's own file may say: key and place.
    own: Vec<(&'static str, Origin)>,
}

/// Keys that only a person's own file may hold.
const OWN: [&str; 3] = ["verdicts", "confidence", "fail_on"];

pub(super) fn read(at: Origin, fields: &mut Fields<'_, '_, '_>) -> RawEnvironment {
    RawEnvironment {
        at,
        name: fields.text("name"),
        cluster: fields.text("cluster"),
        project: fields.text("project"),
        namespace: fields.text("namespace"),
        label: fields.text("label"),
        own: OWN.iter().filter_map(|key| Some((*key, fields.place(key)?))).collect(),
        policy: policy::read(fields),
        fail_on: fields.text("fail_on"),
    }
}

/// A checkout may say which environment is which, and nothing of what is made of verdicts there.
pub(super) fn refuse_policies(environments: &[RawEnvironment], problems: &mut Vec<Problem>) {
    // What is refused needs no second complaint about its contents.
    problems.retain(|problem| {
        let mut parts = problem.key.split('.');
        parts.next() != Some("environment") || parts.next().is_none_or(|key| !OWN.contains(&key))
    });
    problems.extend(environments.iter().flat_map(|environment| &environment.own).map(|(key, at)| {
        Problem::new(
            at.clone(),
            format!("environment.{key}"),
            "not allowed in a project file, because a checkout is not trusted",
        )
        .hint("It may say which Applications an environment has; move this to your own file.")
    }));
}

/// What came of all tables.
#[derive(Debug, Default)]
pub(super) struct Environments {
    pub(super) rules: EnvironmentRules,
    pub(super) policies: Policies,
}

/// Judges all tables of both files, and `[policy]`. `scan` gets the thresholds by environment.
pub(super) fn settle(
    layers: &Layers,
    scan: &mut ScanSettings,
    effective: &mut Effective,
    problems: &mut Vec<Problem>,
    notes: &mut Vec<Problem>,
) -> Environments {
    let mut out = Environments::default();
    policy::settle(
        &layers.user.policy,
        "policy",
        &mut out.policies.everywhere,
        effective,
        problems,
    );
    for raw in &layers.user.environments {
        let Some(name) = name(raw, problems) else { continue };
        let says_something = !raw.own.is_empty();
        if says_something {
            let key = format!("environment.{}", name.value);
            let of_it = out.policies.environments.entry(name.value.clone()).or_default();
            policy::settle(&raw.policy, &key, of_it, effective, problems);
            if let Some(at) = &raw.fail_on {
                effective.text(format!("{key}.fail_on"), at);
                match super::check::fail_on("environment.fail_on", at) {
                    Ok(threshold) => {
                        if scan.fail_on_in.insert(name.value.clone(), threshold).is_some() {
                            problems.push(policy::twice(&at.origin, "environment.fail_on", &name.value));
                        }
                    }
                    Err(problem) => problems.push(problem),
                }
            }
        }
        rule(raw, name, false, says_something, &mut out.rules, effective, problems);
    }
    for raw in &layers.project.environments {
        let Some(name) = name(raw, problems) else { continue };
        if out.policies.environments.contains_key(&name.value) {
            let message = format!(
                "a checkout does not decide what belongs to `{}`: your own file has a policy for it",
                name.value
            );
            notes.push(
                Problem::new(raw.at.clone(), "environment", message).hint("Say in your own file which Applications it has."),
            );
            continue;
        }
        rule(raw, name, true, false, &mut out.rules, effective, problems);
    }
    out
}

fn name(raw: &RawEnvironment, problems: &mut Vec<Problem>) -> Option<At<String>> {
    let name = raw.name.clone().filter(|name| !name.value.trim().is_empty());
    if name.is_none() {
        problems.push(Problem::new(
            raw.at.clone(),
            "environment.name",
            "every environment rule needs a name",
        ));
    }
    name
}

/// The rule of a table: at least one thing to match. One that says what is made of verdicts may do without.
fn rule(
    raw: &RawEnvironment,
    name: At<String>,
    from_checkout: bool,
    says_something: bool,
    rules: &mut EnvironmentRules,
    effective: &mut Effective,
    problems: &mut Vec<Problem>,
) {
    let glob = |at: &Option<At<String>>| at.as_ref().map(|at| Glob::new(at.value.as_str()));
    let mut label = None;
    if let Some(at) = &raw.label {
        label = at
            .value
            .split_once('=')
            .filter(|(key, _)| !key.is_empty())
            .map(|(key, value)| (key.to_owned(), Glob::new(value)));
        if label.is_none() {
            let message = "a label is written `key=pattern`";
            problems.push(Problem::new(at.origin.clone(), "environment.label", message));
            return;
        }
    }
    let rule = EnvironmentRule {
        name: name.value,
        cluster: glob(&raw.cluster),
        project: glob(&raw.project),
        namespace: glob(&raw.namespace),
        label,
        from_checkout,
    };
    let matches_something = rule.cluster.is_some() || rule.project.is_some() || rule.namespace.is_some() || rule.label.is_some();
    if matches_something {
        patterns(effective, &rule, &raw.at);
        rules.0.push(rule);
    } else if !says_something {
        problems.push(
            Problem::new(raw.at.clone(), "environment", "this rule would match every Application")
                .hint("Give `cluster`, `project`, `namespace` or `label`; \"*\" matches anything."),
        );
    }
}

/// What an environment's rule matches, one value each.
fn patterns(effective: &mut Effective, rule: &EnvironmentRule, origin: &Origin) {
    let label = rule.label.as_ref().map(|(key, pattern)| format!("{key}={pattern}"));
    let glob = |glob: &Option<Glob>| glob.as_ref().map(Glob::to_string);
    for (key, value) in [
        ("cluster", glob(&rule.cluster)),
        ("project", glob(&rule.project)),
        ("namespace", glob(&rule.namespace)),
        ("label", label),
    ] {
        if let Some(value) = value {
            effective.text(format!("environment.{}.{key}", rule.name), &At::new(value, origin.clone()));
        }
    }
}
