//! `driftline config check`: reads every layer and says what is wrong, all at once.

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::keys;
use super::super::output::print;
use super::super::run::{load_with, say, variables};
use crate::config::{Flags, Loaded, TokenSource};
use crate::ignore::DANGEROUS_WORD;
use crate::redact::terminal::visible;
use crate::tui;
use crate::verdict::Verdict;
use crate::verdict::causes;
use crate::verdict::policy::Policies;

/// Says which files were read, or fails with every problem.
pub(super) fn run(flags: Flags) -> Result<Exit, Failure> {
    let loaded = load_with(flags, variables())?;
    judged(&loaded)?;
    print(&said(&loaded))?;
    for warning in warnings(&loaded) {
        say(&format!("warning: {}", visible(&warning)));
    }
    Ok(Exit::Done)
}

/// Whether the screen takes its keys and themes too.
///
/// # Errors
/// Every problem of the keys and of the themes.
pub(in crate::cli) fn judged(loaded: &Loaded) -> Result<(), Failure> {
    let keys = keys::table(&loaded.settings).map(drop);
    let themes = tui::check_themes(&loaded.settings.view).map_err(Failure::from);
    match (keys, themes) {
        (Err(keys), Err(themes)) => Err(Failure::usage(format!("{keys}\n{themes}"))),
        (keys, themes) => keys.and(themes),
    }
}

/// What is right as it is written and will not work from this shell.
fn warnings(loaded: &Loaded) -> impl Iterator<Item = String> {
    unset_variables(loaded).chain(powerless(&loaded.settings.policies))
}

fn unset_variables(loaded: &Loaded) -> impl Iterator<Item = String> {
    loaded.settings.contexts.iter().filter_map(|context| match &context.token {
        TokenSource::Variable { name, value: None } => Some(format!(
            "context {}: the environment variable {name} (token_env) is not set",
            context.name
        )),
        _ => None,
    })
}

/// Caps that cap nothing: what has this cause guards something or has a hostile form, always, and the word is missing.
fn powerless(policies: &Policies) -> impl Iterator<Item = String> {
    let everywhere = ("policy".to_owned(), &policies.everywhere);
    let environments = policies
        .environments
        .iter()
        .map(|(name, policy)| (format!("environment {name}"), policy));
    std::iter::once(everywhere).chain(environments).flat_map(|(whose, policy)| {
        policy
            .verdicts
            .iter()
            .filter(|(cause, bounds)| {
                let caps = bounds.most.is_some_and(|most| most < Verdict::Risky);
                caps && !bounds.dangerous && causes::is_always_guarded(cause)
            })
            .map(move |(cause, _)| {
                format!("{whose}: verdicts.{cause}.most has no effect without `dangerous = \"{DANGEROUS_WORD}\"`, because the cause is guarded")
            })
    })
}

fn said(loaded: &Loaded) -> String {
    let mut text = String::new();
    match &loaded.paths.config_file {
        Some(file) if file.exists() => text.push_str(&format!("{}: fine\n", file.display())),
        Some(file) => text.push_str(&format!("{}: not there; the defaults hold\n", file.display())),
        None => text.push_str("no configuration file; the defaults hold\n"),
    }
    if let Some(file) = &loaded.paths.project_file {
        text.push_str(&format!("{}: fine\n", file.display()));
    }
    let names: Vec<&str> = loaded.settings.contexts.iter().map(|c| c.name.as_str()).collect();
    match names.as_slice() {
        [] => text.push_str("no contexts\n"),
        names => text.push_str(&format!("contexts: {}\n", names.join(", "))),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::policy::VerdictOverride;

    #[test]
    fn a_cap_on_a_guarded_cause_needs_the_word() {
        let review = Some(Verdict::NeedsReview);
        for (cause, least, most, dangerous, warned) in [
            ("security-critical", None, review, false, true),
            ("security-critical", None, review, true, false),
            ("security-critical", review, None, false, false),
            ("security-critical", None, Some(Verdict::Risky), false, false),
            ("configmap-hotfix", None, review, false, false),
        ] {
            let mut policies = Policies::default();
            let bounds = VerdictOverride { least, most, dangerous };
            policies.everywhere.verdicts.insert(cause.to_owned(), bounds);
            let environment = policies.everywhere.clone();
            policies.environments.insert("dev".to_owned(), environment);
            let said: Vec<String> = powerless(&policies).collect();
            assert_eq!(said.len(), if warned { 2 } else { 0 }, "{cause}: {said:?}");
        }
    }
}
